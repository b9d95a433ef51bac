#include "interpreter/systems/mongodb/sdam/selection.hpp"

#include <algorithm>
#include <array>

namespace failc::sdam {
namespace {

using Servers = std::vector<ServerDescription>;
/// Dates come from servers and may be anything an int64 can be: no overflow here, and whole milliseconds of real dates are exact.
using Real = std::chrono::duration<double, std::milli>;

constexpr std::array<std::string_view, 5> kModes = {"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"};

bool limits_staleness(const ReadPreference& preference) { return preference.max_staleness && preference.max_staleness->count() > 0; }

Servers of_type(const Servers& servers, ServerType type) {
  Servers out;
  std::copy_if(servers.begin(), servers.end(), std::back_inserter(out),
               [&](const ServerDescription& server) { return server.type == type; });
  return out;
}

/// By the primary's own clock where there is one, else by the freshest secondary. A server that does not say when it wrote is not judged.
class Staleness {
 public:
  Staleness(const TopologyDescription& topology, Millis heartbeat_frequency) : heartbeat_frequency_(heartbeat_frequency) {
    for (const auto& [address, server] : topology.servers) {
      if (server.type == ServerType::rs_primary) primary_ = &server;
      if (server.type == ServerType::rs_secondary) freshest_ = std::max(freshest_, server.last_write_date);
    }
  }

  bool within(const ServerDescription& server, Real limit) const {
    if (server.type != ServerType::rs_secondary || !server.last_write_date) return true;
    if (primary_ == nullptr) return Real(*freshest_) - Real(*server.last_write_date) + Real(heartbeat_frequency_) <= limit;
    return !primary_->last_write_date || lag(server) - lag(*primary_) + Real(heartbeat_frequency_) <= limit;
  }

 private:
  /// Two clocks: only differences of it mean anything.
  static Real lag(const ServerDescription& server) {
    return Real(server.last_update_time.value_or(Nanos{})) - Real(*server.last_write_date);
  }

  Millis heartbeat_frequency_;
  const ServerDescription* primary_ = nullptr;
  std::optional<std::chrono::milliseconds> freshest_;
};

Servers by_tags(const Servers& servers, const std::vector<Tags>& tag_sets) {
  if (tag_sets.empty()) return servers;
  for (const Tags& wanted : tag_sets) {
    Servers out;
    for (const ServerDescription& server : servers)
      if (std::includes(server.tags.begin(), server.tags.end(), wanted.begin(), wanted.end())) out.push_back(server);
    if (!out.empty()) return out;
  }
  return {};
}

class ReplicaSetRead {
 public:
  ReplicaSetRead(const TopologyDescription& topology, const Servers& servers, const SelectionRequest& request)
      : preference_(request.preference),
        staleness_(topology, request.heartbeat_frequency),
        primaries_(of_type(servers, ServerType::rs_primary)),
        secondaries_(of_type(servers, ServerType::rs_secondary)) {}

  Servers suitable() const {
    switch (preference_.mode) {
      case ReadMode::primary:
        return primaries_;
      case ReadMode::primary_preferred:
        return primaries_.empty() ? eligible(secondaries_) : primaries_;
      case ReadMode::secondary:
        return eligible(secondaries_);
      case ReadMode::secondary_preferred: {
        const Servers found = eligible(secondaries_);
        return found.empty() ? primaries_ : found;
      }
      case ReadMode::nearest: {
        Servers all = primaries_;
        all.insert(all.end(), secondaries_.begin(), secondaries_.end());
        return eligible(all);
      }
    }
    return {};
  }

 private:
  Servers eligible(const Servers& candidates) const {
    Servers fresh;
    for (const ServerDescription& server : candidates)
      if (!limits_staleness(preference_) || staleness_.within(server, *preference_.max_staleness)) fresh.push_back(server);
    return by_tags(fresh, preference_.tag_sets);
  }

  const ReadPreference& preference_;
  Staleness staleness_;
  Servers primaries_, secondaries_;
};

Servers suitable_among(const TopologyDescription& topology, const Servers& servers, const SelectionRequest& request) {
  switch (topology.type) {
    case TopologyType::unknown:
      return {};
    case TopologyType::single:
    case TopologyType::load_balanced: {
      Servers out;
      std::copy_if(servers.begin(), servers.end(), std::back_inserter(out),
                   [](const ServerDescription& server) { return is_available(server.type); });
      return out;
    }
    case TopologyType::sharded:
      return of_type(servers, ServerType::mongos);
    case TopologyType::replica_set_no_primary:
    case TopologyType::replica_set_with_primary:
      return request.write ? of_type(servers, ServerType::rs_primary) : ReplicaSetRead(topology, servers, request).suitable();
  }
  return {};
}

}  // namespace

std::string_view name_of(ReadMode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::optional<ReadMode> read_mode_of(std::string_view name) {
  if (name.empty()) return std::nullopt;
  std::string wanted(name);
  if (wanted[0] >= 'A' && wanted[0] <= 'Z') wanted[0] = static_cast<char>(wanted[0] - 'A' + 'a');
  const auto found = std::find(kModes.begin(), kModes.end(), wanted);
  if (found == kModes.end()) return std::nullopt;
  return static_cast<ReadMode>(found - kModes.begin());
}

Status check_read_preference(const ReadPreference& preference, TopologyType type, Millis heartbeat_frequency) {
  const bool tagged = std::any_of(preference.tag_sets.begin(), preference.tag_sets.end(), [](const Tags& tags) { return !tags.empty(); });
  if (preference.mode == ReadMode::primary && tagged) return Error{"read preference primary takes no tags"};
  if (preference.mode == ReadMode::primary && limits_staleness(preference))
    return Error{"read preference primary takes no `maxStalenessSeconds`"};
  const bool set = type == TopologyType::replica_set_no_primary || type == TopologyType::replica_set_with_primary;
  if (!set || !preference.max_staleness || preference.max_staleness->count() == -1) return Done{};
  const std::chrono::seconds least =
      std::max(kSmallestMaxStaleness, std::chrono::ceil<std::chrono::seconds>(heartbeat_frequency + kIdleWritePeriod));
  if (*preference.max_staleness >= least) return Done{};
  return Error{"`maxStalenessSeconds` is " + std::to_string(preference.max_staleness->count()) + ", the least allowed is " +
               std::to_string(least.count())};
}

Result<Servers> suitable_servers(const TopologyDescription& topology, const SelectionRequest& request) {
  if (!topology.compatible) return Error{topology.compatibility_error.value_or("the servers are not compatible")};
  if (!request.write)
    if (const Status allowed = check_read_preference(request.preference, topology.type, request.heartbeat_frequency); !allowed)
      return allowed.error();
  Servers all, preferred;
  for (const auto& [address, server] : topology.servers) {
    all.push_back(server);
    if (!request.deprioritized.contains(address)) preferred.push_back(server);
  }
  const Servers out = suitable_among(topology, preferred, request);
  return out.empty() ? suitable_among(topology, all, request) : out;
}

Servers in_latency_window(const Servers& suitable, Millis local_threshold) {
  if (suitable.size() < 2) return suitable;
  const auto round_trip = [](const ServerDescription& server) { return server.round_trip_time.value_or(Nanos::max()); };
  Nanos shortest = Nanos::max();
  for (const ServerDescription& server : suitable) shortest = std::min(shortest, round_trip(server));
  // Kept from overflow: a threshold may be as long as one likes.
  const Nanos longest = Nanos(local_threshold) > Nanos::max() - shortest ? Nanos::max() : shortest + Nanos(local_threshold);
  Servers out;
  std::copy_if(suitable.begin(), suitable.end(), std::back_inserter(out),
               [&](const ServerDescription& server) { return round_trip(server) <= longest; });
  return out;
}

std::size_t choose_index(std::size_t size, const std::function<std::uint64_t(std::size_t)>& operation_count, const std::function<std::size_t(std::size_t)>& draw) {
  if (size == 1) return 0;
  const std::size_t first = draw(size);
  // A second one that is another: of those left, in the order without the first.
  std::size_t second = draw(size - 1);
  if (second >= first) ++second;
  return operation_count(second) < operation_count(first) ? second : first;
}

std::optional<ServerDescription> choose(const Servers& window, const std::function<std::uint64_t(const std::string&)>& operation_count,
                                        const std::function<std::size_t(std::size_t)>& draw) {
  if (window.empty()) return std::nullopt;
  return window[choose_index(window.size(), [&](std::size_t index) { return operation_count(window[index].address); }, draw)];
}

bool has_readable_server(const TopologyDescription& topology, const ReadPreference& preference, Millis heartbeat_frequency) {
  SelectionRequest request;
  request.preference = preference;
  request.heartbeat_frequency = heartbeat_frequency;
  const Result<Servers> found = suitable_servers(topology, request);
  return found && !found->empty();
}

bool has_writable_server(const TopologyDescription& topology) {
  SelectionRequest request;
  request.write = true;
  const Result<Servers> found = suitable_servers(topology, request);
  return found && !found->empty();
}

}  // namespace failc::sdam
