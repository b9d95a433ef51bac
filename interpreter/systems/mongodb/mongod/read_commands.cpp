// find, getMore, killCursors, count, distinct.
#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"

namespace failc::mongod {

bson::Document first_batch(Server& server, const Operation& operation, const std::string& name_space, std::vector<bson::Document> all,
                           const FirstBatch& how) {
  std::deque<bson::Document> left(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  const std::vector<bson::Document> batch = next_batch(left, how.size);
  CursorId id = 0;
  // An empty first batch that was asked for leaves the cursor open, as there may be more.
  const bool more = !left.empty() || (how.size == 0 && !how.single);
  if (more && !how.single)
    id = server.cursors.open({name_space, operation.command.session, std::move(left), server.at.now, how.no_timeout});
  return cursor_reply("firstBatch", batch, id, name_space);
}

FirstBatch cursor_option(bson::View body, std::string_view command) {
  FirstBatch out;
  const bson::View cursor = document_or_empty(body, command, "cursor");
  only_fields(cursor, "cursor", {"batchSize"});
  if (cursor.has("batchSize")) out.size = field(cursor, "cursor", "batchSize").not_negative();
  return out;
}

namespace {

constexpr std::int64_t kFirstBatch = 101;

/// Options that are taken only when they ask for nothing.
void refuse_options(bson::View from, std::string_view command, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names)
    if (flag_or(from, command, name, false))
      refuse(code::kNotImplemented, "`" + std::string(name) + "` of " + std::string(command) + " is not supported by this server");
}

Answer find(Server& server, Operation& operation) {
  const Command& command = operation.command;
  const bson::View from = command.body;
  constexpr std::string_view kWhere = "find";
  const query::Namespace ns = target(operation);
  only_simple_collation(from);
  refuse_options(from, kWhere, {"tailable", "awaitData", "returnKey", "showRecordId", "oplogReplay"});
  for (const std::string_view name : {"min", "max"})
    if (!document_or_empty(from, kWhere, name).empty())
      refuse(code::kNotImplemented, "`" + std::string(name) + "` of find is not supported by this server");
  ++server.counters.query;
  query::FindRequest request;
  request.filter = document_or_empty(from, kWhere, "filter");
  request.sort = document_or_empty(from, kWhere, "sort");
  request.projection = document_or_empty(from, kWhere, "projection");
  if (from.has("skip")) request.skip = field(from, kWhere, "skip").not_negative();
  if (from.has("limit")) request.limit = field(from, kWhere, "limit").not_negative();
  request.hint = from["hint"];
  request.constants = constants_of(server, operation);
  FirstBatch how;
  how.size = from.has("batchSize") ? field(from, kWhere, "batchSize").not_negative() : kFirstBatch;
  how.single = flag_or(from, kWhere, "singleBatch", false);
  how.no_timeout = flag_or(from, kWhere, "noCursorTimeout", false);
  return first_batch(server, operation, ns.text(), need(query::find(server.catalog, ns, request)), how);
}

[[noreturn]] void not_found(CursorId id) { refuse(code::kCursorNotFound, "cursor id " + std::to_string(id) + " not found"); }

Answer get_more(Server& server, Operation& operation) {
  const Command& command = operation.command;
  if (!command.argument.is(bson::Type::int64)) Field{"getMore", "getMore", command.argument}.wrong_type("long");
  const CursorId id = command.argument.as_int64();
  const std::string ns = std::string(command.database) + "." + std::string(field(command.body, "getMore", "collection").text());
  std::optional<std::int64_t> size;
  if (command.body.has("batchSize")) size = field(command.body, "getMore", "batchSize").not_negative();
  if (size == 0) size.reset();  // no limit, here
  ++server.counters.get_more;
  Cursor* cursor = server.cursors.find(id);
  if (cursor == nullptr) not_found(id);
  if (cursor->name_space != ns)
    refuse(code::kUnauthorized,
           "Requested getMore on namespace '" + ns + "', but cursor belongs to a different namespace " + cursor->name_space);
  if (cursor->session != command.session)
    refuse(50738, "Cannot run getMore on cursor " + std::to_string(id) + ", which was created in another session");
  if (const std::optional<bson::Document> data = server.fail_points.hit("failGetMoreAfterCursorCheckout")) {
    const std::optional<std::int64_t> number = (*data)["errorCode"].integer();
    server.fail_points_met();
    refuse(static_cast<int>(number.value_or(code::kInternalError)), "Failing getMore via 'failGetMoreAfterCursorCheckout' failpoint");
  }
  const std::vector<bson::Document> batch = next_batch(cursor->left, size);
  const bool more = !cursor->left.empty();
  cursor->used = server.at.now;
  if (!more) server.cursors.kill(id);
  return cursor_reply("nextBatch", batch, more ? id : 0, ns);
}

Answer kill_cursors(Server& server, Operation& operation) {
  const Command& command = operation.command;
  bson::ArrayBuilder killed, missing;
  const std::string ns = std::string(command.database) + "." + std::string(Field{"killCursors", "killCursors", command.argument}.text());
  for (const bson::Element& element : field(command.body, "killCursors", "cursors").array()) {
    const std::int64_t id = Field{"killCursors", "cursors", element.value}.integer();
    const Cursor* cursor = server.cursors.find(id);
    const bool found = cursor != nullptr && cursor->name_space == ns;
    (found ? killed : missing).push(id);
    if (found) server.cursors.kill(id);
  }
  return bson::Builder()
      .append("cursorsKilled", killed.finish().view())
      .append("cursorsNotFound", missing.finish().view())
      .append("cursorsAlive", bson::ArrayBuilder().finish().view())
      .append("cursorsUnknown", bson::ArrayBuilder().finish().view())
      .finish();
}

Answer count(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  constexpr std::string_view kWhere = "count";
  only_simple_collation(from);
  query::FindRequest request;
  request.filter = document_or_empty(from, kWhere, "query");
  if (!from["skip"].is_nullish()) request.skip = field(from, kWhere, "skip").not_negative();
  request.limit = integer_or(from, kWhere, "limit", 0);
  request.hint = from["hint"];
  request.constants = constants_of(server, operation);
  const std::int64_t n = need(query::count(server.catalog, target(operation), request));
  return bson::Builder().append("n", static_cast<std::int32_t>(n)).finish();
}

Answer distinct(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  only_simple_collation(from);
  query::FindRequest request;
  request.filter = document_or_empty(from, "distinct", "query");
  request.hint = from["hint"];
  request.constants = constants_of(server, operation);
  if (!from.has("key")) refuse(code::kMissingField, "BSON field 'distinct.key' is missing but a required field");
  const bson::Value values = need(query::distinct(server.catalog, target(operation), field(from, "distinct", "key").text(), request));
  return bson::Builder().append("values", values.view()).finish();
}

}  // namespace

std::vector<Spec> read_commands() {
  return {
      {"find", {}, find, trait::kRead, {"filter",
                                        "sort",
                                        "projection",
                                        "hint",
                                        "skip",
                                        "limit",
                                        "batchSize",
                                        "singleBatch",
                                        "min",
                                        "max",
                                        "returnKey",
                                        "showRecordId",
                                        "tailable",
                                        "awaitData",
                                        "oplogReplay",
                                        "noCursorTimeout",
                                        "allowPartialResults",
                                        "collation",
                                        "allowDiskUse",
                                        "let"}},
      {"getMore", {}, get_more, 0, {"collection", "batchSize", "term", "lastKnownCommittedOpTime"}},
      {"killCursors", {}, kill_cursors, 0, {"cursors"}},
      {"count", {}, count, trait::kRead, {"query", "limit", "skip", "hint", "collation", "fields"}},
      {"distinct", {}, distinct, trait::kRead, {"key", "query", "collation", "hint"}},
  };
}

}  // namespace failc::mongod
