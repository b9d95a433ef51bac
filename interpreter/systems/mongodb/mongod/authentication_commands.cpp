// Authentication. This server has no users: it lets everybody in, and nobody as a user.
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

Answer refuse_user(Server& server, Operation& operation) {
  server.log("ACCESS", "connection " + std::to_string(operation.connection) + " tried to authenticate, but here are no users");
  refuse(code::kAuthenticationFailed, "Authentication failed.");
}

Answer go_on(Server&, Operation&) { refuse(code::kProtocolError, "No SASL session state found"); }

}  // namespace

std::vector<Spec> authentication_commands() {
  return {{"saslStart", {}, refuse_user, trait::kAnyField, {}},
          {"saslContinue", {}, go_on, trait::kAnyField, {}},
          {"authenticate", {}, refuse_user, trait::kAnyField, {}}};
}

}  // namespace failc::mongod
