#include "interpreter/systems/mongodb/sdam/update.hpp"

#include <algorithm>
#include <utility>

namespace failc::sdam {
namespace {

/// An election's rank: from MongoDB 6.0 on, the election id comes before the version of the configuration.
using ElectionTuple = std::pair<std::optional<ObjectId>, std::optional<std::int64_t>>;
constexpr std::int32_t kElectionIdFirst = 17;

std::string text_of(const ElectionTuple& tuple) {
  return "(electionId " + (tuple.first ? text_of(*tuple.first) : "null") + ", setVersion " +
         (tuple.second ? std::to_string(*tuple.second) : "null") + ")";
}

class Update {
 public:
  Update(TopologyDescription& topology, const UpdateRules& rules, Changes& changes)
      : topology_(topology), rules_(rules), changes_(changes) {}

  void apply(const ServerDescription& server) {
    switch (topology_.type) {
      case TopologyType::single:
      case TopologyType::load_balanced:
        return;
      case TopologyType::unknown:
        return in_unknown(server);
      case TopologyType::sharded:
        return in_sharded(server);
      case TopologyType::replica_set_no_primary:
        return in_set_without_primary(server);
      case TopologyType::replica_set_with_primary:
        return in_set_with_primary(server);
    }
  }

 private:
  void in_unknown(const ServerDescription& server) {
    switch (server.type) {
      case ServerType::unknown:
      case ServerType::possible_primary:
      case ServerType::rs_ghost:
      case ServerType::load_balancer:
        return;
      case ServerType::standalone:
        if (rules_.seeds == 1)
          topology_.type = TopologyType::single;
        else
          remove(server.address);
        return;
      case ServerType::mongos:
        topology_.type = TopologyType::sharded;
        return;
      case ServerType::rs_primary:
        topology_.type = TopologyType::replica_set_with_primary;
        return from_primary(server);
      case ServerType::rs_secondary:
      case ServerType::rs_arbiter:
      case ServerType::rs_other:
        topology_.type = TopologyType::replica_set_no_primary;
        return without_primary(server);
    }
  }

  void in_sharded(const ServerDescription& server) {
    if (server.type != ServerType::mongos && is_available(server.type)) remove(server.address);
  }

  void in_set_without_primary(const ServerDescription& server) {
    switch (server.type) {
      case ServerType::unknown:
      case ServerType::possible_primary:
      case ServerType::rs_ghost:
      case ServerType::load_balancer:
        return;
      case ServerType::standalone:
      case ServerType::mongos:
        return remove(server.address);
      case ServerType::rs_primary:
        topology_.type = TopologyType::replica_set_with_primary;
        return from_primary(server);
      case ServerType::rs_secondary:
      case ServerType::rs_arbiter:
      case ServerType::rs_other:
        return without_primary(server);
    }
  }

  void in_set_with_primary(const ServerDescription& server) {
    switch (server.type) {
      case ServerType::unknown:
      case ServerType::possible_primary:
      case ServerType::load_balancer:
      case ServerType::rs_ghost:
        return check_if_has_primary();
      case ServerType::standalone:
      case ServerType::mongos:
        remove(server.address);
        return check_if_has_primary();
      case ServerType::rs_primary:
        return from_primary(server);
      case ServerType::rs_secondary:
      case ServerType::rs_arbiter:
      case ServerType::rs_other:
        return with_primary_from_member(server);
    }
  }

  void without_primary(const ServerDescription& server) {
    if (!topology_.set_name) topology_.set_name = server.set_name;
    if (topology_.set_name != server.set_name) return remove(server.address);
    add_members(server);
    hint_at_primary(server);
    if (server.me && *server.me != server.address) remove(server.address);
  }

  void with_primary_from_member(const ServerDescription& server) {
    if (topology_.set_name != server.set_name || (server.me && *server.me != server.address)) {
      remove(server.address);
      return check_if_has_primary();
    }
    if (has_primary(topology_)) return;
    topology_.type = TopologyType::replica_set_no_primary;
    hint_at_primary(server);
  }

  void from_primary(const ServerDescription& server) {
    if (!topology_.set_name) topology_.set_name = server.set_name;
    if (topology_.set_name != server.set_name) {
      remove(server.address);
      return check_if_has_primary();
    }
    if (is_stale(server)) {
      const ElectionTuple claimed(server.election_id, server.set_version), seen(topology_.max_election_id, topology_.max_set_version);
      topology_.servers[server.address] = unknown_server(server.address, "primary marked stale due to electionId/setVersion mismatch, " +
                                                                             text_of(claimed) + " is stale compared to " + text_of(seen));
      return check_if_has_primary();
    }
    for (auto& [address, other] : topology_.servers) {
      if (address == server.address || other.type != ServerType::rs_primary) continue;
      ServerDescription next = unknown_server(address, "primary marked stale due to discovery of newer primary");
      changes_.events.push_back(ServerDescriptionChanged{std::exchange(other, next), next});
      changes_.actions.push_back(RequestCheck{address});
    }
    add_members(server);
    std::vector<std::string> unlisted;
    for (const auto& [address, other] : topology_.servers)
      if (!lists(server, address)) unlisted.push_back(address);
    for (const std::string& address : unlisted) remove(address);
    check_if_has_primary();
  }

  /// Also takes over the greatest election seen, where `server` is not stale.
  bool is_stale(const ServerDescription& server) {
    const ElectionTuple claimed(server.election_id, server.set_version), seen(topology_.max_election_id, topology_.max_set_version);
    if (server.max_wire_version >= kElectionIdFirst) {
      if (claimed < seen) return true;
      topology_.max_election_id = claimed.first;
      topology_.max_set_version = claimed.second;
      return false;
    }
    if (claimed.first && claimed.second) {
      if (seen.first && seen.second &&
          (*seen.second > *claimed.second || (*seen.second == *claimed.second && *seen.first > *claimed.first)))
        return true;
      topology_.max_election_id = claimed.first;
    }
    topology_.max_set_version = std::max(topology_.max_set_version, claimed.second);
    return false;
  }

  static bool lists(const ServerDescription& server, const std::string& address) {
    for (const auto* members : {&server.hosts, &server.passives, &server.arbiters})
      if (std::find(members->begin(), members->end(), address) != members->end()) return true;
    return false;
  }

  void add_members(const ServerDescription& server) {
    for (const auto* members : {&server.hosts, &server.passives, &server.arbiters}) {
      for (const std::string& address : *members) {
        if (!topology_.servers.emplace(address, unknown_server(address)).second) continue;
        changes_.events.push_back(ServerOpening{address});
        changes_.actions.push_back(StartMonitor{address});
      }
    }
  }

  void remove(const std::string& address) {
    topology_.servers.erase(address);
    changes_.events.push_back(ServerClosed{address});
    changes_.actions.push_back(StopMonitor{address});
  }

  void hint_at_primary(const ServerDescription& server) {
    if (!rules_.single_threaded || !server.primary) return;
    const auto named = topology_.servers.find(*server.primary);
    if (named != topology_.servers.end() && named->second.type == ServerType::unknown) named->second.type = ServerType::possible_primary;
  }

  void check_if_has_primary() {
    topology_.type = has_primary(topology_) ? TopologyType::replica_set_with_primary : TopologyType::replica_set_no_primary;
  }

  TopologyDescription& topology_;
  const UpdateRules& rules_;
  Changes& changes_;
};

}  // namespace

void update(TopologyDescription& topology, const ServerDescription& server, const UpdateRules& rules, Changes& changes) {
  const ServerDescription previous = std::exchange(topology.servers.at(server.address), server);
  Changes consequences;
  Update(topology, rules, consequences).apply(server);
  // The server may have been refused, or removed: what is told is what became of it.
  const auto kept = topology.servers.find(server.address);
  const ServerDescription& next = kept == topology.servers.end() ? server : kept->second;
  if (!equivalent(previous, next)) changes.events.push_back(ServerDescriptionChanged{previous, next});
  for (Event& event : consequences.events) changes.events.push_back(std::move(event));
  for (Action& action : consequences.actions) changes.actions.push_back(std::move(action));
}

void derive(TopologyDescription& topology, const WireVersions& supported) {
  topology.compatible = true;
  topology.compatibility_error.reset();
  std::optional<std::int64_t> least;
  bool every = true;
  for (const auto& [address, server] : topology.servers) {
    if (is_data_bearing(server.type)) {
      const std::optional<std::int64_t>& minutes = server.logical_session_timeout_minutes;
      every = every && minutes.has_value();
      if (minutes) least = std::min(least.value_or(*minutes), *minutes);
    }
    if (!topology.compatible || !is_available(server.type) || topology.type == TopologyType::load_balanced) continue;
    if (server.min_wire_version > supported.max) {
      topology.compatible = false;
      topology.compatibility_error = "Server at " + address + " requires wire version " + std::to_string(server.min_wire_version) +
                                     ", but this version of " + supported.driver + " only supports up to " + std::to_string(supported.max) +
                                     ".";
    } else if (server.max_wire_version < supported.min) {
      topology.compatible = false;
      topology.compatibility_error = "Server at " + address + " reports wire version " + std::to_string(server.max_wire_version) +
                                     ", but this version of " + supported.driver + " requires at least " + std::to_string(supported.min) +
                                     " (MongoDB " + supported.min_server + ").";
    }
  }
  topology.logical_session_timeout_minutes = every ? least : std::nullopt;
}

}  // namespace failc::sdam
