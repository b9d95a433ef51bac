// Steps that need one node: what they wait for, and which sample they use.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

/// Whether a node says that it is the boss, by how often any was asked before.
backend::FakeWorld::Handler bosses(std::function<bool(int asked)> boss, int& asked) {
  return [boss, &asked](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, boss(asked++) ? "true" : "false", 1ms);
  };
}

Ran run_body_text(const std::string& body, std::function<bool(int)> boss, int& asked) {
  const auto plan = plan_of_body(body);
  if (!plan) return {};
  backend::FakeWorld world;
  world.on_request(bosses(std::move(boss), asked));
  return run_one(*plan, world);
}

TEST(Settle, TheSampleThatSettledIsTheOneThatIsUsed) {
  int asked = 0;
  const Ran ran = run_body_text("let old = boss of w\nlog old\nexpect up(kv[0])", [](int before) { return before == 0; }, asked);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"w.app[0]"});
  EXPECT_EQ(asked, 1);
}

TEST(Settle, ARoleThatIsNotNeededIsNotWaitedFor) {
  int asked = 0;
  const Ran ran = run_body_text("let fine = kv[0] is running or boss of w == w[0]\nlog fine\nexpect up(kv[0])", [](int) { return false; }, asked);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"true"});
  EXPECT_EQ(asked, 0);
}

TEST(Settle, ARoleOfALoopsVariableIsAskedInTheLoop) {
  int asked = 0;
  const Ran ran = run_body_text("let who = [for n in kv: boss of [n]]\nlog who\nexpect up(kv[0])", [](int before) { return before >= 3; }, asked);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"[kv.app[0], kv.app[1], kv.app[2]]"});
  EXPECT_EQ(asked, 6);
}

TEST(Settle, TheLastSampleMayBeginAtTheBound) {
  const auto plan = plan_of_body("let b = boss of w\nexpect b == w[0]");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant now) -> std::optional<backend::FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, now >= 4100ms ? "true" : "false", 600ms);
  });
  const Ran ran = run_one(*plan, world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(world.now(), 4700ms);
}

TEST(Settle, FailsWhereAValueStaysUndefined) {
  int asked = 0;
  const Ran ran = run_body_text("let old = boss of w\nexpect up(kv[0])", [](int) { return false; }, asked);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(text_of(*ran.result.failure).find("none within 4s"), std::string::npos);
}

}  // namespace
}  // namespace failc::testing
