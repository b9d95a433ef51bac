#include "interpreter/systems/mongodb/mongod/world_test.hpp"

#include "grammar/base/bug.hpp"

namespace failc::mongod::test {

bson::Document json(std::string_view text) {
  Result<bson::Document> out = bson::from_json(text);
  if (!out) FAILC_BUG("a test's JSON is none");
  return *out;
}

namespace {

std::string show(const Effect& effect) {
  struct Visitor {
    std::string operator()(const Send& send) const { return std::to_string(send.connection) + send.message; }
    std::string operator()(const Close& close) const { return std::to_string(close.connection); }
    std::string operator()(const Call& call) const {
      return std::to_string(call.call) + call.address + call.command + std::to_string(call.timeout.count());
    }
    std::string operator()(const CancelCall& call) const { return std::to_string(call.call); }
    std::string operator()(const Append& append) const { return std::to_string(append.record) + append.bytes + (append.sync ? "s" : ""); }
    std::string operator()(const Compact& compact) const { return std::to_string(compact.record); }
    std::string operator()(const Log& log) const { return log.component + log.text; }
    std::string operator()(const Exit& exit) const { return std::to_string(exit.code); }
  };
  return std::to_string(effect.index()) + ":" + std::visit(Visitor(), effect);
}

}  // namespace

void World::add(int port, const Settings& settings) {
  nodes_[port].settings = settings;
  start(port);
}

void World::start(int port) {
  Node& node = nodes_.at(port);
  FAILC_ASSERT(!node.model);
  ++node.lives;
  node.exit.reset();
  node.on_disk = node.journal.size();
  node.options = {"localhost",           static_cast<std::uint16_t>(port), node.settings.replica_set,
                  node.settings.version, node.settings.parameters,         dice_.next(),
                  1000 + port,           node.settings.oplog_bytes};
  node.before = 0;
  node.model = make_model(node.options);
  node.trace.clear();
  node.given.clear();
  if (recording) {
    node.found_journal = node.journal;
    node.given.emplace_back(moment(), std::nullopt);
  }
  carry_out(port, node.model->start(moment(), node.journal));
}

void World::kill(int port) {
  Node& node = nodes_.at(port);
  node.model.reset();
  // Of what the disk has not promised, some may be there all the same.
  node.journal.resize(node.on_disk + dice_.below(node.journal.size() - node.on_disk + 1));
  node.anew.reset();
  node.inner.clear();
  node.calls.clear();
  node.wake.reset();
  // What it sent before it ended by itself still arrives.
  const auto close = [this, port, now = now_] {
    for (auto& [id, client] : clients_)
      if (client.port == port && client.since <= now) client.closed = true;
  };
  if (node.exit)
    later(2 * network_time, close);
  else
    close();
  own_.erase(port);
}

void World::wipe(int port) {
  Node& node = nodes_.at(port);
  FAILC_ASSERT(!node.model);
  node.journal.clear();
  node.on_disk = 0;
}

/// As the host does it: a second file, to which all that follows goes too; synced, it takes the first one's place.
void World::compact(int port) {
  Node& node = nodes_.at(port);
  node.anew.emplace();
  node.model->checkpoint([&](std::string_view record) { node.anew->emplace_back(record); });
  if (recording)
    for (const std::string& record : *node.anew) node.trace += record;
  const std::int64_t first = std::ssize(*node.anew);
  later(3 * disk_time, [this, port, first, life = node.lives] {
    Node& then = nodes_.at(port);
    if (then.lives != life || !then.model) return;
    const std::int64_t last = then.before + std::ssize(then.journal);
    const std::int64_t synced = then.before + static_cast<std::int64_t>(then.on_disk);
    then.journal = std::move(*then.anew);
    then.anew.reset();
    then.before = last - std::ssize(then.journal);
    then.on_disk = static_cast<std::size_t>(std::max(first, synced - then.before));
    ++then.compactions;
  });
}

void World::give(int port, const Event& event) {
  Node& node = nodes_.at(port);
  if (!node.model) return;
  if (recording) node.given.emplace_back(moment(), event);
  carry_out(port, node.model->handle(moment(), event));
}

bool World::replays(int port) {
  const Node& node = nodes_.at(port);
  const std::unique_ptr<Model> again = make_model(node.options);
  std::string trace;
  for (const auto& [when, event] : node.given)
    for (const Effect& effect : event ? again->handle(when, *event) : again->start(when, node.found_journal)) {
      trace += show(effect);
      if (std::holds_alternative<Compact>(effect)) again->checkpoint([&](std::string_view record) { trace += record; });
    }
  return trace == node.trace;
}

void World::look_at_wake(int port) {
  Node& node = nodes_.at(port);
  if (!node.model) return;
  const std::optional<Nanos> wake = node.model->wake_at();
  if (!wake || (node.wake && *node.wake <= *wake && *node.wake > now_)) return;
  node.wake = wake;
  const int life = node.lives;
  queue_.push({std::max(*wake, now_), ++order_, [this, port, life, at = *wake] {
                 Node& later = nodes_.at(port);
                 if (later.lives != life || !later.model) return;
                 if (later.wake == at) later.wake.reset();
                 const std::optional<Nanos> due = later.model->wake_at();
                 if (due && *due <= now_)
                   give(port, WokeUp{});
                 else
                   look_at_wake(port);
               }});
}

void World::carry_out(int port, std::vector<Effect> effects) {
  Node& node = nodes_.at(port);
  const int life = node.lives;
  for (Effect& effect : effects) {
    if (recording) node.trace += show(effect);
    if (Send* send = std::get_if<Send>(&effect)) {
      if (const auto inner = node.inner.find(send->connection); inner != node.inner.end()) {
        const std::function<void(const std::string&)> answer = std::move(inner->second);
        node.inner.erase(inner);
        answer(send->message);
        continue;
      }
      later(network_time, [this, connection = send->connection, message = std::move(send->message)] {
        Client& client = clients_[connection];
        if (client.closed) return;
        Result<wire::Message> parsed = wire::parse(message);
        FAILC_ASSERT(parsed);
        Reply reply;
        reply.header = parsed->header;
        if (const wire::Msg* msg = std::get_if<wire::Msg>(&parsed->content)) {
          reply.flags = msg->flags;
          reply.document = bson::Document(bson::View(msg->body));
        } else {
          reply.document = bson::Document(bson::View(std::get<wire::Reply>(parsed->content).documents.at(0)));
        }
        client.replies.push_back(std::move(reply));
      });
    } else if (Close* close = std::get_if<Close>(&effect)) {
      later(network_time, [this, connection = close->connection] { clients_[connection].closed = true; });
    } else if (Call* made = std::get_if<Call>(&effect)) {
      call(port, *made);
    } else if (CancelCall* cancelled = std::get_if<CancelCall>(&effect)) {
      node.calls.erase(cancelled->call);
    } else if (Append* append = std::get_if<Append>(&effect)) {
      if (node.anew) node.anew->push_back(append->bytes);
      node.journal.push_back(std::move(append->bytes));
      FAILC_ASSERT(static_cast<std::int64_t>(append->record) == node.before + std::ssize(node.journal));
      if (append->sync) {
        later(disk_time, [this, port, life, record = append->record] {
          Node& then = nodes_.at(port);
          if (then.lives != life || !then.model) return;
          const std::int64_t place = static_cast<std::int64_t>(record) - then.before;
          then.on_disk = static_cast<std::size_t>(std::max(static_cast<std::int64_t>(then.on_disk), place));
          give(port, Synced{record});
        });
      }
    } else if (std::holds_alternative<Compact>(effect)) {
      if (!node.anew) compact(port);
    } else if (Exit* exit = std::get_if<Exit>(&effect)) {
      node.exit = exit->code;
      node.on_disk = node.journal.size();
      kill(port);
      return;
    }
  }
  look_at_wake(port);
}

void World::call(int port, const Call& made) {
  Node& node = nodes_.at(port);
  node.calls[made.call] = true;
  const int life = node.lives;
  const auto answer = [this, port, life, id = made.call](Result<std::string> reply) {
    Node& then = nodes_.at(port);
    if (then.lives != life || !then.model || then.calls.erase(id) == 0) return;
    give(port, CallAnswered{id, std::move(reply)});
  };
  later(made.timeout, [answer] { answer(Error{"no answer in time"}); });
  const int target = std::stoi(made.address.substr(made.address.find(':') + 1));
  const Nanos delay = network_time + std::chrono::microseconds(dice_.below(std::uint64_t{300}));
  later(delay, [this, port, target, answer, command = made.command] {
    if (!reachable(port, target)) return;
    if (!nodes_.contains(target) || !nodes_.at(target).model) return answer(Error{"connection refused"});
    const ConnectionId connection = ++last_connection_;
    nodes_.at(target).inner[connection] = [this, port, target, answer](const std::string& message) {
      later(network_time, [this, port, target, answer, message] {
        if (!reachable(port, target)) return;
        const Result<wire::Message> parsed = wire::parse(message);
        answer(std::string(std::get<wire::Msg>(parsed->content).body));
      });
    };
    give(target, Connected{connection, "127.0.0.1:1"});
    give(target, Received{connection, wire::write_msg(1, 0, 0, command)});
  });
}

bool World::step(Nanos limit) {
  if (queue_.empty() || queue_.top().at > limit) {
    now_ = limit;
    return false;
  }
  const Happening next = queue_.top();
  queue_.pop();
  now_ = std::max(now_, next.at);
  next.what();
  return true;
}

void World::pass(std::chrono::milliseconds time) {
  const Nanos limit = now_ + time;
  while (step(limit)) {
  }
}

bool World::until(const std::function<bool()>& holds, std::chrono::milliseconds most) {
  const Nanos limit = now_ + most;
  while (!holds())
    if (!step(limit)) return holds();
  return true;
}

ConnectionId World::connect(int port) {
  const ConnectionId id = ++last_connection_;
  clients_[id].port = port;
  clients_[id].since = now_;
  clients_[id].closed = !alive(port);
  give(port, Connected{id, "127.0.0.1:" + std::to_string(20000 + id)});
  return id;
}

void World::disconnect(ConnectionId connection) {
  Client& client = clients_[connection];
  client.closed = true;
  give(client.port, Disconnected{connection});
}

void World::send(ConnectionId connection, const bson::Document& command, std::uint32_t flags,
                 const std::vector<wire::Sequence>& sequences) {
  send_bytes(connection, wire::write_msg(++last_request_, 0, flags, command.bytes(), sequences));
}

void World::send_bytes(ConnectionId connection, std::string message) {
  if (clients_[connection].closed) return;
  give(clients_[connection].port, Received{connection, std::move(message)});
}

std::optional<bson::Document> World::ask(ConnectionId connection, const bson::Document& command, std::chrono::milliseconds most) {
  const std::size_t before = clients_[connection].replies.size();
  send(connection, command);
  until([&] { return clients_[connection].closed || clients_[connection].replies.size() > before; }, most);
  if (clients_[connection].replies.size() == before) return std::nullopt;
  return clients_[connection].replies[before].document;
}

bson::Document World::run(int port, const bson::Document& command) {
  if (!alive(port)) return {};
  if (!own_.contains(port) || clients_[own_[port]].closed) own_[port] = connect(port);
  return ask(own_[port], command).value_or(bson::Document());
}

bson::Document World::run(int port, std::string_view command) { return run(port, json(command)); }

std::optional<int> World::primary() {
  for (const auto& [port, node] : nodes_)
    if (node.model && run(port, R"({"hello": 1, "$db": "admin"})")["isWritablePrimary"].truthy()) return port;
  return std::nullopt;
}

}  // namespace failc::mongod::test
