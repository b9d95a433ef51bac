#include "interpreter/systems/mongodb/sdam/monitor.hpp"

#include <algorithm>

namespace failc::sdam {

MonitorOptions monitor_options(const ConnectionString& connection, bool function_as_a_service, bool server_api) {
  return {connection.heartbeat_frequency, connection.connect_timeout, connection.server_monitoring_mode, function_as_a_service, server_api};
}

Monitor::Monitor(MonitorOptions options) : options_(options) {
  options_.heartbeat_frequency = std::max(options_.heartbeat_frequency, kMinHeartbeatFrequency);
}

bool Monitor::streaming_enabled() const {
  switch (options_.mode) {
    case ServerMonitoringMode::automatic:
      return !options_.function_as_a_service;
    case ServerMonitoringMode::stream:
      return true;
    case ServerMonitoringMode::poll:
      return false;
  }
  return false;
}

/// An awaited reply takes up to the heartbeat's frequency more; where there is no timeout there is none for it either.
std::optional<Nanos> Monitor::timeout(bool awaited) const {
  if (options_.connect_timeout <= Millis::zero()) return std::nullopt;
  return awaited ? options_.connect_timeout + options_.heartbeat_frequency : options_.connect_timeout;
}

MonitorSteps Monitor::start(Nanos now) {
  MonitorSteps steps;
  if (state_ == State::idle) begin_check(now, steps);
  return steps;
}

void Monitor::begin_check(Nanos now, MonitorSteps& steps) {
  if (has_connection_) {
    HelloRequest request;
    request.legacy = !hello_ok_;
    const bool awaited = streaming_enabled() && topology_version_;
    if (awaited) {
      request.topology_version = topology_version_;
      request.max_await_time = options_.heartbeat_frequency;
      request.exhaust_allowed = true;
    }
    started_ = now;
    return read(&request, awaited, now, steps);
  }
  state_ = State::connecting;
  started_ = sent_ = now;
  awaited_ = exhaust_allowed_ = false;
  hello_ok_ = options_.server_api;
  steps.push_back(HeartbeatStarted{false});
  steps.push_back(Connect{timeout(false)});
}

/// `request`: nullptr where the server goes on by itself.
void Monitor::read(const HelloRequest* request, bool awaited, Nanos now, MonitorSteps& steps) {
  state_ = State::reading;
  awaited_ = awaited;
  sent_ = now;
  steps.push_back(HeartbeatStarted{awaited});
  if (request != nullptr) {
    exhaust_allowed_ = request->exhaust_allowed;
    steps.push_back(SendHello{*request, timeout(awaited)});
  } else {
    started_ = now;
    steps.push_back(ReadReply{timeout(awaited)});
  }
}

MonitorSteps Monitor::connected(Nanos now) {
  if (state_ != State::connecting) return {};
  state_ = State::reading;
  has_connection_ = true;
  sent_ = now;
  HelloRequest request;
  request.legacy = !hello_ok_;
  request.handshake = true;
  return {SendHello{request, timeout(false)}};
}

MonitorSteps Monitor::replied(const nlohmann::json& reply, bool more_to_come, Nanos now) {
  MonitorSteps steps;
  if (state_ != State::reading) return steps;
  const Result<Hello> hello = parse_hello(reply);
  if (!hello || !hello->ok) {
    fail(ErrorKind::command, hello ? describe("", *hello).error.value_or("") : hello.error().message, now, steps);
    return steps;
  }
  if (more_to_come && !exhaust_allowed_) {
    fail(ErrorKind::command, "the reply has moreToCome set without having been asked for more", now, steps);
    return steps;
  }
  const Nanos duration = now - sent_;
  if (!awaited_) round_trip_time_.add(duration);
  steps.push_back(HeartbeatSucceeded{awaited_, duration, reply});
  steps.push_back(CheckSucceeded{*hello, {round_trip_time_.average(), round_trip_time_.min()}});
  known_ = true;
  ended_ = now;
  hello_ok_ = options_.server_api || hello->hello_ok;
  topology_version_ = hello->topology_version;
  const bool streams = more_to_come || (streaming_enabled() && topology_version_);
  if (streams && !round_trips_) steps.push_back(StartRoundTrips{});
  if (!streams && round_trips_) steps.push_back(StopRoundTrips{});
  round_trips_ = streams;
  if (more_to_come)
    read(nullptr, true, now, steps);
  else if (streams)
    begin_check(now, steps);
  else
    wait(now, steps);
  return steps;
}

MonitorSteps Monitor::failed(const std::string& message, Nanos now) {
  MonitorSteps steps;
  if (checking()) fail(ErrorKind::network, message, now, steps);
  return steps;
}

MonitorSteps Monitor::timed_out(Nanos now) {
  MonitorSteps steps;
  if (checking())
    fail(ErrorKind::timeout, state_ == State::connecting ? "connecting timed out" : "reading the reply to hello timed out", now, steps);
  return steps;
}

void Monitor::fail(ErrorKind kind, const std::string& message, Nanos now, MonitorSteps& steps) {
  // A server that was there a moment ago may just have closed its connections: it is asked once more before it is given up.
  const bool again = kind != ErrorKind::command && known_;
  steps.push_back(HeartbeatFailed{awaited_, now - started_, message});
  drop_connection(steps);
  steps.push_back(CheckFailed{{kind, message}});
  if (again)
    begin_check(now, steps);
  else
    wait(now, steps);
}

void Monitor::drop_connection(MonitorSteps& steps) {
  if (has_connection_ || state_ == State::connecting) steps.push_back(CloseConnection{});
  has_connection_ = false;
  known_ = false;
  topology_version_.reset();
  round_trip_time_.reset();
}

void Monitor::wait(Nanos now, MonitorSteps& steps) {
  state_ = State::waiting;
  ended_ = now;
  wait_until_ = now + options_.heartbeat_frequency;
  steps.push_back(Wait{wait_until_});
}

MonitorSteps Monitor::wake(Nanos now) {
  MonitorSteps steps;
  if (state_ != State::waiting) return steps;
  if (now < wait_until_)
    steps.push_back(Wait{wait_until_});
  else
    begin_check(now, steps);
  return steps;
}

MonitorSteps Monitor::request_check(Nanos now) {
  if (state_ != State::waiting) return {};
  wait_until_ = std::max<Nanos>(now, ended_ + kMinHeartbeatFrequency);
  return wake(now);
}

MonitorSteps Monitor::cancel_check(Nanos now) {
  MonitorSteps steps;
  if (checking()) {
    steps.push_back(HeartbeatFailed{awaited_, now - started_, "the check was cancelled"});
    drop_connection(steps);
    wait(now, steps);
  } else if (state_ == State::waiting) {
    drop_connection(steps);
  }
  return steps;
}

MonitorSteps Monitor::close(Nanos now) {
  MonitorSteps steps;
  if (checking()) steps.push_back(HeartbeatFailed{awaited_, now - started_, "the monitor was closed"});
  drop_connection(steps);
  if (round_trips_) steps.push_back(StopRoundTrips{});
  round_trips_ = false;
  state_ = State::closed;
  return steps;
}

void Monitor::add_round_trip(Nanos sample) {
  if (state_ != State::closed) round_trip_time_.add(sample);
}

}  // namespace failc::sdam
