// insert, update, delete.
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/writing.hpp"

namespace failc::mongod {
namespace {

void append_count(bson::Builder& out, std::string_view name, std::int64_t count) { out.append(name, static_cast<std::int32_t>(count)); }

Answer insert(Server& server, Operation& operation) {
  const std::vector<bson::View> documents = operation.command.documents("documents");
  const query::Namespace ns = target(operation);
  Batch batch(server, operation, documents.size());
  query::WriteContext context = write_context(server, operation);
  for (std::size_t i = 0; i < documents.size() && !batch.over(); ++i) {
    batch.run(i, [&](Writing& writing) {
      if (i != 0) context.new_id = server.new_object_id();
      make(server, writing, need(query::plan_insert(server.catalog, ns, documents[i], context)));
      ++server.counters.insert;
      return bson::Builder().append("n", 1).finish();
    });
  }
  bson::Builder reply;
  append_count(reply, "n", static_cast<std::int64_t>(batch.results().size()));
  return batch.finish(std::move(reply));
}

query::UpdateStatement update_statement(const Server& server, bson::View from) {
  constexpr std::string_view kWhere = "update.updates";
  only_fields(from, kWhere, {"q", "u", "c", "multi", "upsert", "collation", "arrayFilters", "hint", "sort", "sampleId", "upsertSupplied"});
  if (from.has("sort") && server.parameters.version().major < 8) refuse(code::kUnknownField, "BSON field 'update.updates.sort' is an unknown field.");
  for (const std::string_view needed : {"q", "u"})
    if (!from.has(needed))
      refuse(code::kMissingField, "BSON field 'update.updates." + std::string(needed) + "' is missing but a required field");
  only_simple_collation(from);
  query::UpdateStatement out;
  out.filter = field(from, kWhere, "q").document();
  out.update = from["u"];
  if (!out.update.is(bson::Type::document) && !out.update.is(bson::Type::array))
    refuse(code::kFailedToParse, "Update argument must be either an object or an array");
  if (from.has("arrayFilters")) {
    field(from, kWhere, "arrayFilters").array();
    out.array_filters = from["arrayFilters"];
  }
  out.multi = flag_or(from, kWhere, "multi", false);
  out.upsert = flag_or(from, kWhere, "upsert", false);
  out.hint = from["hint"];
  out.sort = document_or_empty(from, kWhere, "sort");
  return out;
}

Answer update(Server& server, Operation& operation) {
  const std::vector<bson::View> statements = operation.command.documents("updates");
  const query::Namespace ns = target(operation);
  Batch batch(server, operation, statements.size());
  query::WriteContext context = write_context(server, operation);
  for (const bson::View statement : statements)
    if (operation.retryable && flag_or(statement, "update.updates", "multi", false))
      refuse(code::kInvalidOptions, "Cannot use (or request) retryable writes with multi=true");
  std::vector<query::UpdateStatement> parsed;
  for (const bson::View statement : statements) parsed.push_back(update_statement(server, statement));
  for (std::size_t i = 0; i < statements.size() && !batch.over(); ++i) {
    std::optional<QueryError> late;
    batch.run(i, [&](Writing& writing) {
      if (i != 0) context.new_id = server.new_object_id();
      ++server.counters.update;
      if (const bson::View constants = document_or_empty(statements[i], "update.updates", "c"); !constants.empty())
        context.constants.let = bson::Document(constants);
      query::UpdatePlan plan = need(query::plan_update(server.catalog, ns, parsed[i], context));
      late = std::move(plan.error);
      make(server, writing, std::move(plan.changes));
      bson::Builder out;
      out.append("n", plan.upserted_id.exists() ? std::int64_t{1} : plan.matched)
          .append("nModified", plan.modified)
          .append("upserted", plan.upserted_id.view());
      return out.finish();
    });
    if (late) batch.failed(i, *late);
  }
  std::int64_t matched = 0, modified = 0;
  bson::Builder upserted;
  std::size_t number = 0;
  for (const auto& [index, result] : batch.results()) {
    matched += result["n"].integer().value_or(0);
    modified += result["nModified"].integer().value_or(0);
    if (result.has("upserted"))
      upserted.open(std::to_string(number++)).append("index", static_cast<std::int32_t>(index)).append("_id", result["upserted"]).close();
  }
  bson::Builder reply;
  append_count(reply, "n", matched);
  if (number != 0) reply.open_array("upserted").append_all(upserted.finish().view()).close();
  append_count(reply, "nModified", modified);
  return batch.finish(std::move(reply));
}

struct DeleteStatement {
  bson::View filter;
  bool one = false;
  bson::ValueView hint;
};

DeleteStatement delete_statement(bson::View from) {
  constexpr std::string_view kWhere = "delete.deletes";
  only_fields(from, kWhere, {"q", "limit", "collation", "hint", "sampleId"});
  for (const std::string_view needed : {"q", "limit"})
    if (!from.has(needed))
      refuse(code::kMissingField, "BSON field 'delete.deletes." + std::string(needed) + "' is missing but a required field");
  only_simple_collation(from);
  const std::int64_t limit = field(from, kWhere, "limit").integer();
  if (limit != 0 && limit != 1)
    refuse(code::kFailedToParse, "The limit field in delete objects must be 0 or 1. Got " + std::to_string(limit));
  return {field(from, kWhere, "q").document(), limit == 1, from["hint"]};
}

Answer erase(Server& server, Operation& operation) {
  const std::vector<bson::View> statements = operation.command.documents("deletes");
  const query::Namespace ns = target(operation);
  Batch batch(server, operation, statements.size());
  const query::WriteContext context = write_context(server, operation);
  std::vector<DeleteStatement> parsed;
  for (const bson::View statement : statements) {
    parsed.push_back(delete_statement(statement));
    if (operation.retryable && !parsed.back().one) refuse(code::kInvalidOptions, "Cannot use (or request) retryable writes with limit=0");
  }
  for (std::size_t i = 0; i < statements.size() && !batch.over(); ++i) {
    batch.run(i, [&](Writing& writing) {
      ++server.counters.erase;
      std::vector<query::Change> changes =
          need(query::plan_delete(server.catalog, ns, parsed[i].filter, parsed[i].one, context, parsed[i].hint));
      const std::int64_t count = static_cast<std::int64_t>(changes.size());
      make(server, writing, std::move(changes));
      return bson::Builder().append("n", count).finish();
    });
  }
  std::int64_t count = 0;
  for (const auto& [index, result] : batch.results()) count += result["n"].integer().value_or(0);
  bson::Builder reply;
  append_count(reply, "n", count);
  return batch.finish(std::move(reply));
}

}  // namespace

std::vector<Spec> write_commands() {
  constexpr unsigned kTraits = trait::kWrite | trait::kConcern | trait::kRetryable;
  return {
      {"insert", {}, insert, kTraits, {"documents", "ordered", "bypassDocumentValidation"}},
      {"update", {}, update, kTraits, {"updates", "ordered", "bypassDocumentValidation", "let"}},
      {"delete", {}, erase, kTraits, {"deletes", "ordered", "let"}},
  };
}

}  // namespace failc::mongod
