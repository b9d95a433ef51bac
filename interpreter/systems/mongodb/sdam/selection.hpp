#pragma once
// Which servers an operation may go to: read preferences, staleness, tags, servers to avoid, and the window of round trips.
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/description.hpp"
#include "interpreter/systems/mongodb/sdam/uri.hpp"

namespace failc::sdam {

enum class ReadMode : std::uint8_t { primary, primary_preferred, secondary, secondary_preferred, nearest };
/// `primaryPreferred`; the first letter may be upper case.
std::optional<ReadMode> read_mode_of(std::string_view name);
std::string_view name_of(ReadMode mode);

struct ReadPreference {
  ReadMode mode = ReadMode::primary;
  std::vector<Tags> tag_sets;                         // tried in order; none is the same as one that is empty
  std::optional<std::chrono::seconds> max_staleness;  // nothing, or -1: any
};

inline constexpr Millis kDefaultLocalThreshold{15};
inline constexpr Millis kIdleWritePeriod{10'000};
inline constexpr std::chrono::seconds kSmallestMaxStaleness{90};

struct SelectionRequest {
  bool write = false;  // then the preference does not matter
  ReadPreference preference;
  std::set<std::string> deprioritized;  // addresses, taken only where nothing else will do
  Millis heartbeat_frequency = kDefaultHeartbeatFrequency;
  Millis local_threshold = kDefaultLocalThreshold;
};

/// Errors of the caller: mode primary with tags or a staleness; and, in a replica set, a staleness of less than 90 s or than the
/// heartbeat's frequency and 10 s. Elsewhere one that is not positive is none.
Status check_read_preference(const ReadPreference& preference, TopologyType type, Millis heartbeat_frequency);

/// Suitable servers by address. Errors: those above, and a topology that is not compatible, in its words.
Result<std::vector<ServerDescription>> suitable_servers(const TopologyDescription& topology, const SelectionRequest& request);
/// Those whose round trip is at most `local_threshold` above the shortest. A server without any counts as the slowest.
std::vector<ServerDescription> in_latency_window(const std::vector<ServerDescription>& suitable, Millis local_threshold);

/// One of `window`: two are drawn, and the one with fewer operations under way is taken. `draw(n)` is a number below n. Nothing: `window`
/// is empty.
std::optional<ServerDescription> choose(const std::vector<ServerDescription>& window,
                                        const std::function<std::uint64_t(const std::string&)>& operation_count,
                                        const std::function<std::size_t(std::size_t)>& draw);

/// The same among `size` servers, at least one, told apart by their indices.
std::size_t choose_index(std::size_t size, const std::function<std::uint64_t(std::size_t)>& operation_count, const std::function<std::size_t(std::size_t)>& draw);

bool has_readable_server(const TopologyDescription& topology, const ReadPreference& preference = {},
                         Millis heartbeat_frequency = kDefaultHeartbeatFrequency);
bool has_writable_server(const TopologyDescription& topology);

}  // namespace failc::sdam
