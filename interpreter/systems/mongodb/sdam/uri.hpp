#pragma once
// The parts of a connection string that discovery needs. Other options are left alone: they are other specifications' business.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::sdam {

using Millis = std::chrono::milliseconds;

enum class ServerMonitoringMode : std::uint8_t { automatic, stream, poll };

inline constexpr Millis kDefaultHeartbeatFrequency{10'000};
inline constexpr Millis kMinHeartbeatFrequency{500};  // not configurable
inline constexpr Millis kDefaultConnectTimeout{10'000};

struct ConnectionString {
  std::vector<std::string> hosts;  // normalized, in the order written, without doubles
  std::optional<std::string> replica_set;
  std::optional<bool> direct_connection;
  bool load_balanced = false;
  Millis heartbeat_frequency = kDefaultHeartbeatFrequency;
  Millis connect_timeout = kDefaultConnectTimeout;  // 0: none
  ServerMonitoringMode server_monitoring_mode = ServerMonitoringMode::automatic;
  std::optional<std::string> app_name;
};

/// `mongodb://…`. Errors: another scheme (`mongodb+srv` needs a resolver, which is not here), a bad address or escape, a bad value of an
/// option above or one given twice, options that exclude each other. User names and passwords are never in an error.
Result<ConnectionString> parse_connection_string(std::string_view text);

/// Whether these options may stand together: directConnection with one host only; loadBalanced with one host, no replicaSet and no
/// directConnection.
Status check_combination(const ConnectionString& options);

}  // namespace failc::sdam
