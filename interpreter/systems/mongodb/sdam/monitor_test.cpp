#include "interpreter/systems/mongodb/sdam/monitor.hpp"

#include <gtest/gtest.h>

namespace failc::sdam {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kZero{};

std::string show(const std::optional<Nanos>& timeout) {
  return timeout ? std::to_string(std::chrono::duration_cast<milliseconds>(*timeout).count()) : "none";
}
std::string show(Nanos span) { return show(std::optional<Nanos>(span)); }

std::string show(const MonitorStep& step) {
  struct {
    std::string operator()(const HeartbeatStarted& s) const { return s.awaited ? "started awaited" : "started"; }
    std::string operator()(const HeartbeatSucceeded& s) const {
      return (s.awaited ? "succeeded awaited " : "succeeded ") + show(s.duration);
    }
    std::string operator()(const HeartbeatFailed& s) const { return (s.awaited ? "failed awaited " : "failed ") + show(s.duration); }
    std::string operator()(const CheckSucceeded& s) const {
      return "up rtt " + show(s.round_trip.average) + " min " + show(s.round_trip.min);
    }
    std::string operator()(const CheckFailed& s) const {
      return s.error.kind == ErrorKind::command ? "down command" : s.error.kind == ErrorKind::network ? "down network" : "down timeout";
    }
    std::string operator()(const StartRoundTrips&) const { return "start round trips"; }
    std::string operator()(const StopRoundTrips&) const { return "stop round trips"; }
    std::string operator()(const Connect& s) const { return "connect " + show(s.timeout); }
    std::string operator()(const SendHello& s) const {
      const HelloRequest& r = s.request;
      std::string out = r.legacy ? "legacy" : "hello";
      if (r.handshake) out += " handshake";
      if (r.topology_version) out += " tv " + std::to_string(r.topology_version->counter);
      if (r.max_await_time) out += " await " + std::to_string(r.max_await_time->count());
      if (r.exhaust_allowed) out += " exhaust";
      return out + " timeout " + show(s.timeout);
    }
    std::string operator()(const ReadReply& s) const { return "read timeout " + show(s.timeout); }
    std::string operator()(const CloseConnection&) const { return "close"; }
    std::string operator()(const Wait& s) const { return "wait until " + show(s.until); }
  } names;
  return std::visit(names, step);
}

using Steps = std::vector<std::string>;
Steps show(const MonitorSteps& steps) {
  Steps out;
  for (const MonitorStep& step : steps) out.push_back(show(step));
  return out;
}

Json old_server() { return {{"ok", 1}, {"helloOk", true}, {"maxWireVersion", 8}}; }
Json new_server(int counter) {
  Json out = old_server();
  out["topologyVersion"] = {{"processId", {{"$oid", "000000000000000000000001"}}}, {"counter", counter}};
  return out;
}

/// Opened, with its first reply read 20 ms after it was sent at 110 ms.
Monitor opened(const Json& reply, MonitorOptions options = {}) {
  Monitor monitor(options);
  monitor.start(milliseconds(100));
  monitor.connected(milliseconds(110));
  monitor.replied(reply, false, milliseconds(130));
  return monitor;
}

TEST(Monitors, StartIsToldBeforeTheSocketIsMade) {
  Monitor monitor({});
  EXPECT_EQ(show(monitor.start(kZero)), (Steps{"started", "connect 10000"}));
  EXPECT_EQ(show(monitor.start(kZero)), Steps{}) << "once";
}

TEST(Monitors, TheHandshakeIsTheFirstCheck) {
  Monitor monitor({});
  monitor.start(milliseconds(100));
  EXPECT_EQ(show(monitor.connected(milliseconds(110))), (Steps{"legacy handshake timeout 10000"}));
  EXPECT_EQ(show(monitor.replied(old_server(), false, milliseconds(130))), (Steps{"succeeded 20", "up rtt 20 min 0", "wait until 10130"}));
}

TEST(Monitors, PollsWhereTheServerDoesNotStream) {
  Monitor monitor = opened(old_server());
  EXPECT_EQ(show(monitor.wake(milliseconds(10129))), Steps{"wait until 10130"}) << "too early";
  EXPECT_EQ(show(monitor.wake(milliseconds(10130))), (Steps{"started", "hello timeout 10000"})) << "it knows hello now";
  EXPECT_EQ(show(monitor.replied(old_server(), false, milliseconds(10140))),
            (Steps{"succeeded 10", "up rtt 18 min 10", "wait until 20140"}));
}

TEST(Monitors, LegacyHelloUntilTheServerKnowsTheOther) {
  Monitor monitor = opened({{"ok", 1}, {"ismaster", true}});
  EXPECT_EQ(show(monitor.wake(seconds(11))), (Steps{"started", "legacy timeout 10000"}));
  MonitorOptions api;
  api.server_api = true;
  Monitor with_api(api);
  with_api.start(kZero);
  EXPECT_EQ(show(with_api.connected(kZero)), Steps{"hello handshake timeout 10000"});
}

TEST(Monitors, StreamsWhereTheServerCan) {
  Monitor monitor({});
  monitor.start(milliseconds(100));
  monitor.connected(milliseconds(110));
  EXPECT_EQ(
      show(monitor.replied(new_server(1), false, milliseconds(130))),
      (Steps{"succeeded 20", "up rtt 20 min 0", "start round trips", "started awaited", "hello tv 1 await 10000 exhaust timeout 20000"}))
      << "no pause between";
  EXPECT_EQ(show(monitor.replied(new_server(2), true, milliseconds(5130))),
            (Steps{"succeeded awaited 5000", "up rtt 20 min 0", "started awaited", "read timeout 20000"}))
      << "what was awaited is no round trip";
  EXPECT_EQ(show(monitor.replied(new_server(3), false, milliseconds(6130))),
            (Steps{"succeeded awaited 1000", "up rtt 20 min 0", "started awaited", "hello tv 3 await 10000 exhaust timeout 20000"}));
}

TEST(Monitors, RepliesThatCarryOnAreReadOnEvenWithoutAVersion) {
  Monitor monitor = opened(new_server(1));
  EXPECT_EQ(show(monitor.replied(old_server(), true, seconds(1))).back(), "read timeout 20000");
  EXPECT_EQ(show(monitor.replied(old_server(), false, seconds(2))),
            (Steps{"succeeded awaited 1000", "up rtt 20 min 0", "stop round trips", "wait until 12000"}));
}

TEST(Monitors, NoTimeoutStaysNone) {
  MonitorOptions options;
  options.connect_timeout = Millis(0);
  Monitor monitor(options);
  EXPECT_EQ(show(monitor.start(kZero)).back(), "connect none");
  EXPECT_EQ(show(monitor.connected(kZero)).back(), "legacy handshake timeout none");
  EXPECT_EQ(show(monitor.replied(new_server(1), false, kZero)).back(), "hello tv 1 await 10000 exhaust timeout none");
}

TEST(Monitors, HeartbeatFrequencyIsTheAwaitTime) {
  MonitorOptions options;
  options.heartbeat_frequency = Millis(700);
  options.connect_timeout = Millis(100);
  Monitor monitor = opened(new_server(1), options);
  EXPECT_EQ(show(monitor.replied(new_server(2), false, seconds(1))).back(), "hello tv 2 await 700 exhaust timeout 800");
  options.heartbeat_frequency = Millis(1);
  Monitor eager = opened(old_server(), options);
  EXPECT_EQ(show(eager.wake(milliseconds(629))), Steps{"wait until 630"}) << "500 ms is the least";
}

TEST(Monitors, Modes) {
  const auto streams = [](ServerMonitoringMode mode, bool function) {
    MonitorOptions options;
    options.mode = mode;
    options.function_as_a_service = function;
    return opened(new_server(1), options).checking();
  };
  EXPECT_TRUE(streams(ServerMonitoringMode::automatic, false));
  EXPECT_FALSE(streams(ServerMonitoringMode::automatic, true));
  EXPECT_TRUE(streams(ServerMonitoringMode::stream, true));
  EXPECT_FALSE(streams(ServerMonitoringMode::poll, false));
  MonitorOptions poll;
  poll.mode = ServerMonitoringMode::poll;
  Monitor monitor = opened(new_server(1), poll);
  EXPECT_EQ(show(monitor.wake(seconds(11))), (Steps{"started", "hello timeout 10000"})) << "neither version nor await time";
}

TEST(Monitors, FailureToConnectWaits) {
  Monitor monitor({});
  monitor.start(kZero);
  EXPECT_EQ(show(monitor.failed("refused", milliseconds(7))), (Steps{"failed 7", "close", "down network", "wait until 10007"}));
  EXPECT_EQ(show(monitor.wake(milliseconds(10007))), (Steps{"started", "connect 10000"}));
  EXPECT_EQ(show(monitor.timed_out(milliseconds(20007))), (Steps{"failed 10000", "close", "down timeout", "wait until 30007"}));
}

TEST(Monitors, ALostConnectionIsTriedOnceMoreAtOnce) {
  for (const bool timeout : {false, true}) {
    Monitor monitor = opened(new_server(1));
    const Steps steps = show(timeout ? monitor.timed_out(seconds(1)) : monitor.failed("reset", seconds(1)));
    EXPECT_EQ(steps, (Steps{"failed awaited 870", "close", timeout ? "down timeout" : "down network", "started", "connect 10000"}));
    EXPECT_EQ(show(monitor.failed("refused", seconds(1))).back(), "wait until 11000") << "but not twice";
  }
}

TEST(Monitors, AnErrorReplyClosesAndWaits) {
  Monitor monitor = opened(new_server(1));
  EXPECT_EQ(show(monitor.replied({{"ok", 0}, {"errmsg", "no"}}, false, seconds(1))),
            (Steps{"failed awaited 870", "close", "down command", "wait until 11000"}));
  EXPECT_EQ(show(monitor.wake(seconds(11))), (Steps{"started", "connect 10000"})) << "back to a plain handshake";
  EXPECT_EQ(show(monitor.connected(seconds(11))), Steps{"legacy handshake timeout 10000"});
}

TEST(Monitors, RepliesThatMakeNoSenseAreErrors) {
  Monitor monitor = opened(old_server());
  monitor.wake(seconds(11));
  EXPECT_EQ(show(monitor.replied({{"ok", 1}, {"setName", 3}}, false, seconds(11))),
            (Steps{"failed 0", "close", "down command", "wait until 21000"}));
  monitor.wake(seconds(21));
  monitor.connected(seconds(21));
  EXPECT_EQ(show(monitor.replied(old_server(), true, seconds(21))).at(2), "down command") << "moreToCome was not asked for";
}

TEST(Monitors, RequestedChecksKeepTheirDistance) {
  Monitor monitor = opened(old_server());  // ended at 130 ms
  EXPECT_EQ(show(monitor.request_check(milliseconds(200))), Steps{"wait until 630"});
  EXPECT_EQ(show(monitor.request_check(milliseconds(300))), Steps{"wait until 630"}) << "asking again changes nothing";
  EXPECT_EQ(show(monitor.wake(milliseconds(630))), (Steps{"started", "hello timeout 10000"}));
  EXPECT_EQ(show(monitor.request_check(milliseconds(640))), Steps{}) << "one is under way";
  EXPECT_EQ(show(monitor.replied(old_server(), false, milliseconds(650))).back(), "wait until 10650") << "and that request is forgotten";
  EXPECT_EQ(show(monitor.request_check(seconds(5))), (Steps{"started", "hello timeout 10000"})) << "long enough after";
}

TEST(Monitors, RequestsEndThePauseAfterAFailure) {
  Monitor monitor({});
  monitor.start(kZero);
  monitor.failed("refused", kZero);
  EXPECT_EQ(show(monitor.request_check(milliseconds(1))), Steps{"wait until 500"});
  EXPECT_EQ(show(monitor.wake(milliseconds(500))), (Steps{"started", "connect 10000"}));
}

TEST(Monitors, ARequestNeverPutsACheckOff) {
  MonitorOptions options;
  options.heartbeat_frequency = Millis(500);
  Monitor monitor = opened(old_server(), options);
  EXPECT_EQ(show(monitor.request_check(milliseconds(629))), Steps{"wait until 630"});
}

TEST(Monitors, CancelInterruptsAndPauses) {
  Monitor monitor = opened(new_server(1));
  EXPECT_EQ(show(monitor.cancel_check(seconds(1))), (Steps{"failed awaited 870", "close", "wait until 11000"}))
      << "the topology knows already";
  EXPECT_EQ(monitor.round_trip_time().average(), std::nullopt);
  EXPECT_EQ(show(monitor.replied(new_server(2), false, seconds(1))), Steps{}) << "too late";
  monitor.wake(seconds(11));
  EXPECT_EQ(show(monitor.failed("refused", seconds(11))).back(), "wait until 21000") << "it was Unknown already";
}

TEST(Monitors, CancelWhileWaitingDropsTheConnection) {
  Monitor monitor = opened(old_server());
  EXPECT_EQ(show(monitor.cancel_check(seconds(1))), Steps{"close"});
  EXPECT_EQ(show(monitor.cancel_check(seconds(1))), Steps{});
  EXPECT_EQ(show(monitor.wake(milliseconds(10130))), (Steps{"started", "connect 10000"}));
}

TEST(Monitors, CloseEndsEverything) {
  Monitor monitor = opened(new_server(1));
  EXPECT_EQ(show(monitor.close(seconds(1))), (Steps{"failed awaited 870", "close", "stop round trips"}));
  EXPECT_EQ(show(monitor.close(seconds(1))), Steps{});
  EXPECT_EQ(show(monitor.wake(seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.request_check(seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.connected(seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.replied(new_server(1), false, seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.failed("x", seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.cancel_check(seconds(99))), Steps{});
  EXPECT_EQ(show(monitor.start(seconds(99))), Steps{});
}

TEST(Monitors, RoundTripsGoIntoTheNextReport) {
  Monitor monitor = opened(new_server(1));
  monitor.add_round_trip(milliseconds(120));
  EXPECT_EQ(show(monitor.replied(new_server(2), true, seconds(1))).at(1), "up rtt 40 min 20");
  monitor.failed("reset", seconds(2));
  EXPECT_EQ(monitor.round_trip_time().average(), std::nullopt) << "an error starts them afresh";
}

TEST(Monitors, EveryStartHasOneEnd) {
  // A walk over every input in every state it can come to, by a fixed pseudo-random order.
  std::uint32_t seed = 7;
  int open = 0, ended = 0;
  Monitor monitor({});
  Nanos now{};
  const auto count = [&](const MonitorSteps& steps) {
    for (const MonitorStep& step : steps) {
      if (std::holds_alternative<HeartbeatStarted>(step)) ++open;
      if (std::holds_alternative<HeartbeatSucceeded>(step) || std::holds_alternative<HeartbeatFailed>(step)) --open, ++ended;
      ASSERT_TRUE(open == 0 || open == 1);
    }
    ASSERT_EQ(open == 1, monitor.checking());
  };
  count(monitor.start(now));
  for (int i = 0; i < 20000; ++i) {
    seed = seed * 1664525 + 1013904223;
    now += milliseconds(seed >> 20);
    switch ((seed >> 8) % 9) {
      case 0:
        count(monitor.connected(now));
        break;
      case 1:
        count(monitor.replied(new_server(i), true, now));
        break;
      case 2:
        count(monitor.replied(new_server(i), false, now));
        break;
      case 3:
        count(monitor.replied(old_server(), false, now));
        break;
      case 4:
        count(monitor.replied({{"ok", 0}}, false, now));
        break;
      case 5:
        count(monitor.failed("x", now));
        break;
      case 6:
        count(monitor.timed_out(now));
        break;
      case 7:
        count(monitor.wake(now));
        break;
      case 8:
        count((seed >> 30) == 0 ? monitor.cancel_check(now) : monitor.request_check(now));
        break;
    }
    if (HasFatalFailure()) return;
  }
  count(monitor.close(now));
  EXPECT_EQ(open, 0);
  EXPECT_GT(ended, 1000);
}

TEST(HelloRequests, Documents) {
  HelloRequest request;
  request.legacy = request.handshake = true;
  ClientMetadata client;
  EXPECT_EQ(document(request, client).dump(), R"({"isMaster":1,"helloOk":true,"$db":"admin"})");
  client.app_name = "x";
  client.document = {{"driver", {{"name", "failc"}}}};
  client.server_api = "1";
  EXPECT_EQ(
      document(request, client).dump(),
      R"({"isMaster":1,"helloOk":true,"client":{"application":{"name":"x"},"driver":{"name":"failc"}},"$db":"admin","apiVersion":"1"})");
  HelloRequest awaitable;
  awaitable.topology_version = TopologyVersion{*object_id_of("0000000000000000000000ff"), 5};
  awaitable.max_await_time = Millis(10'000);
  EXPECT_EQ(
      document(awaitable, {}).dump(),
      R"({"hello":1,"helloOk":true,"topologyVersion":{"processId":{"$oid":"0000000000000000000000ff"},"counter":{"$numberLong":"5"}},)"
      R"("maxAwaitTimeMS":{"$numberLong":"10000"},"$db":"admin"})");
}

}  // namespace
}  // namespace failc::sdam
