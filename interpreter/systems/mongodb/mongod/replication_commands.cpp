// An operator's commands to a member of a replica set, and the members' to each other.
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

[[noreturn]] void refuse_as(const replication::CommandError& error) { refuse(QueryError{error.code, error.code_name, error.message, {}}); }

/// The replica ends the operation: at once, or later.
Answer hand_to_replica(Server& server, Operation& operation, const std::function<replication::Effects()>& begin) {
  operation.operator_command = true;
  server.wait(operation, 0, server.until(operation), [] { refuse(code::kMaxTimeExpired, "operation exceeded time limit"); });
  server.carry_out(begin());
  return Later();
}

std::chrono::seconds seconds(const Field& from) {
  if (!from.value.is_number()) from.wrong_type("number");
  return std::chrono::seconds(from.integer());
}

Answer initiate(Server& server, Operation& operation) {
  const bson::ValueView given = operation.command.argument;
  replication::Config config;
  if (given.is(bson::Type::document) && !given.as_document().empty()) {
    config = parse_config(given.as_document());
  } else {
    config.set_name = server.options.replica_set;
    replication::Member self;
    self.host = server.options.host + ":" + std::to_string(server.options.port);
    config.members.push_back(std::move(self));
  }
  replication::Effects effects;
  const std::optional<replication::CommandError> error = server.replica->initiate(server.replication_moment(), std::move(config), effects);
  server.carry_out(std::move(effects));
  if (error) refuse_as(*error);
  return bson::Document();
}

Answer reconfig(Server& server, Operation& operation) {
  replication::Config config = parse_config(Field{"replSetReconfig", "replSetReconfig", operation.command.argument}.document());
  const bool force = flag_or(operation.command.body, "replSetReconfig", "force", false);
  return hand_to_replica(server, operation,
                         [&] { return server.replica->reconfig(server.replication_moment(), operation.id, std::move(config), force); });
}

Answer get_config(Server& server, Operation&) {
  if (!server.replica->config()) refuse(code::kNotYetInitialized, "no replset config has been received");
  return bson::Builder().append("config", config_document(*server.replica->config())).finish();
}

Answer step_down(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  replication::StepDown how;
  how.force = flag_or(from, "replSetStepDown", "force", false);
  if (operation.command.argument.is_number()) how.seconds = seconds({"replSetStepDown", "replSetStepDown", operation.command.argument});
  if (how.seconds.count() == 0) how.seconds = std::chrono::seconds(60);
  if (how.seconds.count() < 0) refuse(code::kBadValue, "stepdown period must be a positive integer");
  how.secondary_catch_up_period = how.force ? std::chrono::seconds(0) : std::min(how.seconds, std::chrono::seconds(10));
  if (from.has("secondaryCatchUpPeriodSecs"))
    how.secondary_catch_up_period = seconds(field(from, "replSetStepDown", "secondaryCatchUpPeriodSecs"));
  return hand_to_replica(server, operation, [&] { return server.replica->step_down(server.replication_moment(), operation.id, how); });
}

Answer step_up(Server& server, Operation& operation) {
  return hand_to_replica(server, operation, [&] { return server.replica->step_up(server.replication_moment(), operation.id); });
}

Answer freeze(Server& server, Operation& operation) {
  replication::Effects effects;
  const replication::Replica::Frozen done =
      server.replica->freeze(server.replication_moment(), seconds({"replSetFreeze", "replSetFreeze", operation.command.argument}), effects);
  server.carry_out(std::move(effects));
  if (done.error) refuse_as(*done.error);
  bson::Builder out;
  if (!done.info.empty()) out.append("info", done.info);
  return out.finish();
}

/// A state that only reads could notice is none this server has.
Answer maintenance(Server& server, Operation& operation) {
  if (!operation.command.argument.truthy()) refuse(code::kOperationFailed, "already out of maintenance mode");
  if (server.replica->is_primary()) refuse(95, "primaries can't modify maintenance mode");
  refuse(code::kNotImplemented, "maintenance mode is not supported by this server");
}

Answer abort_catch_up(Server& server, Operation&) {
  if (!server.replica->is_primary() || server.replica->can_accept_writes()) refuse(code::kIllegalOperation, "this node is not catching up");
  refuse(code::kNotImplemented, "an end to catching up is set by settings.catchUpTimeoutMillis");
}

Answer from_member(Server& server, Operation& operation) {
  if (operation.command.name == "replSetStepUp" && !is_member_request(operation.command.name, operation.command.body))
    return step_up(server, operation);
  const replication::Request request = parse_request(operation.command.name, operation.command.body);
  operation.peer_request = true;
  server.wait(operation, 0, std::nullopt, [] {});
  server.carry_out(server.replica->requested(server.replication_moment(), operation.id, request));
  return Later();
}

}  // namespace

std::vector<Spec> replication_commands() {
  constexpr unsigned kTraits = trait::kAdmin | trait::kMember;
  return {
      {"replSetInitiate", {}, initiate, kTraits, {}},
      {"replSetReconfig", {}, reconfig, kTraits, {"force"}},
      {"replSetGetConfig", {}, get_config, kTraits, {"commitmentStatus"}},
      {"replSetStepDown", {}, step_down, kTraits, {"force", "secondaryCatchUpPeriodSecs"}},
      {"replSetFreeze", {}, freeze, kTraits, {}},
      {"replSetMaintenance", {}, maintenance, kTraits, {}},
      {"replSetAbortPrimaryCatchUp", {}, abort_catch_up, kTraits, {}},
  };
}

std::vector<Spec> peer_commands() {
  constexpr unsigned kTraits = trait::kAdmin | trait::kMember | trait::kPeer | trait::kAnyField;
  std::vector<Spec> out;
  for (const std::string_view name :
       {"replSetHeartbeat", "replSetRequestVotes", "replSetFetch", "replSetUpdatePosition", "replSetStepUp", "replSetFetchSnapshot"})
    out.push_back({name, {}, from_member, kTraits, {}});
  return out;
}

}  // namespace failc::mongod
