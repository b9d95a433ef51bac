// bulkWrite, of 8.0: inserts, updates and deletes of several collections in one command, their results behind a cursor.
#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/writing.hpp"

namespace failc::mongod {
namespace {

enum class Kind { insert, update, erase };

struct Write {
  Kind kind = Kind::insert;
  query::Namespace ns;
  bson::View document;            // insert
  query::UpdateStatement update;  // update; of a delete its filter, multi and hint
};

constexpr std::string_view kWhere = "bulkWrite.ops";

std::vector<query::Namespace> namespaces(const Command& command) {
  std::vector<query::Namespace> out;
  for (const bson::View from : command.documents("nsInfo")) {
    only_fields(from, "bulkWrite.nsInfo", {"ns"});
    const std::string_view text = field(from, "bulkWrite.nsInfo", "ns").text();
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos)
      refuse(code::kInvalidNamespace, "Invalid namespace specified for bulkWrite: '" + std::string(text) + "'");
    const std::string_view database = text.substr(0, dot);
    check_database_name(database);
    const bson::Value collection(std::string(text.substr(dot + 1)));
    out.push_back({std::string(database), collection_name(database, collection.view(), command.name)});
  }
  return out;
}

/// What updates and deletes share.
void read_target(Write& out, bson::View from) {
  only_simple_collation(from);
  out.update.filter = field(from, kWhere, "filter").document();
  out.update.multi = flag_or(from, kWhere, "multi", false);
  out.update.hint = from["hint"];
}

void read_update(Write& out, bson::View from) {
  only_fields(from, kWhere,
              {"update", "filter", "updateMods", "multi", "upsert", "upsertSupplied", "arrayFilters", "hint", "collation", "sort"});
  read_target(out, from);
  out.update.update = from["updateMods"];
  if (!out.update.update.is(bson::Type::document) && !out.update.update.is(bson::Type::array))
    refuse(code::kFailedToParse, "Update argument must be either an object or an array");
  if (from.has("arrayFilters")) {
    field(from, kWhere, "arrayFilters").array();
    out.update.array_filters = from["arrayFilters"];
  }
  out.update.upsert = flag_or(from, kWhere, "upsert", false);
  out.update.sort = document_or_empty(from, kWhere, "sort");
}

Write read_write(bson::View from, const std::vector<query::Namespace>& known) {
  Write out;
  const bson::Element first = from.front();
  if (first.key == "insert") {
    only_fields(from, kWhere, {"insert", "document"});
    out.document = field(from, kWhere, "document").document();
  } else if (first.key == "update") {
    out.kind = Kind::update;
    read_update(out, from);
  } else if (first.key == "delete") {
    out.kind = Kind::erase;
    only_fields(from, kWhere, {"delete", "filter", "multi", "hint", "collation"});
    read_target(out, from);
  } else {
    refuse(code::kFailedToParse,
           "an entry of bulkWrite's `ops` begins with insert, update or delete; found: '" + std::string(first.key) + "'");
  }
  const std::int64_t index = Field{kWhere, first.key, first.value}.integer();
  if (index < 0 || index >= static_cast<std::int64_t>(known.size()))
    refuse(code::kBadValue, "BulkWrite ops entry has an invalid nsInfo index: " + std::to_string(index));
  out.ns = known[static_cast<std::size_t>(index)];
  return out;
}

/// `late`: what ended an update of many on its way.
bson::Document run(Server& server, Writing& writing, const Write& write, const query::WriteContext& context,
                   std::optional<QueryError>& late) {
  bson::Builder out;
  switch (write.kind) {
    case Kind::insert: {
      make(server, writing, need(query::plan_insert(server.catalog, write.ns, write.document, context)));
      ++server.counters.insert;
      out.append("n", 1);
      break;
    }
    case Kind::update: {
      query::UpdatePlan plan = need(query::plan_update(server.catalog, write.ns, write.update, context));
      ++server.counters.update;
      late = std::move(plan.error);
      make(server, writing, std::move(plan.changes));
      const bool upserted = plan.upserted_id.exists();
      out.append("n", static_cast<std::int32_t>(upserted ? 1 : plan.matched)).append("nModified", static_cast<std::int32_t>(plan.modified));
      if (upserted) out.open("upserted").append("_id", plan.upserted_id.view()).close();
      break;
    }
    case Kind::erase: {
      std::vector<query::Change> changes =
          need(query::plan_delete(server.catalog, write.ns, write.update.filter, !write.update.multi, context, write.update.hint));
      ++server.counters.erase;
      out.append("n", static_cast<std::int32_t>(changes.size()));
      make(server, writing, std::move(changes));
      break;
    }
  }
  return out.finish();
}

struct Counts {
  std::int32_t inserted = 0, matched = 0, modified = 0, upserted = 0, deleted = 0;

  void add(Kind kind, bson::View result) {
    const std::int32_t n = static_cast<std::int32_t>(result["n"].integer().value_or(0));
    const bool new_one = result.has("upserted");
    if (kind == Kind::insert) inserted += n;
    if (kind == Kind::erase) deleted += n;
    if (kind != Kind::update) return;
    upserted += new_one;
    matched += new_one ? 0 : n;
    modified += static_cast<std::int32_t>(result["nModified"].integer().value_or(0));
  }
};

bson::Document entry(std::size_t index, bson::View result) {
  return bson::Builder().append("ok", 1.0).append("idx", static_cast<std::int32_t>(index)).append_all(result).finish();
}

bson::Document entry(std::size_t index, const QueryError& error, Kind kind) {
  bson::Builder out;
  out.append("ok", 0.0).append("idx", static_cast<std::int32_t>(index)).append("code", error.code);
  if (error.extra) out.append_all(error.extra->view());
  out.append("errmsg", error.message).append("n", 0);
  if (kind == Kind::update) out.append("nModified", 0);
  return out.finish();
}

Answer bulk_write(Server& server, Operation& operation) {
  const Command& command = operation.command;
  if (server.parameters.version().major < 8) refuse(code::kCommandNotFound, "no such command: 'bulkWrite'");
  const std::vector<query::Namespace> known = namespaces(command);
  std::vector<Write> all;
  for (const bson::View from : command.documents("ops")) {
    all.push_back(read_write(from, known));
    if (operation.retryable && all.back().update.multi)
      refuse(code::kInvalidOptions, "Cannot use (or request) retryable writes with multi=true");
  }
  const bool errors_only = flag_or(command.body, command.name, "errorsOnly", false);
  const FirstBatch how = cursor_option(command.body, command.name);
  Batch batch(server, operation, all.size());
  query::WriteContext context = write_context(server, operation);
  for (std::size_t i = 0; i < all.size() && !batch.over(); ++i) {
    std::optional<QueryError> late;
    context.new_id = server.new_object_id();
    batch.run(i, [&](Writing& writing) { return run(server, writing, all[i], context, late); });
    if (late) batch.failed(i, *late);
  }
  batch.log();
  std::map<std::size_t, bson::Document> entries;
  Counts counts;
  for (const auto& [index, result] : batch.results()) {
    counts.add(all[index].kind, result);
    if (!errors_only) entries[index] = entry(index, result);
  }
  for (const auto& [index, error] : batch.errors()) entries[index] = entry(index, error, all[index].kind);
  std::vector<bson::Document> shown;
  for (auto& [index, document] : entries) shown.push_back(std::move(document));
  bson::Builder reply;
  reply.append_all(first_batch(server, operation, "admin.$cmd.bulkWrite", std::move(shown), how).view());
  reply.append("nErrors", static_cast<std::int32_t>(batch.errors().size()))
      .append("nInserted", counts.inserted)
      .append("nMatched", counts.matched);
  reply.append("nModified", counts.modified).append("nUpserted", counts.upserted).append("nDeleted", counts.deleted);
  append_place(reply, server, operation);
  return reply.finish();
}

}  // namespace

std::vector<Spec> bulk_write_commands() {
  return {{"bulkWrite",
           {},
           bulk_write,
           trait::kAdmin | trait::kWrite | trait::kConcern | trait::kRetryable,
           {"ops", "nsInfo", "errorsOnly", "ordered", "bypassDocumentValidation", "let", "cursor"}}};
}

}  // namespace failc::mongod
