#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/sdam/round_trip_monitor.hpp"

namespace failc::sdam {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RoundTripTimes, AreAveragedWithWeightOneFifth) {
  RoundTripTime time;
  EXPECT_EQ(time.average(), std::nullopt);
  time.add(milliseconds(5));
  EXPECT_EQ(time.average(), milliseconds(5)) << "the first is taken as it is";
  time.add(milliseconds(10));
  EXPECT_EQ(time.average(), milliseconds(6));
}

TEST(RoundTripTimes, ZeroIsAnAverage) {
  RoundTripTime time;
  time.add(milliseconds(0));
  EXPECT_EQ(time.average(), milliseconds(0));
  time.add(milliseconds(5));
  EXPECT_EQ(time.average(), milliseconds(1)) << "not 5, as if there had been none";
  RoundTripTime from_zero{milliseconds(0)};
  from_zero.add(milliseconds(10));
  EXPECT_EQ(from_zero.average(), milliseconds(2));
}

TEST(RoundTripTimes, MinimumOfTheLastTen) {
  RoundTripTime time;
  EXPECT_EQ(time.min(), milliseconds(0));
  time.add(milliseconds(1));
  EXPECT_EQ(time.min(), milliseconds(0)) << "one is not enough";
  time.add(milliseconds(9));
  EXPECT_EQ(time.min(), milliseconds(1));
  for (int i = 0; i < 8; ++i) time.add(milliseconds(7));
  EXPECT_EQ(time.min(), milliseconds(1));
  time.add(milliseconds(8));
  EXPECT_EQ(time.min(), milliseconds(7)) << "the 1 was eleven ago";
  time.reset();
  EXPECT_EQ(time.min(), milliseconds(0));
  EXPECT_EQ(time.average(), std::nullopt);
}

TEST(RoundTripTimes, AClockThatGoesBackCountsAsNothing) {
  RoundTripTime time;
  time.add(milliseconds(-4));
  EXPECT_EQ(time.average(), milliseconds(0));
}

std::string show(const RoundTripSteps& steps) {
  struct {
    std::string operator()(const RoundTripSample& s) const { return "sample " + std::to_string(s.round_trip / milliseconds(1)) + "; "; }
    std::string operator()(const Connect& s) const { return "connect " + std::to_string(*s.timeout / milliseconds(1)) + "; "; }
    std::string operator()(const SendHello& s) const {
      const HelloRequest& r = s.request;
      EXPECT_FALSE(r.topology_version || r.max_await_time || r.exhaust_allowed) << "never awaited";
      return std::string(r.legacy ? "legacy" : "hello") + (r.handshake ? " handshake; " : "; ");
    }
    std::string operator()(const CloseConnection&) const { return "close; "; }
    std::string operator()(const Wait& s) const { return "wait until " + std::to_string(s.until / milliseconds(1)) + "; "; }
  } names;
  std::string out;
  for (const RoundTripStep& step : steps) out += std::visit(names, step);
  return out;
}

TEST(RoundTripMonitors, PingOnAConnectionOfTheirOwn) {
  const nlohmann::json ok = {{"ok", 1}, {"helloOk", true}};
  RoundTripMonitor monitor({});
  EXPECT_EQ(show(monitor.start(seconds(1))), "connect 10000; ");
  EXPECT_EQ(show(monitor.start(seconds(1))), "");
  EXPECT_EQ(show(monitor.connected(seconds(2))), "legacy handshake; ");
  EXPECT_EQ(show(monitor.replied(ok, milliseconds(2004))), "sample 4; wait until 12004; ")
      << "the handshake is a sample, connecting is not";
  EXPECT_EQ(show(monitor.wake(seconds(12))), "wait until 12004; ");
  EXPECT_EQ(show(monitor.wake(milliseconds(12004))), "hello; ");
  EXPECT_EQ(show(monitor.replied(ok, milliseconds(12010))), "sample 6; wait until 22010; ");
}

TEST(RoundTripMonitors, FailuresOnlyCloseAndWait) {
  RoundTripMonitor monitor({});
  monitor.start(seconds(0));
  EXPECT_EQ(show(monitor.failed(seconds(1))), "close; wait until 11000; ");
  EXPECT_EQ(show(monitor.failed(seconds(1))), "") << "nothing is under way";
  EXPECT_EQ(show(monitor.wake(seconds(11))), "connect 10000; ");
  monitor.connected(seconds(11));
  EXPECT_EQ(show(monitor.replied({{"ok", 0}}, seconds(12))), "close; wait until 22000; ");
  EXPECT_EQ(show(monitor.close()), "");
  EXPECT_EQ(show(monitor.wake(seconds(99))), "");
  EXPECT_EQ(show(monitor.start(seconds(99))), "connect 10000; ") << "streaming began again";
  EXPECT_EQ(show(monitor.close()), "close; ");
  EXPECT_EQ(show(monitor.connected(seconds(99))), "");
}

}  // namespace
}  // namespace failc::sdam
