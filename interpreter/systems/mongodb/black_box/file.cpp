#include "interpreter/systems/mongodb/black_box/file.hpp"

#include <algorithm>
#include <map>

namespace failc::black_box {
namespace {

using sdam::ServerType;
using sdam::Topology;

bool is_known(const sdam::ServerDescription& server) { return sdam::is_available(server.type) && server.type != ServerType::rs_ghost; }

/// The operation that the driver takes to `address` and to no other server.
Route route_to(const Topology& topology, const std::string& address) {
  const auto& servers = topology.description().servers;
  const auto found = servers.find(address);
  if (found == servers.end() || !is_known(found->second)) return Route::none;
  if (topology.description().type == sdam::TopologyType::single) return found->second.type == ServerType::rs_primary || found->second.type == ServerType::standalone || found->second.type == ServerType::mongos ? Route::write : Route::read;
  const auto alone = [&](ServerType type) { return std::count_if(servers.begin(), servers.end(), [&](const auto& one) { return one.second.type == type; }) == 1; };
  switch (found->second.type) {
    case ServerType::rs_primary: return Route::write;
    case ServerType::standalone:
    case ServerType::mongos:
    case ServerType::load_balancer: return alone(found->second.type) ? Route::write : Route::none;
    case ServerType::rs_secondary: return alone(ServerType::rs_secondary) ? Route::read_secondary : Route::none;
    case ServerType::unknown:
    case ServerType::possible_primary:
    case ServerType::rs_arbiter:
    case ServerType::rs_other:
    case ServerType::rs_ghost: return Route::none;
  }
  return Route::none;
}

bool speaks_with(const sdam::ServerDescription& server, const DriverFacts& driver, bool lifts) {
  if (!driver.min_wire_version || !driver.max_wire_version || server.type == ServerType::load_balancer) return true;
  return server.min_wire_version <= *driver.max_wire_version && (lifts ? lifted(server.max_wire_version, driver) : server.max_wire_version) >= *driver.min_wire_version;
}

/// Follows the file in the model.
class Planning {
 public:
  Planning(const sdam::PhaseFile& file, const DriverFacts& driver, Topology topology, FilePlan& out) : file_(file), driver_(driver), topology_(std::move(topology)), out_(out) {}

  void run() {
    std::vector<sdam::Event> events;
    (void)topology_.start(now_);
    see_all();
    for (const sdam::Phase& phase : file_.phases) {
      for (const sdam::PhaseResponse& response : phase.responses) {
        reply(response);
        remember();
        sdam::play(response, topology_, now_, events);
        see(response.address);
        if (response.hello)
          for (const auto* list : {&response.hello->hosts, &response.hello->passives, &response.hello->arbiters})
            for (const std::string& address : *list) see(address);
        see_all();
        out_.steps.emplace_back();
      }
      for (const sdam::PhaseError& error : phase.errors) {
        remember();
        ErrorStep step = application_error(error);
        sdam::play(error, topology_, now_, events);
        see(error.error.address);
        see_all();
        out_.steps.emplace_back(std::move(step));
      }
      if (phase.outcome.servers)
        for (const auto& [address, server] : *phase.outcome.servers) see(address);
      if (phase.outcome.events) events_wanted();
    }
  }

 private:
  struct Moment {
    std::map<std::string, std::pair<std::uint64_t, Route>> servers;  // the generation, and the way there
  };

  void cannot(std::string reason) {
    if (out_.untold.empty()) out_.untold = std::move(reason);
  }
  void see(const std::string& address) {
    if (std::find(out_.addresses.begin(), out_.addresses.end(), address) == out_.addresses.end()) out_.addresses.push_back(address);
  }
  void see_all() {
    for (const auto& [address, server] : topology_.description().servers) see(address);
  }
  void remember() {
    Moment moment;
    for (const auto& [address, server] : topology_.description().servers)
      moment.servers[address] = {topology_.generation(address).value_or(0), speaks_with(server, driver_, out_.lifts) ? route_to(topology_, address) : Route::none};
    moments_.push_back(std::move(moment));
  }

  void reply(const sdam::PhaseResponse& response) {
    if (out_.load_balanced) return cannot("a reply of a server behind a load balancer: such a client has no monitor that could be given it");
    if (!topology_.description().servers.contains(response.address)) cannot("a reply of a server that the client does not ask (any more): it has no connection there that could bring it");
  }

  ErrorStep application_error(const sdam::PhaseError& error) {
    ErrorStep out{error, Route::none, out_.steps.size()};
    const bool handshake = error.error.phase != sdam::ErrorPhase::after_handshake;
    if (error.error.kind == sdam::ErrorKind::timeout) (handshake ? out_.times_out_before : out_.times_out_after) = true;
    const std::string& address = error.error.address;
    if (out_.load_balanced) {
      cannot("an application error behind a load balancer: it is that of a service, and the file names none");
      return out;
    }
    // The newest moment at which an operation began that has this generation.
    for (std::size_t step = moments_.size(); step-- > 0;) {
      const auto server = moments_[step].servers.find(address);
      if (server == moments_[step].servers.end()) break;
      const auto [generation, route] = server->second;
      if (route == Route::none || (error.generation && *error.generation != generation)) {
        if (!error.generation) break;
        continue;
      }
      out.begun_at = step;
      out.route = route;
      return out;
    }
    const auto server = topology_.description().servers.find(address);
    if (server != topology_.description().servers.end() && is_known(server->second) && !speaks_with(server->second, driver_, out_.lifts))
      cannot("an operation on a server whose wire versions this driver does not speak: it sends none there");
    else
      cannot("an application error of a server that no operation can be led to: none is to be had at that time, or several are as good");
    return out;
  }

  void events_wanted() {
    if (driver_.unsaid.contains("servers.hosts")) return cannot("events with the hosts of servers, of which this driver says nothing");
    for (const char* name : {"topologyOpeningEvent", "topologyDescriptionChangedEvent", "serverOpeningEvent", "serverDescriptionChangedEvent", "serverClosedEvent"})
      if (!driver_.events.contains(name)) return cannot("events of discovery, and this driver's adapter offers no `" + std::string(name) + "`");
  }

  const sdam::PhaseFile& file_;
  const DriverFacts& driver_;
  Topology topology_;
  FilePlan& out_;
  sdam::Nanos now_{};
  std::vector<Moment> moments_;
};

}  // namespace

std::int32_t lifted(std::int32_t max_wire_version, const DriverFacts& driver) {
  // 8 is MongoDB 4.2, from which on pools outlive elections; the next that discovery tells apart is 17, for election ids.
  const bool alike = max_wire_version >= 8 && driver.min_wire_version && *driver.min_wire_version < 17;
  return alike ? std::max(max_wire_version, *driver.min_wire_version) : max_wire_version;
}

FilePlan plan_file(const sdam::PhaseFile& file, const DriverFacts& driver) {
  FilePlan out;
  out.uri = file.uri;
  const auto connection = sdam::parse_connection_string(file.uri);
  if (!connection) {
    out.untold = "no client can be made of its uri: " + connection.error().message;
    return out;
  }
  out.load_balanced = connection->load_balanced;
  out.chooses_mode = connection->server_monitoring_mode != sdam::ServerMonitoringMode::automatic;
  Result<Topology> topology = Topology::make({*connection});
  if (!topology) {
    out.untold = "no client can be made of its uri: " + topology.error().message;
    return out;
  }
  for (const sdam::Phase& phase : file.phases) {
    if (phase.outcome.compatible) out.lifts = false;
    if (phase.outcome.servers)
      for (const auto& [address, server] : *phase.outcome.servers)
        if (server.min_wire_version || server.max_wire_version) out.lifts = false;
  }
  Planning(file, driver, std::move(*topology), out).run();
  return out;
}

sdam::PhaseOutcome told_part(sdam::PhaseOutcome outcome, const DriverFacts& driver, std::set<std::string>& dropped) {
  const auto drop = [&](const char* key, auto& wanted) {
    if (!driver.unsaid.contains(key) || !wanted) return;
    wanted.reset();
    dropped.insert(key);
  };
  drop("setName", outcome.set_name);
  drop("logicalSessionTimeoutMinutes", outcome.logical_session_timeout_minutes);
  drop("maxSetVersion", outcome.max_set_version);
  drop("maxElectionId", outcome.max_election_id);
  drop("compatible", outcome.compatible);
  if (!outcome.servers) return outcome;
  for (auto& [address, server] : *outcome.servers) {
    drop("servers.error", server.error);
    drop("servers.pool", server.pool_generation);
    if (server.type == ServerType::unknown) drop("servers.topologyVersion", server.topology_version);
  }
  return outcome;
}

}  // namespace failc::black_box
