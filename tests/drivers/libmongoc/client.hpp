#pragma once
// libmongoc as one of the clients that tests/e2e/driver_program.py describes.
#include <bson/bson.h>
#include <mongoc/mongoc.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>

namespace failc::client {

using Json = nlohmann::ordered_json;

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* held) const {
    destroy(held);
  }
};
template <class T, auto destroy>
using Held = std::unique_ptr<T, Destroy<destroy>>;

using Bson = Held<bson_t, bson_destroy>;
using Collection = Held<mongoc_collection_t, mongoc_collection_destroy>;
using Cursor = Held<mongoc_cursor_t, mongoc_cursor_destroy>;

/// What libmongoc said: the error, and the server's reply.
struct Failed : std::runtime_error {
  Failed(const bson_error_t& error, Json reply) : std::runtime_error(error.message), error(error), reply(std::move(reply)) {}
  bson_error_t error;
  Json reply;
};

/// A list becomes a document with the keys "0", "1", ..., as libmongoc takes pipelines.
Bson to_bson(const Json& json);
Json to_json(const bson_t* document);

/// `call` gets an uninitialized reply and an error, as libmongoc's functions take them. Gives the reply; throws Failed where it returns
/// false.
Json reply_of(const std::function<bool(bson_t*, bson_error_t*)>& call);

/// The rest of the cursor's documents.
Json documents(mongoc_cursor_t* cursor);

/// Commands that this thread has sent with a `Watch`.
extern thread_local int attempts;

/// What the driver's own monitoring reports. Called from its threads.
class Watch {
 public:
  /// `changed` gets the address of the primary, or null, whenever it is another.
  explicit Watch(std::function<void(const Json&)> changed) : changed_(std::move(changed)) {}
  void set_on(mongoc_client_pool_t* pool);
  /// How often the command was answered.
  int answered(const std::string& command);
  std::set<std::string> hosts();

 private:
  void topology(const mongoc_topology_description_t* now);
  std::mutex mutex_;
  std::function<void(const Json&)> changed_;
  Json primary_;
  std::map<std::string, int> answered_;
  std::set<std::string> hosts_;
};

class Pool {
 public:
  Pool(const std::string& uri, Watch* watch);
  mongoc_client_pool_t* get() const { return pool_.get(); }

 private:
  Held<mongoc_client_pool_t, mongoc_client_pool_destroy> pool_;
};

/// A client of the pool for as long as this lives.
class Client {
 public:
  explicit Client(const Pool& pool) : pool_(pool.get()), client_(mongoc_client_pool_pop(pool.get())) {}
  ~Client() { mongoc_client_pool_push(pool_, client_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  mongoc_client_t* get() const { return client_; }
  Collection collection(const char* name) const { return Collection(mongoc_client_get_collection(client_, "app", name)); }
  Json command(const char* database, const Json& command, const Json& options = Json::object()) const;

 private:
  mongoc_client_pool_t* pool_;
  mongoc_client_t* client_;
};

Json operations(const std::string& uri);
void writes(const std::string& uri, int writers);

}  // namespace failc::client
