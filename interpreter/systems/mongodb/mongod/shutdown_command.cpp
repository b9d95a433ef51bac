#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

/// Not answered: the connection ends with the server.
Answer shutdown(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  const bool force = flag_or(from, "shutdown", "force", false);
  const std::int64_t patience = integer_or(from, "shutdown", "timeoutSecs", force ? 0 : 10);
  if (patience < 0 || patience > 86400) refuse(code::kBadValue, "timeoutSecs must be between 0 and 86400");
  server.begin_shutdown(std::chrono::seconds(patience), force, &operation);
  return Later();
}

}  // namespace

std::vector<Spec> shutdown_commands() { return {{"shutdown", {}, shutdown, trait::kAdmin, {"force", "timeoutSecs"}}}; }

}  // namespace failc::mongod
