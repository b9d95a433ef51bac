#pragma once
// One server's monitor, as multi-threaded clients have them: when to connect, what to send, how long to wait. It does none of it itself.
// Its host does the steps in order and reports how they ended; only one check is ever under way.
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/sdam/hello_request.hpp"
#include "interpreter/systems/mongodb/sdam/round_trip_time.hpp"
#include "interpreter/systems/mongodb/sdam/topology.hpp"

namespace failc::sdam {

struct MonitorOptions {
  Millis heartbeat_frequency = kDefaultHeartbeatFrequency;  // less than 500 ms is 500 ms
  Millis connect_timeout = kDefaultConnectTimeout;          // 0: none
  ServerMonitoringMode mode = ServerMonitoringMode::automatic;
  bool function_as_a_service = false;  // such a platform: the automatic mode polls
  bool server_api = false;             // one was chosen: `hello` from the first
};
MonitorOptions monitor_options(const ConnectionString& connection, bool function_as_a_service, bool server_api);

// ---- heartbeats: for observers. Each Started is followed by one Succeeded or Failed.
struct HeartbeatStarted {
  bool awaited = false;
};
struct HeartbeatSucceeded {
  bool awaited = false;
  Nanos duration{};  // of what is not awaited: the round trip
  nlohmann::json reply;
};
struct HeartbeatFailed {
  bool awaited = false;
  Nanos duration{};
  std::string failure;
};
// ---- outcomes: for Topology::on_hello and on_monitor_error, before the next step is done
struct CheckSucceeded {
  Hello hello;
  RoundTrip round_trip;
};
struct CheckFailed {
  MonitorError error;
};
// ---- the RoundTripMonitor runs only while replies are streamed
struct StartRoundTrips {};
struct StopRoundTrips {};

using MonitorStep = std::variant<HeartbeatStarted, HeartbeatSucceeded, HeartbeatFailed, CheckSucceeded, CheckFailed, StartRoundTrips,
                                 StopRoundTrips, Connect, SendHello, ReadReply, CloseConnection, Wait>;
using MonitorSteps = std::vector<MonitorStep>;

/// What comes when it is not expected (a wake too early, a reply of no request, anything after close) changes nothing.
class Monitor {
 public:
  explicit Monitor(MonitorOptions options);

  MonitorSteps start(Nanos now);
  // ---- how Connect, SendHello and ReadReply ended
  MonitorSteps connected(Nanos now);
  /// `more_to_come`: OP_MSG's flag on the reply.
  MonitorSteps replied(const nlohmann::json& reply, bool more_to_come, Nanos now);
  MonitorSteps failed(const std::string& message, Nanos now);
  MonitorSteps timed_out(Nanos now);
  // ---- the time of the last Wait has come
  MonitorSteps wake(Nanos now);
  // ---- from the topology
  /// Check soon: not closer than 500 ms to the check before. While one is under way: nothing.
  MonitorSteps request_check(Nanos now);
  /// The server was marked Unknown since an operation lost its connection: this monitor's is as good as lost, and checks pause.
  MonitorSteps cancel_check(Nanos now);
  MonitorSteps close(Nanos now);
  /// From the RoundTripMonitor.
  void add_round_trip(Nanos sample);

  const RoundTripTime& round_trip_time() const { return round_trip_time_; }
  bool checking() const { return state_ == State::connecting || state_ == State::reading; }

 private:
  enum class State : std::uint8_t { idle, connecting, reading, waiting, closed };

  bool streaming_enabled() const;
  std::optional<Nanos> timeout(bool awaited) const;
  void begin_check(Nanos now, MonitorSteps& steps);
  void read(const HelloRequest* request, bool awaited, Nanos now, MonitorSteps& steps);
  void fail(ErrorKind kind, const std::string& message, Nanos now, MonitorSteps& steps);
  void wait(Nanos now, MonitorSteps& steps);
  void drop_connection(MonitorSteps& steps);

  MonitorOptions options_;
  State state_ = State::idle;
  bool has_connection_ = false;
  bool awaited_ = false, exhaust_allowed_ = false;  // of the check under way
  bool hello_ok_ = false;                           // the server knows `hello`
  bool known_ = false;                              // the check before succeeded
  bool round_trips_ = false;
  std::optional<TopologyVersion> topology_version_;
  Nanos started_{}, sent_{}, ended_{}, wait_until_{};
  RoundTripTime round_trip_time_;
};

}  // namespace failc::sdam
