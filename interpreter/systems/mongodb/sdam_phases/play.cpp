#include <algorithm>
#include <numeric>

#include "interpreter/systems/mongodb/sdam/extended_json.hpp"
#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

namespace failc::sdam {
namespace {

using Json = nlohmann::json;

std::string show(const std::string& text) { return "`" + text + "`"; }
std::string show(std::int64_t number) { return std::to_string(number); }
std::string show(const ObjectId& id) { return text_of(id); }
std::string show(const TopologyVersion& version) {
  return "{" + text_of(version.process_id) + ", " + std::to_string(version.counter) + "}";
}
template <class T>
std::string show(const std::optional<T>& value) {
  return value ? show(*value) : "null";
}
std::string show(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

using Path = std::vector<std::string>;

class Comparison {
 public:
  explicit Comparison(std::vector<PhaseDifference>& out) : out_(out) {}

  void say(Path path, const std::string& where, const std::string& is, const std::string& wanted) {
    out_.push_back({std::move(path), wanted, is, where + " is " + is + ", expected " + wanted});
  }

  void server(const std::string& address, const ExpectedServer& wanted, const ServerDescription& is,
              std::optional<std::uint64_t> generation) {
    const auto say_key = [&](Path path, const char* what, const std::string& seen, const std::string& expected) {
      path.insert(path.begin(), {"servers", address});
      say(std::move(path), what + (" of " + address), seen, expected);
    };
    const auto compare_key = [&](const char* key, const auto& expected, const auto& known) {
      if (expected && *expected != known) say_key({key}, key, show(known), show(*expected));
    };
    if (wanted.type != is.type && !(wanted.type == ServerType::possible_primary && is.type == ServerType::unknown))
      say_key({"type"}, "the type", std::string(name_of(is.type)), std::string(name_of(wanted.type)));
    compare_key("setName", wanted.set_name, is.set_name);
    compare_key("setVersion", wanted.set_version, is.set_version);
    compare_key("electionId", wanted.election_id, is.election_id);
    compare_key("topologyVersion", wanted.topology_version, is.topology_version);
    compare_key("logicalSessionTimeoutMinutes", wanted.logical_session_timeout_minutes, is.logical_session_timeout_minutes);
    // Nobody said hello to a client that calls its server Unknown or a load balancer.
    const bool told = is_available(is.type) && is.type != ServerType::load_balancer;
    const auto wire_version = [&](std::int32_t version) { return told ? std::optional<std::int64_t>(version) : std::nullopt; };
    const auto compare_wire_version = [&](const char* name, const Expected<std::int64_t>& version, std::int32_t known) {
      if (!told && version && *version == 0 && known == 0) return;
      compare_key(name, version, wire_version(known));
    };
    compare_wire_version("minWireVersion", wanted.min_wire_version, is.min_wire_version);
    compare_wire_version("maxWireVersion", wanted.max_wire_version, is.max_wire_version);
    if (wanted.pool_generation && wanted.pool_generation != generation)
      say_key({"pool", "generation"}, "the pool's generation", generation ? std::to_string(*generation) : "null", std::to_string(*wanted.pool_generation));
    if (!wanted.error) return;
    const bool same = *wanted.error && is.error ? is.error->find(**wanted.error) != std::string::npos : *wanted.error == is.error;
    if (!same) say_key({"error"}, "the error", show(is.error), "one with " + show(*wanted.error));
  }

  /// Where a value of an event stands: most of them are as they should be, and nobody asks for their path.
  struct Place {
    const Place* around = nullptr;
    std::string_view key;
    std::size_t shown = 0;  // of an element of a list: its number in order
    bool element = false;
  };

  /// Sets are compared as such: addresses, and servers by address.
  void json(const Place& place, const Json& wanted, const Json& is) {
    if (wanted == "42" || wanted == 42) return;
    // The same to all but single-threaded clients, and the files are for both.
    if (wanted == "PossiblePrimary" && is == "Unknown") return;
    if (wanted.is_object() && is.is_object()) {
      for (const auto& [key, value] : wanted.items()) {
        const auto found = is.find(key);
        if (found != is.end())
          json({&place, key}, value, *found);
        else if (!value.is_null())
          say({&place, key}, "absent", show(value));
      }
      for (const auto& [key, value] : is.items())
        if (!wanted.contains(key)) say({&place, key}, show(value), "absent");
    } else if (wanted.is_array() && is.is_array() && wanted.size() == is.size()) {
      const std::vector<std::size_t> left = order(wanted), right = order(is);
      for (std::size_t i = 0; i < left.size(); ++i) {
        const std::string number = std::to_string(left[i]);
        json({&place, number, i, true}, wanted[left[i]], is[right[i]]);
      }
    } else if (wanted != is) {
      say(place, show(is), show(wanted));
    }
  }

 private:
  void say(const Place& place, const std::string& is, const std::string& wanted) {
    Path path;
    std::string where;
    spell(place, path, where);
    say(std::move(path), where, is, wanted);
  }
  /// An event's number stands below `events`.
  static void spell(const Place& place, Path& path, std::string& where) {
    if (place.around) spell(*place.around, path, where);
    else path.push_back("events");
    path.emplace_back(place.key);
    if (!place.around) where = "event " + std::to_string(place.shown + 1);
    else where += place.element ? "[" + std::to_string(place.shown) + "]" : "." + std::string(place.key);
  }
  static std::vector<std::size_t> order(const Json& list) {
    std::vector<std::size_t> out(list.size());
    std::iota(out.begin(), out.end(), 0);
    const auto key = [&](std::size_t index) -> const Json& {
      const Json& item = list[index];
      return item.is_object() && item.contains("address") ? item["address"] : item;
    };
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return out;
  }

  std::vector<PhaseDifference>& out_;
};

}  // namespace

std::vector<PhaseDifference> compare(const PhaseOutcome& outcome, const Topology& topology, const std::vector<Event>& events) {
  return compare(outcome, {topology.description(), [&](const std::string& address) { return topology.generation(address); }, events});
}

std::vector<PhaseDifference> compare(const PhaseOutcome& outcome, const PhaseSeen& seen) {
  std::vector<PhaseDifference> out;
  Comparison comparison(out);
  const TopologyDescription& is = seen.topology;
  const std::vector<Event>& events = seen.events;
  if (outcome.topology_type && *outcome.topology_type != is.type)
    comparison.say({"topologyType"}, "the topology's type", std::string(name_of(is.type)), std::string(name_of(*outcome.topology_type)));
  const auto compare_key = [&](const char* key, const auto& expected, const auto& known) {
    if (expected && *expected != known) comparison.say({key}, key, show(known), show(*expected));
  };
  compare_key("setName", outcome.set_name, is.set_name);
  compare_key("logicalSessionTimeoutMinutes", outcome.logical_session_timeout_minutes, is.logical_session_timeout_minutes);
  compare_key("maxSetVersion", outcome.max_set_version, is.max_set_version);
  compare_key("maxElectionId", outcome.max_election_id, is.max_election_id);
  if (outcome.compatible && *outcome.compatible != is.compatible)
    comparison.say({"compatible"}, "compatible", is.compatible ? "true" : "false", *outcome.compatible ? "true" : "false");
  if (outcome.servers) {
    for (const auto& [address, wanted] : *outcome.servers) {
      const auto found = is.servers.find(address);
      if (found == is.servers.end())
        out.push_back({{"servers", address}, "a server", "missing", "server " + address + " is missing"});
      else
        comparison.server(address, wanted, found->second, seen.generation(address));
    }
    for (const auto& [address, server] : is.servers)
      if (!outcome.servers->contains(address))
        out.push_back({{"servers", address}, "no such server", std::string(name_of(server.type)), "server " + address + " is not expected"});
  }
  if (!outcome.events) return out;
  for (std::size_t i = 0; i < std::max(events.size(), outcome.events->size()); ++i) {
    const std::string number = std::to_string(i), where = "event " + std::to_string(i + 1);
    if (i >= events.size()) {
      const std::string wanted = show((*outcome.events)[i]);
      out.push_back({{"events", number}, wanted, "missing", where + " is missing: " + wanted});
    } else if (i >= outcome.events->size()) {
      const std::string seen = show(event_document(events[i], "1"));
      out.push_back({{"events", number}, "no further event", seen, where + " is not expected: " + seen});
    } else {
      comparison.json({nullptr, number, i, true}, (*outcome.events)[i], event_document(events[i], "1"));
    }
  }
  return out;
}

std::vector<std::string> differences(const PhaseOutcome& outcome, const Topology& topology, const std::vector<Event>& events) {
  std::vector<std::string> out;
  for (PhaseDifference& difference : compare(outcome, topology, events)) out.push_back(std::move(difference.text));
  return out;
}

namespace {

void keep(Changes changes, Nanos& now, std::vector<Event>& events) {
  now += std::chrono::seconds(1);
  for (Event& event : changes.events) events.push_back(std::move(event));
}

}  // namespace

void play(const PhaseResponse& response, Topology& topology, Nanos& now, std::vector<Event>& events) {
  if (response.hello)
    keep(topology.on_hello(response.address, *response.hello, {std::chrono::milliseconds(1)}, now), now, events);
  else
    keep(topology.on_monitor_error(response.address, {ErrorKind::network, "network error"}, now), now, events);
}

void play(const PhaseError& mock, Topology& topology, Nanos& now, std::vector<Event>& events) {
  ApplicationError error = mock.error;
  error.generation = mock.generation.value_or(topology.generation(error.address).value_or(0));
  keep(topology.handle_error(error, now), now, events);
}

Result<std::vector<std::string>> play(const PhaseFile& file) {
  const Result<ConnectionString> connection = parse_connection_string(file.uri);
  if (!connection) return connection.error();
  Result<Topology> made = Topology::make({*connection});
  if (!made) return made.error();
  Topology& topology = *made;
  std::vector<std::string> out;
  std::vector<Event> events;
  Nanos now{};
  keep(topology.start(now), now, events);
  for (std::size_t i = 0; i < file.phases.size(); ++i) {
    const Phase& phase = file.phases[i];
    for (const PhaseResponse& response : phase.responses) play(response, topology, now, events);
    for (const PhaseError& error : phase.errors) play(error, topology, now, events);
    for (const std::string& difference : differences(phase.outcome, topology, events))
      out.push_back("phase " + std::to_string(i + 1) + (phase.description.empty() ? "" : " (" + phase.description + ")") + ": " +
                    difference);
    events.clear();
  }
  return out;
}

}  // namespace failc::sdam
