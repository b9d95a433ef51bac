#include "interpreter/systems/mongodb/sdam/round_trip_monitor.hpp"

#include <algorithm>
#include <utility>

namespace failc::sdam {

RoundTripMonitor::RoundTripMonitor(MonitorOptions options) : options_(options) {
  options_.heartbeat_frequency = std::max(options_.heartbeat_frequency, kMinHeartbeatFrequency);
}

std::optional<Nanos> RoundTripMonitor::timeout() const {
  if (options_.connect_timeout <= Millis::zero()) return std::nullopt;
  return options_.connect_timeout;
}

RoundTripSteps RoundTripMonitor::start(Nanos now) {
  RoundTripSteps steps;
  if (state_ == State::idle) ping(now, steps);
  return steps;
}

void RoundTripMonitor::ping(Nanos now, RoundTripSteps& steps) {
  if (!has_connection_) {
    state_ = State::connecting;
    hello_ok_ = options_.server_api;
    steps.push_back(Connect{timeout()});
    return;
  }
  state_ = State::reading;
  sent_ = now;
  HelloRequest request;
  request.legacy = !hello_ok_;
  steps.push_back(SendHello{request, timeout()});
}

RoundTripSteps RoundTripMonitor::connected(Nanos now) {
  if (state_ != State::connecting) return {};
  state_ = State::reading;
  has_connection_ = true;
  sent_ = now;
  HelloRequest request;
  request.legacy = !hello_ok_;
  request.handshake = true;
  return {SendHello{request, timeout()}};
}

RoundTripSteps RoundTripMonitor::replied(const nlohmann::json& reply, Nanos now) {
  if (state_ != State::reading) return {};
  const Result<Hello> hello = parse_hello(reply);
  if (!hello || !hello->ok) return failed(now);
  hello_ok_ = options_.server_api || hello->hello_ok;
  RoundTripSteps steps{RoundTripSample{now - sent_}};
  wait(now, steps);
  return steps;
}

RoundTripSteps RoundTripMonitor::failed(Nanos now) {
  RoundTripSteps steps;
  if (state_ != State::connecting && state_ != State::reading) return steps;
  has_connection_ = false;
  steps.push_back(CloseConnection{});
  wait(now, steps);
  return steps;
}

void RoundTripMonitor::wait(Nanos now, RoundTripSteps& steps) {
  state_ = State::waiting;
  wait_until_ = now + options_.heartbeat_frequency;
  steps.push_back(Wait{wait_until_});
}

RoundTripSteps RoundTripMonitor::wake(Nanos now) {
  RoundTripSteps steps;
  if (state_ != State::waiting) return steps;
  if (now < wait_until_)
    steps.push_back(Wait{wait_until_});
  else
    ping(now, steps);
  return steps;
}

RoundTripSteps RoundTripMonitor::close() {
  RoundTripSteps steps;
  if (std::exchange(has_connection_, false) || state_ == State::connecting) steps.push_back(CloseConnection{});
  state_ = State::idle;
  return steps;
}

}  // namespace failc::sdam
