#include "interpreter/backend/fake.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"

namespace failc::backend {
namespace {

Document document(std::vector<std::pair<std::string, Value>> entries) { return Document{std::move(entries)}; }

NodeIndex node_of(const Request& request) {
  return std::visit([](const auto& one) { return one.node; }, request);
}

}  // namespace

FakeReply http_reply(std::int64_t status, std::string text, Nanos latency) {
  return {Delivery::answered, document({{"status", status}, {"text", std::move(text)}, {"headers", Document{}}}), "", latency};
}

FakeReply exec_reply(std::int64_t code, std::string output, std::string complaint, Nanos latency) {
  return {Delivery::answered, document({{"code", code}, {"stdout", std::move(output)}, {"stderr", std::move(complaint)}}), "", latency};
}

FakeReply not_sent(std::string error) { return {Delivery::not_sent, Document{}, std::move(error), Nanos{}}; }

void FakeWorld::push(Instant at, std::variant<Reply, NodeExited, LogLine, FileChanged, Observed, Interrupt, Lost> what) {
  queue_.emplace(Key{at, ++order_}, Event{at, std::move(what)});
}

void FakeWorld::schedule(Instant at, Happening what) {
  std::visit([&](auto& one) { push(at, std::move(one)); }, what);
}

Result<std::vector<NodeInfo>> FakeWorld::prepare(const std::vector<NodeSetup>& setups) {
  std::vector<NodeInfo> infos;
  for (const NodeSetup& setup : setups) {
    Node& node = nodes_[setup.node];
    if (node.running) return Error{setup.name + " is still running"};
    node = Node{setup.name};
    NodeInfo info{"/fake/" + setup.name, "127.0.0.1", {}};
    for (const auto& [port, fixed] : setup.ports) info.ports.emplace_back(port, fixed ? *fixed : next_port_++);
    infos.push_back(std::move(info));
  }
  return infos;
}

FakeReply FakeWorld::end(NodeIndex node, const char* how, int signal) {
  Node& state = nodes_[node];
  if (!state.running) return {Delivery::answered, document({{"how", std::string("already")}, {"processes", std::int64_t{0}}}), "", Nanos{}};
  push(now_, NodeExited{node, state.pid, signal, true, {}});
  state.running = state.paused = false;
  return {Delivery::answered, document({{"how", std::string(how)}, {"processes", std::int64_t{1}}}), "", Nanos{}};
}

FakeReply FakeWorld::ask(const Request& request, NodeIndex node, bool truth) {
  const std::string text = truth ? "true" : "false";
  if (const Node state = node == kNoNode ? Node{"", true} : nodes_[node]; !std::holds_alternative<Exec>(request) && !std::holds_alternative<ReadNodeFile>(request)) {
    if (!state.running) return not_sent("connection refused");
    if (state.paused) return {Delivery::interrupted, Document{}, "timed out", Nanos::max()};
  }
  if (std::holds_alternative<Http>(request)) return http_reply(200, text);
  if (std::holds_alternative<Exec>(request)) return exec_reply(0, text);
  if (std::holds_alternative<ReadNodeFile>(request)) return {Delivery::answered, document({{"text", text}}), "", Nanos{}};
  return {Delivery::answered, document({{"text", text}}), "", Nanos{}};
}

FakeReply FakeWorld::act(const Request& request, std::optional<Instant> wait_until) {
  struct Visit {
    FakeWorld& world;
    const Request& request;
    std::optional<Instant> wait_until;
    FakeReply operator()(const Launch& launch) const {
      Node& node = world.nodes_[launch.node];
      const bool already = node.running;
      if (!already) node = Node{node.name, true, false, ++world.next_pid_};
      return {Delivery::answered, document({{"pid", node.pid}, {"already", already}}), "", Nanos{}};
    }
    FakeReply operator()(const Stop& stop) const { return world.end(stop.node, world.nodes_[stop.node].paused ? "kill" : "signal", 15); }
    FakeReply operator()(const Kill& kill) const { return world.end(kill.node, "kill", 9); }
    FakeReply operator()(const Pause& pause) const { return pauses(pause.node, true); }
    FakeReply operator()(const Resume& resume) const { return pauses(resume.node, false); }
    FakeReply operator()(const Exec& exec) const { return world.ask(request, exec.node, true); }
    FakeReply operator()(const Http& http) const { return world.ask(request, http.node, true); }
    FakeReply operator()(const Tcp& tcp) const { return world.ask(request, tcp.node, true); }
    FakeReply operator()(const Drive& drive) const { return world.ask(request, drive.node, true); }
    FakeReply operator()(const ReadNodeFile& file) const { return world.ask(request, file.node, true); }
    FakeReply pauses(NodeIndex index, bool paused) const {
      Node& node = world.nodes_[index];
      const std::int64_t processes = node.running ? 1 : 0;
      node.paused = paused && node.running;
      return {Delivery::answered, document({{"processes", processes}}), "", Nanos{}};
    }
  };
  return std::visit(Visit{*this, request, wait_until}, request);
}

FakeReply FakeWorld::answer(const Request& request, std::optional<Instant> wait_until, Instant deadline) {
  if (handler_) {
    if (std::optional<FakeReply> reply = handler_(request, now_)) {
      // A launch that a handler answers has happened all the same, and so has an end.
      if (reply->delivery == Delivery::answered) act(request, wait_until);
      return *std::move(reply);
    }
  }
  FakeReply reply = act(request, wait_until);
  if (mode_ == FakeMode::prompt) return reply;
  const bool launch = std::holds_alternative<Launch>(request);
  if (launch && wait_until) return reply;  // what the wait is for comes after it
  const bool asks = std::holds_alternative<Http>(request) || std::holds_alternative<Exec>(request) || std::holds_alternative<Tcp>(request) ||
                    std::holds_alternative<Drive>(request) || std::holds_alternative<ReadNodeFile>(request);
  if (asks && wait_until && deadline < *wait_until && reply.delivery == Delivery::answered) reply = ask(request, node_of(request), false);
  reply.latency = deadline - now_;
  return reply;
}

RequestId FakeWorld::submit(Request request, Instant deadline, std::optional<Instant> wait_until) {
  const RequestId id = ++next_id_;
  FAILC_ASSERT(deadline >= now_);
  FakeReply reply = answer(request, wait_until, deadline);
  Reply out{id, reply.delivery, std::move(reply.data), std::move(reply.error), now_, {}, reply.breach};
  out.received = reply.latency > deadline - now_ ? deadline : now_ + reply.latency;
  if (reply.latency > deadline - now_) {
    out.delivery = Delivery::interrupted;
    out.data = Document{};
    out.error = "no answer in time";
  }
  const Instant at = out.received;
  push(at, std::move(out));
  pending_.emplace(id, Key{at, order_});
  if (keep_) requests_.emplace_back(now_, std::move(request));
  return id;
}

void FakeWorld::cancel(RequestId id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  queue_.erase(found->second);
  pending_.erase(found);
}

std::optional<Event> FakeWorld::next(Instant until) {
  if (interrupt_at_ && events_ == *interrupt_at_) {
    interrupt_at_.reset();
    return Event{now_, Interrupt{}};
  }
  if (queue_.empty() || queue_.begin()->first.first > until) {
    if (until != Instant::max()) now_ = std::max(now_, until);
    return std::nullopt;
  }
  auto first = queue_.begin();
  Event event = std::move(first->second);
  queue_.erase(first);
  now_ = std::max(now_, event.at);
  ++events_;
  if (const auto* reply = std::get_if<Reply>(&event.what)) pending_.erase(reply->id);
  if (auto* exited = std::get_if<NodeExited>(&event.what)) {
    Node& node = nodes_[exited->node];
    if (exited->pid == 0) exited->pid = node.pid;
    if (exited->pid == node.pid) node.running = node.paused = false;
  }
  return event;
}

std::optional<std::int64_t> FakeWorld::pid(NodeIndex node) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || !found->second.running) return std::nullopt;
  return found->second.pid;
}

bool FakeWorld::running(NodeIndex node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second.running;
}

bool FakeWorld::paused(NodeIndex node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second.paused;
}

std::size_t FakeWorld::running_count() const {
  return static_cast<std::size_t>(std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) { return entry.second.running; }));
}

std::size_t FakeWorld::paused_count() const {
  return static_cast<std::size_t>(std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) { return entry.second.paused; }));
}

}  // namespace failc::backend
