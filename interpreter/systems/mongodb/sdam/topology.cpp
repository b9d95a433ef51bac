#include "interpreter/systems/mongodb/sdam/topology.hpp"

#include <utility>

namespace failc::sdam {

Result<Topology> Topology::make(TopologyOptions options) {
  if (const Status allowed = check_combination(options.connection); !allowed) return allowed.error();
  return Topology(std::move(options));
}

Changes Topology::start(Nanos) {
  Changes changes;
  if (std::exchange(opened_, true)) return changes;
  const ConnectionString& connection = options_.connection;
  if (connection.load_balanced)
    description_.type = TopologyType::load_balanced;
  else if (connection.direct_connection.value_or(false))
    description_.type = TopologyType::single;
  else if (connection.replica_set)
    description_.type = TopologyType::replica_set_no_primary;
  description_.set_name = connection.replica_set;
  for (const std::string& seed : connection.hosts) {
    description_.servers.emplace(seed, unknown_server(seed));
    pools_[seed];
  }
  changes.events.push_back(TopologyOpening{});
  changes.events.push_back(TopologyDescriptionChanged{TopologyDescription{}, description_});
  for (const std::string& seed : connection.hosts) {
    changes.events.push_back(ServerOpening{seed});
    if (!connection.load_balanced) changes.actions.push_back(StartMonitor{seed});
  }
  if (!connection.load_balanced) return changes;
  const TopologyDescription previous = description_;
  ServerDescription server = unknown_server(connection.hosts.front());
  server.type = ServerType::load_balancer;
  accept(server, changes);
  finish(previous, changes);
  return changes;
}

Changes Topology::on_hello(const std::string& address, const Hello& hello, const RoundTrip& round_trip, Nanos now) {
  ServerDescription server = describe(address, hello);
  if (!hello.ok) return on_monitor_error(address, {ErrorKind::command, server.error.value_or("")}, now);
  server.last_update_time = now;
  server.round_trip_time = round_trip.average;
  server.min_round_trip_time = round_trip.min;
  Changes changes;
  const TopologyDescription previous = description_;
  // Behind a load balancer nothing is learnt from a reply: the next may be another server's.
  if (description_.type == TopologyType::load_balanced || !accept(std::move(server), changes)) return changes;
  finish(previous, changes);
  return changes;
}

Changes Topology::on_reply(const std::string& address, const nlohmann::json& reply, const RoundTrip& round_trip, Nanos now) {
  const Result<Hello> hello = parse_hello(reply);
  return hello ? on_hello(address, *hello, round_trip, now) : on_monitor_error(address, {ErrorKind::command, hello.error().message}, now);
}

Changes Topology::on_monitor_error(const std::string& address, const MonitorError& error, Nanos now) {
  Changes changes;
  const TopologyDescription previous = description_;
  ServerDescription server = unknown_server(address, error.message);
  server.last_update_time = now;
  if (description_.type == TopologyType::load_balanced || !accept(std::move(server), changes)) return changes;
  clear_pool(address, std::nullopt, error.kind == ErrorKind::timeout, changes);
  finish(previous, changes);
  return changes;
}

bool Topology::is_stale(const ApplicationError& error) const {
  const std::optional<std::uint64_t> current = generation(error.address, error.service_id);
  if (!current || error.generation < *current) return true;
  if (error.kind != ErrorKind::command) return false;
  const std::optional<TopologyVersion>& known = description_.servers.at(error.address).topology_version;
  return compare(known, read_failure(error.response).topology_version) >= 0;
}

Changes Topology::handle_error(const ApplicationError& error, Nanos now) {
  Changes changes;
  if (is_stale(error)) return changes;
  const bool balanced = description_.type == TopologyType::load_balanced, established = error.phase == ErrorPhase::after_handshake;
  const bool overloaded = has_label(error, "SystemOverloadedError");
  // Until hello is answered nobody knows which service it would have been; and an overloaded server is best left its view and its pool.
  if (!established && (overloaded || (error.phase == ErrorPhase::before_hello && (balanced || error.kind != ErrorKind::command))))
    return changes;

  const CommandFailure failure = error.kind == ErrorKind::command ? read_failure(error.response) : CommandFailure{};
  const bool state_change = failure.state_change != StateChange::none;
  const bool lost = error.kind == ErrorKind::network || (!established && (error.kind == ErrorKind::timeout || failure.failed));
  if (!state_change && !lost) return changes;

  const TopologyDescription previous = description_;
  if (!balanced) {
    const std::string& words = error.kind == ErrorKind::command ? failure.message : error.message;
    ServerDescription server =
        unknown_server(error.address, words.empty() ? (error.kind == ErrorKind::timeout ? "timed out" : "failed") : words);
    server.last_update_time = now;
    if (state_change) server.topology_version = failure.topology_version;
    accept(std::move(server), changes);
  }
  // A failed handshake clears the pool whatever it failed of.
  if ((lost || failure.state_change == StateChange::shutting_down) && !(balanced && !error.service_id))
    clear_pool(error.address, balanced ? error.service_id : std::nullopt, false, changes);
  if (!balanced && state_change && !options_.single_threaded) changes.actions.push_back(RequestCheck{error.address});
  if (!balanced && state_change && options_.single_threaded && failure.state_change != StateChange::recovering) description_.stale = true;
  if (!balanced && !state_change && !options_.single_threaded) changes.actions.push_back(CancelCheck{error.address});
  finish(previous, changes);
  return changes;
}

Changes Topology::close() {
  Changes changes;
  if (!opened_ || std::exchange(closed_, true)) return changes;
  const TopologyDescription previous = std::exchange(description_, TopologyDescription{});
  for (const auto& [address, server] : previous.servers) {
    changes.events.push_back(ServerClosed{address});
    if (previous.type != TopologyType::load_balanced) changes.actions.push_back(StopMonitor{address});
  }
  finish(previous, changes);
  changes.events.push_back(TopologyClosed{});
  return changes;
}

std::optional<std::uint64_t> Topology::generation(const std::string& address, const std::optional<ObjectId>& service_id) const {
  const auto pool = pools_.find(address);
  if (pool == pools_.end()) return std::nullopt;
  if (description_.type != TopologyType::load_balanced || !service_id) return pool->second.generation;
  const auto service = pool->second.services.find(*service_id);
  return service == pool->second.services.end() ? 0 : service->second;
}

bool Topology::accept(ServerDescription server, Changes& changes) {
  const auto known = description_.servers.find(server.address);
  if (known == description_.servers.end()) return false;
  if (compare(known->second.topology_version, server.topology_version) > 0) return false;
  const std::optional<std::string>& wanted = options_.connection.replica_set;
  if (description_.type == TopologyType::single && wanted && server.type != ServerType::unknown && server.set_name != wanted) {
    const std::optional<Nanos> when = server.last_update_time;
    server = unknown_server(server.address, server.set_name ? "the replica set is `" + *server.set_name + "`, expected `" + *wanted + "`"
                                                            : "no member of a replica set, expected `" + *wanted + "`");
    server.last_update_time = when;
  }
  const std::string address = server.address;
  const bool ready = is_data_bearing(server.type) || (server.type != ServerType::unknown && description_.type == TopologyType::single);
  update(description_, server, {options_.connection.hosts.size(), options_.single_threaded}, changes);
  const auto kept = description_.servers.find(address);
  // Not where it was refused: a stale primary, or a server that was removed.
  if (ready && kept != description_.servers.end() && kept->second.type == server.type && !std::exchange(pools_[address].ready, true))
    changes.actions.push_back(PoolReady{address});
  return true;
}

void Topology::clear_pool(const std::string& address, const std::optional<ObjectId>& service_id, bool interrupt_in_use, Changes& changes) {
  const auto found = pools_.find(address);
  if (found == pools_.end()) return;
  std::uint64_t& generation = service_id ? found->second.services[*service_id] : found->second.generation;
  ++generation;
  // A pool behind a load balancer is never paused: its other services live on.
  if (!service_id) found->second.ready = false;
  changes.actions.push_back(PoolCleared{address, service_id, generation, interrupt_in_use});
}

void Topology::finish(const TopologyDescription& previous, Changes& changes) {
  derive(description_, options_.wire_versions);
  std::erase_if(pools_, [&](const auto& row) { return !description_.servers.contains(row.first); });
  for (const auto& [address, server] : description_.servers) pools_[address];
  if (!equivalent(previous, description_)) changes.events.push_back(TopologyDescriptionChanged{previous, description_});
}

}  // namespace failc::sdam
