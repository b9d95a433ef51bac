#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {

Bson to_bson(const Json& json, std::string& why) {
  if (!json.is_object()) {
    why = "a document is wanted";
    return nullptr;
  }
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  bson_error_t error;
  Bson out(bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &error));
  if (!out) why = error.message;
  return out;
}

Json to_json(const bson_t& document) {
  char* text = bson_as_relaxed_extended_json(&document, nullptr);
  if (!text) return nullptr;
  Json out = Json::parse(text, nullptr, false);
  bson_free(text);
  return out;
}

namespace {

void read_labels(const bson_t& reply, Failure& out) {
  bson_iter_t at, label;
  if (bson_iter_init_find(&at, &reply, "errorLabels") && BSON_ITER_HOLDS_ARRAY(&at) && bson_iter_recurse(&at, &label))
    while (bson_iter_next(&label))
      if (BSON_ITER_HOLDS_UTF8(&label)) out.labels.emplace_back(bson_iter_utf8(&label, nullptr));
}

/// A code of the server's: of the command, of its first write error, or of its write concern.
void read_code(const bson_t& reply, Failure& out) {
  bson_iter_t at, inside;
  for (const char* path : {"code", "writeErrors.0.code", "writeConcernErrors.0.code", "writeConcernError.code"}) {
    if (!bson_iter_init(&at, &reply) || !bson_iter_find_descendant(&at, path, &inside) || !BSON_ITER_HOLDS_NUMBER(&inside)) continue;
    out.code = bson_iter_as_int64(&inside);
    std::string name(path);
    name += "Name";
    if (bson_iter_init(&at, &reply) && bson_iter_find_descendant(&at, name.c_str(), &inside) && BSON_ITER_HOLDS_UTF8(&inside))
      out.code_name = bson_iter_utf8(&inside, nullptr);
    return;
  }
}

/// Errors of single writes and of write concerns, which are at the top of what libmongoc's writes give, and of what servers give.
void read_writes(const Json& reply, Failure& out) {
  if (const auto errors = reply.find("writeErrors"); errors != reply.end() && errors->is_array()) {
    Json& to = out.more["writeErrors"] = Json::object();
    for (const Json& one : *errors)
      if (one.contains("index")) to[one["index"].dump()] = {{"code", one.value("code", Json())}, {"message", one.value("errmsg", "")}};
  }
  Json concerns = reply.value("writeConcernErrors", Json::array());
  if (reply.contains("writeConcernError")) concerns.push_back(reply["writeConcernError"]);
  if (!concerns.is_array() || concerns.empty()) return;
  for (const Json& one : concerns)
    out.more["writeConcernErrors"].push_back({{"code", one.value("code", Json())}, {"message", one.value("errmsg", "")}});
}

}  // namespace

Failure failure_of(const bson_error_t& error, const bson_t* reply) {
  Failure out;
  out.message = error.message;
  if (reply) {
    read_labels(*reply, out);
    read_code(*reply, out);
    const Json json = to_json(*reply);
    if (json.is_object()) read_writes(json, out);
    if (!out.code.is_null()) out.more["errorResponse"] = json;
  }
  switch (error.domain) {
    case MONGOC_ERROR_SERVER_SELECTION:
      out.not_sent = out.network = true;
      break;
    case MONGOC_ERROR_STREAM:
      out.network = true;
      out.timeout = out.message.find("timeout") != std::string::npos || out.message.find("timed out") != std::string::npos;
      out.not_sent = error.code == MONGOC_ERROR_STREAM_CONNECT || error.code == MONGOC_ERROR_STREAM_NAME_RESOLUTION;
      break;
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_WRITE_CONCERN:
    case MONGOC_ERROR_COLLECTION:
    case MONGOC_ERROR_QUERY:
      if (out.code.is_null()) out.code = error.code;
      break;
    case MONGOC_ERROR_BSON:
    case MONGOC_ERROR_COMMAND:
      out.not_sent = out.code.is_null();
      break;  // libmongoc refused it
    case MONGOC_ERROR_CLIENT:
      out.not_sent = error.code == MONGOC_ERROR_CLIENT_NOT_READY;
      break;
    default:
      break;
  }
  out.client = out.code.is_null();
  return out;
}

}  // namespace failc::driver
