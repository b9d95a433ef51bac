#include <algorithm>
#include <cctype>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

bool known_option(const std::string& name) {
  if (mongoc_uri_option_is_int32(name.c_str()) || mongoc_uri_option_is_int64(name.c_str()) || mongoc_uri_option_is_bool(name.c_str()) ||
      mongoc_uri_option_is_utf8(name.c_str()))
    return true;
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
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
      out += static_cast<char>(c);
    else
      out += {'%', kDigits[c >> 4], kDigits[c & 15]};
  }
  return out;
}

std::string words(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump();
  std::string out;  // a set of tags
  for (const auto& [key, tag] : value.items()) out += (out.empty() ? "" : ",") + key + ":" + words(tag);
  return out;
}

/// The URI with `options` behind its own; a failure where one is not the driver's.
std::variant<std::string, Failure> with_options(std::string uri, const Json& options) {
  for (const auto& [name, value] : options.items()) {
    const std::string field = "options." + name;
    if (!known_option(name)) return unsupported(field, "is no option of libmongoc");
    std::vector<std::string> all;
    const bool tags = name == "readPreferenceTags";
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      if (!one.is_string() && !one.is_number_integer() && !one.is_boolean() && !(tags && one.is_object()))
        return bad(field, "is a string, a whole number, a bool or a list of them");
      if (tags || all.empty())
        all.push_back(words(one));
      else
        all.back() += "," + words(one);
    }
    for (const std::string& one : all) {
      const bool first = uri.find('?') == std::string::npos;
      const std::size_t hosts = uri.find("://");
      if (first && hosts != std::string::npos && uri.find('/', hosts + 3) == std::string::npos) uri += "/";
      uri += (first ? "?" : uri.back() == '?' || uri.back() == '&' ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(one);
    }
  }
  return uri;
}

}  // namespace

std::variant<Pool, Failure> new_pool(const std::string& uri, const Json& options) {
  auto text = with_options(uri, options);
  if (auto* failure = std::get_if<Failure>(&text)) return std::move(*failure);
  const char* const field = options.empty() ? "uri" : "options";
  bson_error_t error;
  Uri parsed(mongoc_uri_new_with_error(std::get<std::string>(text).c_str(), &error));
  if (!parsed) return bad(field, std::string("is refused by libmongoc: ") + error.message);
  mongoc_client_pool_t* const pool = mongoc_client_pool_new_with_error(parsed.get(), &error);
  if (!pool) return bad(field, std::string("is refused by libmongoc: ") + error.message);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  return Pool{pool, std::move(parsed)};
}

Clients::~Clients() {
  for (const auto& [key, pool] : pools_) mongoc_client_pool_destroy(pool);
  for (const auto& [address, clients] : idle_)
    for (mongoc_client_t* client : clients) mongoc_client_destroy(client);
}

std::variant<mongoc_client_pool_t*, Failure> Clients::pool(const Json& client) {
  const std::string key = client.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  if (const auto found = pools_.find(key); found != pools_.end()) return found->second;
  if (!client.is_object()) return bad("client", "is a document with `name` and `uri`");
  for (const auto& [name, value] : client.items())
    if (name != "uri" && name != "name" && name != "options") return unsupported("client." + name, "is no member of a client");
  if (!client.contains("uri") || !client["uri"].is_string())
    return bad("client.uri", client.contains("uri") ? "is a string" : "is missing");
  if (client.contains("options") && !client["options"].is_object()) return bad("client.options", "is a document");
  auto made = new_pool(client["uri"].get<std::string>(), client.value("options", Json::object()));
  if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
  return pools_[key] = std::get<Pool>(made).pool;
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
  const std::string text =
      "mongodb://" + address +
      "/?directConnection=true&connectTimeoutMS=1000&socketTimeoutMS=30000&serverSelectionTryOnce=true&retryWrites=false&retryReads=false";
  bson_error_t error;
  const Uri uri(mongoc_uri_new_with_error(text.c_str(), &error));
  if (!uri) return bad("direct", error.message);
  mongoc_client_t* client = mongoc_client_new_from_uri_with_error(uri.get(), &error);
  if (!client) return bad("direct", error.message);
  mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
  return client;
}

std::variant<std::unique_ptr<Lease>, Failure> Clients::lease(const Json& request) {
  if (request.contains("client") == request.contains("direct")) return bad("client", "or `direct` says whom to ask, and one of them");
  if (request.contains("client")) {
    auto made = pool(request["client"]);
    if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
    mongoc_client_pool_t* const from = std::get<mongoc_client_pool_t*>(made);
    return std::make_unique<Lease>(mongoc_client_pool_pop(from),
                                   [from](mongoc_client_t* client, bool) { mongoc_client_pool_push(from, client); });
  }
  if (!request["direct"].is_string()) return bad("direct", "is a string, \"host:port\"");
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
