#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/writing.hpp"

namespace failc::mongod {
namespace {

query::FindAndModify parse(const Command& command) {
  constexpr std::string_view kWhere = "findAndModify";
  const bson::View from = command.body;
  only_simple_collation(from);
  query::FindAndModify out;
  out.filter = document_or_empty(from, kWhere, "query");
  out.sort = document_or_empty(from, kWhere, "sort");
  out.fields = document_or_empty(from, kWhere, "fields");
  if (const bson::ValueView update = from["update"]; !update.is_nullish()) {
    if (!update.is(bson::Type::document) && !update.is(bson::Type::array))
      refuse(code::kFailedToParse, "Update argument must be either an object or an array");
    out.update = update;
  }
  if (!from["arrayFilters"].is_nullish()) {
    field(from, kWhere, "arrayFilters").array();
    out.array_filters = from["arrayFilters"];
  }
  out.hint = from["hint"];
  out.remove = flag_or(from, kWhere, "remove", false);
  out.upsert = flag_or(from, kWhere, "upsert", false);
  out.return_new = flag_or(from, kWhere, "new", false);
  return out;
}

bson::Document reply_of(const query::FindAndModify& request, const query::FoundPlan& plan) {
  bson::Builder out;
  out.open("lastErrorObject").append("n", plan.found || plan.upserted_id.exists() ? 1 : 0);
  if (!request.remove) out.append("updatedExisting", plan.found);
  out.append("upserted", plan.upserted_id.view()).close();
  if (plan.value.exists())
    out.append("value", plan.value.view());
  else
    out.append("value", bson::Null());
  return out.finish();
}

Answer find_and_modify(Server& server, Operation& operation) {
  const Command& command = operation.command;
  const query::Namespace ns{std::string(command.database), collection_name(command.database, command.argument, command.name)};
  const query::FindAndModify request = parse(command);
  const std::int32_t statement = static_cast<std::int32_t>(integer_or(command.body, command.name, "stmtId", 0));
  if (command.transaction_number)
    if (const bson::Document* done = server.sessions.result_of(command.session, *command.transaction_number, statement)) return *done;
  ++server.counters.command;
  query::FoundPlan plan = need(query::plan_find_and_modify(server.catalog, ns, request, write_context(server, operation)));
  bson::Document reply = reply_of(request, plan);
  if (plan.changes.empty()) return reply;
  Writing writing;
  make(server, writing, std::move(plan.changes));
  std::optional<SessionMark> mark;
  if (command.transaction_number) {
    writing.results.push_back({statement, reply});
    mark = SessionMark{command.session, *command.transaction_number, writing.results};
  }
  server.write_to_log(operation, std::move(writing));
  if (mark) server.sessions.record(*mark, server.at.now);
  return reply;
}

}  // namespace

std::vector<Spec> find_and_modify_commands() {
  return {{"findAndModify",
           {"findandmodify"},
           find_and_modify,
           trait::kWrite | trait::kConcern | trait::kRetryable,
           {"query", "sort", "remove", "update", "new", "fields", "upsert", "bypassDocumentValidation", "collation", "hint", "arrayFilters",
            "let"}}};
}

}  // namespace failc::mongod
