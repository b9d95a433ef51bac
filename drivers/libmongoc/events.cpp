// libmongoc's monitoring as events. Its callbacks come from any thread.
#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

struct ApmDelete {
  void operator()(mongoc_apm_callbacks_t* callbacks) const { mongoc_apm_callbacks_destroy(callbacks); }
};

Observer& observer_of(void* context) { return *static_cast<Observer*>(context); }

// ---- descriptions

Json unknown(const std::string& address) { return {{"address", address}, {"type", "Unknown"}, {"setName", nullptr}}; }

/// libmongoc keeps the whole answer; these members of it are told.
Json server(const mongoc_server_description_t* description) {
  const auto* of = const_cast<mongoc_server_description_t*>(description);
  const std::string type = mongoc_server_description_type(of);
  Json out = unknown(mongoc_server_description_host(of)->host_and_port);
  out["type"] = type;
  if (type == "Unknown" || type == "PossiblePrimary") return out;
  const Json hello = to_json(*mongoc_server_description_hello_response(of));
  for (const char* name : {"setName", "hosts", "passives", "arbiters", "me", "primary", "tags", "setVersion", "electionId",
                           "minWireVersion", "maxWireVersion", "logicalSessionTimeoutMinutes", "topologyVersion"})
    if (hello.contains(name)) out[name] = hello[name];
  if (const std::int64_t took = mongoc_server_description_round_trip_time(of); took >= 0) out["roundTripTimeMS"] = took;
  return out;
}

// ---- parts of events

double milliseconds(std::int64_t micros) { return static_cast<double>(micros) / 1000; }

template <auto Name, auto Request, auto Host, auto Connection, class Event>
Json command(const Event* event) {
  Json out = {{"commandName", Name(event)}, {"requestId", Request(event)}, {"address", Host(event)->host_and_port}};
  if (const std::int32_t id = Connection(event); id > 0) out["serverConnectionId"] = id;
  return out;
}

Json failure(const bson_error_t& error, const bson_t* reply) { return error_of(failure_of(error, reply)); }

Json failure(const bson_error_t& error) { return failure(error, nullptr); }

// ---- callbacks

void command_started(const mongoc_apm_command_started_t* event) {
  observer_of(mongoc_apm_command_started_get_context(event)).report("commandStartedEvent", [&] {
    Json out = command<mongoc_apm_command_started_get_command_name, mongoc_apm_command_started_get_request_id,
                       mongoc_apm_command_started_get_host, mongoc_apm_command_started_get_server_connection_id>(event);
    out["databaseName"] = mongoc_apm_command_started_get_database_name(event);
    out["command"] = to_json(*mongoc_apm_command_started_get_command(event));
    return out;
  });
}

void command_succeeded(const mongoc_apm_command_succeeded_t* event) {
  observer_of(mongoc_apm_command_succeeded_get_context(event)).report("commandSucceededEvent", [&] {
    Json out = command<mongoc_apm_command_succeeded_get_command_name, mongoc_apm_command_succeeded_get_request_id,
                       mongoc_apm_command_succeeded_get_host, mongoc_apm_command_succeeded_get_server_connection_id>(event);
    out["durationMS"] = milliseconds(mongoc_apm_command_succeeded_get_duration(event));
    out["reply"] = to_json(*mongoc_apm_command_succeeded_get_reply(event));
    return out;
  });
}

void command_failed(const mongoc_apm_command_failed_t* event) {
  observer_of(mongoc_apm_command_failed_get_context(event)).report("commandFailedEvent", [&] {
    Json out = command<mongoc_apm_command_failed_get_command_name, mongoc_apm_command_failed_get_request_id,
                       mongoc_apm_command_failed_get_host, mongoc_apm_command_failed_get_server_connection_id>(event);
    bson_error_t error;
    mongoc_apm_command_failed_get_error(event, &error);
    out["durationMS"] = milliseconds(mongoc_apm_command_failed_get_duration(event));
    out["failure"] = failure(error, mongoc_apm_command_failed_get_reply(event));
    return out;
  });
}

void server_changed(const mongoc_apm_server_changed_t* event) {
  Observer& observer = observer_of(mongoc_apm_server_changed_get_context(event));
  const std::string address = mongoc_apm_server_changed_get_host(event)->host_and_port;
  const Json now = server(mongoc_apm_server_changed_get_new_description(event));
  observer.server(address, now);
  observer.report("serverDescriptionChangedEvent", [&] {
    return Json{{"address", address},
                {"previousDescription", server(mongoc_apm_server_changed_get_previous_description(event))},
                {"newDescription", now}};
  });
}

void server_opening(const mongoc_apm_server_opening_t* event) {
  Observer& observer = observer_of(mongoc_apm_server_opening_get_context(event));
  const std::string address = mongoc_apm_server_opening_get_host(event)->host_and_port;
  observer.server(address, unknown(address));
  observer.report("serverOpeningEvent", [&] { return Json{{"address", address}}; });
}

void server_closed(const mongoc_apm_server_closed_t* event) {
  Observer& observer = observer_of(mongoc_apm_server_closed_get_context(event));
  const std::string address = mongoc_apm_server_closed_get_host(event)->host_and_port;
  observer.server(address, nullptr);
  observer.report("serverClosedEvent", [&] { return Json{{"address", address}}; });
}

// The servers of libmongoc's descriptions lack those that are unknown, so that these are kept here. One that is invalidated, as a primary
// is by a newer one, has no event of its own.
void topology_changed(const mongoc_apm_topology_changed_t* event) {
  Observer& observer = observer_of(mongoc_apm_topology_changed_get_context(event));
  const mongoc_topology_description_t* const topology = mongoc_apm_topology_changed_get_new_description(event);
  std::size_t count = 0;
  mongoc_server_description_t** const servers = mongoc_topology_description_get_servers(topology, &count);
  std::map<std::string, Json> known;
  for (std::size_t i = 0; i < count; ++i) known[mongoc_server_description_host(servers[i])->host_and_port] = server(servers[i]);
  mongoc_server_descriptions_destroy_all(servers, count);
  const auto [before, now] = observer.changed(mongoc_topology_description_type(topology), known);
  const Json data = {{"previousDescription", before}, {"newDescription", now}};
  observer.report("topologyDescriptionChangedEvent", [&] { return data; });
}

void topology_opening(const mongoc_apm_topology_opening_t* event) {
  observer_of(mongoc_apm_topology_opening_get_context(event)).report("topologyOpeningEvent", [] { return Json::object(); });
}

void topology_closed(const mongoc_apm_topology_closed_t* event) {
  observer_of(mongoc_apm_topology_closed_get_context(event)).report("topologyClosedEvent", [] { return Json::object(); });
}

void heartbeat_started(const mongoc_apm_server_heartbeat_started_t* event) {
  observer_of(mongoc_apm_server_heartbeat_started_get_context(event)).report("serverHeartbeatStartedEvent", [&] {
    return Json{{"address", mongoc_apm_server_heartbeat_started_get_host(event)->host_and_port},
                {"awaited", mongoc_apm_server_heartbeat_started_get_awaited(event)}};
  });
}

void heartbeat_succeeded(const mongoc_apm_server_heartbeat_succeeded_t* event) {
  observer_of(mongoc_apm_server_heartbeat_succeeded_get_context(event)).report("serverHeartbeatSucceededEvent", [&] {
    return Json{{"address", mongoc_apm_server_heartbeat_succeeded_get_host(event)->host_and_port},
                {"awaited", mongoc_apm_server_heartbeat_succeeded_get_awaited(event)},
                {"durationMS", milliseconds(mongoc_apm_server_heartbeat_succeeded_get_duration(event))},
                {"reply", to_json(*mongoc_apm_server_heartbeat_succeeded_get_reply(event))}};
  });
}

void heartbeat_failed(const mongoc_apm_server_heartbeat_failed_t* event) {
  observer_of(mongoc_apm_server_heartbeat_failed_get_context(event)).report("serverHeartbeatFailedEvent", [&] {
    bson_error_t error;
    mongoc_apm_server_heartbeat_failed_get_error(event, &error);
    return Json{{"address", mongoc_apm_server_heartbeat_failed_get_host(event)->host_and_port},
                {"awaited", mongoc_apm_server_heartbeat_failed_get_awaited(event)},
                {"durationMS", milliseconds(mongoc_apm_server_heartbeat_failed_get_duration(event))},
                {"failure", failure(error)}};
  });
}

}  // namespace

const std::vector<std::string>& event_names() {
  // Those of pools and connections are not libmongoc's.
  static const std::vector<std::string> names = {"commandStartedEvent",
                                                 "commandSucceededEvent",
                                                 "commandFailedEvent",
                                                 "serverDescriptionChangedEvent",
                                                 "serverOpeningEvent",
                                                 "serverClosedEvent",
                                                 "topologyDescriptionChangedEvent",
                                                 "topologyOpeningEvent",
                                                 "topologyClosedEvent",
                                                 "serverHeartbeatStartedEvent",
                                                 "serverHeartbeatSucceededEvent",
                                                 "serverHeartbeatFailedEvent"};
  return names;
}

void Observer::attach(mongoc_client_pool_t* pool, const mongoc_uri_t& uri) {
  if (const char* name = mongoc_uri_get_replica_set(&uri)) set_name_ = name;
  for (const mongoc_host_list_t* host = mongoc_uri_get_hosts(&uri); host; host = host->next)
    servers_[host->host_and_port] = unknown(host->host_and_port);
  const std::unique_ptr<mongoc_apm_callbacks_t, ApmDelete> callbacks(mongoc_apm_callbacks_new());
  mongoc_apm_callbacks_t* const to = callbacks.get();
  mongoc_apm_set_command_started_cb(to, command_started);
  mongoc_apm_set_command_succeeded_cb(to, command_succeeded);
  mongoc_apm_set_command_failed_cb(to, command_failed);
  mongoc_apm_set_server_changed_cb(to, server_changed);
  mongoc_apm_set_server_opening_cb(to, server_opening);
  mongoc_apm_set_server_closed_cb(to, server_closed);
  mongoc_apm_set_topology_changed_cb(to, topology_changed);
  mongoc_apm_set_topology_opening_cb(to, topology_opening);
  mongoc_apm_set_topology_closed_cb(to, topology_closed);
  mongoc_apm_set_server_heartbeat_started_cb(to, heartbeat_started);
  mongoc_apm_set_server_heartbeat_succeeded_cb(to, heartbeat_succeeded);
  mongoc_apm_set_server_heartbeat_failed_cb(to, heartbeat_failed);
  mongoc_client_pool_set_apm_callbacks(pool, to, this);
}

void Observer::report(const char* name, const std::function<Json()>& data) {
  if (observed_.count(name)) write_event(entity_, told_, name, data());
}

void Observer::server(const std::string& address, Json description) {
  const std::lock_guard lock(mutex_);
  if (description.is_null())
    servers_.erase(address);
  else
    servers_[address] = std::move(description);
}

std::pair<Json, Json> Observer::changed(const char* type, const std::map<std::string, Json>& known) {
  const std::lock_guard lock(mutex_);
  for (auto& [address, description] : servers_) {
    const auto found = known.find(address);
    description = found == known.end() ? unknown(address) : found->second;
  }
  Json now = {{"type", type}, {"setName", set_name_}, {"servers", Json::array()}};
  for (const auto& [address, description] : servers_) {
    if (now["setName"].is_null()) now["setName"] = description["setName"];
    now["servers"].push_back(description);
  }
  return {std::exchange(topology_, now), now};
}

Json Observer::topology() const {
  const std::lock_guard lock(mutex_);
  return topology_;
}

}  // namespace failc::driver
