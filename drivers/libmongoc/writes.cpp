// Operations that write.
#include "drivers/libmongoc/call.hpp"

namespace failc::driver {
namespace {

using Write = std::function<bool(mongoc_collection_t*, const bson_t* options, bson_t* reply, bson_error_t* error)>;

/// libmongoc's reply.
Outcome write(Call& call, std::initializer_list<const char*> option_names, const Write& act) {
  const Bson options = call.options(option_names);
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  bson_error_t error{};
  Reply reply;
  if (!act(collection.handle, options.get(), reply.out(), &error)) return call.failed(error, &reply.document);
  return to_json(reply.document);
}

/// The members of a reply that the protocol has; `upsertedCount` is said where something can be.
Outcome only(const Call& call, Outcome outcome, std::initializer_list<const char*> names) {
  const Json* reply = std::get_if<Json>(&outcome);
  if (!reply || !call.of_entity) return outcome;
  Json out = Json::object();
  for (const char* name : names)
    if (reply->contains(name)) out[name] = (*reply)[name];
  return out;
}

/// A document with an `_id`, its first member where it is made here as libmongoc would make it.
Json with_id(const Json& document) {
  if (document.contains("_id")) return document;
  bson_oid_t id;
  char text[25];
  bson_oid_init(&id, nullptr);
  bson_oid_to_string(&id, text);
  Json out = {{"_id", {{"$oid", text}}}};
  out.update(document);
  return out;
}

Outcome insert_one(Call& call) {
  Json json = call.take("document");
  if (json.is_object()) json = with_id(json);
  const Bson document = call.checked("arguments.document", json);
  Outcome outcome = write(call, {"bypassDocumentValidation", "comment"},
                          [&](auto* c, auto* o, auto* r, auto* e) { return mongoc_collection_insert_one(c, document.get(), o, r, e); });
  if (!call.of_entity || std::holds_alternative<Failure>(outcome)) return outcome;
  return Json{{"insertedId", json["_id"]}};
}

Outcome insert_many(Call& call) {
  std::vector<Bson> documents;
  std::vector<const bson_t*> raw;
  Json ids = Json::object();
  for (const Json& given : call.documents("documents")) {
    const Json json = with_id(given);
    ids[std::to_string(ids.size())] = json["_id"];
    raw.push_back(documents.emplace_back(call.checked("arguments.documents." + std::to_string(raw.size()), json)).get());
  }
  if (raw.empty()) call.is_wrong(bad("arguments.documents", "is a list of documents"));
  Outcome outcome = write(call, {"ordered", "bypassDocumentValidation", "comment"}, [&](auto* c, auto* o, auto* r, auto* e) {
    return mongoc_collection_insert_many(c, raw.data(), raw.size(), o, r, e);
  });
  if (!call.of_entity || std::holds_alternative<Failure>(outcome)) return outcome;
  return Json{{"insertedCount", ids.size()}, {"insertedIds", ids}};
}

template <auto Function>
Outcome update(Call& call, const char* what) {
  const Bson filter = call.document("filter");
  const Bson change = what == std::string("update") ? call.update(what) : call.document(what);
  Outcome outcome = write(call, {"upsert", "arrayFilters", "hint", "collation", "comment", "let", "bypassDocumentValidation"},
                          [&](auto* c, auto* o, auto* r, auto* e) { return Function(c, filter.get(), change.get(), o, r, e); });
  return only(call, std::move(outcome), {"matchedCount", "modifiedCount", "upsertedCount", "upsertedId"});
}

template <auto Function>
Outcome remove(Call& call) {
  const Bson filter = call.document("filter");
  Outcome outcome = write(call, {"hint", "collation", "comment", "let"},
                          [&](auto* c, auto* o, auto* r, auto* e) { return Function(c, filter.get(), o, r, e); });
  return only(call, std::move(outcome), {"deletedCount"});
}

enum class Modify { update, replace, remove };

Outcome find_and_modify(Call& call, Modify kind) {
  const Bson filter = call.document("filter");
  Bson change;
  if (kind == Modify::update) change = call.update("update");
  if (kind == Modify::replace) change = call.document("replacement");
  const Json after = call.take("returnDocument");
  const bool upsert = call.take("upsert") == Json(true);
  const Bson sort = call.document("sort", false), fields = call.document("projection", false);
  const Bson extra = call.options({"arrayFilters", "collation", "hint", "comment", "let"});
  std::string when = after.is_string() ? after.get<std::string>() : after.is_null() ? "before" : "?";
  std::transform(when.begin(), when.end(), when.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (when != "after" && when != "before") call.is_wrong(bad("arguments.returnDocument", "is \"After\" or \"Before\""));
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  mongoc_find_and_modify_opts_t* options = mongoc_find_and_modify_opts_new();
  if (change) mongoc_find_and_modify_opts_set_update(options, change.get());
  if (!bson_empty(sort.get())) mongoc_find_and_modify_opts_set_sort(options, sort.get());
  if (!bson_empty(fields.get())) mongoc_find_and_modify_opts_set_fields(options, fields.get());
  mongoc_find_and_modify_opts_append(options, extra.get());
  int flags = when == "after" ? MONGOC_FIND_AND_MODIFY_RETURN_NEW : MONGOC_FIND_AND_MODIFY_NONE;
  if (upsert) flags |= MONGOC_FIND_AND_MODIFY_UPSERT;
  if (kind == Modify::remove) flags |= MONGOC_FIND_AND_MODIFY_REMOVE;
  mongoc_find_and_modify_opts_set_flags(options, static_cast<mongoc_find_and_modify_flags_t>(flags));
  bson_error_t error{};
  Reply reply;
  const bool good = mongoc_collection_find_and_modify_with_opts(collection.handle, filter.get(), options, reply.out(), &error);
  mongoc_find_and_modify_opts_destroy(options);
  if (!good) return call.failed(error, &reply.document);
  Json answer = to_json(reply.document);
  return answer.contains("value") ? answer["value"] : Json(nullptr);
}

/// Adds one model to a bulk; what is wrong with it is the call's.
void add_model(Call& call, mongoc_bulk_operation_t* bulk, const std::string& field, const std::string& kind, Json model) {
  const bool replaces = kind == "replaceOne", updates = kind == "updateOne" || kind == "updateMany";
  const auto part = [&](const char* name) {
    const Json json = model.value(name, Json());
    model.erase(name);
    Json numbered = json;
    if (json.is_array()) {  // a pipeline
      numbered = Json::object();
      for (const Json& one : json) numbered[std::to_string(numbered.size())] = one;
    }
    return call.checked(field + "." + name, numbered);
  };
  bson_error_t error{};
  bool good = true;
  if (kind == "insertOne") {
    const Bson document = part("document");
    if (!call.wrong) good = mongoc_bulk_operation_insert_with_opts(bulk, document.get(), nullptr, &error);
  } else {
    const Bson filter = part("filter");
    const Bson change = updates ? part("update") : replaces ? part("replacement") : nullptr;
    const Bson options = call.checked(field, model);
    if (call.wrong) return;
    if (kind == "updateOne") good = mongoc_bulk_operation_update_one_with_opts(bulk, filter.get(), change.get(), options.get(), &error);
    if (kind == "updateMany") good = mongoc_bulk_operation_update_many_with_opts(bulk, filter.get(), change.get(), options.get(), &error);
    if (replaces) good = mongoc_bulk_operation_replace_one_with_opts(bulk, filter.get(), change.get(), options.get(), &error);
    if (kind == "deleteOne") good = mongoc_bulk_operation_remove_one_with_opts(bulk, filter.get(), options.get(), &error);
    if (kind == "deleteMany") good = mongoc_bulk_operation_remove_many_with_opts(bulk, filter.get(), options.get(), &error);
  }
  if (!good) call.is_wrong(bad(field, error.message));
}

/// A bulk's reply, whole or of what was done before an error, as the protocol has it.
Json bulk_result(const Json& reply) {
  Json out = Json::object();
  for (const auto& [ours, theirs] : std::initializer_list<std::pair<const char*, const char*>>{{"insertedCount", "nInserted"},
                                                                                               {"matchedCount", "nMatched"},
                                                                                               {"modifiedCount", "nModified"},
                                                                                               {"deletedCount", "nRemoved"},
                                                                                               {"upsertedCount", "nUpserted"}})
    out[ours] = reply.value(theirs, 0);
  out["upsertedIds"] = Json::object();
  for (const Json& one : reply.value("upserted", Json::array())) out["upsertedIds"][one["index"].dump()] = one["_id"];
  return out;
}

Outcome bulk_write(Call& call) {
  const std::vector<Json> requests = call.documents("requests");
  const Bson options = call.options({"ordered", "comment", "let", "bypassDocumentValidation"});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  const std::unique_ptr<mongoc_bulk_operation_t, void (*)(mongoc_bulk_operation_t*)> bulk(
      mongoc_collection_create_bulk_operation_with_opts(collection.handle, options.get()), mongoc_bulk_operation_destroy);
  for (std::size_t at = 0; at < requests.size() && !call.wrong; ++at) {
    const std::string field = "arguments.requests." + std::to_string(at);
    const auto model = requests[at].items().begin();
    const bool known =
        requests[at].size() == 1 && model.value().is_object() &&
        std::set<std::string>{"insertOne", "updateOne", "updateMany", "replaceOne", "deleteOne", "deleteMany"}.count(model.key());
    if (!known)
      call.is_wrong(bad(field, "has one key, of insertOne, updateOne, updateMany, replaceOne, deleteOne, deleteMany"));
    else
      add_model(call, bulk.get(), field + "." + model.key(), model.key(), model.value());
  }
  if (call.wrong) return *call.wrong;
  bson_error_t error{};
  Reply reply;
  const bool good = mongoc_bulk_operation_execute(bulk.get(), reply.out(), &error) != 0;
  Json done = bulk_result(to_json(reply.document));
  if (good) return done;
  Failure failure = call.failed(error, &reply.document);
  failure.more["partialResult"] = std::move(done);
  return failure;
}

Outcome drop(Call& call) {
  call.options({});
  if (call.wrong) return *call.wrong;
  const Collection collection(call);
  bson_error_t error{};
  if (mongoc_collection_drop(collection.handle, &error)) return Json(nullptr);
  constexpr std::uint32_t kNamespaceNotFound = 26;  // nothing to drop is as good as dropped
  if (error.domain == MONGOC_ERROR_SERVER && error.code == kNamespaceNotFound) return Json(nullptr);
  return call.failed(error, nullptr);
}

}  // namespace

const std::vector<Operation>& write_operations() {
  static const std::vector<Operation> all = {
      {"insertOne", insert_one},
      {"insertMany", insert_many},
      {"updateOne", [](Call& call) { return update<mongoc_collection_update_one>(call, "update"); }},
      {"updateMany", [](Call& call) { return update<mongoc_collection_update_many>(call, "update"); }},
      {"replaceOne", [](Call& call) { return update<mongoc_collection_replace_one>(call, "replacement"); }},
      {"deleteOne", remove<mongoc_collection_delete_one>},
      {"deleteMany", remove<mongoc_collection_delete_many>},
      {"findOneAndUpdate", [](Call& call) { return find_and_modify(call, Modify::update); }},
      {"findOneAndReplace", [](Call& call) { return find_and_modify(call, Modify::replace); }},
      {"findOneAndDelete", [](Call& call) { return find_and_modify(call, Modify::remove); }},
      {"bulkWrite", bulk_write},
      {"drop", drop},
  };
  return all;
}

}  // namespace failc::driver
