#pragma once
// One operation as it is done: its arguments, whom it asks, and what libmongoc's functions have in common.
#include <algorithm>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {

struct Call {
  Json arguments;          // those that were not taken yet
  Lease* lease = nullptr;  // none for operations on sessions and cursors
  mongoc_client_t* client = nullptr;
  mongoc_client_session_t* session = nullptr;
  std::string database, collection;
  Concerns concerns;
  bool of_entity = false;  // `operation`, whose results are the protocol's; those of `run` are libmongoc's
  std::optional<Failure> wrong;

  void is_wrong(Failure failure) {
    if (!wrong) wrong = std::move(failure);
  }
  Json take(const char* name) {
    const auto found = arguments.find(name);
    if (found == arguments.end()) return nullptr;
    Json out = *found;
    arguments.erase(found);
    return out;
  }
  std::string text(const char* name) {
    const Json json = take(name);
    if (json.is_string()) return json;
    is_wrong(bad(std::string("arguments.") + name, json.is_null() ? "is missing" : "is a string"));
    return "";
  }
  /// A document that must be there; an empty one where it is not.
  Bson document(const char* name, bool needed = true) {
    const Json json = take(name);
    if (json.is_null() && !needed) return Bson(bson_new());
    return checked(std::string("arguments.") + name, json);
  }
  std::vector<Json> documents(const char* name) {
    const Json json = take(name);
    const bool good = json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& one) { return one.is_object(); });
    if (good) return {json.begin(), json.end()};
    is_wrong(bad(std::string("arguments.") + name, json.is_null() ? "is missing" : "is a list of documents"));
    return {};
  }
  /// A list as the document that libbson takes for an array.
  Bson array(const char* name) {
    Json numbered = Json::object();
    for (const Json& one : documents(name)) numbered[std::to_string(numbered.size())] = one;
    return checked(std::string("arguments.") + name, numbered);
  }
  /// A document, or a list of them: a pipeline.
  Bson update(const char* name) { return arguments.contains(name) && arguments[name].is_array() ? array(name) : document(name); }
  /// What is left goes to the driver as options, if they are all of `names`, and the session with it.
  Bson options(std::initializer_list<const char*> names) {
    Json out = Json::object();
    for (const auto& [name, value] : arguments.items()) {
      if (std::none_of(names.begin(), names.end(), [&, &key = name](const char* one) { return key == one; }))
        is_wrong(unsupported("arguments." + name, "is no argument of this operation for libmongoc"));
      out[name] = value;
    }
    Bson options = checked("arguments", out);
    bson_error_t error;
    if (session && !mongoc_client_session_append(session, options.get(), &error)) is_wrong(failure_of(error, nullptr));
    return options;
  }
  Bson checked(const std::string& field, const Json& json) {
    std::string why;
    Bson out = to_bson(json, why);
    if (out) return out;
    is_wrong(bad(field, json.is_null() ? "is missing" : "is no document: " + why));
    return Bson(bson_new());
  }
  Failure failed(const bson_error_t& error, const bson_t* reply) {
    Failure out = failure_of(error, reply);
    if (out.network && lease) lease->broken();
    return out;
  }
};

/// Initialised by libmongoc's functions, whatever comes of them.
struct Reply {
  bson_t document = BSON_INITIALIZER;
  ~Reply() { bson_destroy(&document); }
  bson_t* out() {
    bson_destroy(&document);
    return &document;
  }
};

using ReadPreference = std::unique_ptr<mongoc_read_prefs_t, void (*)(mongoc_read_prefs_t*)>;
ReadPreference read_preference(const Json& json);
using WriteConcern = std::unique_ptr<mongoc_write_concern_t, void (*)(mongoc_write_concern_t*)>;
WriteConcern write_concern(const Json& json);
using ReadConcern = std::unique_ptr<mongoc_read_concern_t, void (*)(mongoc_read_concern_t*)>;
ReadConcern read_concern(const std::string& level);

struct Collection {
  explicit Collection(const Call& call);
  Collection(const Collection&) = delete;
  ~Collection() { mongoc_collection_destroy(handle); }
  mongoc_collection_t* handle;
};

struct Operation {
  std::string name;
  std::function<Outcome(Call&)> act;
};

/// All documents of a cursor, at once; the cursor is over then.
Outcome drained(Call& call, mongoc_cursor_t* cursor);
/// Of `find`, for its arguments. Null where they are wrong.
mongoc_cursor_t* find_cursor(Call& call, const Collection& collection);

// ---- writes.cpp
const std::vector<Operation>& write_operations();
// ---- sessions.cpp
const std::vector<Operation>& session_operations();
Outcome create_find_cursor(Entities& entities, const Entity& collection, Call call, const Json& request);
/// `iterateUntilDocumentOrError` and the others.
const std::vector<std::string>& cursor_operations();
Outcome cursor_operation(Entity& cursor, Call call, const std::string& name);

}  // namespace failc::driver
