#include "interpreter/systems/mongodb/mongod/server.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"

namespace failc::mongod {
namespace {

constexpr std::size_t kLogLines = 1024;

}  // namespace

Server::Server(Options given)
    : options(std::move(given)),
      fail_points(options.seed ^ 0x6661696c),
      cursors(options.seed ^ 0x63757273),
      parameters(options),
      dice_(options.seed) {}
Server::~Server() = default;

// ---- events

std::vector<Effect> Server::handle(Moment now, const Event& event) {
  begin(now);
  struct Visitor {
    Server& server;
    void operator()(const Connected& event) {
      server.connections[event.connection].peer = event.peer;
      ++server.counters.connections_created;
    }
    void operator()(const Received& event) { server.receive(event.connection, event.message); }
    void operator()(const Disconnected& event) { server.disconnect(event.connection); }
    void operator()(const CallAnswered& event) { server.answered(event.call, event.reply); }
    void operator()(const Synced& event) {
      server.synced_record_ = std::max(server.synced_record_, event.record);
      replication::Token token = 0;
      while (!server.tokens_.empty() && server.tokens_.front().first <= event.record) {
        token = server.tokens_.front().second;
        server.tokens_.pop_front();
      }
      if (token != 0 && server.replica) server.carry_out(server.replica->durable(server.replication_moment(), token));
      server.changed(interest::kSynced);
    }
    void operator()(const WokeUp&) {}
    void operator()(const StopRequested&) {
      if (!server.stopping) server.begin_shutdown(std::chrono::seconds(10), true, nullptr);
    }
  };
  if (!exiting_) std::visit(Visitor{*this}, event);
  if (!exiting_) settle();
  return take();
}

void Server::begin(Moment now) {
  at = {std::max(now.now, at.now), now.wall};
  if (exiting_ || !replica) return;
  if (const std::optional<Nanos> due = replica->wake_at(); due && *due <= at.now) carry_out(replica->tick(replication_moment()));
}

std::optional<Nanos> Server::wake_at() const {
  if (exiting_) return std::nullopt;
  std::optional<Nanos> out = replica ? replica->wake_at() : std::nullopt;
  const auto also = [&](std::optional<Nanos> other) {
    if (other) out = out ? std::min(*out, *other) : *other;
  };
  for (const auto& [id, operation] : operations) also(operation->wake);
  also(cursors.next_expiry());
  also(shutdown_deadline_);
  return out;
}

/// Lets go on what can go on, until nothing can.
void Server::settle() {
  cursors.expire(at.now);
  if (sessions_due_ <= at.now) {
    sessions.expire(at.now);
    sessions_due_ = at.now + std::chrono::minutes(1);
  }
  bool first = true;
  while (first || changed_ != 0 || !idle_.empty() || !answers_.empty()) {
    first = false;
    const unsigned changed = std::exchange(changed_, 0);
    std::vector<OperationId> due;
    for (const auto& [id, operation] : operations)
      if (operation->resume && ((operation->interests & changed) || (operation->wake && *operation->wake <= at.now))) due.push_back(id);
    for (const OperationId id : due) {
      const auto found = operations.find(id);
      if (found == operations.end() || !found->second->resume) continue;
      Operation& operation = *found->second;
      const std::function<void()> resume = std::move(operation.resume);
      operation.resume = nullptr;
      operation.wake.reset();
      operation.interests = 0;
      operation.interruptible = false;
      guarded(operation, resume);
    }
    for (const ConnectionId id : std::exchange(idle_, {})) serve_next(id);
    if (changed_ == 0 && idle_.empty())
      for (const replication::Answer& ready : std::exchange(answers_, {})) answer(ready);
    if (shutdown_deadline_) {
      const bool handed_over = !replica || !replica->hello().primary.empty();
      if (!shutdown_step_down_ && (handed_over || *shutdown_deadline_ <= at.now)) return stop(0);
    }
  }
}

std::vector<Effect> Server::take() {
  consider_compaction();
  if (exiting_) {
    out_.emplace_back(Exit{*exiting_});
    exiting_.reset();
    stopping = true;
    operations.clear();
    replica.reset();
  }
  return std::exchange(out_, {});
}

// ---- connections

void Server::receive(ConnectionId id, std::string message) {
  const auto found = connections.find(id);
  if (found == connections.end() || found->second.closing) return;
  if (found->second.active != 0)
    found->second.queued.push_back(std::move(message));
  else
    start_operation(id, std::move(message));
}

void Server::serve_next(ConnectionId id) {
  const auto found = connections.find(id);
  if (found == connections.end() || found->second.closing || found->second.active != 0 || found->second.queued.empty()) return;
  std::string message = std::move(found->second.queued.front());
  found->second.queued.pop_front();
  start_operation(id, std::move(message));
}

void Server::disconnect(ConnectionId id) {
  const auto found = connections.find(id);
  if (found == connections.end()) return;
  const OperationId active = found->second.active;
  if (const auto running = operations.find(active); running != operations.end()) {
    Operation& operation = *running->second;
    if (operation.peer_request && replica) carry_out(replica->withdrawn(replication_moment(), operation.id));
    if (operation.operator_command && replica && shutdown_step_down_ != operation.id)
      carry_out(replica->abandoned(replication_moment(), operation.id));
  }
  forget(active);
  connections.erase(id);
}

/// The operation is over: its connection goes on with the next one.
void Server::forget(OperationId id) {
  const auto found = operations.find(id);
  if (found == operations.end()) return;
  const ConnectionId connection = found->second->connection;
  operations.erase(found);
  const auto its = connections.find(connection);
  if (its == connections.end() || its->second.active != id) return;
  its->second.active = 0;
  if (!its->second.queued.empty()) idle_.push_back(connection);
}

// ---- for commands

bson::Document Server::topology_version() const {
  return bson::Builder().append("processId", process).append("counter", topology_counter).finish();
}

bson::Timestamp Server::last_written() const { return replica ? timestamp_of(replica->last_applied()) : bson::Timestamp{}; }

void Server::log(std::string component, std::string text) {
  log_lines.push_back(component + " " + text);
  if (log_lines.size() > kLogLines) log_lines.pop_front();
  out_.push_back(Log{std::move(component), std::move(text)});
}

bson::ObjectId Server::new_object_id() {
  bson::ObjectId out;
  const std::uint32_t seconds = static_cast<std::uint32_t>(at.wall.count() / 1000);
  const std::uint32_t counter = object_counter_++;
  for (int i = 0; i < 4; ++i) out.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  for (std::size_t i = 4; i < 9; ++i) out.bytes[i] = process.bytes[i];
  for (int i = 0; i < 3; ++i) out.bytes[static_cast<std::size_t>(9 + i)] = static_cast<std::uint8_t>(counter >> (16 - 8 * i));
  return out;
}

void Server::wait(Operation& operation, unsigned interests, std::optional<Nanos> until, std::function<void()> resume) {
  operation.interests = interests;
  operation.wake = until;
  operation.resume = std::move(resume);
}

std::optional<Nanos> Server::until(const Operation& operation, std::optional<Nanos> other) const {
  if (operation.deadline && (!other || *operation.deadline < *other)) return operation.deadline;
  return other;
}

// ---- the end

/// A primary hands over first. Without `asked` (a signal) nobody is told how it went.
void Server::begin_shutdown(std::chrono::seconds patience, bool force, Operation* asked) {
  stopping = true;
  shutdown_force_ = force;
  if (!replica || !replica->is_primary()) return stop(0);
  const std::vector<replication::MemberStatus> members = replica->status(replication_moment()).members;
  const bool successor = std::any_of(members.begin(), members.end(), [](const replication::MemberStatus& member) {
    return !member.self && member.healthy && member.state == replication::State::secondary;
  });
  if (force && !successor) return stop(0);
  const OperationId id = asked != nullptr ? asked->id : ++last_operation_;
  if (asked != nullptr) {
    asked->operator_command = true;
    wait(*asked, 0, std::nullopt, [] {});
  }
  shutdown_step_down_ = id;
  carry_out(replica->step_down(replication_moment(), id, {std::max(patience, std::chrono::seconds(60)), patience, force}));
}

void Server::stop(int exit_code) {
  log("CONTROL", "shutting down with code " + std::to_string(exit_code));
  ++topology_counter;
  std::vector<OperationId> all;
  for (const auto& [id, operation] : operations) all.push_back(id);
  for (const OperationId id : all) {
    Operation& operation = *operations.at(id);
    if (operation.command.name == "shutdown")
      forget(id);
    else if (operation.spec != nullptr && operation.spec->has(trait::kHello))
      fail(operation, query::query_error(code::kShutdownInProgress, "The server is shutting down"));
    else
      interrupt(operation, code::kInterruptedAtShutdown, "interrupted at shutdown");
  }
  for (auto& [id, connection] : connections) {
    connection.closing = true;
    out_.emplace_back(Close{id});
  }
  exiting_ = exit_code;
}

}  // namespace failc::mongod
