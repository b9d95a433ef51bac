#pragma once
// Measures round trips on a connection of its own while another streams: one hello every heartbeatFrequencyMS. It publishes nothing, and
// its failures change nothing; the samples go to Monitor::add_round_trip.
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/sdam/monitor.hpp"

namespace failc::sdam {

struct RoundTripSample {
  Nanos round_trip{};
};
using RoundTripStep = std::variant<RoundTripSample, Connect, SendHello, CloseConnection, Wait>;
using RoundTripSteps = std::vector<RoundTripStep>;

/// Host and rules of the unexpected are as Monitor's.
class RoundTripMonitor {
 public:
  explicit RoundTripMonitor(MonitorOptions options);

  /// Also again after close().
  RoundTripSteps start(Nanos now);
  RoundTripSteps connected(Nanos now);
  RoundTripSteps replied(const nlohmann::json& reply, Nanos now);
  RoundTripSteps failed(Nanos now);  // a timeout too
  RoundTripSteps wake(Nanos now);
  RoundTripSteps close();

 private:
  enum class State : std::uint8_t { idle, connecting, reading, waiting };

  std::optional<Nanos> timeout() const;
  void ping(Nanos now, RoundTripSteps& steps);
  void wait(Nanos now, RoundTripSteps& steps);

  MonitorOptions options_;
  State state_ = State::idle;
  bool has_connection_ = false, hello_ok_ = false;
  Nanos sent_{}, wait_until_{};
};

}  // namespace failc::sdam
