// Steps that are faults of their own: written ahead, proven by their evidence, and undone however their block ended.
#include <algorithm>

#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

constexpr const char* kSteps = R"(
step full n: node, value: string scoped {
  do {
    exec on n ["fill", value] as filled
    pause n
  }
  undo within 4s {
    log "undo", filled
    exec on n ["empty"]
  }
  evidence filled == "full"
}
step bare n: node scoped {
  do { put "bare", "1" on n }
  undo { put "bare", "0" on n }
}
scenario "one" {
)";

/// `broken`: the first word of what exits with 1.
Ran run_steps(const std::string& body, backend::FakeWorld& world, const std::string& output = "full", const std::string& broken = "") {
  const auto plan = plan_of(kSteps + body + "\n}\n");
  if (!plan) return {};
  world.on_request([=](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    const auto* exec = std::get_if<backend::Exec>(&request);
    if (!exec) return std::nullopt;
    return backend::exec_reply(exec->argv[0] == broken ? 1 : 0, output);
  });
  return run_one(*plan, world);
}

Ran run_steps(const std::string& body, const std::string& output = "full", const std::string& broken = "") {
  backend::FakeWorld world;
  return run_steps(body, world, output, broken);
}

TEST(ScopedStep, LastsForItsBlockAndIsListed) {
  const Ran ran = run_steps("full kv[0], \"v\" {\nexpect kv[0] is paused\nlog \"in\"\n}\nlog \"out\"\nexpect kv[0] is not paused");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"in", "undo full", "out"}));
  ASSERT_EQ(ran.result.faults.size(), 2u);
  EXPECT_EQ(ran.result.faults[0].what, "full kv[0], \"v\"");
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_NE(ran.result.faults[0].evidence.find("was true"), std::string::npos) << ran.result.faults[0].evidence;
  EXPECT_TRUE(all_taken_back(ran));
  EXPECT_TRUE(ran.result.leaked.empty());
}

TEST(ScopedStep, IsInTheJournalBeforeItIsDone) {
  const Ran ran = run_steps("bare kv[0] {\nexpect up(kv[1])\n}");
  std::vector<std::string> order;
  for (const auto& record : records(ran, "effect")) order.push_back(record["do"]);
  const auto step = std::find(order.begin(), order.end(), "step"), put = std::find(order.begin(), order.end(), "put");
  ASSERT_NE(step, order.end());
  ASSERT_NE(put, order.end());
  EXPECT_LT(step - order.begin(), put - order.begin());
}

TEST(ScopedStep, WithoutABlockLastsForTheRestOfTheBlockAround) {
  const Ran ran = run_steps("step \"inner\" {\nfull kv[0], \"v\"\nlog \"in\"\nbare kv[1]\nexpect kv[0] is paused\n}\nlog \"out\"\nexpect kv[0] is not paused");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"in", "undo full", "out"}));
}

TEST(ScopedStep, IsUndoneWhereItsBlockFails) {
  const Ran ran = run_steps("full kv[0], \"v\" {\nexpect kv[1] is stopped\n}");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(text_of(*ran.result.failure).find("`full kv[0], \"v\"` is in force"), std::string::npos) << text_of(*ran.result.failure);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"undo full"});
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(ScopedStep, ThatFailsHalfwayIsUndone) {
  const Ran ran = run_steps("full kv[0], \"v\" {\nlog \"in\"\nexpect up(kv[1])\n}", "full", "fill");
  ASSERT_TRUE(ran.result.failure);
  ASSERT_EQ(ran.messages.size(), 1u);
  EXPECT_EQ(ran.messages[0].find("undo undefined"), 0u) << ran.messages[0];
  ASSERT_FALSE(ran.result.faults.empty());
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_NE(ran.result.faults[0].evidence.find("did not come to its end"), std::string::npos);
}

TEST(ScopedStep, WithoutEvidenceItIsInstalledOnceDone) {
  const Ran ran = run_steps("bare kv[0] {\nexpect up(kv[1])\n}");
  ASSERT_EQ(ran.result.faults.size(), 1u);
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::reverted);
  EXPECT_EQ(ran.result.faults[0].evidence, "it was undone; before, its `do` came to its end");
}

TEST(ScopedStep, WhoseEvidenceIsFalseWasSkipped) {
  const Ran ran = run_steps("full kv[0], \"v\" {\nexpect up(kv[1])\n}", "empty");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  ASSERT_FALSE(ran.result.faults.empty());
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::skipped);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"undo empty"});
}

TEST(ScopedStep, ThatCannotBeUndoneIsLeakedAndFails) {
  const Ran ran = run_steps("full kv[0], \"v\" {\nexpect up(kv[1])\n}", "full", "empty");
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  ASSERT_FALSE(ran.result.faults.empty());
  EXPECT_EQ(ran.result.faults[0].end, run::FaultEnd::indeterminate);
  ASSERT_EQ(ran.result.leaked.size(), 1u);
  EXPECT_NE(ran.result.leaked[0].find("may still be in force"), std::string::npos);
  EXPECT_EQ(ran.result.lasting, ran.result.leaked);
}

TEST(ScopedStep, IsUndoneAfterAnInterrupt) {
  backend::FakeWorld world;
  world.schedule(5s, backend::Interrupt{});
  const Ran ran = run_steps("full kv[0], \"v\"\nsleep 20s\nexpect up(kv[1])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::interrupted);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"undo full"});
  EXPECT_TRUE(all_taken_back(ran));
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(ScopedStep, OfAnActorIsUndoneWhenAnotherFails) {
  const Ran ran = run_steps("parallel {\nactor a {\nfull kv[0], \"v\"\nsleep 9s\n}\nactor b {\nsleep 1s\nexpect kv[1] is stopped\n}\n}");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.messages, std::vector<std::string>{"undo full"});
  EXPECT_TRUE(all_taken_back(ran));
}

}  // namespace
}  // namespace failc::testing
