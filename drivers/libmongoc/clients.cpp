#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

using Uri = std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)>;

Failure refused(std::string message) {
  Failure out;
  out.message = std::move(message);
  out.not_sent = out.unsupported = true;
  return out;
}

/// `value` as the option's own type; false where the driver does not take it.
bool set_option(mongoc_uri_t& uri, const std::string& name, const Json& value) {
  if (value.is_boolean()) return mongoc_uri_set_option_as_bool(&uri, name.c_str(), value.get<bool>());
  if (value.is_number_integer()) return mongoc_uri_set_option_as_int32(&uri, name.c_str(), value.get<std::int32_t>());
  if (!value.is_string()) return false;
  const std::string text = value.get<std::string>();
  if (name == "appName" || name == "appname") return mongoc_uri_set_appname(&uri, text.c_str());
  return mongoc_uri_set_option_as_utf8(&uri, name.c_str(), text.c_str());
}

}  // namespace

Clients::~Clients() {
  for (const auto& [key, pool] : pools_) mongoc_client_pool_destroy(pool);
  for (const auto& [address, clients] : idle_)
    for (mongoc_client_t* client : clients) mongoc_client_destroy(client);
}

std::variant<mongoc_client_pool_t*, Failure> Clients::pool(const Json& client) {
  const std::string key = client.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  if (const auto found = pools_.find(key); found != pools_.end()) return found->second;
  if (!client.is_object() || !client.contains("uri") || !client["uri"].is_string()) return refused("`client` is a document with `name` and `uri`");
  for (const auto& [name, value] : client.items())
    if (name != "uri" && name != "name" && name != "options") return refused("`client` takes no `" + name + "`");
  bson_error_t error;
  const Uri uri(mongoc_uri_new_with_error(client["uri"].get<std::string>().c_str(), &error), &mongoc_uri_destroy);
  if (!uri) return refused(error.message);
  if (client.contains("options") && client["options"].is_object())
    for (const auto& [name, value] : client["options"].items())
      if (!set_option(*uri, name, value)) return refused("libmongoc does not take the option `" + name + "` with " + value.dump());
  mongoc_client_pool_t* pool = mongoc_client_pool_new_with_error(uri.get(), &error);
  if (!pool) return refused(error.message);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  pools_.emplace(key, pool);
  return pool;
}

std::variant<mongoc_client_t*, Failure> Clients::direct(const std::string& address) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<mongoc_client_t*>& idle = idle_[address];
    if (!idle.empty()) {
      mongoc_client_t* client = idle.back();
      idle.pop_back();
      return client;
    }
  }
  // Not of a pool: it connects when it is asked, and says at once where that fails.
  const std::string text = "mongodb://" + address + "/?directConnection=true&connectTimeoutMS=1000&socketTimeoutMS=30000&serverSelectionTryOnce=true&retryWrites=false&retryReads=false";
  bson_error_t error;
  const Uri uri(mongoc_uri_new_with_error(text.c_str(), &error), &mongoc_uri_destroy);
  if (!uri) return refused(error.message);
  mongoc_client_t* client = mongoc_client_new_from_uri_with_error(uri.get(), &error);
  if (!client) return refused(error.message);
  mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
  return client;
}

std::variant<std::unique_ptr<Lease>, Failure> Clients::lease(const Json& request) {
  if (request.contains("client") == request.contains("direct")) return refused("either `client` or `direct` says whom to ask");
  if (request.contains("client")) {
    auto made = pool(request["client"]);
    if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
    mongoc_client_pool_t* const from = std::get<mongoc_client_pool_t*>(made);
    return std::make_unique<Lease>(mongoc_client_pool_pop(from), [from](mongoc_client_t* client, bool) { mongoc_client_pool_push(from, client); });
  }
  if (!request["direct"].is_string()) return refused("`direct` is a string, \"host:port\"");
  const std::string address = request["direct"].get<std::string>();
  auto made = direct(address);
  if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
  return std::make_unique<Lease>(std::get<mongoc_client_t*>(made), [this, address](mongoc_client_t* client, bool broken) {
    // A new one has no memory of the failure: this one would not try again for five seconds.
    if (broken) return mongoc_client_destroy(client);
    const std::lock_guard lock(mutex_);
    idle_[address].push_back(client);
  });
}

}  // namespace failc::driver
