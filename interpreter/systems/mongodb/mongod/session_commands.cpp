#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/writing.hpp"

namespace failc::mongod {
namespace {

/// The ids of `[{id: …}, …]`.
std::vector<std::string> sessions_of(const Command& command) {
  std::vector<std::string> out;
  if (!command.argument.is(bson::Type::array)) Field{command.name, command.name, command.argument}.wrong_type("array");
  for (const bson::Element& element : command.argument.as_document()) {
    const bson::View session = Field{command.name, command.name, element.value}.document();
    const bson::ValueView id = session["id"];
    if (!id.is(bson::Type::binary) || id.as_binary().bytes.size() != 16) refuse(code::kInvalidUuid, "a session's id must be a UUID");
    out.emplace_back(id.as_binary().bytes);
  }
  return out;
}

Answer start(Server& server, Operation&) {
  const query::Uuid uuid = new_uuid(server);
  const std::string id(uuid.begin(), uuid.end());
  server.sessions.touch(id, server.at.now);
  return bson::Builder().open("id").append("id", bson::BinaryView{4, id}).close().append("timeoutMinutes", 30).finish();
}

Answer refresh(Server& server, Operation& operation) {
  for (const std::string& id : sessions_of(operation.command)) server.sessions.touch(id, server.at.now);
  return bson::Document();
}

Answer end(Server& server, Operation& operation) {
  for (const std::string& id : sessions_of(operation.command)) {
    server.cursors.kill_session(id);
    server.sessions.end(id);
  }
  return bson::Document();
}

/// Ends what the sessions are at: their cursors, and operations that wait.
Answer kill(Server& server, Operation& operation) {
  std::vector<std::string> named;
  if (operation.command.name == "killSessions") named = sessions_of(operation.command);
  const bool all = named.empty();  // patterns are of users, and here are none
  std::vector<OperationId> waiting;
  for (const auto& [id, other] : server.operations)
    if (id != operation.id && !other->command.session.empty() && other->resume &&
        (all || std::find(named.begin(), named.end(), other->command.session) != named.end()))
      waiting.push_back(id);
  if (all)
    server.cursors.kill_all();
  else
    for (const std::string& id : named) server.cursors.kill_session(id);
  for (const OperationId id : waiting) server.interrupt(*server.operations.at(id), code::kInterrupted, "operation was interrupted");
  return bson::Document();
}

}  // namespace

std::vector<Spec> session_commands() {
  return {
      {"startSession", {}, start, 0, {}}, {"refreshSessions", {}, refresh, 0, {}}, {"endSessions", {}, end, 0, {}},
      {"killSessions", {}, kill, 0, {}},  {"killAllSessions", {}, kill, 0, {}},    {"killAllSessionsByPattern", {}, kill, 0, {}},
  };
}

}  // namespace failc::mongod
