#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

void need_test_commands(const Server& server, const Operation& operation) {
  if (!server.parameters.test_commands()) refuse(code::kCommandNotFound, "no such command: '" + std::string(operation.command.name) + "'");
}

Answer configure(Server& server, Operation& operation) {
  need_test_commands(server, operation);
  const bson::View body = operation.command.body;
  if (!body.has("mode")) refuse(code::kMissingField, "BSON field 'configureFailPoint.mode' is missing but a required field");
  bson::Document out = server.fail_points.configure(body);
  server.log("COMMAND", "fail point " + std::string(body["configureFailPoint"].as_string()) + " is set");
  return out;
}

void look(Server& server, Operation& operation, const std::string& name, std::int64_t wanted) {
  if (server.fail_points.times_entered(name).value_or(0) >= wanted) return server.complete(operation, {});
  if (server.expired(operation)) refuse(code::kMaxTimeExpired, "operation exceeded time limit");
  server.wait(operation, interest::kFailPoints, server.until(operation),
              [&server, &operation, name, wanted] { look(server, operation, name, wanted); });
}

/// Until the point was met so many times since the server started.
Answer wait_for(Server& server, Operation& operation) {
  need_test_commands(server, operation);
  const std::string name(Field{"waitForFailPoint", "waitForFailPoint", operation.command.argument}.text());
  if (!FailPoints::known(name)) refuse(code::kFailPointSetFailed, "fail point not found: " + name);
  if (!operation.command.max_time) refuse(code::kBadValue, "waitForFailPoint needs maxTimeMS");
  look(server, operation, name, integer_or(operation.command.body, "waitForFailPoint", "timesEntered", 1));
  return Later();
}

}  // namespace

std::vector<Spec> fail_point_commands() {
  return {
      {"configureFailPoint", {}, configure, trait::kAdmin, {"mode", "data"}},
      {"waitForFailPoint", {}, wait_for, trait::kAdmin, {"timesEntered"}},
  };
}

}  // namespace failc::mongod
