// The operations of the unified test format, by name: commands, those that read, and where all are looked up.
#include "drivers/libmongoc/call.hpp"

namespace failc::driver {
namespace {

// ---- operations on databases and clients

Outcome command(Call& call) {
  Json given = call.take("command");
  // Keys may have lost their order on the way: the command's name is said, and comes first.
  if (const Json name = call.take("commandName"); name.is_string() && given.is_object() && given.contains(name.get<std::string>())) {
    Json ordered = {{name.get<std::string>(), given[name.get<std::string>()]}};
    ordered.update(given);
    given = std::move(ordered);
  }
  const Json from = call.take("readPreference");
  const Bson body = call.checked("arguments.command", given);
  const Bson options = call.options({});
  if (call.wrong) return *call.wrong;
  const ReadPreference preference = read_preference(from);
  bson_error_t error{};
  Reply reply;
  // Without a session it is sent as it stands.
  const bool good =
      call.session ? mongoc_client_command_with_opts(call.client, call.database.c_str(), body.get(), preference.get(), options.get(),
                                                     reply.out(), &error)
                   : mongoc_client_command_simple(call.client, call.database.c_str(), body.get(), preference.get(), reply.out(), &error);
  if (!good) return call.failed(error, &reply.document);
  return to_json(reply.document);
}

Outcome ping(Call& call) {
  call.database = "admin";
  call.arguments["command"] = {{"ping", 1}};
  return command(call);
}

/// A command of the adapter's own; `give` makes the result of its reply.
Outcome ask(Call& call, const Json& body, const std::function<Json(const Json&)>& give) {
  const Bson document = call.checked("arguments", body);
  if (call.wrong) return *call.wrong;
  bson_error_t error{};
  Reply reply;
  if (!mongoc_client_command_simple(call.client, call.database.c_str(), document.get(), nullptr, reply.out(), &error))
    return call.failed(error, &reply.document);
  return give(to_json(reply.document));
}

Outcome list_databases(Call& call) {
  call.options({});
  call.database = "admin";
  return ask(call, {{"listDatabases", 1}}, [](const Json& reply) { return reply.value("databases", Json::array()); });
}

using Database = std::unique_ptr<mongoc_database_t, void (*)(mongoc_database_t*)>;
Database database_of(const Call& call) { return {mongoc_client_get_database(call.client, call.database.c_str()), mongoc_database_destroy}; }

Outcome list_collections(Call& call) {
  const Bson options = call.options({"filter", "batchSize", "nameOnly"});
  if (call.wrong) return *call.wrong;
  return drained(call, mongoc_database_find_collections_with_opts(database_of(call).get(), options.get()));
}

Outcome create_collection(Call& call) {
  const std::string name = call.text("collection");
  const Bson options = call.options({"capped", "size", "max", "collation", "validator"});
  if (call.wrong) return *call.wrong;
  bson_error_t error{};
  mongoc_collection_t* const made = mongoc_database_create_collection(database_of(call).get(), name.c_str(), options.get(), &error);
  if (!made) return call.failed(error, nullptr);
  mongoc_collection_destroy(made);
  return Json(nullptr);
}

Outcome drop_collection(Call& call) {
  call.collection = call.text("collection");
  if (call.wrong) return *call.wrong;
  const auto& all = write_operations();
  return std::find_if(all.begin(), all.end(), [](const Operation& one) { return one.name == "drop"; })->act(call);
}

Outcome aggregate_database(Call& call) {
  const Bson pipeline = call.array("pipeline");
  const Bson options = call.options({"batchSize", "allowDiskUse", "collation", "comment", "maxTimeMS", "let"});
  if (call.wrong) return *call.wrong;
  return drained(call, mongoc_database_aggregate(database_of(call).get(), pipeline.get(), options.get(), nullptr));
}

// ---- operations on collections that read

Outcome find(Call& call) {
  const Collection collection(call);
  mongoc_cursor_t* const cursor = find_cursor(call, collection);
  if (call.wrong) return *call.wrong;
  return drained(call, cursor);
}

Outcome find_one(Call& call) {
  call.arguments["limit"] = 1;
  Outcome outcome = find(call);
  const Json* list = std::get_if<Json>(&outcome);
  if (!list) return outcome;
  return list->empty() ? Json(nullptr) : (*list)[0];
}

Outcome aggregate(Call& call) {
  const Bson pipeline = call.array("pipeline");
  const Bson options =
      call.options({"batchSize", "allowDiskUse", "hint", "collation", "comment", "maxTimeMS", "let", "bypassDocumentValidation"});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  return drained(call, mongoc_collection_aggregate(collection.handle, MONGOC_QUERY_NONE, pipeline.get(), options.get(), nullptr));
}

Outcome count_documents(Call& call) {
  const Bson filter = call.document("filter");
  const Bson options = call.options({"limit", "skip", "hint", "collation", "comment", "maxTimeMS"});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  bson_error_t error{};
  Reply reply;
  const std::int64_t count =
      mongoc_collection_count_documents(collection.handle, filter.get(), options.get(), nullptr, reply.out(), &error);
  if (count < 0) return call.failed(error, &reply.document);
  return Json(count);
}

Outcome estimated_count(Call& call) {
  const Bson options = call.options({"comment", "maxTimeMS"});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  bson_error_t error{};
  Reply reply;
  const std::int64_t count = mongoc_collection_estimated_document_count(collection.handle, options.get(), nullptr, reply.out(), &error);
  if (count < 0) return call.failed(error, &reply.document);
  return Json(count);
}

Outcome distinct(Call& call) {
  Json body = {{"distinct", call.collection}, {"key", call.text("fieldName")}};
  if (Json filter = call.take("filter"); !filter.is_null()) body["query"] = filter;
  const Bson options = call.options({"collation", "comment"});
  const Bson document = call.checked("arguments.filter", body);
  if (call.wrong) return *call.wrong;
  bson_error_t error{};
  Reply reply;
  if (!mongoc_client_read_command_with_opts(call.client, call.database.c_str(), document.get(), nullptr, options.get(), reply.out(),
                                            &error))
    return call.failed(error, &reply.document);
  Json answer = to_json(reply.document);
  return answer.contains("values") ? answer["values"] : Json::array();
}

Outcome create_index(Call& call) {
  const Json keys = call.take("keys");
  const std::string name = call.text("name");
  Json index = {{"key", keys}, {"name", name}};
  if (const Json unique = call.take("unique"); !unique.is_null()) index["unique"] = unique;
  call.options({});
  if (!keys.is_object()) call.is_wrong(bad("arguments.keys", keys.is_null() ? "is missing" : "is a document"));
  return ask(call, {{"createIndexes", call.collection}, {"indexes", Json::array({index})}}, [](const Json&) { return Json(nullptr); });
}

Outcome list_indexes(Call& call) {
  const Bson options = call.options({"batchSize"});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  return drained(call, mongoc_collection_find_indexes_with_opts(collection.handle, options.get()));
}

// ---- the tables

const std::vector<Operation>& of_client() {
  static const std::vector<Operation> all = {{"ping", ping}, {"listDatabases", list_databases}};
  return all;
}

const std::vector<Operation>& of_database() {
  static const std::vector<Operation> all = {{"runCommand", command},
                                             {"aggregate", aggregate_database},
                                             {"listCollections", list_collections},
                                             {"createCollection", create_collection},
                                             {"dropCollection", drop_collection}};
  return all;
}

const std::vector<Operation>& of_collection() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> out = {{"find", find},
                                  {"findOne", find_one},
                                  {"aggregate", aggregate},
                                  {"countDocuments", count_documents},
                                  {"estimatedDocumentCount", estimated_count},
                                  {"distinct", distinct},
                                  {"createIndex", create_index},
                                  {"listIndexes", list_indexes}};
    out.insert(out.end(), write_operations().begin(), write_operations().end());
    return out;
  }();
  return all;
}

const Operation* named(const std::vector<Operation>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string text(const Json& request, const char* key) {
  return request.contains(key) && request[key].is_string() ? request[key].get<std::string>() : std::string();
}

/// A call with the request's arguments and, by its name, their session, locked.
std::optional<Failure> prepare(const Entities& entities, const Json& request, Call& call, std::shared_ptr<Entity>& session,
                               std::unique_lock<std::mutex>& lock) {
  call.arguments = request.value("arguments", Json::object());
  if (!call.arguments.is_object()) return bad("arguments", "is a document");
  if (!call.arguments.contains("session")) return std::nullopt;
  auto found = entities.find("arguments.session", call.take("session"), "session");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  session = std::get<std::shared_ptr<Entity>>(found);
  lock = std::unique_lock(session->mutex);
  call.session = session->session;
  return std::nullopt;
}

}  // namespace

// ---- what calls have in common

ReadPreference read_preference(const Json& json) {
  ReadPreference out(nullptr, mongoc_read_prefs_destroy);
  if (!json.is_object()) return out;
  std::string mode = text(json, "mode");
  std::transform(mode.begin(), mode.end(), mode.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  out.reset(mongoc_read_prefs_new(mode == "secondary"            ? MONGOC_READ_SECONDARY
                                  : mode == "secondarypreferred" ? MONGOC_READ_SECONDARY_PREFERRED
                                  : mode == "primarypreferred"   ? MONGOC_READ_PRIMARY_PREFERRED
                                  : mode == "nearest"            ? MONGOC_READ_NEAREST
                                                                 : MONGOC_READ_PRIMARY));
  std::string why;
  for (const Json& tags : json.value("tagSets", Json::array()))
    if (const Bson set = to_bson(tags, why)) mongoc_read_prefs_add_tag(out.get(), set.get());
  if (json.contains("maxStalenessSeconds") && json["maxStalenessSeconds"].is_number_integer())
    mongoc_read_prefs_set_max_staleness_seconds(out.get(), json["maxStalenessSeconds"]);
  return out;
}

WriteConcern write_concern(const Json& json) {
  WriteConcern out(mongoc_write_concern_new(), mongoc_write_concern_destroy);
  if (const Json w = json.value("w", Json()); w == "majority")
    mongoc_write_concern_set_w(out.get(), MONGOC_WRITE_CONCERN_W_MAJORITY);
  else if (w.is_number_integer())
    mongoc_write_concern_set_w(out.get(), w);
  else if (w.is_string())
    mongoc_write_concern_set_wtag(out.get(), w.get_ref<const std::string&>().c_str());
  if (const Json journal = json.value("journal", Json()); journal.is_boolean()) mongoc_write_concern_set_journal(out.get(), journal);
  if (const Json limit = json.value("wtimeoutMS", Json()); limit.is_number_integer())
    mongoc_write_concern_set_wtimeout_int64(out.get(), limit);
  return out;
}

ReadConcern read_concern(const std::string& level) {
  ReadConcern out(mongoc_read_concern_new(), mongoc_read_concern_destroy);
  mongoc_read_concern_set_level(out.get(), level.c_str());
  return out;
}

Collection::Collection(const Call& call)
    : handle(mongoc_client_get_collection(call.client, call.database.c_str(), call.collection.c_str())) {
  if (call.concerns.read_concern) mongoc_collection_set_read_concern(handle, read_concern(*call.concerns.read_concern).get());
  if (call.concerns.write_concern.is_object())
    mongoc_collection_set_write_concern(handle, write_concern(call.concerns.write_concern).get());
  if (call.concerns.read_preference.is_object())
    mongoc_collection_set_read_prefs(handle, read_preference(call.concerns.read_preference).get());
}

Outcome drained(Call& call, mongoc_cursor_t* cursor) {
  Json out = Json::array();
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor, &document)) out.push_back(to_json(*document));
  bson_error_t error{};
  const bson_t* reply = nullptr;
  const bool failed = mongoc_cursor_error_document(cursor, &error, &reply);
  Outcome outcome = out;
  if (failed) outcome = call.failed(error, reply);
  mongoc_cursor_destroy(cursor);
  return outcome;
}

mongoc_cursor_t* find_cursor(Call& call, const Collection& collection) {
  const Bson filter = call.document("filter", false);
  const Bson options = call.options({"sort", "limit", "skip", "projection", "batchSize", "hint", "collation", "comment", "maxTimeMS", "let",
                                     "allowDiskUse", "min", "max", "returnKey", "showRecordId"});
  if (call.wrong) return nullptr;
  return mongoc_collection_find_with_opts(collection.handle, filter.get(), options.get(), nullptr);
}

// ---- what is asked for

const std::vector<std::string>& operation_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out = {"command", "runCommand"};
    for (const Operation& each : of_collection()) out.push_back(each.name);
    return out;
  }();
  return names;
}

Json object_operations() {
  const auto names = [](const std::vector<Operation>& all) {
    Json out = Json::array();
    for (const Operation& each : all) out.push_back(each.name);
    return out;
  };
  Json collection = names(of_collection());
  collection.push_back("createFindCursor");
  Json session = names(session_operations());
  session.push_back("endSession");
  return {{"client", names(of_client())},
          {"database", names(of_database())},
          {"collection", collection},
          {"session", session},
          {"cursor", cursor_operations()}};
}

Outcome run(Clients& clients, const Entities& entities, const Json& request) {
  const std::string name = text(request, "name");
  const bool is_command = name == "command" || name == "runCommand";
  const Operation* const found = named(is_command ? of_database() : of_collection(), is_command ? "runCommand" : name);
  if (name.empty()) return bad("name", "is missing");
  if (!found) return unsupported("name", "is no operation of `run`: " + name);
  Call call;
  call.database = text(request, "database");
  call.collection = text(request, "collection");
  if (call.database.empty()) return bad("database", "is missing");
  if (!is_command && call.collection.empty()) return bad("collection", "is missing");
  std::shared_ptr<Entity> session;
  std::unique_lock<std::mutex> lock;
  if (auto wrong = prepare(entities, request, call, session, lock)) return *wrong;
  if (session) return bad("arguments.session", "is for `operation`");
  auto leased = clients.lease(request);
  if (auto* failure = std::get_if<Failure>(&leased)) return std::move(*failure);
  call.lease = std::get<std::unique_ptr<Lease>>(leased).get();
  call.client = call.lease->get();
  return found->act(call);
}

Outcome operation(Entities& entities, const Json& request) {
  if (auto wrong = other_members(request, {"object", "name", "arguments", "save"})) return *wrong;
  auto object = entities.find("object", request.value("object", Json()));
  if (auto* failure = std::get_if<Failure>(&object)) return std::move(*failure);
  const std::shared_ptr<Entity> entity = std::get<std::shared_ptr<Entity>>(object);
  const std::string name = text(request, "name");
  if (name.empty()) return bad("name", "is missing");
  const Json offered = object_operations()[entity->type];
  if (std::find(offered.begin(), offered.end(), Json(name)) == offered.end())
    return unsupported("name", "is no operation of a " + entity->type + ": " + name);
  if (request.contains("save") && name != "createFindCursor") return unsupported("save", "is not for `" + name + "`");
  Call call;
  call.of_entity = true;
  call.database = entity->database;
  call.collection = entity->collection;
  call.concerns = entity->concerns;
  std::shared_ptr<Entity> session;
  std::unique_lock<std::mutex> lock;
  if (auto wrong = prepare(entities, request, call, session, lock)) return *wrong;
  if (entity->type == "session" || entity->type == "cursor") {
    if (session) return unsupported("arguments.session", "is no argument of this operation");
    const std::lock_guard own(entity->mutex);
    if (entity->type == "cursor") return cursor_operation(*entity, std::move(call), name);
    if (name == "endSession") {
      if (entity->session) mongoc_client_session_destroy(std::exchange(entity->session, nullptr));
      return Json(nullptr);
    }
    if (!entity->session) return bad("object", "is a session that was ended");
    call.session = entity->session;
    return named(session_operations(), name)->act(call);
  }
  if (session && !session->session) return bad("arguments.session", "is a session that was ended");
  if (session && session->client != entity->client) return bad("arguments.session", "is a session of another client");
  // A session belongs to the client of the pool that it was started with. A cursor takes a client of its own with it.
  if (name == "createFindCursor") {
    if (session) return unsupported("arguments.session", "is no argument of `createFindCursor` for libmongoc");
    return create_find_cursor(entities, *entity, std::move(call), request);
  }
  std::unique_ptr<Lease> leased;
  if (!session) leased = entity->client->lease(entity->client);
  call.lease = session ? session->lease.get() : leased.get();
  call.client = call.lease->get();
  return named(entity->type == "client" ? of_client() : entity->type == "database" ? of_database() : of_collection(), name)->act(call);
}

}  // namespace failc::driver
