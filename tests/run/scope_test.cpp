// Blocks: which branch is taken, and what their names mean.
#include "interpreter/value/utf8.hpp"
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

Ran run_answering(const std::string& body, std::int64_t code, const std::string& output) {
  const auto plan = plan_of_body(body);
  if (!plan) return {};
  backend::FakeWorld world;
  world.on_request([&](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    if (!std::holds_alternative<backend::Exec>(request)) return std::nullopt;
    return backend::exec_reply(code, output);
  });
  return run_one(*plan, world);
}

TEST(If, OnWhatIsNoConditionTakesNoBranch) {
  const Ran ran = run_answering("exec on kv[0] [\"echo\"] as r\nif r {\nlog \"a\"\n} else {\nlog \"b\"\n}\nexpect up(kv[0])", 0, "5");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("neither branch can be taken: 5 is an int"), std::string::npos) << ran.result.failure->message;
  EXPECT_TRUE(ran.messages.empty());
}

TEST(Names, OfAnIterationBeforeAreNotSeenByACleanup) {
  backend::FakeWorld world;
  const auto plan = plan_of_body(
      "for i in [1, 2] {\nif i == 2 {\nexpect kv[0] is stopped\n}\nlet y = string(i) + kv[0].name\ncleanup {\nlog y\n}\n}\n");
  ASSERT_TRUE(plan);
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"1kv.app[0]", "undefined (its `let` was not reached)"}));
}

TEST(Names, OfARepetitionBeforeAreNotSeenByACleanup) {
  backend::FakeWorld world;
  const auto plan = plan_of_body("repeat 2 times {\nexpect kv[0] is running\nexec on kv[0] [\"x\"] as r\ncleanup {\nlog r\nkill kv[0]\n}\n}\n");
  ASSERT_TRUE(plan);
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"true", "undefined (its `let` was not reached)"}));
}

TEST(Exec, AComplaintIsNotCutInsideACharacter) {
  std::string complaint = "x";
  for (int i = 0; i < 200; ++i) complaint += "é";
  const Ran ran = run_answering("exec on kv[0] [\"x\"]\nexpect up(kv[0])", 1, complaint);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_TRUE(valid_utf8(ran.result.failure->message)) << ran.result.failure->message;
}

}  // namespace
}  // namespace failc::testing
