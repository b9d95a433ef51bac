#pragma once
// What a client knows: one description a server, one of the whole topology. Values: a change makes a new one.
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/sdam/hello.hpp"

namespace failc::sdam {

using Nanos = std::chrono::nanoseconds;

enum class ServerType : std::uint8_t {
  unknown,
  possible_primary,  // single-threaded clients only: unknown, but another member named it as its primary
  standalone,
  mongos,
  rs_primary,
  rs_secondary,
  rs_arbiter,
  rs_other,
  rs_ghost,
  load_balancer,
};
enum class TopologyType : std::uint8_t { unknown, single, replica_set_no_primary, replica_set_with_primary, sharded, load_balanced };

/// As the specification spells them: `RSPrimary`, `ReplicaSetNoPrimary`.
std::string_view name_of(ServerType type);
std::string_view name_of(TopologyType type);
std::optional<ServerType> server_type_of(std::string_view name);
std::optional<TopologyType> topology_type_of(std::string_view name);

bool is_data_bearing(ServerType type);
/// Neither Unknown nor PossiblePrimary.
bool is_available(ServerType type);

struct ServerDescription {
  std::string address;
  std::optional<std::string> error;  // why it is Unknown
  ServerType type = ServerType::unknown;
  std::optional<Nanos> round_trip_time;  // the average; nothing while Unknown
  Nanos min_round_trip_time{};           // 0: fewer than two samples
  std::optional<std::chrono::milliseconds> last_write_date;
  std::int32_t min_wire_version = 0, max_wire_version = 0;
  std::optional<std::string> me, primary, set_name;
  std::vector<std::string> hosts, passives, arbiters;  // sets: the order is the reply's and means nothing
  Tags tags;
  std::optional<ObjectId> election_id;
  std::optional<std::int64_t> set_version, logical_session_timeout_minutes;
  std::optional<Nanos> last_update_time;  // monotonic; nothing: never
  std::optional<TopologyVersion> topology_version;
  std::optional<bool> is_cryptd;
};

ServerDescription unknown_server(std::string address, std::optional<std::string> error = std::nullopt);
/// From a reply that may be not ok: then Unknown, with an error.
ServerDescription describe(std::string address, const Hello& hello);

/// Equality as events see it: times, round trips and the last write take no part. Addresses must be equal too.
bool equivalent(const ServerDescription& left, const ServerDescription& right);

struct TopologyDescription {
  TopologyType type = TopologyType::unknown;
  std::optional<std::string> set_name;
  std::optional<ObjectId> max_election_id;
  std::optional<std::int64_t> max_set_version;       // may go down: the election id comes first
  std::map<std::string, ServerDescription> servers;  // by address
  bool compatible = true;
  std::optional<std::string> compatibility_error;
  std::optional<std::int64_t> logical_session_timeout_minutes;
  bool stale = false;  // single-threaded clients: scan before the next selection
};

/// By `equivalent` servers; `stale` takes no part.
bool equivalent(const TopologyDescription& left, const TopologyDescription& right);
bool has_primary(const TopologyDescription& topology);

/// As monitoring events carry them: `setName` and `primary` only where known.
nlohmann::json event_document(const ServerDescription& server);
nlohmann::json event_document(const TopologyDescription& topology);

}  // namespace failc::sdam
