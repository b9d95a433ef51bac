#include "interpreter/faults/fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace failc::faults {
namespace {

using run::FaultEnd;

std::string text_of(const backend::Reply& reply, std::string_view key) {
  const Value* value = reply.data.find(key);
  const auto* text = value ? value->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::int64_t number_of(const backend::Reply& reply, std::string_view key) {
  const Value* value = reply.data.find(key);
  const auto* number = value ? value->as<std::int64_t>() : nullptr;
  return number ? *number : 0;
}

/// How many, or which: agents may answer either.
std::string processes(const backend::Reply& reply) {
  const Value* value = reply.data.find("processes");
  if (value) {
    if (const auto* list = value->as<List>()) return fmt::format("{} {}", list->size(), list->size() == 1 ? "process" : "processes");
  }
  const std::int64_t count = number_of(reply, "processes");
  return fmt::format("{} {}", count, count == 1 ? "process" : "processes");
}

std::string unanswered(const backend::Reply& reply) { return reply.error.empty() ? std::string("no answer came in time") : reply.error; }

}  // namespace

Fault stop(backend::NodeIndex node, const std::string& name, const std::string& signal, Nanos grace) {
  return {"stop", "stop " + name, backend::Stop{node, signal, grace}, std::nullopt, "", fmt::format("SIG{}, SIGKILL after {}", signal, show(grace))};
}

Fault kill(backend::NodeIndex node, const std::string& name) { return {"kill", "kill " + name, backend::Kill{node}, std::nullopt, "", "SIGKILL"}; }

Fault pause(backend::NodeIndex node, const std::string& name) {
  return {"pause", "pause " + name, backend::Pause{node}, backend::Request(backend::Resume{node}), "resume", "SIGSTOP"};
}

Fault resume(backend::NodeIndex node, const std::string& name) {
  return {"resume", "resume " + name, backend::Resume{node}, std::nullopt, "", "SIGCONT"};
}

Proof applied(const Fault& fault, const backend::Reply& reply) {
  switch (reply.delivery) {
    case backend::Delivery::not_sent: return {FaultEnd::indeterminate, "not done: " + unanswered(reply)};
    case backend::Delivery::interrupted: return {FaultEnd::indeterminate, unanswered(reply)};
    case backend::Delivery::answered: break;
  }
  if (std::holds_alternative<backend::Stop>(fault.apply) || std::holds_alternative<backend::Kill>(fault.apply)) {
    const std::string how = text_of(reply, "how");
    if (how == "already") return {FaultEnd::skipped, "it was not running"};
    return {FaultEnd::installed, fmt::format("{} ended by {}", processes(reply), how == "signal" ? "the signal" : "SIGKILL")};
  }
  const bool pause = std::holds_alternative<backend::Pause>(fault.apply);
  if (processes(reply).starts_with("0 ")) return {FaultEnd::skipped, "it was not running"};
  return {FaultEnd::installed, processes(reply) + (pause ? " stopped" : " going on")};
}

Proof undone(const Fault&, const backend::Reply& reply) {
  if (reply.delivery != backend::Delivery::answered) return {FaultEnd::indeterminate, unanswered(reply)};
  return {FaultEnd::reverted, processes(reply) + " going on"};
}

Nanos grace_within(Nanos whole) { return whole - std::min<Nanos>(whole / 4, std::chrono::seconds(1)); }

}  // namespace failc::faults
