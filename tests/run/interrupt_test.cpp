// Ctrl-C at every event of a run: all is undone, whatever was under way.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

constexpr const char* kBody = R"(
  let b = boss of w
  always: kv[1] is running
  cleanup { put "last", "word" on kv[1] }
  during writes {
    pause kv[0] {
      await value("a", kv[1]) == true within 2s
      pause kv[2]
      sleep 4s because "time to be interrupted"
      exec on kv[1] ["true"]
    }
    restart kv[2]
    kill kv[0]
    eventually within 3s: writes.errors > 0
  }
  for n in kv { expect n is stopped or up(n) }
)";

/// Every answer takes a while, so that there is much to be in the middle of.
backend::FakeWorld::Handler slowly() {
  return [](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    if (std::holds_alternative<backend::Http>(request)) return std::nullopt;
    if (std::holds_alternative<backend::Exec>(request)) return backend::exec_reply(0, "true", "", 30ms);
    return std::nullopt;
  };
}

TEST(Interrupt, AtEveryEventUndoesEverything) {
  const auto plan = plan_of_body(kBody);
  ASSERT_TRUE(plan);
  backend::FakeWorld whole;
  whole.on_request(slowly());
  const Ran complete = run_one(*plan, whole);
  ASSERT_FALSE(complete.result.failure) << text_of(*complete.result.failure);
  ASSERT_EQ(complete.result.verdict, run::Verdict::pass);
  const std::uint64_t events = whole.events();
  ASSERT_GT(events, 60u);
  std::size_t paused_then = 0;
  for (std::uint64_t event = 0; event < events; ++event) {
    backend::FakeWorld world;
    world.on_request(slowly());
    world.interrupt_at_event(event);
    const Ran ran = run_one(*plan, world);
    ASSERT_EQ(ran.result.verdict, run::Verdict::interrupted) << "event " << event;
    ASSERT_FALSE(ran.result.failure) << "event " << event << ": " << text_of(*ran.result.failure);
    ASSERT_EQ(world.running_count(), 0u) << "event " << event;
    ASSERT_EQ(world.paused_count(), 0u) << "event " << event;
    ASSERT_TRUE(ran.result.leaked.empty()) << "event " << event;
    ASSERT_TRUE(all_taken_back(ran)) << "event " << event;
    for (const run::FaultResult& fault : ran.result.faults) paused_then += fault.end == run::FaultEnd::reverted;
    const auto verdicts = records(ran, "verdict");
    ASSERT_EQ(verdicts.size(), 1u);
    ASSERT_EQ(verdicts[0]["verdict"], "interrupted");
  }
  EXPECT_GT(paused_then, 20u) << "few of the interrupts fell into a pause: the test shows little";
}

TEST(Interrupt, EndsALongWaitAtOnce) {
  const auto plan = plan_of_body("sleep 1h because \"long\"\nexpect kv[0] is running");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(5s, backend::Interrupt{});
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::interrupted);
  EXPECT_EQ(world.now(), 5s);
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(Interrupt, TheOtherScenariosAreInterruptedWithoutBeingBegun) {
  const auto plan = plan_of("scenario \"a\" { sleep 1h because \"x\"\nexpect kv[0] is running }\nscenario \"b\" { expect kv[0] is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, backend::Interrupt{});
  journal::MemoryJournal journal;
  run::Options options;
  options.scenarios = {0, 1};
  const auto results = run::run(*plan, options, world, journal, {});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1].verdict, run::Verdict::interrupted);
  EXPECT_EQ(world.now(), 1s);
}

TEST(Interrupt, CleanupsStillRun) {
  const auto plan = plan_of_body("cleanup { put \"a\", \"b\" on kv[0] }\nsleep 1h because \"long\"\nexpect kv[0] is running");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, backend::Interrupt{});
  int puts = 0;
  world.on_request([&](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    puts += path_of(request) == "/a";
    return std::nullopt;
  });
  run_one(*plan, world);
  EXPECT_EQ(puts, 1);
}

}  // namespace
}  // namespace failc::testing
