#include "drivers/libmongoc/driver.hpp"

#include <algorithm>
#include <cctype>

namespace failc::driver {
namespace {

using Uri = std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)>;

Failure refused(std::string message) {
  Failure out;
  out.message = std::move(message);
  out.not_sent = out.unsupported = true;
  return out;
}

bool known_option(const std::string& name) {
  if (mongoc_uri_option_is_int32(name.c_str()) || mongoc_uri_option_is_int64(name.c_str()) || mongoc_uri_option_is_bool(name.c_str()) || mongoc_uri_option_is_utf8(name.c_str())) return true;
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // Those that libmongoc keeps apart.
  for (const char* one : {"w", "appname", "readpreference", "readpreferencetags", "readconcernlevel", "authmechanismproperties"})
    if (lower == one) return true;
  return false;
}

std::string percent_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') out += static_cast<char>(c);
    else out += {'%', kDigits[c >> 4], kDigits[c & 15]};
  }
  return out;
}

/// The URI with `options` behind its own; "" with `wrong` said where one is not the driver's.
std::string with_options(std::string uri, const Json& options, std::string& wrong) {
  for (const auto& [name, value] : options.items()) {
    if (!known_option(name)) wrong = "libmongoc has no option `" + name + "`";
    if (!value.is_string() && !value.is_number_integer() && !value.is_boolean()) wrong = "the option `" + name + "` is a string, a whole number or a bool";
    if (!wrong.empty()) return "";
    const bool first = uri.find('?') == std::string::npos;
    uri += (first ? "?" : uri.back() == '?' || uri.back() == '&' ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return uri;
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
  if (client.contains("options") && !client["options"].is_object()) return refused("`options` of a client is a document");
  std::string wrong;
  const std::string text = with_options(client["uri"].get<std::string>(), client.value("options", Json::object()), wrong);
  if (!wrong.empty()) return refused(wrong);
  bson_error_t error;
  const Uri uri(mongoc_uri_new_with_error(text.c_str(), &error), &mongoc_uri_destroy);
  if (!uri) return refused(error.message);
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
