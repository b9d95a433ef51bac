#include "interpreter/systems/mongodb/sdam/description.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace failc::sdam {
namespace {

constexpr std::array<std::pair<ServerType, std::string_view>, 10> kServerTypes = {{
    {ServerType::unknown, "Unknown"},
    {ServerType::possible_primary, "PossiblePrimary"},
    {ServerType::standalone, "Standalone"},
    {ServerType::mongos, "Mongos"},
    {ServerType::rs_primary, "RSPrimary"},
    {ServerType::rs_secondary, "RSSecondary"},
    {ServerType::rs_arbiter, "RSArbiter"},
    {ServerType::rs_other, "RSOther"},
    {ServerType::rs_ghost, "RSGhost"},
    {ServerType::load_balancer, "LoadBalancer"},
}};
constexpr std::array<std::pair<TopologyType, std::string_view>, 6> kTopologyTypes = {{
    {TopologyType::unknown, "Unknown"},
    {TopologyType::single, "Single"},
    {TopologyType::replica_set_no_primary, "ReplicaSetNoPrimary"},
    {TopologyType::replica_set_with_primary, "ReplicaSetWithPrimary"},
    {TopologyType::sharded, "Sharded"},
    {TopologyType::load_balanced, "LoadBalanced"},
}};

template <class Table>
auto type_in(const Table& table, std::string_view name) -> std::optional<typename Table::value_type::first_type> {
  for (const auto& [type, known] : table)
    if (known == name) return type;
  return std::nullopt;
}

bool same_set(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  return left == right || std::set<std::string>(left.begin(), left.end()) == std::set<std::string>(right.begin(), right.end());
}

ServerType type_of(const Hello& hello) {
  if (hello.is_replica_set) return ServerType::rs_ghost;
  if (hello.is_mongos) return ServerType::mongos;
  if (!hello.set_name) return ServerType::standalone;
  if (hello.hidden) return ServerType::rs_other;
  if (hello.is_writable_primary) return ServerType::rs_primary;
  if (hello.secondary) return ServerType::rs_secondary;
  return hello.arbiter_only ? ServerType::rs_arbiter : ServerType::rs_other;
}

}  // namespace

std::string_view name_of(ServerType type) { return kServerTypes[static_cast<std::size_t>(type)].second; }
std::string_view name_of(TopologyType type) { return kTopologyTypes[static_cast<std::size_t>(type)].second; }
std::optional<ServerType> server_type_of(std::string_view name) { return type_in(kServerTypes, name); }
std::optional<TopologyType> topology_type_of(std::string_view name) { return type_in(kTopologyTypes, name); }

bool is_data_bearing(ServerType type) {
  return type == ServerType::standalone || type == ServerType::mongos || type == ServerType::rs_primary ||
         type == ServerType::rs_secondary || type == ServerType::load_balancer;
}

bool is_available(ServerType type) { return type != ServerType::unknown && type != ServerType::possible_primary; }

ServerDescription unknown_server(std::string address, std::optional<std::string> error) {
  ServerDescription out;
  out.address = std::move(address);
  out.error = std::move(error);
  return out;
}

ServerDescription describe(std::string address, const Hello& hello) {
  if (!hello.ok) {
    const std::string code = hello.code == 0 ? "" : " (code " + std::to_string(hello.code) + ")";
    return unknown_server(std::move(address), "hello failed: " + (hello.errmsg.empty() ? "the reply is not `ok: 1`" : hello.errmsg) + code);
  }
  ServerDescription out;
  out.address = std::move(address);
  out.type = type_of(hello);
  out.last_write_date = hello.last_write_date;
  out.min_wire_version = hello.min_wire_version;
  out.max_wire_version = hello.max_wire_version;
  out.me = hello.me;
  out.primary = hello.primary;
  out.set_name = hello.set_name;
  out.hosts = hello.hosts;
  out.passives = hello.passives;
  out.arbiters = hello.arbiters;
  out.tags = hello.tags;
  out.election_id = hello.election_id;
  out.set_version = hello.set_version;
  out.logical_session_timeout_minutes = hello.logical_session_timeout_minutes;
  out.topology_version = hello.topology_version;
  out.is_cryptd = hello.is_cryptd;
  return out;
}

bool equivalent(const ServerDescription& left, const ServerDescription& right) {
  return left.address == right.address && left.error == right.error && left.type == right.type &&
         left.min_wire_version == right.min_wire_version && left.max_wire_version == right.max_wire_version && left.me == right.me &&
         same_set(left.hosts, right.hosts) && same_set(left.passives, right.passives) && same_set(left.arbiters, right.arbiters) &&
         left.tags == right.tags && left.set_name == right.set_name && left.election_id == right.election_id &&
         left.set_version == right.set_version && left.primary == right.primary &&
         left.logical_session_timeout_minutes == right.logical_session_timeout_minutes && left.topology_version == right.topology_version &&
         left.is_cryptd == right.is_cryptd;
}

bool equivalent(const TopologyDescription& left, const TopologyDescription& right) {
  const bool same_servers = std::equal(left.servers.begin(), left.servers.end(), right.servers.begin(), right.servers.end(),
                                       [](const auto& a, const auto& b) { return equivalent(a.second, b.second); });
  return same_servers && left.type == right.type && left.set_name == right.set_name && left.max_election_id == right.max_election_id &&
         left.max_set_version == right.max_set_version && left.compatible == right.compatible &&
         left.compatibility_error == right.compatibility_error &&
         left.logical_session_timeout_minutes == right.logical_session_timeout_minutes;
}

bool has_primary(const TopologyDescription& topology) {
  return std::any_of(topology.servers.begin(), topology.servers.end(),
                     [](const auto& row) { return row.second.type == ServerType::rs_primary; });
}

nlohmann::json event_document(const ServerDescription& server) {
  nlohmann::json out = {{"address", server.address},
                        {"arbiters", server.arbiters},
                        {"hosts", server.hosts},
                        {"passives", server.passives},
                        {"type", name_of(server.type)}};
  if (server.primary) out["primary"] = *server.primary;
  if (server.set_name) out["setName"] = *server.set_name;
  return out;
}

nlohmann::json event_document(const TopologyDescription& topology) {
  nlohmann::json out = {{"topologyType", name_of(topology.type)}, {"servers", nlohmann::json::array()}};
  if (topology.set_name) out["setName"] = *topology.set_name;
  for (const auto& [address, server] : topology.servers) out["servers"].push_back(event_document(server));
  return out;
}

}  // namespace failc::sdam
