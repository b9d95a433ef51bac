// What lasts on a node: a stop that was begun, a pause whose process has died.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

TEST(Stop, ThatIsCancelledIsBroughtToItsEndBeforeACleanupStartsTheNode) {
  const auto plan = plan_of_body("cleanup {\nstart kv[0]\n}\nstep \"inner\" {\nalways: kv[1] is running\nsleep 100ms because \"x\"\nstop kv[0]\n}\nexpect up(kv[0])");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, backend::NodeExited{1, 0, 1, false, {}});
  world.on_request([](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    const auto* stop = std::get_if<backend::Stop>(&request);
    if (!stop || stop->node != 0) return std::nullopt;
    Document done;
    done.entries = {{"how", std::string("signal")}, {"processes", std::int64_t{1}}};
    return backend::FakeReply{backend::Delivery::answered, done, "", 3s};
  });
  const Ran ran = run_one(*plan, world);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->when, 1s);
  std::optional<backend::Instant> stopped, started;
  for (const auto& [at, request] : world.requests()) {
    if (node_of(request) != 0) continue;
    if (std::holds_alternative<backend::Stop>(request) && !stopped) stopped = at;
    if (std::holds_alternative<backend::Launch>(request)) started = at;
  }
  ASSERT_TRUE(stopped && started);
  EXPECT_EQ(*stopped, 200ms);
  EXPECT_GE(*started, *stopped + 3s);
  ASSERT_FALSE(ran.result.faults.empty());
  EXPECT_EQ(ran.result.faults.front().end, run::FaultEnd::installed);
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Pause, OfAProcessThatDiedIsOverAndTheNextOneIsItsOwn) {
  const auto plan = plan_of_body("pause kv[0]\nawait kv[0] is stopped within 3s\nstart kv[0]\nstep \"inner\" {\npause kv[0]\nexpect kv[0] is paused\n}\nexpect kv[0] is running");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, backend::NodeExited{0, 0, 9, true, {}});
  const Ran ran = run_one(*plan, world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  ASSERT_EQ(ran.result.faults.size(), 2u);
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_EQ(ran.result.faults[0].evidence, "the process is gone: it was ended by signal 9");
  EXPECT_EQ(ran.result.faults[1].end, run::FaultEnd::reverted);
  EXPECT_EQ(ran.result.faults[1].evidence, "1 process going on");
  EXPECT_TRUE(all_taken_back(ran));
}

}  // namespace
}  // namespace failc::testing
