#pragma once
// A client's view of a deployment, kept by what its monitors and operations report. No I/O: time and replies come in, events and requests
// go out.
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/application_error.hpp"
#include "interpreter/systems/mongodb/sdam/event.hpp"
#include "interpreter/systems/mongodb/sdam/update.hpp"
#include "interpreter/systems/mongodb/sdam/uri.hpp"

namespace failc::sdam {

struct RoundTrip {
  std::optional<Nanos> average;
  Nanos min{};
};

/// Why a check failed. `command`: hello itself was answered with an error.
struct MonitorError {
  ErrorKind kind = ErrorKind::network;
  std::string message;
};

struct TopologyOptions {
  ConnectionString connection;
  WireVersions wire_versions;
  bool single_threaded = false;
};

/// Each function is one step under the specification's one lock: pools are cleared together with the description that says why.
class Topology {
 public:
  /// Errors: no seed, or options that exclude each other.
  static Result<Topology> make(TopologyOptions options);

  /// Opens it: no server has been asked yet. A second call, and any after close(), does nothing.
  Changes start(Nanos now);
  /// A reply to a check, or to the handshake of an application's connection. From an address that is not (any more) in the topology:
  /// dropped. A reply that is not ok is a failed check.
  Changes on_hello(const std::string& address, const Hello& hello, const RoundTrip& round_trip, Nanos now);
  /// The same from the document; one that cannot be read is a failed check.
  Changes on_reply(const std::string& address, const nlohmann::json& reply, const RoundTrip& round_trip, Nanos now);
  Changes on_monitor_error(const std::string& address, const MonitorError& error, Nanos now);
  Changes handle_error(const ApplicationError& error, Nanos now);
  Changes close();

  const TopologyDescription& description() const { return description_; }
  /// The generation of `address`'s pool, of `service_id` behind a load balancer; nothing where there is no such server.
  std::optional<std::uint64_t> generation(const std::string& address, const std::optional<ObjectId>& service_id = std::nullopt) const;

 private:
  struct Pool {
    std::uint64_t generation = 0;
    std::map<ObjectId, std::uint64_t> services;
    bool ready = false;
  };

  explicit Topology(TopologyOptions options) : options_(std::move(options)) {}
  /// False: dropped, since what is known is newer.
  bool accept(ServerDescription server, Changes& changes);
  void clear_pool(const std::string& address, const std::optional<ObjectId>& service_id, bool interrupt_in_use, Changes& changes);
  bool is_stale(const ApplicationError& error) const;
  /// Publishes the change since `previous`, if there is one, and keeps one pool a server.
  void finish(const TopologyDescription& previous, Changes& changes);

  TopologyOptions options_;
  TopologyDescription description_;
  std::map<std::string, Pool> pools_;
  bool opened_ = false, closed_ = false;
};

}  // namespace failc::sdam
