// One thing after the other.
#include <vector>

#include "tests/drivers/libmongoc/client.hpp"

namespace failc::client {
namespace {

/// A collection, and its calls with JSON in and out.
struct Things {
  Collection held;

  Json insert(const Json& document, const Json& options = Json::object()) const {
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_insert_one(held.get(), to_bson(document).get(), to_bson(options).get(), reply, error);
    });
  }
  Json insert_many(const Json& many) const {
    std::vector<Bson> owned;
    std::vector<const bson_t*> all;
    for (const Json& one : many) all.push_back(owned.emplace_back(to_bson(one)).get());
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_insert_many(held.get(), all.data(), all.size(), nullptr, reply, error);
    });
  }
  Cursor find(const Json& filter, const Json& options = Json::object(), const mongoc_read_prefs_t* preference = nullptr) const {
    return Cursor(mongoc_collection_find_with_opts(held.get(), to_bson(filter).get(), to_bson(options).get(), preference));
  }
  Json aggregate(const Json& stages, const Json& options) const {
    const Cursor cursor(mongoc_collection_aggregate(held.get(), MONGOC_QUERY_NONE, to_bson(stages).get(), to_bson(options).get(), nullptr));
    return documents(cursor.get());
  }
  Json update(decltype(mongoc_collection_update_one) call, const Json& filter, const Json& update,
              const Json& options = Json::object()) const {
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return call(held.get(), to_bson(filter).get(), to_bson(update).get(), to_bson(options).get(), reply, error);
    });
  }
  Json remove(const Json& filter) const {
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_delete_many(held.get(), to_bson(filter).get(), nullptr, reply, error);
    });
  }
  /// Without `update` it removes.
  Json find_and_modify(const Json& filter, const Json& fields, const Json* update) const {
    const Held<mongoc_find_and_modify_opts_t, mongoc_find_and_modify_opts_destroy> options(mongoc_find_and_modify_opts_new());
    mongoc_find_and_modify_opts_set_fields(options.get(), to_bson(fields).get());
    if (update) mongoc_find_and_modify_opts_set_update(options.get(), to_bson(*update).get());
    mongoc_find_and_modify_opts_set_flags(options.get(), update ? MONGOC_FIND_AND_MODIFY_RETURN_NEW : MONGOC_FIND_AND_MODIFY_REMOVE);
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_find_and_modify_with_opts(held.get(), to_bson(filter).get(), options.get(), reply, error);
    })["value"];
  }
  Json count(const Json& filter, const Json& options = Json::object()) const {
    Json n;
    reply_of([&](bson_t* reply, bson_error_t* error) {
      n = mongoc_collection_count_documents(held.get(), to_bson(filter).get(), to_bson(options).get(), nullptr, reply, error);
      return n >= 0;
    });
    return n;
  }
  Json estimated() const {
    Json n;
    reply_of([&](bson_t* reply, bson_error_t* error) {
      n = mongoc_collection_estimated_document_count(held.get(), nullptr, nullptr, reply, error);
      return n >= 0;
    });
    return n;
  }
  Json command(const Json& command) const {
    return reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_read_command_with_opts(held.get(), to_bson(command).get(), nullptr, nullptr, reply, error);
    });
  }
  Json bulk() const {
    const Held<mongoc_bulk_operation_t, mongoc_bulk_operation_destroy> bulk(
        mongoc_collection_create_bulk_operation_with_opts(held.get(), nullptr));
    const Bson one = to_bson({{"_id", 1}}), gone = to_bson({{"_id", "gone"}});
    mongoc_bulk_operation_insert(bulk.get(), to_bson({{"_id", 1}, {"x", 101}}).get());
    mongoc_bulk_operation_insert(bulk.get(), gone.get());
    mongoc_bulk_operation_update_one(bulk.get(), one.get(), to_bson({{"$set", {{"bulk", true}}}}).get(), false);
    mongoc_bulk_operation_remove_one(bulk.get(), gone.get());
    const Json reply =
        reply_of([&](bson_t* reply, bson_error_t* error) { return mongoc_bulk_operation_execute(bulk.get(), reply, error) != 0; });
    return {reply["nInserted"], reply["nModified"], reply["nRemoved"]};
  }
};

Json ids_of(const Json& documents, const char* field) {
  Json out = Json::array();
  for (const Json& document : documents) out.push_back(document[field]);
  return out;
}

Json sum_of(const Json& numbers) {
  std::int64_t sum = 0;
  for (const Json& number : numbers) sum += number.get<std::int64_t>();
  return {numbers.size(), sum};
}

Json code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Failed& failed) {
    return failed.error.code;
  }
  return nullptr;
}

void read(Json& seen, const Things& things, Watch& watch) {
  Json many = Json::array();
  for (int i = 0; i < 250; ++i) many.push_back({{"_id", i}, {"x", i}});
  seen["inserted"] = things.insert_many(many)["insertedCount"];
  seen["found"] = sum_of(ids_of(documents(things.find(Json::object(), {{"sort", {{"_id", 1}}}, {"batchSize", 40}}).get()), "x"));
  seen["getMores"] = watch.answered("getMore");
  {
    const Cursor cursor = things.find(Json::object(), {{"batchSize", 2}});
    const bson_t* first = nullptr;
    mongoc_cursor_next(cursor.get(), &first);
  }
  seen["cursorsKilled"] = watch.answered("killCursors");
  const Json options = {{"limit", 2}, {"hint", {{"_id", 1}}}, {"comment", "by hint"}, {"collation", {{"locale", "simple"}}}};
  seen["hinted"] = ids_of(documents(things.find({{"_id", {{"$gt", 6}}}}, options).get()), "_id");
  documents(things.find(Json::object(), {{"maxTimeMS", 5000}}).get());
  seen["timeLimit"] = "ok";
}

void change(Json& seen, const Things& things) {
  const Json updated = things.update(mongoc_collection_update_many, {{"_id", {{"$lt", 125}}}}, {{"$inc", {{"x", 100}}}});
  seen["updated"] = {updated["matchedCount"], updated["modifiedCount"]};
  seen["upserted"] =
      things.update(mongoc_collection_update_one, {{"_id", "new"}}, {{"$set", {{"x", -1}}}}, {{"upsert", true}})["upsertedId"];
  seen["replaced"] = things.update(mongoc_collection_replace_one, {{"_id", "new"}}, {{"x", -2}})["modifiedCount"];
  seen["deleted"] = things.remove({{"_id", {{"$gte", 225}}}})["deletedCount"];
  const Json set = {{"$set", {{"y", 1}}}};
  seen["modified"] = things.find_and_modify({{"_id", 1}}, {{"y", 0}}, &set);
  seen["removed"] = things.find_and_modify({{"_id", 1}}, {{"y", 0}}, nullptr);
  seen["bulk"] = things.bulk();
}

void sum_up(Json& seen, const Things& things) {
  const Json numbers = {{"_id", {{"$gte", 0}}}}, mod = {{"$mod", Json::array({"$_id", 2})}};
  seen["groups"] =
      things.aggregate(Json::array({{{"$match", numbers}}, {{"$group", {{"_id", mod}, {"n", {{"$sum", 1}}}}}}, {{"$sort", {{"_id", 1}}}}}),
                       {{"batchSize", 1}});
  const Json wanted = {{"$match", {{"$expr", {{"$eq", Json::array({"$_id", "$$wanted"})}}}}}};
  seen["let"] = things.aggregate(Json::array({wanted}), {{"let", {{"wanted", 3}}}}).size();
  seen["count"] = things.count(numbers);
  seen["estimated"] = things.estimated();
  things.update(mongoc_collection_update_many, {{"_id", {{"$type", "int"}}}}, Json::array({{{"$set", {{"odd", mod}}}}}));
  seen["distinct"] = things.command({{"distinct", "things"}, {"key", "odd"}})["values"];
}

void index(Json& seen, const Client& client) {
  const Things unique{client.collection("unique")};
  const Json key = {{"key", {{"x", 1}}}, {"name", "x_1"}, {"unique", true}};
  client.command("app", {{"createIndexes", "unique"}, {"indexes", Json::array({key})}});
  const Cursor cursor(mongoc_collection_find_indexes_with_opts(unique.held.get(), nullptr));
  seen["indexes"] = ids_of(documents(cursor.get()), "name");
  unique.insert({{"x", 1}});
  seen["duplicate"] = code_of([&] { unique.insert({{"x", 1}}); });
}

void consistency(Json& seen, const Client& client) {
  const Things loose{client.collection("loose")};
  loose.insert({{"_id", 1}}, {{"writeConcern", {{"w", 0}}}});
  while (loose.count(Json::object()) == 0) {
  }
  seen["unacknowledged"] = 1;
  bson_error_t error;
  const Held<mongoc_session_opt_t, mongoc_session_opts_destroy> options(mongoc_session_opts_new());
  mongoc_session_opts_set_causal_consistency(options.get(), true);
  const Held<mongoc_client_session_t, mongoc_client_session_destroy> session(
      mongoc_client_start_session(client.get(), options.get(), &error));
  if (!session) throw std::runtime_error(error.message);
  const Bson in_session(bson_new());
  if (!mongoc_client_session_append(session.get(), in_session.get(), &error)) throw std::runtime_error(error.message);
  bson_iter_t id;
  bson_iter_init_find(&id, in_session.get(), "sessionId");
  const Json with_session = {{"sessionId", {{"$numberLong", std::to_string(bson_iter_int64(&id))}}}};
  const Things own{client.collection("own")};
  own.insert({{"_id", "mine"}}, with_session);
  const Held<mongoc_read_prefs_t, mongoc_read_prefs_destroy> secondary(mongoc_read_prefs_new(MONGOC_READ_SECONDARY));
  Json majority = with_session;
  majority["readConcern"] = {{"level", "majority"}};
  seen["session"] = {{"own", own.count(Json::object(), with_session)},
                     {"secondary", documents(own.find(Json::object(), majority, secondary.get()).get()).size()}};
}

/// A stable API and compression, asked for when it connects.
void connect_otherwise(Json& seen, const std::string& uri) {
  const Pool pool(uri + "&compressors=zlib", nullptr);
  const Held<mongoc_server_api_t, mongoc_server_api_destroy> api(mongoc_server_api_new(MONGOC_SERVER_API_V1));
  mongoc_server_api_strict(api.get(), true);
  bson_error_t error;
  if (!mongoc_client_pool_set_server_api(pool.get(), api.get(), &error)) throw std::runtime_error(error.message);
  Client(pool).command("admin", {{"ping", 1}});
  seen["compressed"] = "ok";
}

}  // namespace

Json operations(const std::string& uri) {
  Json seen, primaries = Json::array();
  Watch watch([&](const Json& primary) {
    if (!primary.is_null()) primaries.push_back(primary);
  });
  {
    const Pool pool(uri, &watch);
    const Client client(pool);
    const Things things{client.collection("things")};
    read(seen, things, watch);
    change(seen, things);
    sum_up(seen, things);
    index(seen, client);
    consistency(seen, client);
    connect_otherwise(seen, uri);
    seen["unknownCommand"] = code_of([&] { client.command("admin", {{"noSuchCommand", 1}}); });
    seen["hosts"] = watch.hosts();
    client.command("admin", {{"replSetStepDown", 5}, {"secondaryCatchUpPeriodSecs", 5}});
    const Things after{client.collection("after")};
    after.insert({{"_id", 1}});
    seen["afterStepDown"] = after.count(Json::object());
  }
  seen["primaries"] = primaries;
  return seen;
}

}  // namespace failc::client
