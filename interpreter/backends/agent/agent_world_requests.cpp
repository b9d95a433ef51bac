// Requests on their way out, and their replies.
#include "interpreter/backends/agent/agent_world.hpp"
#include "interpreter/backends/agent/wire.hpp"

namespace failc::agent {

using backend::Delivery;
using backend::Instant;
using backend::RequestId;

namespace {

/// What the agent answers: objects of booleans, integers and byte strings.
Value to_value(const nlohmann::json& json) {
  if (auto text = from_wire(json)) return Value(std::move(*text));
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_object()) {
    Document document;
    for (const auto& [key, value] : json.items()) document.entries.emplace_back(key, to_value(value));
    return Value(std::move(document));
  }
  return Value(Null{});
}

Delivery delivery_of(host::Sent sent) {
  switch (sent) {
    case host::Sent::answered: return Delivery::answered;
    case host::Sent::not_sent: return Delivery::not_sent;
    case host::Sent::interrupted: return Delivery::interrupted;
  }
  return Delivery::interrupted;
}

Document document_of(host::HttpAnswer& answer) {
  Document headers;
  for (auto& [name, value] : answer.headers) {
    bool joined = false;
    for (auto& [known, before] : headers.entries) {
      if (known != name) continue;
      before = Value(*before.as<std::string>() + ", " + value);
      joined = true;
    }
    if (!joined) headers.entries.emplace_back(name, Value(value));
  }
  Document data;
  data.entries.emplace_back("status", Value(static_cast<std::int64_t>(answer.status)));
  data.entries.emplace_back("text", Value(std::move(answer.text)));
  data.entries.emplace_back("headers", Value(std::move(headers)));
  return data;
}

}  // namespace

/// Sends one request on its way; returns by which.
struct AgentWorld::Submitter {
  AgentWorld& world;
  RequestId id;
  Nanos within;

  template <class R>
  Way to_agent(R request, Way way = Way::agent) const {
    std::string line = encode(Call{id, Request(std::move(request))});
    if (line.size() > kMessageLimit) {
      world.reply(id, Delivery::not_sent, {}, "the request is larger than " + std::to_string(kMessageLimit >> 20) + " MiB");
    } else {
      world.channel_->send(std::move(line));
    }
    return way;
  }
  Way operator()(backend::Launch& r) const {
    auto observers = world.make_observers(r.observers);
    if (!observers) {
      world.reply(id, Delivery::not_sent, {}, observers.error().message);
      return Way::agent;
    }
    Pending& pending = world.pending_[id];
    pending.launch = true;
    pending.observers = std::move(*observers);
    return to_agent(Launch{world.name_of(r.node), std::move(r.argv), std::move(r.environment), std::move(r.files)});
  }
  Way operator()(backend::Stop& r) const { return to_agent(Stop{world.name_of(r.node), r.signal, std::max(r.grace, Nanos(0))}); }
  Way operator()(backend::Kill& r) const { return to_agent(Kill{world.name_of(r.node)}); }
  Way operator()(backend::Pause& r) const { return to_agent(Pause{world.name_of(r.node)}); }
  Way operator()(backend::Resume& r) const { return to_agent(Resume{world.name_of(r.node)}); }
  Way operator()(backend::Exec& r) const {
    return to_agent(Exec{world.name_of(r.node), std::move(r.argv), std::move(r.environment), within}, Way::exec);
  }
  Way operator()(backend::ReadNodeFile& r) const {
    // Whoever reads a file may wait for it to change.
    if (world.nodes_[r.node].watched.insert(r.path).second) world.channel_->send(encode(Call{0, WatchFile{world.name_of(r.node), r.path}}));
    return to_agent(Read{world.name_of(r.node), std::move(r.path)});
  }
  Way operator()(backend::Http& r) const {
    host::HttpRequest request{std::move(r.method), std::move(r.url), std::move(r.body), r.json_body ? "application/json" : "text/plain; charset=utf-8"};
    world.http_.start(id, request, [&world = world, id = id](host::HttpAnswer answer) {
      Document data = answer.sent == host::Sent::answered ? document_of(answer) : Document{};
      world.reply(id, delivery_of(answer.sent), std::move(data), std::move(answer.error));
    });
    return Way::http;
  }
  Way operator()(backend::Tcp& r) const {
    world.tcp_.start(id, {std::move(r.address), std::move(r.send), std::move(r.until)}, [&world = world, id = id](host::TcpAnswer answer) {
      Document data;
      if (answer.sent == host::Sent::answered) data.entries.emplace_back("text", Value(std::move(answer.text)));
      world.reply(id, delivery_of(answer.sent), std::move(data), std::move(answer.error));
    });
    return Way::tcp;
  }
  Way operator()(backend::Drive& r) const {
    world.drivers_.start(id, r.argv, r.message, [&world = world, id = id](host::DriverAnswer answer) {
      Document data;
      if (answer.sent == host::Sent::answered) data.entries.emplace_back(answer.failure.empty() ? "text" : "error", Value(answer.failure.empty() ? answer.ok : answer.failure));
      world.reply(id, delivery_of(answer.sent), std::move(data), std::move(answer.error), false, answer.breach);
    });
    return Way::driver;
  }
};

RequestId AgentWorld::submit(backend::Request request, Instant deadline, std::optional<Instant>) {
  const RequestId id = next_id_++;
  const Instant sent = now();
  Pending& pending = pending_[id];
  pending.node = std::visit([](const auto& r) { return r.node; }, request);
  pending.deadline = deadline;
  pending.sent = sent;
  const bool through_agent =
      !std::holds_alternative<backend::Http>(request) && !std::holds_alternative<backend::Tcp>(request) && !std::holds_alternative<backend::Drive>(request);
  if (through_agent && (lost_ || !nodes_.contains(pending.node))) {
    reply(id, Delivery::not_sent, {}, lost_ ? "the agent is gone" : "the node was not prepared");
    return id;
  }
  const bool first = deadlines_.empty() || deadline < deadlines_.begin()->first;
  deadlines_.emplace(deadline, id);
  const Way way = std::visit(Submitter{*this, id, std::max(deadline - sent, Nanos(0))}, request);
  if (const auto found = pending_.find(id); found != pending_.end()) found->second.way = way;
  if (first) set_deadline_timer();
  return id;
}

Result<std::vector<std::unique_ptr<backend::Observer>>> AgentWorld::make_observers(const std::vector<backend::Observe>& wanted) const {
  std::vector<std::unique_ptr<backend::Observer>> made;
  for (const backend::Observe& each : wanted) {
    const auto model = std::find_if(models_.begin(), models_.end(), [&](const backend::ObserverModel& known) { return known.name == each.model; });
    if (model == models_.end()) return Error{"there is no observer `" + each.model + "`"};
    auto observer = model->make(each.options);
    if (!observer) return observer.error();
    made.push_back(std::move(*observer));
  }
  return made;
}

/// What they see is told in one line with the node's own news: never before its launch, never after its end.
void AgentWorld::observe(backend::NodeIndex node, std::vector<std::unique_ptr<backend::Observer>> observers) {
  auto& observing = nodes_[node].observing;
  observing.clear();
  for (std::uint32_t i = 0; i < observers.size(); ++i) {
    observing.push_back(std::make_unique<host::ObserverSession>(loop_, std::move(observers[i]), [this] { return now(); }, [this, node, i](Value value) {
      push_told({now(), backend::Observed{node, i, std::move(value)}});
    }));
  }
}

void AgentWorld::cancel(RequestId id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) {
    const auto is_its_reply = [&](const backend::Event& event) {
      const auto* reply = std::get_if<backend::Reply>(&event.what);
      return reply && reply->id == id;
    };
    std::erase_if(urgent_, is_its_reply);
    std::erase_if(told_, is_its_reply);
    return;
  }
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  deadlines_.erase({pending.deadline, id});
  switch (pending.way) {
    case Way::agent: break;
    case Way::exec:
      if (!lost_) channel_->send(encode(Call{0, Cancel{id}}));
      break;
    case Way::http: (void)http_.cancel(id); break;
    case Way::tcp: (void)tcp_.cancel(id); break;
    case Way::driver: (void)drivers_.cancel(id); break;
  }
}

void AgentWorld::deadlines_passed() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now()) {
    const RequestId id = deadlines_.begin()->second;
    host::Sent sent = host::Sent::interrupted;
    switch (pending_.at(id).way) {
      case Way::agent: break;
      case Way::exec:
        if (!lost_) channel_->send(encode(Call{0, Cancel{id}}));
        break;
      case Way::http: sent = http_.cancel(id); break;
      case Way::tcp: sent = tcp_.cancel(id); break;
      case Way::driver: sent = drivers_.cancel(id); break;
    }
    reply(id, delivery_of(sent), {}, "no answer came in time");
  }
  set_deadline_timer();
}

void AgentWorld::reply(RequestId id, Delivery delivery, Document data, std::string error, bool told, bool breach) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const Instant received = now();
  backend::Reply reply{id, delivery, std::move(data), std::move(error), found->second.sent, received, breach};
  deadlines_.erase({found->second.deadline, id});
  pending_.erase(found);
  if (told) return push_told({received, std::move(reply)});
  urgent_.push_back({received, std::move(reply)});
}

void AgentWorld::answered(Answer answer) {
  if (special_id_ != 0 && answer.id == special_id_) {
    special_ = std::move(answer);
    special_id_ = 0;
    return;
  }
  const auto found = pending_.find(answer.id);
  if (found == pending_.end()) return;
  if (found->second.launch && answer.delivery == Delivery::answered && answer.data.contains("pid") && answer.data["pid"].is_number_integer()) {
    nodes_[found->second.node].pid = answer.data["pid"].get<std::int64_t>();
    const bool already = answer.data.value("already", false);
    if (!already || nodes_[found->second.node].observing.empty()) observe(found->second.node, std::move(found->second.observers));
  }
  Document data;
  for (const auto& [key, value] : answer.data.items()) data.entries.emplace_back(key, to_value(value));
  reply(answer.id, answer.delivery, std::move(data), std::move(answer.error), true);
}

}  // namespace failc::agent
