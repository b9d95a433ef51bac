// The replica's wishes carried out, and what it tells turned into replies.
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {

void Server::carry_out(replication::Effects effects) {
  for (replication::Effect& effect : effects) carry_out(effect);
}

void Server::carry_out(replication::Effect& effect) {
  struct Visitor {
    Server& server;
    void operator()(replication::Call& call) {
      server.calls_[call.id] = std::string(name_of(call.request));
      server.out_.push_back(Call{call.id, std::move(call.host), request_document(call.request).bytes(), call.timeout});
    }
    void operator()(replication::CancelCall& call) {
      server.calls_.erase(call.id);
      server.out_.emplace_back(CancelCall{call.id});
    }
    void operator()(replication::Answer& answer) { server.answers_.push_back(std::move(answer)); }
    void operator()(replication::Persist& persist) {
      const std::uint64_t record = server.append_record(encode_record(persist.record), persist.sync, persist.urgent);
      server.tokens_.emplace_back(record, persist.token);
    }
    void operator()(replication::Apply& apply) {
      for (const replication::Entry& entry : apply.entries) {
        const Result<LogEntry> decoded = decode_entry(entry.payload);
        if (decoded)
          server.apply(*decoded);
        else
          server.log("REPL", decoded.error().message);
      }
      server.changed(interest::kReplication);
    }
    void operator()(replication::Undo& undo) {
      for (const replication::Entry& entry : undo.entries)
        if (const Result<LogEntry> decoded = decode_entry(entry.payload)) server.undo(*decoded);
      server.rebuild_sessions();
      server.cursors.kill_all();
      server.changed(interest::kReplication);
    }
    void operator()(replication::Dropped& dropped) {
      for (const replication::Entry& entry : dropped.entries)
        if (const std::optional<SessionMark> mark = session_of(entry.payload)) server.sessions.settle(*mark, server.at.now);
    }
    void operator()(replication::CollectPiece& piece) {
      if (piece.first || !server.collected_) server.collected_.emplace();
      if (const Status added = server.collected_->add(piece.bytes); !added) {
        server.log("INITSYNC", "cannot take over another member's state: " + added.error().message);
        server.stop(100);
      }
    }
    void operator()(replication::ForgetPieces&) { server.collected_.reset(); }
    void operator()(replication::InstallSnapshot&) {
      server.install(std::move(*server.collected_));
      server.collected_.reset();
      server.cursors.kill_all();
      server.changed(interest::kReplication);
    }
    void operator()(replication::CommitPointAdvanced&) { server.changed(interest::kReplication); }
    void operator()(replication::PositionsChanged&) { server.changed(interest::kReplication); }
    void operator()(replication::StateChanged& change) { server.state_changed(change.writable); }
    void operator()(replication::CommandFinished& finished) { server.finish_command(finished.id, finished.error); }
    void operator()(replication::Log& log) { server.log("REPL", std::move(log.text)); }
  };
  std::visit(Visitor{*this}, effect);
}

void Server::answer(const replication::Answer& answer) {
  const auto found = operations.find(answer.id);
  if (found == operations.end()) return;
  Operation& operation = *found->second;
  if (const auto* refusal = std::get_if<replication::Refusal>(&answer.response))
    fail(operation, {refusal->error.code, refusal->error.code_name, refusal->error.message, {}});
  else
    send(operation, response_document(answer.response), true, false);
}

void Server::state_changed(bool writable) {
  ++topology_counter;
  changed(interest::kHello | interest::kReplication);
  if (was_writable_ && !writable && !replica->is_primary()) {
    std::vector<OperationId> waiting;
    for (const auto& [id, operation] : operations)
      if (operation->interruptible && operation->resume) waiting.push_back(id);
    for (const OperationId id : waiting)
      if (const auto found = operations.find(id); found != operations.end()) {
        Operation& operation = *found->second;
        // What is with a majority already may be acknowledged all the same.
        const bool safe = operation.spec->has(trait::kConcern) &&
                          replica->write_state(operation.written, concern_of(operation).what) == replication::WriteState::satisfied;
        if (!safe) interrupt(operation, code::kInterruptedByStateChange, "operation was interrupted");
      }
  }
  if (writable || !replica->is_primary()) was_writable_ = writable;
}

void Server::finish_command(OperationId id, const std::optional<replication::CommandError>& error) {
  if (shutdown_step_down_ == id) {
    shutdown_step_down_.reset();
    if (!error || shutdown_force_ || !replica->is_primary()) {
      // A moment for another to take over: the request to do so is on its way.
      shutdown_deadline_ = at.now + std::chrono::milliseconds(500);
      return;
    }
    stopping = false;
  }
  const auto found = operations.find(id);
  if (found == operations.end()) return;
  Operation& operation = *found->second;
  operation.operator_command = false;
  if (error)
    fail(operation, {error->code, error->code_name, error->message, {}});
  else
    send(operation, {}, true, false);
}

void Server::rebuild_sessions() {
  sessions.rewind();
  const replication::Oplog& oplog = replica->oplog();
  for (std::size_t i = 0; i < oplog.size(); ++i)
    if (const std::optional<SessionMark> mark = session_of(oplog[i].payload)) sessions.record(*mark, at.now);
}

void Server::answered(CallId id, const Result<std::string>& reply) {
  const auto found = calls_.find(id);
  if (found == calls_.end() || !replica) return;
  const std::string name = std::move(found->second);
  calls_.erase(found);
  if (!reply) return carry_out(replica->failed(replication_moment(), id, reply.error().message));
  const Result<bson::Document> document = bson::Document::from_bytes(*reply);
  const std::optional<replication::Response> response = document ? parse_response(name, document->view()) : std::nullopt;
  if (response)
    carry_out(replica->answered(replication_moment(), id, *response));
  else
    carry_out(replica->failed(replication_moment(), id, "the answer to " + name + " is none"));
}

}  // namespace failc::mongod
