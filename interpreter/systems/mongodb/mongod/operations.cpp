// What happens to a request before and around its command: reading it, fail points, who may do what, waiting for what it wants to read.
#include <algorithm>

#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

std::string name_space(const Command& command) {
  std::string out(command.database);
  if (command.argument.is(bson::Type::string)) out += "." + std::string(command.argument.as_string());
  if (command.name == "getMore")
    if (const bson::ValueView collection = command.body["collection"]; collection.is(bson::Type::string))
      out += "." + std::string(collection.as_string());
  return out;
}

}  // namespace

void Server::start_operation(ConnectionId id, std::string message) {
  std::unique_ptr<Operation> owned = std::make_unique<Operation>();
  Operation& operation = *owned;
  operation.id = ++last_operation_;
  operation.connection = id;
  operation.began = at;
  operation.bytes = std::move(message);
  Result<wire::Message> parsed = wire::parse(operation.bytes);
  if (!parsed || std::holds_alternative<wire::Reply>(parsed->content)) {
    log("NETWORK",
        "connection " + std::to_string(id) + " sent what is no request: " + (parsed ? std::string("a reply") : parsed.error().message));
    connections.at(id).closing = true;
    out_.emplace_back(Close{id});
    return;
  }
  operation.message = std::move(*parsed);
  connections.at(id).active = operation.id;
  operations.emplace(operation.id, std::move(owned));
  guarded(operation, [&] { admit(operation); });
}

void Server::guarded(Operation& operation, const std::function<void()>& work) {
  const OperationId id = operation.id;
  try {
    work();
  } catch (const Refused& refused) {
    if (operations.contains(id)) fail(operation, refused.error);
  }
}

void Server::admit(Operation& operation) {
  Command& command = operation.command;
  command = read_command(operation.message);
  const bool legacy = std::holds_alternative<wire::Query>(operation.message.content);
  if (command.database.empty() && !legacy) refuse(code::kMissingDatabase, "OP_MSG requests require a $db argument");
  operation.spec = find_command(command.name);
  if (legacy && (operation.spec == nullptr || !operation.spec->has(trait::kHello))) {
    refuse(code::kUnsupportedOpQuery, "Unsupported OP_QUERY command: " + std::string(command.name) +
                                          ". The client driver may require an upgrade: OP_QUERY is for hello only");
  }
  check_database_name(command.database);
  if (operation.spec == nullptr) refuse(code::kCommandNotFound, "no such command: '" + std::string(command.name) + "'");
  read_generic_arguments(command);
  if (command.max_time && !operation.spec->has(trait::kHello)) operation.deadline = operation.began.now + *command.max_time;
  operation.retryable = command.transaction_number.has_value();
  pass_fail_point(operation);
}

void Server::pass_fail_point(Operation& operation) {
  Connection& connection = connection_of(operation);
  std::vector<std::string_view> aliases = operation.spec->aliases;
  aliases.push_back(operation.spec->name);
  const bool internal = operation.spec->has(trait::kPeer) && is_member_request(operation.command.name, operation.command.body);
  // A handshake names its application itself.
  std::string app_name = connection.app_name;
  if (operation.spec->has(trait::kHello) && !connection.greeted)
    if (const bson::ValueView name = operation.command.body.at("client.application.name"); name.is(bson::Type::string))
      app_name = std::string(name.as_string());
  operation.fail = fail_points.fail_command({operation.command.name, aliases, app_name, name_space(operation.command), internal});
  if (!operation.fail) return check(operation);
  fail_points_met();
  if (operation.fail->block.count() <= 0) return after_block(operation);
  const Nanos end = at.now + operation.fail->block;
  wait(operation, 0, until(operation, end), [this, &operation, end] {
    if (at.now < end) refuse(code::kMaxTimeExpired, "operation exceeded time limit");
    after_block(operation);
  });
}

void Server::after_block(Operation& operation) {
  if (operation.fail->close) {
    close_connection(operation);
    return;
  }
  if (operation.fail->error_code) {
    QueryError error = query::query_error(*operation.fail->error_code, "Failing command via 'failCommand' failpoint");
    if (operation.fail->error_extra_info.is(bson::Type::document))
      error.extra = bson::Document(operation.fail->error_extra_info.view().as_document());
    return fail(operation, error);
  }
  check(operation);
}

void Server::check(Operation& operation) {
  const Command& command = operation.command;
  const Spec& spec = *operation.spec;
  const std::string name(command.name);
  // A primary that ends first lets the others have what they lack.
  const bool of_member = spec.has(trait::kPeer) && is_member_request(name, command.body);
  if (stopping && !spec.has(trait::kHello) && !of_member) refuse(code::kShutdownInProgress, "The server is shutting down");
  if (spec.has(trait::kAdmin) && command.database != "admin")
    refuse(code::kUnauthorized, name + " may only be run against the admin database.");
  if (spec.has(trait::kMember) && !replica) refuse(code::kNoReplicationEnabled, "not running with --replSet");
  if (!spec.has(trait::kAnyField)) {
    for (const bson::Element& element : command.body) {
      if (element.key == command.name || is_generic_argument(element.key)) continue;
      if (std::find(spec.fields.begin(), spec.fields.end(), element.key) == spec.fields.end())
        refuse(code::kUnknownField, "BSON field '" + name + "." + std::string(element.key) + "' is an unknown field.");
    }
    for (const wire::Sequence& sequence : command.sequences)
      if (std::find(spec.fields.begin(), spec.fields.end(), sequence.identifier) == spec.fields.end())
        refuse(code::kUnknownField, "BSON field '" + name + "." + std::string(sequence.identifier) + "' is an unknown field.");
  }
  if (command.cluster_time) cluster_time_ = std::max(cluster_time_, packed(*command.cluster_time));
  if (!command.session.empty()) sessions.touch(command.session, at.now);
  if (command.write_concern.given) {
    if (!spec.has(trait::kConcern)) refuse(code::kInvalidOptions, "Command " + name + " does not support writeConcern");
    if (!replica) {
      const int* number = std::get_if<int>(&command.write_concern.what.w);
      if (number != nullptr && *number > 1) refuse(code::kBadValue, "cannot use 'w' > 1 when a host is not replicated");
      if (number == nullptr && !command.write_concern.majority())
        refuse(code::kBadValue, "cannot use non-majority 'w' mode when a host is not a member of a replica set");
    }
  }
  if (command.transaction_number) {
    if (!spec.has(trait::kRetryable))
      refuse(50768,
             "txnNumber may only be provided for multi-document transactions and retryable write commands, and " + name + " is neither");
    if (!replica) refuse(code::kIllegalOperation, "Transaction numbers are only allowed on a replica set member or mongos");
  }
  const bool local = command.database == "local";
  if (spec.has(trait::kWrite) && !local) need_writable();
  if (command.transaction_number) sessions.begin(command.session, *command.transaction_number, at.now);
  if (spec.has(trait::kRead)) {
    if (replica && !replica->can_read() && !local) refuse(code::kNotPrimaryOrSecondary, "node is not in primary or recovering state");
    if (replica && !replica->can_accept_writes() && !command.secondary_ok && !local)
      refuse(code::kNotPrimaryNoSecondaryOk, "not primary and secondaryOk=false");
    return run_when_readable(operation);
  }
  if (command.read_concern.level != ReadLevel::local || command.read_concern.after_cluster_time) {
    const bool write = spec.has(trait::kWrite);
    if (command.read_concern.level != ReadLevel::local || !write)
      refuse(code::kInvalidOptions, "Command " + name + " does not support this readConcern");
  }
  run(operation);
}

/// afterClusterTime: until this node has what the client has seen.
void Server::run_when_readable(Operation& operation) {
  const ReadConcern& concern = operation.command.read_concern;
  if (!replica) {
    if (concern.after_cluster_time)
      refuse(code::kIllegalOperation, "Cannot specify afterClusterTime readConcern without being in a replica set");
    if (concern.level == ReadLevel::linearizable) refuse(123, "node needs to be a replica set member to use read concern");
    return run(operation);
  }
  if (concern.level == ReadLevel::linearizable && !replica->can_accept_writes())
    refuse(code::kNotWritablePrimary, "cannot satisfy linearizable read concern on non-primary node");
  if (concern.after_cluster_time) {
    const std::uint64_t wanted = packed(*concern.after_cluster_time);
    if (wanted > cluster_time_ && wanted > packed(last_written()))
      refuse(code::kInvalidOptions, "readConcern afterClusterTime value must not be greater than the current clusterTime");
    // On a primary the time comes with the next write; one that changes nothing will do.
    if (wanted > packed(last_written()) && replica->can_accept_writes()) write_noop("reach a cluster time");
    if (wanted > packed(last_written())) {
      wait(operation, interest::kReplication, until(operation, at.now + std::chrono::milliseconds(200)), [this, &operation] {
        if (expired(operation)) refuse(code::kMaxTimeExpired, "operation exceeded time limit");
        run_when_readable(operation);
      });
      return;
    }
  }
  run(operation);
}

/// The fail point of retryable writes: the connection ends, before or after the write is done.
bool Server::fails_on_primary(Operation& operation, bool& close_after) {
  if (!operation.retryable || !operation.spec->has(trait::kRetryable)) return false;
  const std::optional<bson::Document> data = fail_points.hit("onPrimaryTransactionalWrite");
  if (!data) return false;
  fail_points_met();
  const bool close = flag_or(data->view(), "onPrimaryTransactionalWrite", "closeConnection", true);
  const std::optional<std::int64_t> number = (*data)["failBeforeCommitExceptionCode"].integer();
  if (!number) {
    close_after = close;
    return false;
  }
  if (!close) refuse(static_cast<int>(*number), "Failing write for fail point onPrimaryTransactionalWrite");
  close_connection(operation);
  return true;
}

void Server::close_connection(Operation& operation) {
  connections.at(operation.connection).closing = true;
  out_.emplace_back(Close{operation.connection});
  forget(operation.id);
}

void Server::run(Operation& operation) {
  const OperationId id = operation.id;
  bool close_after = false;
  if (fails_on_primary(operation, close_after)) return;
  Answer answer = operation.spec->run(*this, operation);
  if (!operations.contains(id)) return;
  if (close_after) return close_connection(operation);
  if (bson::Document* reply = std::get_if<bson::Document>(&answer)) complete(operation, std::move(*reply));
}

void Server::complete(Operation& operation, bson::Document reply) {
  operation.reply = std::move(reply);
  if (operation.spec->has(trait::kRead) && operation.written.is_null() && replica &&
      operation.command.read_concern.level >= ReadLevel::majority) {
    // Nothing of the past is kept, so what was read is shown once it is committed, rather than what was committed before. An entry of
    // the own makes a linearizable read's proof that this node was primary all the while.
    replication::OpTime target = replica->last_applied();
    if (operation.command.read_concern.level == ReadLevel::linearizable) {
      const std::optional<replication::OpTime> proof = write_noop("linearizable read");
      if (!proof) refuse(code::kNotWritablePrimary, "not primary");
      target = *proof;
    }
    operation.written = target;
    return finish_read(operation, std::move(operation.reply));
  }
  if (operation.spec->has(trait::kConcern)) return await_write_concern(operation);
  send(operation, std::move(operation.reply), true, false);
}

void Server::finish_read(Operation& operation, bson::Document reply) {
  operation.reply = std::move(reply);
  if (!operation.written.is_null() && !replica->holds(operation.written))
    refuse(code::kInterruptedByStateChange, "what was read has been rolled back");
  if (operation.written <= replica->commit_point()) return send(operation, std::move(operation.reply), true, false);
  if (expired(operation)) refuse(code::kMaxTimeExpired, "operation exceeded time limit");
  wait(operation, interest::kReplication, until(operation), [this, &operation] { finish_read(operation, std::move(operation.reply)); });
  operation.interruptible = operation.command.read_concern.level == ReadLevel::linearizable;
}

}  // namespace failc::mongod
