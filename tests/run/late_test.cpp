// The worst case that `failc plan` prints is what a run takes if every wait is driven to its bound.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

struct Case {
  const char* name;
  const char* body;
};

/// From `take_down` on no stop is proven, so that each node has to be killed: `down` is for both.
Ran run_late(const plan::Plan& plan, backend::FakeWorld& world, backend::Instant take_down, run::Options options = {}) {
  world.on_request([take_down](const backend::Request& request, backend::Instant now) -> std::optional<backend::FakeReply> {
    if (!std::holds_alternative<backend::Stop>(request) || now < take_down) return std::nullopt;
    return backend::FakeReply{backend::Delivery::interrupted, {}, "no answer", Nanos::max()};
  });
  return run_one(plan, world, std::move(options));
}

Ran run_late(const plan::Plan& plan, backend::FakeWorld& world) {
  return run_late(plan, world, plan.scenarios[0].worst_case() - plan.scenarios[0].down);
}

class Late : public ::testing::TestWithParam<Case> {};

TEST_P(Late, VirtualTimeEqualsTheWorstCase) {
  const auto plan = plan_of_body(GetParam().body);
  ASSERT_TRUE(plan);
  backend::FakeWorld world(backend::FakeMode::late);
  const Ran ran = run_late(*plan, world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  EXPECT_GT(world.now(), 12s);  // bring-up and take-down alone
  EXPECT_EQ(show(world.now()), show(plan->scenarios[0].worst_case()));
  EXPECT_EQ(world.now(), plan->scenarios[0].worst_case());
  EXPECT_EQ(world.running_count(), 0u);
  EXPECT_TRUE(all_taken_back(ran));
}

const Case kCases[] = {
    {"expect", "expect up(kv[0])"},
    {"expect_two_at_once", "expect up(kv[0]) == up(kv[1])"},
    {"expect_one_after_the_other", "expect up(kv[0]) and up(kv[1])"},
    {"expect_quantified", "expect every n in kv: up(n)"},
    {"expect_state", "expect all kv are healthy"},
    {"expect_nested", "expect every n in kv: (up(n) and value(\"a\", n) == true)"},
    {"expect_kinds", "expect value(\"a\", kv[0]) == true and told(kv[0]) == true"},
    {"expect_role", "expect boss of w == w[0]"},
    {"expect_plural_role", "expect count(bosses of kv) == 3"},
    {"await", "await up(kv[0]) within 10s"},
    {"await_every", "await up(kv[0]) within 10s every 3s"},
    {"await_short", "await up(kv[0]) within 30ms"},
    {"await_both", "await up(kv[0]) and up(kv[1]) within 10s"},
    {"await_role", "await boss of w == w[0] within 3s"},
    {"eventually", "eventually within 2s..6s: up(kv[0])"},
    {"eventually_odd", "eventually within 12345678901ns: up(kv[0])"},
    {"never", "never not up(kv[0]) during 3s"},
    {"never_short", "never not up(kv[0]) during 100ms every 10ms"},
    {"always", "always: up(kv[0])\nsleep 5s because \"time\"\nexpect up(kv[1])"},
    {"sleep", "sleep 3s because \"time\"\nexpect up(kv[0])"},
    {"stop_start", "stop kv[0]\nstart kv[0]\nexpect up(kv[0])"},
    {"start_running", "start kv[0]\nexpect up(kv[0])"},
    {"kill", "kill kv[0]\nexpect kv[0] is stopped"},
    {"kill_last", "expect up(kv[0])\nkill all kv"},
    {"restart_all", "restart kv\nexpect up(kv[0])"},
    {"several", "stop (2 of kv)\nstart kv\nexpect up(kv[1])"},
    {"pause", "pause kv[0]\nexpect kv[0] is paused"},
    {"pause_resume", "step \"s\" {\npause kv[0]\n}\nexpect kv[0] is running"},
    {"pause_for", "pause kv[0] for 3s\nexpect up(kv[0])"},
    {"pause_block", "pause kv[0] {\nexpect kv[0] is paused\nawait up(kv[1]) within 3s\n}\nexpect up(kv[0])"},
    {"settle", "kill boss of w\nexpect w[0] is stopped"},
    {"settle_pair", "let b = [boss of w, w[0]]\nexpect up(kv[0])"},
    {"settle_asks", "let b = [boss of w, up(kv[0])]\nexpect up(kv[0])"},
    {"settle_let", "let b = boss of w\nexpect b == w[0]"},
    {"settle_log", "log boss of w, \"and\", up(kv[0])\nexpect up(kv[0])"},
    {"settle_pause", "pause boss of w {\nexpect w[0] is paused\n}"},
    {"let_asks", "let a = up(kv[0])\nexpect a"},
    {"exec", "exec on kv[0] [\"true\"]\nexpect up(kv[0])"},
    {"exec_within", "exec on kv[0] [\"true\"] within 9s expect result == true"},
    {"exec_expect_asks", "exec on kv[0] [\"true\"] within 9s expect up(kv[1])"},
    {"exec_settle", "exec on (boss of w) [\"true\"]\nexpect up(w[0])"},
    {"operation", "put \"a\", \"b\" on kv[0]\nexpect up(kv[0])"},
    {"operation_within", "put \"a\", \"b\" on kv[0] within 250ms as r\nexpect r == true"},
    {"operation_expect", "put \"a\", \"b\" on (boss of w) expect outcome == \"ok\""},
    {"branch_taken", "if up(kv[0]) {\nsleep 3s because \"longer\"\n} else {\nsleep 1s because \"shorter\"\n}\nexpect up(kv[0])"},
    {"branch_else", "if up(kv[0]) != true {\nsleep 1s because \"shorter\"\n} else {\nsleep 3s because \"longer\"\n}\nexpect up(kv[0])"},
    {"loop", "for n in kv {\nexpect up(n)\n}"},
    {"loop_roles", "for n in (bosses of kv) {\nexpect up(n)\n}"},
    {"loop_settle", "for n in (boss of w) {\nexpect up(n)\n}"},
    {"loop_restarts", "for n in kv {\nrestart n\nawait n is ready within 20s\n}"},
    {"repeat", "repeat 3 times {\nexpect up(kv[0])\nsleep 10ms because \"x\"\n}"},
    {"group", "step \"a\" {\nstep \"b\" {\nexpect up(kv[0])\n}\n}"},
    {"cleanup_short", "cleanup {\nput \"a\", \"b\" on kv[0]\n}\nexpect up(kv[0])"},
    {"cleanup_nested", "step \"a\" {\ncleanup within 20s {\nexpect up(kv[1])\nsleep 2s because \"x\"\n}\nexpect up(kv[0])\n}"},
    {"cleanup_in_loop", "repeat 2 times {\ncleanup {\nsleep 1s because \"x\"\n}\nexpect up(kv[0])\n}"},
    {"during", "during writes {\nsleep 3s because \"load\"\n}\nexpect writes.ok > 0"},
    {"during_waits", "during writes {\nawait up(kv[1]) within 4s\n}\nexpect writes.ok > 0"},
    {"everything",
     "let b = boss of w\nalways: up(kv[1])\nduring writes {\nrepeat 2 times {\nkill kv[2]\nstart kv[2]\npause kv[2] {\nawait up(kv[1]) within 1s\n}\n}\n"
     "never not up(kv[1]) during 2s\n}\ncleanup within 7s {\nput \"a\", \"b\" on b\n}\nif up(kv[0]) {\nfor n in kv {\nexpect up(n)\n}\n}"},
};

INSTANTIATE_TEST_SUITE_P(Statements, Late, ::testing::ValuesIn(kCases), [](const auto& info) { return std::string(info.param.name); });

TEST(Late, SeveralClustersComeUpAndDownTogether) {
  const auto plan = plan_of_body("expect up(w[0]) and up(kv[0])");
  ASSERT_TRUE(plan);
  backend::FakeWorld world(backend::FakeMode::late);
  run_late(*plan, world);
  EXPECT_EQ(world.now(), 7s + 2s + 5s + 5s);
  EXPECT_EQ(world.now(), plan->scenarios[0].worst_case());
}

TEST(Late, VersionsAreToldBeforeNodesStart) {
  const auto plan = plan_of("component told { run [\"told\"]; version [\"tell\"] matches r\"true\"; ready within 3s: told_up(node) == true; stop within 1s\n"
                            "query told_up on node within 1s { http GET \"http://x/told\" } }\n"
                            "cluster t { told[2] }\nscenario \"s\" { expect t[0] is running and up(w[0]) }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world(backend::FakeMode::late);
  const Ran ran = run_late(*plan, world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(world.now(), 10s + 7s + 1s + 5s + 5s);
  EXPECT_EQ(world.now(), plan->scenarios[0].worst_case());
}

TEST(Late, TimeScaleMultipliesBoundsAndLeavesSleepsAlone) {
  const auto plan = plan_of_body("sleep 3s because \"time\"\nawait up(kv[0]) within 2s");
  ASSERT_TRUE(plan);
  backend::FakeWorld world(backend::FakeMode::late);
  run::Options options;
  options.time_scale = 2.0;
  const Ran ran = run_late(*plan, world, 14s + 3s + 4s, options);
  EXPECT_FALSE(ran.result.failure);
  EXPECT_EQ(world.now(), 14s + 3s + 4s + 10s + 10s);
}

TEST(TimeScale, LeavesWhatNeverShowsAlone) {
  const auto plan = plan_of_body("never kv[0] is stopped during 1s");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(700ms, backend::NodeExited{0, 0, 1, false, {}});
  run::Options options;
  options.time_scale = 0.1;
  const Ran ran = run_one(*plan, world, options);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("should not within 1s"), std::string::npos) << ran.result.failure->message;
}

TEST(TimeScale, LeavesRoomBehindTheLowerBound) {
  const auto plan = plan_of_body("eventually within 1s..2s: boss_here(kv[0]) == true");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant now) -> std::optional<backend::FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, now >= 1150ms ? "true" : "false", 1ms);
  });
  run::Options options;
  options.time_scale = 0.1;
  const Ran ran = run_one(*plan, world, options);
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.result.waits.back().bound, 1100ms);
}

}  // namespace
}  // namespace failc::testing
