// Replies as outcomes: what a reply means is said by its operation, else by the defaults of its kind.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include "grammar/base/bug.hpp"
#include "interpreter/eval/evaluator.hpp"
#include "interpreter/value/utf8.hpp"

namespace failc::eval {

using plan::Expr;
using plan::Op;
using plan::Operation;
using plan::RequestKind;

namespace {

constexpr std::size_t kMostMessage = 200;  // bytes of a body or of standard error that make a message

Value error(const char* kind, Value code, std::string message) {
  return Document{{{"kind", std::string(kind)}, {"code", std::move(code)}, {"codeName", std::string()}, {"labels", List{}}, {"message", std::move(message)}}};
}

Outcome failed(const char* kind, Value code, std::string message) { return {OutcomeKind::failed, Value(), error(kind, std::move(code), std::move(message))}; }

std::optional<Value> json_of(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return from_json(parsed);
}

/// Whether `reply.json` occurs: large replies are not parsed for nothing.
bool wants_json(const Expr& expr, std::uint32_t reply_slot) {
  if (expr.op == Op::member && expr.name == "json" && !expr.args.empty() && expr.args[0].op == Op::local && expr.args[0].index == reply_slot) return true;
  return std::any_of(expr.args.begin(), expr.args.end(), [&](const Expr& argument) { return wants_json(argument, reply_slot); });
}

std::string text_at(const Document& data, std::string_view key) {
  const Value* value = data.find(key);
  const auto* text = value ? value->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::string_view payload_key(RequestKind kind) { return kind == RequestKind::exec ? "stdout" : "text"; }

std::string first_words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return std::string(utf8_prefix(text, kMostMessage));
}

class Reader {
 public:
  Reader(const plan::Plan& plan, const Operation& operation, const std::vector<Value>& arguments, const backend::Reply& reply, const Facts& facts)
      : plan_(plan), operation_(operation), reply_(reply), facts_(facts),
        slot_(static_cast<std::uint32_t>(operation.parameters.size())),
        frame_(std::max<std::size_t>(operation.slots, operation.parameters.size() + 1)) {
    for (std::size_t i = 0; i < arguments.size() && i < slot_; ++i) frame_[i] = arguments[i];
    Document document = reply.data;
    const bool parse = (operation.request.kind == RequestKind::http || operation.request.kind == RequestKind::driver) && (wants(operation.ok) || wants(operation.unknown) || wants(operation.result));
    if (parse) {
      auto json = json_of(text_at(reply.data, "text"));
      document.entries.emplace_back("json", json ? std::move(*json) : Value(Undefined{"the reply is not JSON"}));
    }
    if (operation.request.kind == RequestKind::driver) {
      if (const Value* refusal = reply.data.find("error")) refusal_ = refused(*refusal);
      std::erase_if(document.entries, [](const auto& entry) { return entry.first == "error"; });
      document.entries.emplace_back("error", refusal_ ? refusal_->error : Value());
    }
    frame_[slot_] = std::move(document);
  }

  Outcome read() {
    // What a driver calls an error is one, unless `ok when` says otherwise.
    if (refusal_ && !(operation_.ok && truth(value(*operation_.ok)) == Truth::yes)) return *refusal_;
    if (operation_.unknown) {
      if (truth(value(*operation_.unknown)) == Truth::yes) return {OutcomeKind::unknown, Value(), error("reply", code(), message())};
    }
    const Value ok = operation_.ok ? value(*operation_.ok) : ok_by_default();
    switch (truth(ok)) {
      case Truth::undefined: {
        const auto* undefined = ok.as<Undefined>();
        return failed("reply", code(), undefined ? undefined->reason : fmt::format("`ok when` is {}", kind_of(ok)));
      }
      case Truth::no: return failed("refused", code(), message());
      case Truth::yes: break;
    }
    Value result = operation_.result ? value(*operation_.result) : result_by_default();
    if (const auto* undefined = result.as<Undefined>()) return failed("reply", code(), undefined->reason);
    return {OutcomeKind::ok, std::move(result), Value()};
  }

 private:
  /// A driver says itself what went wrong, and whether it may have had an effect.
  static Outcome refused(const Value& refusal) {
    const auto* text = refusal.as<std::string>();
    const auto json = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
    if (!json.is_object()) return failed("reply", Value(), "the driver's error is no document");
    const auto flag = [&](const char* key) { return json.contains(key) && json[key].is_boolean() && json[key].get<bool>(); };
    const auto text_of = [&](const char* key) { return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string(); };
    const bool lost = flag("isNetwork") || flag("isTimeout");
    const bool unsent = flag("notSent");
    const char* kind = unsent ? "unreachable" : flag("isTimeout") ? "timeout" : flag("isNetwork") ? "reset" : "refused";
    Document out;
    out.entries = {{"kind", std::string(kind)},
                   {"code", json.contains("code") ? from_json(json["code"]) : Value()},
                   {"codeName", text_of("codeName")},
                   {"labels", json.contains("labels") && json["labels"].is_array() ? from_json(json["labels"]) : Value(List{})},
                   {"message", first_words(text_of("message"))}};
    return {lost && !unsent ? OutcomeKind::unknown : OutcomeKind::failed, Value(), std::move(out)};
  }

  bool wants(const plan::OptionalExpr& expr) const { return expr && wants_json(*expr, slot_); }

  Value value(const Expr& expr) {
    Evaluator evaluator(plan_, facts_);
    Maybe value = evaluator.evaluate(expr, frame_);
    return value ? std::move(*value) : Value(Undefined{"a reply cannot be read by asking a node again"});
  }

  Value code() const {
    const Value* found = reply_.data.find(operation_.request.kind == RequestKind::http ? "status" : "code");
    return found ? *found : Value();
  }

  std::string message() const {
    switch (operation_.request.kind) {
      case RequestKind::http: {
        const std::string body = first_words(text_at(reply_.data, "text"));
        return body.empty() ? "status " + show(code()) : body;
      }
      case RequestKind::exec: {
        const std::string complaint = first_words(text_at(reply_.data, "stderr"));
        if (!complaint.empty()) return complaint;
        const std::string output = first_words(text_at(reply_.data, "stdout"));
        return output.empty() ? "exit code " + show(code()) : output;
      }
      case RequestKind::driver:
      case RequestKind::tcp: return first_words(text_at(reply_.data, "text"));
    }
    FAILC_BUG("a kind of request that does not exist");
  }

  Value ok_by_default() {
    const Value found = code();
    const auto* number = found.as<std::int64_t>();
    switch (operation_.request.kind) {
      case RequestKind::http: return number ? Value(*number >= 200 && *number <= 299) : Value(Undefined{"the reply has no status"});
      case RequestKind::exec: return number ? Value(*number == 0) : Value(Undefined{"the program has no exit code"});
      case RequestKind::driver: return true;  // its failures are read before
      case RequestKind::tcp: {
        const std::string text = text_at(reply_.data, "text");
        if (!operation_.request.c) return !text.empty() ? Value(true) : Value(Undefined{"the answer was empty"});
        const Value until = value(*operation_.request.c);
        const auto* regex = until.as<Regex>();
        if (!regex || !regex->compiled) return Undefined{"`until` is no regular expression"};
        if (re2::RE2::PartialMatch(text, *regex->compiled)) return true;
        return Undefined{fmt::format("the answer does not match {}: {}", show(until), show(Value(text), {}, kMostMessage))};
      }
    }
    FAILC_BUG("a kind of request that does not exist");
  }

  Value result_by_default() const {
    std::string text = text_at(reply_.data, payload_key(operation_.request.kind));
    auto json = json_of(text);
    return json ? std::move(*json) : Value(std::move(text));
  }

  const plan::Plan& plan_;
  const Operation& operation_;
  const backend::Reply& reply_;
  const Facts& facts_;
  std::uint32_t slot_;
  std::vector<Value> frame_;
  std::optional<Outcome> refusal_;  // a driver's
};

std::string asked_node(const plan::Plan& plan, const Operation& operation, const std::vector<Value>& arguments) {
  if (operation.node_parameter == plan::kNoNode) return operation.request.kind == plan::RequestKind::driver ? "the driver" : "what `" + operation.name + "` asks";
  if (operation.node_parameter >= arguments.size()) return "the node";
  const auto node = one_node(arguments[operation.node_parameter]);
  return node ? node_name(plan, *node) : "the node";
}

/// The time that was waited, without the noise of a real clock. A statement's `within` may have changed it.
Nanos rounded(Nanos waited) {
  const Nanos grain = waited >= std::chrono::seconds(1) ? std::chrono::milliseconds(10) : waited >= std::chrono::milliseconds(10) ? std::chrono::milliseconds(1) : Nanos(1);
  return waited / grain * grain;
}

/// A deadline that passed, as against a connection that broke.
bool timed_out(const backend::Reply& reply, Nanos timeout) {
  if (reply.error.empty() || reply.received - reply.sent >= timeout) return true;
  for (const std::string_view word : {"timed out", "timeout", "deadline", "in time", "within"})
    if (reply.error.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

const char* name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::ok: return "ok";
    case OutcomeKind::failed: return "failed";
    case OutcomeKind::unknown: return "unknown";
  }
  FAILC_BUG("no such outcome");
}

Outcome read_reply(const plan::Plan& plan, std::uint32_t index, const std::vector<Value>& arguments, const backend::Reply& reply, const Facts& facts) {
  if (index >= plan.operations.size()) return failed("reply", Value(), "the plan has no such operation");
  const Operation& operation = plan.operations[index];
  switch (reply.delivery) {
    case backend::Delivery::not_sent:
      return failed("unreachable", Value(),
                    fmt::format("{} did not answer: {}", asked_node(plan, operation, arguments), reply.error.empty() ? "unreachable" : reply.error));
    case backend::Delivery::interrupted: {
      const bool late = timed_out(reply, operation.timeout);
      const Nanos waited = reply.received > reply.sent ? rounded(reply.received - reply.sent) : operation.timeout;
      const std::string why = late ? "within " + show(waited) : "to the end: " + reply.error;
      return {OutcomeKind::unknown, Value(), error(late ? "timeout" : "reset", Value(), fmt::format("{} did not answer {}", asked_node(plan, operation, arguments), why))};
    }
    case backend::Delivery::answered: return Reader(plan, operation, arguments, reply, facts).read();
  }
  FAILC_BUG("a delivery that does not exist");
}

bool answered(const Outcome& outcome) {
  const auto* error = outcome.error.as<Document>();
  const std::string kind = error ? text_at(*error, "kind") : std::string();
  return kind != "unreachable" && kind != "timeout" && kind != "reset";
}

Observation read_answer(const plan::Plan& plan, const Ask& ask, const backend::Reply& reply, const Facts& facts) {
  Observation out{Value(), reply.sent, reply.received};
  if (ask.kind == Ask::Kind::node_file) {
    const Value* text = reply.data.find("text");
    out.answered = reply.delivery == backend::Delivery::answered;
    if (!out.answered) {
      out.value = Undefined{fmt::format("a file of {} could not be read: {}", node_name(plan, ask.node), reply.error.empty() ? "no answer" : reply.error)};
    } else if (text) {
      out.value = *text;
    } else {
      out.value = Undefined{fmt::format("{} has no file {}", node_name(plan, ask.node), ask.arguments.empty() ? "" : show(ask.arguments[0]))};
    }
    return out;
  }
  Outcome outcome = read_reply(plan, ask.operation, ask.arguments, reply, facts);
  if (outcome.kind == OutcomeKind::ok) {
    out.value = std::move(outcome.result);
    return out;
  }
  out.answered = answered(outcome);
  const auto* document = outcome.error.as<Document>();
  std::string reason = document ? text_at(*document, "message") : std::string();
  const bool answered = reply.delivery == backend::Delivery::answered;
  const std::string name = ask.operation < plan.operations.size() ? plan.operations[ask.operation].name : "";
  const std::string where = ask.node == plan::kNoNode ? "" : " on " + node_name(plan, ask.node);
  out.value = Undefined{answered ? fmt::format("`{}`{}: {}", name, where, reason) : reason};
  return out;
}

}  // namespace failc::eval
