#pragma once
// failc's driver program around libmongoc: drivers/PROTOCOL.md. Not for other folders.
#include <bson/bson.h>
#include <mongoc/mongoc.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace failc::driver {

using Json = nlohmann::ordered_json;  // a command's name is its first key

struct Failure {
  std::string message;
  Json code = nullptr;
  std::string code_name;
  std::vector<std::string> labels;
  bool network = false, timeout = false, not_sent = false, unsupported = false;
};
using Outcome = std::variant<Json, Failure>;

// ---- bson.cpp
struct BsonDelete { void operator()(bson_t* document) const { bson_destroy(document); } };
using Bson = std::unique_ptr<bson_t, BsonDelete>;
/// Null where it is no document; `why` says so.
Bson to_bson(const Json& json, std::string& why);
/// Relaxed Extended JSON.
Json to_json(const bson_t& document);
/// What a failed call left in `error` and `reply`.
Failure failure_of(const bson_error_t& error, const bson_t* reply);

// ---- clients.cpp
/// A client of the pool it came from, given back at its end; one of a single server is closed where it failed.
class Lease {
 public:
  Lease(mongoc_client_t* client, std::function<void(mongoc_client_t*, bool)> give_back) : client_(client), give_back_(std::move(give_back)) {}
  Lease(const Lease&) = delete;
  ~Lease() { if (client_) give_back_(client_, broken_); }
  mongoc_client_t* get() const { return client_; }
  void broken() { broken_ = true; }

 private:
  mongoc_client_t* client_;
  std::function<void(mongoc_client_t*, bool)> give_back_;
  bool broken_ = false;
};

class Clients {
 public:
  ~Clients();
  /// For a request's `client` or `direct`.
  std::variant<std::unique_ptr<Lease>, Failure> lease(const Json& request);

 private:
  std::variant<mongoc_client_pool_t*, Failure> pool(const Json& client);
  std::variant<mongoc_client_t*, Failure> direct(const std::string& address);

  std::mutex mutex_;
  std::map<std::string, mongoc_client_pool_t*> pools_;                  // by the request's `client`, as text
  std::map<std::string, std::vector<mongoc_client_t*>> idle_;           // by address
};

// ---- operations.cpp
Outcome run(Clients& clients, const Json& request);
const std::vector<std::string>& operation_names();

}  // namespace failc::driver
