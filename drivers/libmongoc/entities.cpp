// What has a name: clients, databases, collections, sessions and cursors.
#include <algorithm>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

using Made = std::variant<std::shared_ptr<Entity>, Failure>;

/// A member that is a string, and not empty; else `wrong` is said.
std::string text(const Json& request, const char* name, std::optional<Failure>& wrong) {
  if (request.contains(name) && request[name].is_string() && !request[name].get_ref<const std::string&>().empty()) return request[name];
  if (!wrong) wrong = bad(name, request.contains(name) ? "is a string that is not empty" : "is missing");
  return "";
}

Json document(const Json& request, const char* name, std::optional<Failure>& wrong) {
  if (!request.contains(name)) return Json::object();
  if (!request[name].is_object() && !wrong) wrong = bad(name, "is a document");
  return request[name];
}

Concerns concerns(const Json& options, Concerns out, std::optional<Failure>& wrong) {
  for (const auto& [name, value] : options.items()) {
    if (!value.is_object())
      wrong = bad("options." + name, "is a document");
    else if (name == "readConcern" && value.contains("level") && value["level"].is_string())
      out.read_concern = value["level"];
    else if (name == "readConcern" && value.empty())
      out.read_concern.reset();
    else if (name == "writeConcern")
      out.write_concern = value;
    else if (name == "readPreference")
      out.read_preference = value;
    else
      wrong = unsupported("options." + name, "is no option of this entity for libmongoc");
  }
  return out;
}

bool server_api(mongoc_client_pool_t* pool, const Json& json, std::optional<Failure>& wrong) {
  mongoc_server_api_version_t version;
  if (!json.contains("version") || !json["version"].is_string() ||
      !mongoc_server_api_version_from_string(json["version"].get_ref<const std::string&>().c_str(), &version)) {
    wrong = bad("serverApi.version", "is no version that libmongoc has");
    return false;
  }
  mongoc_server_api_t* const api = mongoc_server_api_new(version);
  if (json.contains("strict")) mongoc_server_api_strict(api, json["strict"] == Json(true));
  if (json.contains("deprecationErrors")) mongoc_server_api_deprecation_errors(api, json["deprecationErrors"] == Json(true));
  bson_error_t error;
  const bool good = mongoc_client_pool_set_server_api(pool, api, &error);
  mongoc_server_api_destroy(api);
  if (!good) wrong = bad("serverApi", error.message);
  return good;
}

std::set<std::string> observed(const Json& request, std::optional<Failure>& wrong) {
  std::set<std::string> out;
  const Json names = request.value("observeEvents", Json::array());
  if (!names.is_array()) wrong = bad("observeEvents", "is a list of names");
  if (wrong) return out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = names[i].is_string() ? names[i].get<std::string>() : names[i].dump();
    if (std::find(event_names().begin(), event_names().end(), name) == event_names().end())
      wrong = unsupported("observeEvents." + std::to_string(i), "is no event of libmongoc's: " + name);
    out.insert(name);
  }
  return out;
}

std::map<std::string, std::string> addresses(const Json& request, std::optional<Failure>& wrong) {
  std::map<std::string, std::string> out;
  const Json map = document(request, "addressMap", wrong);
  if (wrong) return out;
  for (const auto& [name, to] : map.items()) {
    const std::string text = to.is_string() ? to.get<std::string>() : "";
    const std::size_t colon = text.rfind(':');
    const bool good = colon != std::string::npos && colon > 0 && colon + 1 < text.size() &&
                      text.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    if (!good) wrong = bad("addressMap." + name, "is an address, \"host:port\"");
    out.emplace(name, text);
  }
  return out;
}

Made make_client(const Json& request) {
  if (auto wrong = other_members(request, {"entity", "type", "uri", "options", "serverApi", "observeEvents", "addressMap"})) return *wrong;
  std::optional<Failure> wrong;
  const std::string uri = text(request, "uri", wrong);
  const Json options = document(request, "options", wrong), api = document(request, "serverApi", wrong);
  auto client = std::make_shared<Client>();
  client->observer = std::make_unique<Observer>(request["entity"], observed(request, wrong));
  auto map = addresses(request, wrong);
  if (wrong) return *wrong;
  auto pool = new_pool(uri, options);
  if (auto* failure = std::get_if<Failure>(&pool)) return std::move(*failure);
  client->pool = std::get<Pool>(pool).pool;
  client->observer->attach(client->pool, *std::get<Pool>(pool).uri);
  if (request.contains("serverApi") && !server_api(client->pool, api, wrong)) return *wrong;
  if (const std::string taken = map_addresses(map); !taken.empty())
    return bad("addressMap." + taken, "is another address for another client, and this program has one map for all");
  client->addresses = std::move(map);
  client->lease(client);  // with its first client a pool begins its discovery
  auto out = std::make_shared<Entity>();
  out->type = "client";
  out->client = std::move(client);
  return out;
}

Made make_database(const Entities& entities, const Json& request) {
  if (auto wrong = other_members(request, {"entity", "type", "client", "name", "options"})) return *wrong;
  auto client = entities.find("client", request.value("client", Json()), "client");
  if (auto* failure = std::get_if<Failure>(&client)) return std::move(*failure);
  std::optional<Failure> wrong;
  auto out = std::make_shared<Entity>();
  out->type = "database";
  out->client = std::get<std::shared_ptr<Entity>>(client)->client;
  out->database = text(request, "name", wrong);
  out->concerns = concerns(document(request, "options", wrong), {}, wrong);
  if (wrong) return *wrong;
  return out;
}

Made make_collection(const Entities& entities, const Json& request) {
  if (auto wrong = other_members(request, {"entity", "type", "database", "name", "options"})) return *wrong;
  auto found = entities.find("database", request.value("database", Json()), "database");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  const auto& database = std::get<std::shared_ptr<Entity>>(found);
  std::optional<Failure> wrong;
  auto out = std::make_shared<Entity>();
  out->type = "collection";
  out->client = database->client;
  out->database = database->database;
  out->collection = text(request, "name", wrong);
  out->concerns = concerns(document(request, "options", wrong), database->concerns, wrong);
  if (wrong) return *wrong;
  return out;
}

Made make_session(const Entities& entities, const Json& request) {
  if (auto wrong = other_members(request, {"entity", "type", "client", "options"})) return *wrong;
  auto found = entities.find("client", request.value("client", Json()), "client");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  std::optional<Failure> wrong;
  const Json given = document(request, "options", wrong);
  if (wrong) return *wrong;
  const std::unique_ptr<mongoc_session_opt_t, void (*)(mongoc_session_opt_t*)> options(mongoc_session_opts_new(),
                                                                                       mongoc_session_opts_destroy);
  for (const auto& [name, value] : given.items()) {
    if (name == "causalConsistency")
      mongoc_session_opts_set_causal_consistency(options.get(), value == Json(true));
    else if (name == "snapshot")
      mongoc_session_opts_set_snapshot(options.get(), value == Json(true));
    else
      return unsupported("options." + name, "is no option of a session for libmongoc");
  }
  auto out = std::make_shared<Entity>();
  out->type = "session";
  out->client = std::get<std::shared_ptr<Entity>>(found)->client;
  out->lease = out->client->lease(out->client);
  bson_error_t error;
  out->session = mongoc_client_start_session(out->lease->get(), options.get(), &error);
  if (!out->session) return failure_of(error, nullptr);
  return out;
}

}  // namespace

std::optional<Failure> other_members(const Json& request, std::initializer_list<const char*> names) {
  for (const auto& [name, value] : request.items()) {
    const bool known = name == "id" || name == "op" || name == "deadlineMS" ||
                       std::any_of(names.begin(), names.end(), [&, &key = name](const char* one) { return key == one; });
    if (!known) return unsupported(name, "is no member of this request");
  }
  return std::nullopt;
}

Client::~Client() {
  if (pool) mongoc_client_pool_destroy(pool);
  unmap_addresses(addresses);
  gone.set_value();
}

std::unique_ptr<Lease> Client::lease(std::shared_ptr<Client> self) const {
  return std::make_unique<Lease>(mongoc_client_pool_pop(pool),
                                 [self](mongoc_client_t* client, bool) { mongoc_client_pool_push(self->pool, client); });
}

Entity::~Entity() {
  if (cursor) mongoc_cursor_destroy(cursor);
  if (session) mongoc_client_session_destroy(session);
}

std::variant<std::shared_ptr<Entity>, Failure> Entities::find(const std::string& field, const Json& name, const std::string& type) const {
  if (!name.is_string()) return bad(field, name.is_null() ? "is missing" : "is a string");
  const std::lock_guard lock(mutex_);
  const auto found = all_.find(name);
  if (found == all_.end() || !found->second) return bad(field, "names no entity: " + name.get<std::string>());
  if (!type.empty() && found->second->type != type)
    return bad(field, "is a " + type + ", and " + name.get<std::string>() + " is a " + found->second->type);
  return found->second;
}

Outcome Entities::add(const std::string& field, const Json& request, const std::function<Made()>& make, std::shared_ptr<Entity>* made) {
  std::optional<Failure> wrong;
  const std::string name = text(request, field.c_str(), wrong);
  if (wrong) return *wrong;
  {
    const std::lock_guard lock(mutex_);
    if (!all_.emplace(name, nullptr).second) return bad(field, "is the name of an entity already: " + name);
  }
  Made outcome = make();
  const std::lock_guard lock(mutex_);
  if (auto* failure = std::get_if<Failure>(&outcome)) {
    all_.erase(name);
    return std::move(*failure);
  }
  all_[name] = std::get<std::shared_ptr<Entity>>(outcome);
  if (made) *made = all_[name];
  return Json(nullptr);
}

Outcome Entities::create(const Json& request) {
  std::optional<Failure> wrong;
  text(request, "entity", wrong);
  const std::string type = text(request, "type", wrong);
  if (wrong) return *wrong;
  std::shared_ptr<Entity> made;
  if (type == "client") return add("entity", request, [&] { return make_client(request); });
  if (type == "database") return add("entity", request, [&] { return make_database(*this, request); });
  if (type == "collection") return add("entity", request, [&] { return make_collection(*this, request); });
  if (type != "session") return unsupported("type", "is no type of entity that can be made: " + type);
  Outcome outcome = add(
      "entity", request, [&] { return make_session(*this, request); }, &made);
  if (!std::holds_alternative<Failure>(outcome)) outcome = Json{{"lsid", to_json(*mongoc_client_session_get_lsid(made->session))}};
  return outcome;
}

Outcome Entities::close(const Json& request) {
  if (auto wrong = other_members(request, {"entity"})) return *wrong;
  auto found = find("entity", request.value("entity", Json()));
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  std::shared_ptr<Entity> entity = std::move(std::get<std::shared_ptr<Entity>>(found));
  // What is made of a client goes with it; each ends outside of the lock, cursors and sessions before the client.
  std::vector<std::shared_ptr<Entity>> ending;
  const bool is_client = entity->type == "client";
  {
    const std::lock_guard lock(mutex_);
    for (auto each = all_.begin(); each != all_.end();) {
      const bool goes = each->second && (each->second == entity || (is_client && each->second->client == entity->client));
      if (goes) ending.push_back(std::move(each->second));
      each = goes ? all_.erase(each) : std::next(each);
    }
  }
  if (std::find(ending.begin(), ending.end(), entity) == ending.end()) return bad("entity", "was closed meanwhile");
  std::future<void> gone;
  if (is_client) gone = entity->client->gone.get_future();
  entity.reset();
  ending.clear();
  if (is_client) gone.wait();  // whoever still uses it has come to an end
  return Json(nullptr);
}

Outcome Entities::topology(const Json& request) const {
  if (auto wrong = other_members(request, {"entity"})) return *wrong;
  auto found = find("entity", request.value("entity", Json()), "client");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  return std::get<std::shared_ptr<Entity>>(found)->client->observer->topology();
}

Outcome Entities::events(const Json& request) const {
  if (auto wrong = other_members(request, {"entity", "names", "after"})) return *wrong;
  auto found = find("entity", request.value("entity", Json()), "client");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  const Json names = request.value("names", Json(event_names())), given = request.value("after", Json(0u));
  if (!names.is_array()) return bad("names", "is a list of names");
  for (std::size_t at = 0; at < names.size(); ++at)
    if (std::find(event_names().begin(), event_names().end(), names[at]) == event_names().end())
      return unsupported("names." + std::to_string(at), "is no event of this driver: " + names[at].dump());
  if (!given.is_number_unsigned()) return bad("after", "is a whole number from 0 on");
  const std::uint64_t after = given;
  std::uint64_t first = 0;
  Json out = between_lines([&] {
    const Told& told = std::get<std::shared_ptr<Entity>>(found)->client->observer->told();
    first = told.seq - told.last.size();
    Json events = Json::array();
    for (const Json& one : told.last)
      if (one["seq"] > after && std::find(names.begin(), names.end(), one["event"]) != names.end()) events.push_back(one);
    return Json{{"seq", told.seq}, {"events", std::move(events)}};
  });
  if (after < first) return bad("after", "is before what is kept, which begins after " + std::to_string(first));
  return out;
}

Outcome Entities::state(const Json& request) const {
  if (auto wrong = other_members(request, {"entity"})) return *wrong;
  auto found = find("entity", request.value("entity", Json()), "session");
  if (auto* failure = std::get_if<Failure>(&found)) return std::move(*failure);
  Entity& entity = *std::get<std::shared_ptr<Entity>>(found);
  const std::lock_guard lock(entity.mutex);
  if (!entity.session) return bad("entity", "is a session that was ended");
  const char* transaction = "none";
  switch (mongoc_client_session_get_transaction_state(entity.session)) {
    case MONGOC_TRANSACTION_NONE: break;
    case MONGOC_TRANSACTION_STARTING: transaction = "starting"; break;
    case MONGOC_TRANSACTION_IN_PROGRESS: transaction = "inProgress"; break;
    case MONGOC_TRANSACTION_COMMITTED: transaction = "committed"; break;
    case MONGOC_TRANSACTION_ABORTED: transaction = "aborted"; break;
  }
  return Json{{"lsid", to_json(*mongoc_client_session_get_lsid(entity.session))},
              {"transaction", transaction},
              {"dirty", mongoc_client_session_get_dirty(entity.session)},
              {"pinned", mongoc_client_session_get_server_id(entity.session) != 0}};
}

Json Entities::sequences() const {
  const std::lock_guard lock(mutex_);
  return between_lines([&] {
    Json out = Json::object();
    for (const auto& [name, entity] : all_)
      if (entity && entity->type == "client") out[name] = entity->client->observer->told().seq;
    return out;
  });
}

}  // namespace failc::driver
