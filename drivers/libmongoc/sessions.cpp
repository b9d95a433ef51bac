// Operations on sessions and cursors, each of which belongs to one client of a pool.
#include "drivers/libmongoc/call.hpp"

namespace failc::driver {
namespace {

Outcome start_transaction(Call& call) {
  const std::unique_ptr<mongoc_transaction_opt_t, void (*)(mongoc_transaction_opt_t*)> options(mongoc_transaction_opts_new(),
                                                                                               mongoc_transaction_opts_destroy);
  const Json reading = call.take("readConcern"), writing = call.take("writeConcern"), from = call.take("readPreference"),
             longest = call.take("maxCommitTimeMS");
  mongoc_client_session_t* const session = std::exchange(call.session, nullptr);  // it is no option of its own
  call.options({});
  if (call.wrong) return *call.wrong;
  if (reading.is_object() && reading.contains("level"))
    mongoc_transaction_opts_set_read_concern(options.get(), read_concern(reading["level"]).get());
  if (writing.is_object()) mongoc_transaction_opts_set_write_concern(options.get(), write_concern(writing).get());
  if (from.is_object()) mongoc_transaction_opts_set_read_prefs(options.get(), read_preference(from).get());
  if (longest.is_number_integer()) mongoc_transaction_opts_set_max_commit_time_ms(options.get(), longest);
  bson_error_t error;
  if (!mongoc_client_session_start_transaction(session, options.get(), &error)) return call.failed(error, nullptr);
  return Json(nullptr);
}

Outcome commit_transaction(Call& call) {
  mongoc_client_session_t* const session = std::exchange(call.session, nullptr);
  call.options({});
  if (call.wrong) return *call.wrong;
  bson_error_t error;
  Reply reply;
  if (!mongoc_client_session_commit_transaction(session, reply.out(), &error)) return call.failed(error, &reply.document);
  return Json(nullptr);
}

Outcome abort_transaction(Call& call) {
  mongoc_client_session_t* const session = std::exchange(call.session, nullptr);
  call.options({});
  if (call.wrong) return *call.wrong;
  bson_error_t error;
  if (!mongoc_client_session_abort_transaction(session, &error)) return call.failed(error, nullptr);
  return Json(nullptr);
}

/// The next document, or null at the end.
Outcome next(Entity& entity, Call& call) {
  if (entity.first) return *std::exchange(entity.first, std::nullopt);
  const bson_t* document = nullptr;
  if (mongoc_cursor_next(entity.cursor, &document)) return to_json(*document);
  bson_error_t error;
  const bson_t* reply = nullptr;
  if (mongoc_cursor_error_document(entity.cursor, &error, &reply)) return call.failed(error, reply);
  return Json(nullptr);
}

}  // namespace

const std::vector<Operation>& session_operations() {
  static const std::vector<Operation> all = {
      {"startTransaction", start_transaction}, {"commitTransaction", commit_transaction}, {"abortTransaction", abort_transaction}};
  return all;
}

Outcome create_find_cursor(Entities& entities, const Entity& collection, Call call, const Json& request) {
  return entities.add("save", request, [&]() -> std::variant<std::shared_ptr<Entity>, Failure> {
    auto out = std::make_shared<Entity>();
    out->type = "cursor";
    out->client = collection.client;
    out->lease = out->client->lease(out->client);
    call.client = out->lease->get();
    call.lease = out->lease.get();
    const Collection handle(call);
    out->cursor = find_cursor(call, handle);
    if (call.wrong) return *call.wrong;
    // Asks the server, and keeps the first document.
    Outcome first = next(*out, call);
    if (auto* failure = std::get_if<Failure>(&first)) return std::move(*failure);
    out->first = std::get<Json>(std::move(first));
    return out;
  });
}

const std::vector<std::string>& cursor_operations() {
  static const std::vector<std::string> names = {"iterateUntilDocumentOrError", "iterateOnce", "close"};
  return names;
}

Outcome cursor_operation(Entity& cursor, Call call, const std::string& name) {
  call.options({});
  if (call.wrong) return *call.wrong;
  if (name != "close" && cursor.cursor) return next(cursor, call);
  if (name != "close") return bad("object", "is a cursor that was closed");
  cursor.first.reset();
  if (cursor.cursor) mongoc_cursor_destroy(std::exchange(cursor.cursor, nullptr));
  return Json(nullptr);
}

}  // namespace failc::driver
