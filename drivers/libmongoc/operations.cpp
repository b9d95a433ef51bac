// The operations of the unified test format, by name.
#include <algorithm>
#include <functional>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

Failure unsupported(std::string message) {
  Failure out;
  out.message = std::move(message);
  out.not_sent = out.unsupported = true;
  return out;
}

/// The arguments of one operation: each is taken by name, and none may be left.
class Arguments {
 public:
  explicit Arguments(const Json& request) : left_(request.value("arguments", Json::object())) {
    if (!left_.is_object()) wrong_ = "`arguments` is a document";
  }
  Json take(const char* name) {
    const auto found = left_.find(name);
    if (found == left_.end()) return nullptr;
    Json out = *found;
    left_.erase(found);
    return out;
  }
  /// A document that must be there; an empty one where it is not.
  Bson document(const char* name, bool needed = true) {
    const Json json = take(name);
    if (json.is_null() && !needed) return Bson(bson_new());
    return checked(name, json);
  }
  /// A list as the document that libbson takes for an array.
  Bson array(const char* name) {
    const Json json = take(name);
    Json numbered = Json::object();
    if (json.is_array())
      for (std::size_t i = 0; i < json.size(); ++i) numbered[std::to_string(i)] = json[i];
    else
      wrong(std::string("`") + name + "` is a list of documents");
    return checked(name, numbered);
  }
  /// What is left goes to the driver as options, if they are all of `names`.
  Bson options(std::initializer_list<const char*> names) {
    Json out = Json::object();
    for (const auto& [name, value] : left_.items()) {
      if (std::find_if(names.begin(), names.end(), [&, &key = name](const char* one) { return key == one; }) == names.end()) wrong("there is no argument `" + name + "`");
      out[name] = value;
    }
    return checked("options", out);
  }
  void wrong(std::string why) {
    if (wrong_.empty()) wrong_ = std::move(why);
  }
  const std::string& wrong() const { return wrong_; }

 private:
  Bson checked(const char* name, const Json& json) {
    std::string why;
    Bson out = to_bson(json, why);
    if (out) return out;
    wrong(std::string("`") + name + "`: " + why);
    return Bson(bson_new());
  }
  Json left_;
  std::string wrong_;
};

struct Call {
  Lease& lease;
  mongoc_client_t* client;
  std::string database;
  std::string collection;
  Arguments arguments;
};

struct Reply {
  bson_t document = BSON_INITIALIZER;
  ~Reply() { bson_destroy(&document); }
};

struct Collection {
  explicit Collection(const Call& call) : handle(mongoc_client_get_collection(call.client, call.database.c_str(), call.collection.c_str())) {}
  ~Collection() { mongoc_collection_destroy(handle); }
  mongoc_collection_t* handle;
};

Failure failed(Call& call, const bson_error_t& error, const bson_t* reply) {
  Failure out = failure_of(error, reply);
  if (out.network) call.lease.broken();
  return out;
}

Outcome command(Call& call) {
  Json given = call.arguments.take("command");
  // Keys may have lost their order on the way: the command's name is said, and comes first.
  if (const Json name = call.arguments.take("commandName"); name.is_string() && given.is_object() && given.contains(name.get<std::string>())) {
    Json ordered = {{name.get<std::string>(), given[name.get<std::string>()]}};
    ordered.update(given);
    given = std::move(ordered);
  }
  std::string why;
  const Bson body = to_bson(given, why);
  if (!body) call.arguments.wrong("`command`: " + why);
  const Bson options = call.arguments.options({});
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  bson_error_t error{};
  Reply reply;
  // libmongoc initialises the reply itself.
  bson_destroy(&reply.document);
  const bool good = mongoc_client_command_simple(call.client, call.database.c_str(), body.get(), nullptr, &reply.document, &error);
  if (!good) return failed(call, error, &reply.document);
  return to_json(reply.document);
}

using Write = std::function<bool(mongoc_collection_t*, const bson_t* options, bson_t* reply, bson_error_t* error)>;

Outcome write(Call& call, std::initializer_list<const char*> option_names, const Write& act) {
  const Bson options = call.arguments.options(option_names);
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  const Collection collection(call);
  bson_error_t error{};
  Reply reply;
  bson_destroy(&reply.document);
  if (!act(collection.handle, options.get(), &reply.document, &error)) return failed(call, error, &reply.document);
  return to_json(reply.document);
}

Outcome insert_one(Call& call) {
  const Bson document = call.arguments.document("document");
  return write(call, {"bypassDocumentValidation", "comment"},
               [&](auto* c, auto* o, auto* r, auto* e) { return mongoc_collection_insert_one(c, document.get(), o, r, e); });
}

Outcome insert_many(Call& call) {
  const Json list = call.arguments.take("documents");
  std::vector<Bson> documents;
  std::vector<const bson_t*> raw;
  if (!list.is_array() || list.empty()) call.arguments.wrong("`documents` is a list of documents");
  for (const Json& item : list) {
    std::string why;
    if (Bson document = to_bson(item, why)) raw.push_back(documents.emplace_back(std::move(document)).get());
    else call.arguments.wrong(why);
  }
  return write(call, {"ordered", "bypassDocumentValidation", "comment"},
               [&](auto* c, auto* o, auto* r, auto* e) { return mongoc_collection_insert_many(c, raw.data(), raw.size(), o, r, e); });
}

template <auto Function>
Outcome update(Call& call, const char* what) {
  const Bson filter = call.arguments.document("filter");
  const Bson change = call.arguments.document(what);
  return write(call, {"upsert", "arrayFilters", "hint", "collation", "comment"},
               [&](auto* c, auto* o, auto* r, auto* e) { return Function(c, filter.get(), change.get(), o, r, e); });
}

template <auto Function>
Outcome remove(Call& call) {
  const Bson filter = call.arguments.document("filter");
  return write(call, {"hint", "collation", "comment"}, [&](auto* c, auto* o, auto* r, auto* e) { return Function(c, filter.get(), o, r, e); });
}

/// All documents of a cursor, at once.
Outcome drained(Call& call, mongoc_cursor_t* cursor) {
  Json out = Json::array();
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor, &document)) out.push_back(to_json(*document));
  bson_error_t error{};
  const bson_t* reply = nullptr;
  const bool bad = mongoc_cursor_error_document(cursor, &error, &reply);
  Outcome outcome = out;
  if (bad) outcome = failed(call, error, reply);
  mongoc_cursor_destroy(cursor);
  return outcome;
}

Outcome find(Call& call) {
  const Bson filter = call.arguments.document("filter", false);
  const Bson options = call.arguments.options({"sort", "limit", "skip", "projection", "batchSize", "hint", "collation", "comment", "maxTimeMS"});
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  const Collection collection(call);
  return drained(call, mongoc_collection_find_with_opts(collection.handle, filter.get(), options.get(), nullptr));
}

Outcome find_one(Call& call) {
  const Bson filter = call.arguments.document("filter", false);
  Bson options = call.arguments.options({"sort", "skip", "projection", "hint", "collation", "comment", "maxTimeMS"});
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  BSON_APPEND_INT64(options.get(), "limit", 1);
  const Collection collection(call);
  Outcome outcome = drained(call, mongoc_collection_find_with_opts(collection.handle, filter.get(), options.get(), nullptr));
  const Json* list = std::get_if<Json>(&outcome);
  if (!list) return outcome;
  return list->empty() ? Json(nullptr) : (*list)[0];
}

Outcome aggregate(Call& call) {
  const Bson pipeline = call.arguments.array("pipeline");
  const Bson options = call.arguments.options({"batchSize", "allowDiskUse", "hint", "collation", "comment", "maxTimeMS"});
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  const Collection collection(call);
  return drained(call, mongoc_collection_aggregate(collection.handle, MONGOC_QUERY_NONE, pipeline.get(), options.get(), nullptr));
}

Outcome count_documents(Call& call) {
  const Bson filter = call.arguments.document("filter");
  const Bson options = call.arguments.options({"limit", "skip", "hint", "collation", "comment"});
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  const Collection collection(call);
  bson_error_t error{};
  Reply reply;
  bson_destroy(&reply.document);
  const std::int64_t count = mongoc_collection_count_documents(collection.handle, filter.get(), options.get(), nullptr, &reply.document, &error);
  if (count < 0) return failed(call, error, &reply.document);
  return Json(count);
}

Outcome distinct(Call& call) {
  Json body = {{"distinct", call.collection}, {"key", call.arguments.take("fieldName")}};
  if (Json filter = call.arguments.take("filter"); !filter.is_null()) body["query"] = filter;
  const Bson options = call.arguments.options({"collation", "comment"});
  std::string why;
  const Bson document = to_bson(body, why);
  if (!document) call.arguments.wrong(why);
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  bson_error_t error{};
  Reply reply;
  bson_destroy(&reply.document);
  if (!mongoc_client_read_command_with_opts(call.client, call.database.c_str(), document.get(), nullptr, options.get(), &reply.document, &error))
    return failed(call, error, &reply.document);
  Json answer = to_json(reply.document);
  return answer.contains("values") ? answer["values"] : Json::array();
}

Outcome find_and_update(Call& call) {
  const Bson filter = call.arguments.document("filter");
  const Bson change = call.arguments.document("update");
  const Json after = call.arguments.take("returnDocument");
  const bool upsert = call.arguments.take("upsert") == Json(true);
  const Bson none = call.arguments.options({});
  if (!after.is_null() && after != "After" && after != "Before") call.arguments.wrong("`returnDocument` is \"After\" or \"Before\"");
  if (!call.arguments.wrong().empty()) return unsupported(call.arguments.wrong());
  const Collection collection(call);
  mongoc_find_and_modify_opts_t* options = mongoc_find_and_modify_opts_new();
  mongoc_find_and_modify_opts_set_update(options, change.get());
  int flags = after == "After" ? MONGOC_FIND_AND_MODIFY_RETURN_NEW : MONGOC_FIND_AND_MODIFY_NONE;
  if (upsert) flags |= MONGOC_FIND_AND_MODIFY_UPSERT;
  mongoc_find_and_modify_opts_set_flags(options, static_cast<mongoc_find_and_modify_flags_t>(flags));
  bson_error_t error{};
  Reply reply;
  bson_destroy(&reply.document);
  const bool good = mongoc_collection_find_and_modify_with_opts(collection.handle, filter.get(), options, &reply.document, &error);
  mongoc_find_and_modify_opts_destroy(options);
  if (!good) return failed(call, error, &reply.document);
  Json answer = to_json(reply.document);
  return answer.contains("value") ? answer["value"] : Json(nullptr);
}

Outcome drop(Call& call) {
  const Collection collection(call);
  bson_error_t error{};
  if (mongoc_collection_drop(collection.handle, &error)) return Json(nullptr);
  constexpr std::uint32_t kNamespaceNotFound = 26;  // nothing to drop is as good as dropped
  if (error.domain == MONGOC_ERROR_SERVER && error.code == kNamespaceNotFound) return Json(nullptr);
  return failed(call, error, nullptr);
}

struct Operation {
  std::string name;
  bool of_collection;
  std::function<Outcome(Call&)> act;
};

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"command", false, command},
      {"runCommand", false, command},
      {"insertOne", true, insert_one},
      {"insertMany", true, insert_many},
      {"find", true, find},
      {"findOne", true, find_one},
      {"countDocuments", true, count_documents},
      {"distinct", true, distinct},
      {"updateOne", true, [](Call& call) { return update<mongoc_collection_update_one>(call, "update"); }},
      {"updateMany", true, [](Call& call) { return update<mongoc_collection_update_many>(call, "update"); }},
      {"replaceOne", true, [](Call& call) { return update<mongoc_collection_replace_one>(call, "replacement"); }},
      {"deleteOne", true, remove<mongoc_collection_delete_one>},
      {"deleteMany", true, remove<mongoc_collection_delete_many>},
      {"findOneAndUpdate", true, find_and_update},
      {"aggregate", true, aggregate},
      {"drop", true, drop},
  };
  return all;
}

}  // namespace

const std::vector<std::string>& operation_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Operation& each : operations()) out.push_back(each.name);
    return out;
  }();
  return names;
}

Outcome run(Clients& clients, const Json& request) {
  const auto text = [&](const char* key) { return request.contains(key) && request[key].is_string() ? request[key].get<std::string>() : std::string(); };
  const std::string name = text("name"), database = text("database"), collection = text("collection");
  const auto found = std::find_if(operations().begin(), operations().end(), [&](const Operation& one) { return one.name == name; });
  if (found == operations().end()) return unsupported("there is no operation `" + name + "`");
  if (database.empty()) return unsupported("`database` is not said");
  if (found->of_collection && collection.empty()) return unsupported("`collection` is not said");
  auto leased = clients.lease(request);
  if (auto* failure = std::get_if<Failure>(&leased)) return std::move(*failure);
  const std::unique_ptr<Lease>& lease = std::get<std::unique_ptr<Lease>>(leased);
  Call call{*lease, lease->get(), database, collection, Arguments(request)};
  return found->act(call);
}

}  // namespace failc::driver
