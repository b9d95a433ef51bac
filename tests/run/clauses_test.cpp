// Clauses of a scenario: whether it runs, and what it is to come to.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

const char* kTold =
    "component told { run [\"told\"]; version [\"tell\"] matches r\"(\\S+)\"; ready within 1s: node is running; stop within 1s }\n"
    "component other { run [\"other\"]; version [\"tell\", \"other\"] matches r\"(\\S+)\"; ready within 1s: node is running; stop within 1s }\n"
    "cluster t { a = told[2]; b = other }\n";

Ran run_versions(const plan::Plan& plan, backend::FakeWorld& world, const std::string& told, const std::string& other) {
  world.on_request([=](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    const auto* exec = std::get_if<backend::Exec>(&request);
    if (exec == nullptr) return std::nullopt;
    return backend::exec_reply(0, exec->argv.size() > 1 ? other : told, "", 1ms);
  });
  return run_one(plan, world);
}

TEST(Skip, TouchesNothingAndSaysWhy) {
  const auto plan = plan_of("scenario \"s\" skip \"later\" { expect kv is stopped }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::skipped);
  EXPECT_EQ(ran.result.skipped, "later");
  EXPECT_FALSE(ran.result.failure);
  EXPECT_TRUE(world.requests().empty());
  EXPECT_EQ(records(ran, "verdict").front()["skipped"], "later");
}

TEST(Requires, IsDecidedBeforeAnythingStarts) {
  const auto plan = plan_of(std::string(kTold) + "scenario \"s\" requires t.version >= 3.4 { expect t is running }\n");
  ASSERT_TRUE(plan);
  struct Case { const char *told, *other; run::Verdict verdict; const char* reason; };
  for (const Case& one : {Case{"3.4.2", "4.0", run::Verdict::pass, ""}, Case{"3.3.9", "4.0", run::Verdict::skipped, "it requires `t.version >= 3.4`"},
                          Case{"3.5", "3.0", run::Verdict::skipped, "t.version is 3.0"}, Case{"five", "4.0", run::Verdict::environment, ""}}) {
    backend::FakeWorld world;
    const Ran ran = run_versions(*plan, world, one.told, one.other);
    EXPECT_EQ(ran.result.verdict, one.verdict) << one.told << " " << one.other << (ran.result.failure ? text_of(*ran.result.failure) : "");
    EXPECT_NE(ran.result.skipped.find(one.reason), std::string::npos) << ran.result.skipped;
    const bool launched = std::any_of(world.requests().begin(), world.requests().end(), [](const auto& each) { return std::holds_alternative<backend::Launch>(each.second); });
    EXPECT_EQ(launched, one.verdict == run::Verdict::pass);
    EXPECT_EQ(world.running_count(), 0u);
  }
}

TEST(Requires, WhatDoesNotHoldWhateverRunsIsASkipInThePlan) {
  const auto plan = plan_of("param size: int = 3\nscenario \"s\" requires size > 3 and size < 9 { expect kv[size] is running }\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->scenarios[0].skip, "it requires `size > 3 and size < 9`, and size is 3");
  EXPECT_TRUE(plan->scenarios[0].clusters.empty());
  EXPECT_EQ(plan->scenarios[0].worst_case(), 0s);
}

TEST(ExpectFails, PassesWhereAClaimDoesNotHold) {
  const auto plan = plan_of("scenario \"s\" expect fails { expect kv is stopped }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  EXPECT_FALSE(ran.result.failure);
  ASSERT_TRUE(ran.result.expected_failure);
  EXPECT_EQ(ran.result.expected_failure->message, "the condition does not hold");
  EXPECT_EQ(records(ran, "verdict").front()["verdict"], "pass");
  EXPECT_EQ(records(ran, "verdict").front()["expected_failure"], "the condition does not hold");
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(ExpectFails, FailsWhereEverythingHolds) {
  const auto plan = plan_of("scenario \"s\" expect fails { expect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("expected to fail"), std::string::npos) << ran.result.failure->message;
}

TEST(ExpectFails, TheEnvironmentsNoIsNotWhatWasExpected) {
  const auto plan = plan_of("scenario \"s\" expect fails { expect kv is stopped }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    if (path_of(request) == "/up") return backend::http_reply(200, "false", 1ms);
    return std::nullopt;
  });
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_FALSE(ran.result.expected_failure);

  backend::FakeWorld interrupted;
  interrupted.schedule(0ms, backend::Interrupt{});
  EXPECT_EQ(run_one(*plan, interrupted).result.verdict, run::Verdict::interrupted);
}

TEST(ExpectFails, TheFirstFailureDecides) {
  const auto plan = plan_of("scenario \"s\" expect fails {\n  cleanup { expect kv[0] is stopped because \"the cleanup's\" }\n  expect kv is stopped because \"the first\"\n}\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  ASSERT_TRUE(ran.result.expected_failure);
  EXPECT_NE(ran.result.expected_failure->wanted.find("the first"), std::string::npos);
  ASSERT_EQ(ran.result.later.size(), 1u) << "what came later is told all the same";
}

}  // namespace
}  // namespace failc::testing
