#pragma once
// failc's driver program around libmongoc: drivers/PROTOCOL.md. Not for other folders.
#include <bson/bson.h>
#include <mongoc/mongoc.h>

#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
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
  bool client = true;          // no server said it
  std::string field;           // of the request: what is wrong with it
  Json more = Json::object();  // members that are not always there
};
using Outcome = std::variant<Json, Failure>;

/// A request that is no good: `field` is the path of what is wrong.
Failure bad(std::string field, const std::string& message);
/// The same of what other programs may know.
Failure unsupported(std::string field, const std::string& message);

// ---- output.cpp
/// One line, whole. Any thread.
void write(const Json& line);
Json error_of(const Failure& failure);
/// The events of a client so far: how many, and the last of them as `events` gives them. Between lines.
struct Told {
  std::uint64_t seq = 0;
  std::deque<Json> last;
};
/// Writes an event as the next of `told`.
void write_event(const std::string& entity, Told& told, const char* name, Json data);
/// What `read` reads while no line is written.
Json between_lines(const std::function<Json()>& read);

// ---- bson.cpp
struct BsonDelete {
  void operator()(bson_t* document) const { bson_destroy(document); }
};
using Bson = std::unique_ptr<bson_t, BsonDelete>;
/// Null where it is no document; `why` says so.
Bson to_bson(const Json& json, std::string& why);
/// Relaxed Extended JSON.
Json to_json(const bson_t& document);
/// What a failed call left in `error` and `reply`.
Failure failure_of(const bson_error_t& error, const bson_t* reply);

// ---- addresses.cpp
/// Where the sockets of this program go: libmongoc asks for addresses by getaddrinfo(), which this program has in its own version. One map
/// for all, since nothing says which client asks. "" or the name that another client has with another address.
std::string map_addresses(const std::map<std::string, std::string>& addresses);
void unmap_addresses(const std::map<std::string, std::string>& addresses);

// ---- clients.cpp
struct UriDelete {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};
using Uri = std::unique_ptr<mongoc_uri_t, UriDelete>;
/// The pool of a URI with options that go before its own, and the two together.
struct Pool {
  mongoc_client_pool_t* pool = nullptr;
  Uri uri;
};
std::variant<Pool, Failure> new_pool(const std::string& uri, const Json& options);

/// A client of the pool it came from, given back at its end; one of a single server is closed where it failed.
class Lease {
 public:
  Lease(mongoc_client_t* client, std::function<void(mongoc_client_t*, bool)> give_back)
      : client_(client), give_back_(std::move(give_back)) {}
  Lease(const Lease&) = delete;
  ~Lease() {
    if (client_) give_back_(client_, broken_);
  }
  mongoc_client_t* get() const { return client_; }
  void broken() { broken_ = true; }

 private:
  mongoc_client_t* client_;
  std::function<void(mongoc_client_t*, bool)> give_back_;
  bool broken_ = false;
};

/// The clients of `run`, which are known by their values.
class Clients {
 public:
  ~Clients();
  /// For a request's `client` or `direct`.
  std::variant<std::unique_ptr<Lease>, Failure> lease(const Json& request);

 private:
  std::variant<mongoc_client_pool_t*, Failure> pool(const Json& client);
  std::variant<mongoc_client_t*, Failure> direct(const std::string& address);

  std::mutex mutex_;
  std::map<std::string, mongoc_client_pool_t*> pools_;         // by the request's `client`, as text
  std::map<std::string, std::vector<mongoc_client_t*>> idle_;  // by address
};

// ---- events.cpp
const std::vector<std::string>& event_names();
/// What a client reports, and what it last said of its servers. Its address is known to libmongoc's callbacks.
class Observer {
 public:
  Observer(std::string entity, std::set<std::string> observed) : entity_(std::move(entity)), observed_(std::move(observed)) {}
  Observer(const Observer&) = delete;
  void attach(mongoc_client_pool_t* pool, const mongoc_uri_t& uri);
  void report(const char* name, const std::function<Json()>& data);
  /// A server as it is from now on; null for one that is gone.
  void server(const std::string& address, Json description);
  /// All servers as they are, under this type: of `known` those that are, and what else there is is unknown. Gives what was before, and what is.
  std::pair<Json, Json> changed(const char* type, const std::map<std::string, Json>& known);
  Json topology() const;
  const Told& told() const { return told_; }  // between lines

 private:
  std::string entity_;
  std::set<std::string> observed_;
  Told told_;
  mutable std::mutex mutex_;
  Json set_name_ = nullptr;  // the one that the URI asks for
  std::map<std::string, Json> servers_;
  Json topology_ = {{"type", "Unknown"}, {"setName", nullptr}, {"servers", Json::array()}};
};

// ---- entities.cpp
/// A pool and what it reports. Whoever uses a client of it shares it; the last of them ends it.
struct Client {
  std::unique_ptr<Observer> observer;
  mongoc_client_pool_t* pool = nullptr;
  std::map<std::string, std::string> addresses;
  std::promise<void> gone;
  ~Client();
  std::unique_ptr<Lease> lease(std::shared_ptr<Client> self) const;
};

/// The options of databases and collections.
struct Concerns {
  std::optional<std::string> read_concern;
  Json write_concern, read_preference;
};

struct Entity {
  std::string type;
  std::shared_ptr<Client> client;
  std::string database, collection;
  Concerns concerns;
  // Of sessions and cursors, which belong to one client of the pool and one thread at a time.
  std::mutex mutex;
  std::unique_ptr<Lease> lease;
  mongoc_client_session_t* session = nullptr;
  mongoc_cursor_t* cursor = nullptr;
  std::optional<Json> first;  // a cursor's document that was asked for when it was made
  ~Entity();
};

class Entities {
 public:
  std::variant<std::shared_ptr<Entity>, Failure> find(const std::string& field, const Json& name, const std::string& type = "") const;
  /// The entity has the name from now on, and is found by it once it is made.
  Outcome add(const std::string& field, const Json& request, const std::function<std::variant<std::shared_ptr<Entity>, Failure>()>& make,
              std::shared_ptr<Entity>* made = nullptr);
  Outcome create(const Json& request);
  Outcome close(const Json& request);
  Outcome topology(const Json& request) const;
  Outcome events(const Json& request) const;
  Outcome state(const Json& request) const;
  Json sequences() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entity>> all_;  // null: it is being made
};

/// Nothing, or what is wrong with a request that has other members than `names`.
std::optional<Failure> other_members(const Json& request, std::initializer_list<const char*> names);

// ---- operations.cpp, writes.cpp, sessions.cpp
Outcome run(Clients& clients, const Entities& entities, const Json& request);
Outcome operation(Entities& entities, const Json& request);
const std::vector<std::string>& operation_names();
/// From the type of an entity to its operations.
Json object_operations();

}  // namespace failc::driver
