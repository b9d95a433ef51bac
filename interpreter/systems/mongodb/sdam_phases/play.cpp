#include <algorithm>
#include <set>

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

class Comparison {
 public:
  explicit Comparison(std::vector<std::string>& out) : out_(out) {}

  void say(const std::string& where, const std::string& is, const std::string& wanted) {
    out_.push_back(where + " is " + is + ", expected " + wanted);
  }

  template <class T>
  void compare(const std::string& where, const Expected<T>& wanted, const std::optional<T>& is) {
    if (wanted && *wanted != is) say(where, show(is), show(*wanted));
  }

  void server(const std::string& address, const ExpectedServer& wanted, const ServerDescription& is,
              std::optional<std::uint64_t> generation) {
    const std::string of = " of " + address;
    if (wanted.type != is.type && !(wanted.type == ServerType::possible_primary && is.type == ServerType::unknown))
      say("the type" + of, std::string(name_of(is.type)), std::string(name_of(wanted.type)));
    compare("setName" + of, wanted.set_name, is.set_name);
    compare("setVersion" + of, wanted.set_version, is.set_version);
    compare("electionId" + of, wanted.election_id, is.election_id);
    compare("topologyVersion" + of, wanted.topology_version, is.topology_version);
    compare("logicalSessionTimeoutMinutes" + of, wanted.logical_session_timeout_minutes, is.logical_session_timeout_minutes);
    // Nobody said hello to a client that calls its server Unknown or a load balancer.
    const bool told = is_available(is.type) && is.type != ServerType::load_balancer;
    const auto wire_version = [&](std::int32_t version) { return told ? std::optional<std::int64_t>(version) : std::nullopt; };
    const auto compare_wire_version = [&](const std::string& name, const Expected<std::int64_t>& version, std::int32_t known) {
      if (!told && version && *version == 0 && known == 0) return;
      compare(name + of, version, wire_version(known));
    };
    compare_wire_version("minWireVersion", wanted.min_wire_version, is.min_wire_version);
    compare_wire_version("maxWireVersion", wanted.max_wire_version, is.max_wire_version);
    if (wanted.pool_generation && wanted.pool_generation != generation)
      say("the pool's generation" + of, generation ? std::to_string(*generation) : "null", std::to_string(*wanted.pool_generation));
    if (!wanted.error) return;
    const bool same = *wanted.error && is.error ? is.error->find(**wanted.error) != std::string::npos : *wanted.error == is.error;
    if (!same) say("the error" + of, show(is.error), "one with " + show(*wanted.error));
  }

  /// Sets are compared as such: addresses, and servers by address.
  void json(const std::string& where, const Json& wanted, const Json& is) {
    if (wanted == "42" || wanted == 42) return;
    // The same to all but single-threaded clients, and the files are for both.
    if (wanted == "PossiblePrimary" && is == "Unknown") return;
    if (wanted.is_object() && is.is_object()) {
      for (const auto& [key, value] : wanted.items()) {
        if (is.contains(key))
          json(where + "." + key, value, is[key]);
        else if (!value.is_null())
          say(where + "." + key, "absent", show(value));
      }
      for (const auto& [key, value] : is.items())
        if (!wanted.contains(key)) say(where + "." + key, show(value), "absent");
    } else if (wanted.is_array() && is.is_array() && wanted.size() == is.size()) {
      const std::vector<Json> left = sorted(wanted), right = sorted(is);
      for (std::size_t i = 0; i < left.size(); ++i) json(where + "[" + std::to_string(i) + "]", left[i], right[i]);
    } else if (wanted != is) {
      say(where, show(is), show(wanted));
    }
  }

 private:
  static std::vector<Json> sorted(const Json& list) {
    std::vector<Json> out(list.begin(), list.end());
    const auto key = [](const Json& item) { return item.is_object() && item.contains("address") ? item["address"] : item; };
    std::sort(out.begin(), out.end(), [&](const Json& a, const Json& b) { return key(a) < key(b); });
    return out;
  }

  std::vector<std::string>& out_;
};

}  // namespace

std::vector<std::string> differences(const PhaseOutcome& outcome, const Topology& topology, const std::vector<Event>& events) {
  std::vector<std::string> out;
  Comparison comparison(out);
  const TopologyDescription& is = topology.description();
  if (outcome.topology_type && *outcome.topology_type != is.type)
    comparison.say("the topology's type", std::string(name_of(is.type)), std::string(name_of(*outcome.topology_type)));
  comparison.compare("setName", outcome.set_name, is.set_name);
  comparison.compare("logicalSessionTimeoutMinutes", outcome.logical_session_timeout_minutes, is.logical_session_timeout_minutes);
  comparison.compare("maxSetVersion", outcome.max_set_version, is.max_set_version);
  comparison.compare("maxElectionId", outcome.max_election_id, is.max_election_id);
  if (outcome.compatible && *outcome.compatible != is.compatible)
    comparison.say("compatible", is.compatible ? "true" : "false", *outcome.compatible ? "true" : "false");
  if (outcome.servers) {
    for (const auto& [address, wanted] : *outcome.servers) {
      const auto found = is.servers.find(address);
      if (found == is.servers.end())
        out.push_back("server " + address + " is missing");
      else
        comparison.server(address, wanted, found->second, topology.generation(address));
    }
    for (const auto& [address, server] : is.servers)
      if (!outcome.servers->contains(address)) out.push_back("server " + address + " is not expected");
  }
  if (!outcome.events) return out;
  for (std::size_t i = 0; i < std::max(events.size(), outcome.events->size()); ++i) {
    const std::string where = "event " + std::to_string(i + 1);
    if (i >= events.size())
      out.push_back(where + " is missing: " + show((*outcome.events)[i]));
    else if (i >= outcome.events->size())
      out.push_back(where + " is not expected: " + show(event_document(events[i], "1")));
    else
      comparison.json(where, (*outcome.events)[i], event_document(events[i], "1"));
  }
  return out;
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
  const auto keep = [&](Changes changes) {
    now += std::chrono::seconds(1);
    for (Event& event : changes.events) events.push_back(std::move(event));
  };
  keep(topology.start(now));
  for (std::size_t i = 0; i < file.phases.size(); ++i) {
    const Phase& phase = file.phases[i];
    for (const PhaseResponse& response : phase.responses) {
      if (response.hello)
        keep(topology.on_hello(response.address, *response.hello, {std::chrono::milliseconds(1)}, now));
      else
        keep(topology.on_monitor_error(response.address, {ErrorKind::network, "network error"}, now));
    }
    for (const PhaseError& mock : phase.errors) {
      ApplicationError error = mock.error;
      error.generation = mock.generation.value_or(topology.generation(error.address).value_or(0));
      keep(topology.handle_error(error, now));
    }
    for (const std::string& difference : differences(phase.outcome, topology, events))
      out.push_back("phase " + std::to_string(i + 1) + (phase.description.empty() ? "" : " (" + phase.description + ")") + ": " +
                    difference);
    events.clear();
  }
  return out;
}

}  // namespace failc::sdam
