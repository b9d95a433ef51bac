// What observers say of nodes.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

using backend::Observed;

std::unique_ptr<plan::Plan> observed_plan(const std::string& body) {
  return plan_of(R"(
component member {
  port client
  observer seen = model with { host: "h:" + string(node.ports.client) }
  run ["member"]
  role chief, chiefs = seen.type == "chief" term seen.term
  role guard, guards = seen.type == "guard"
}
cluster m { member[3] }
scenario "one" {
)" + body + "}\n");
}

Value said(const std::string& type, std::int64_t term = 0) {
  Document out{{{"type", type}}};
  if (term != 0) out.entries.emplace_back("term", term);
  return out;
}

/// The nodes of `m`: behind `kv` and `w` of the prelude.
constexpr backend::NodeIndex kFirst = 4;

TEST(Observer, IsToldWithTheLaunch) {
  const auto plan = observed_plan("expect m[0] is running\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  run_one(*plan, world);
  std::size_t launches = 0;
  for (const auto& [at, request] : world.requests()) {
    const auto* launch = std::get_if<backend::Launch>(&request);
    if (!launch) continue;
    ++launches;
    ASSERT_EQ(launch->observers.size(), 1u);
    EXPECT_EQ(launch->observers[0].model, "model");
    EXPECT_TRUE(launch->observers[0].options.find("host")->as<std::string>()->starts_with("h:2"));
  }
  EXPECT_EQ(launches, 3u);
}

TEST(Observer, ARoleThatItTellsIsNotPolledFor) {
  const auto plan = observed_plan("await chief of m == m[1] within 10s\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, Observed{kFirst, 0, said("guard")});
  world.schedule(2s, Observed{kFirst + 1, 0, said("chief", 1)});
  const std::uint64_t before = world.events();
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  EXPECT_EQ(show(ran.result.waits.back().used), "1.9s");  // from 100 ms on
  EXPECT_LT(world.events() - before, 20u);
  EXPECT_EQ(records(ran, "observed").size(), 2u);
  EXPECT_EQ(records(ran, "observed")[1]["value"], "{ type: \"chief\", term: 1 }");
}

TEST(Observer, TwoClaimsOfOneTermAreTwo) {
  const auto plan = observed_plan("always: count(chiefs of m) <= 1\nsleep 5s\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld fine, split;
  fine.schedule(1s, Observed{kFirst, 0, said("chief", 1)});
  fine.schedule(2s, Observed{kFirst + 1, 0, said("chief", 2)});
  EXPECT_EQ(run_one(*plan, fine).result.verdict, run::Verdict::pass);
  split.schedule(1s, Observed{kFirst, 0, said("chief", 2)});
  split.schedule(2s, Observed{kFirst + 1, 0, said("chief", 2)});
  EXPECT_EQ(run_one(*plan, split).result.verdict, run::Verdict::fail);
}

TEST(Observer, ReadingsWithoutATermHoldUntilSomethingElseIsSaid) {
  const auto plan = observed_plan("await count(guards of m) == 2 within 10s\nexpect guards of m == [m[0], m[2]]\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.schedule(1s, Observed{kFirst, 0, said("guard")});
  world.schedule(1500ms, Observed{kFirst + 1, 0, said("other")});
  world.schedule(3s, Observed{kFirst + 2, 0, said("guard")});
  EXPECT_EQ(run_one(*plan, world).result.verdict, run::Verdict::pass);
}

TEST(Observer, WhatEndedOrStandsStillHoldsNothing) {
  const auto plan = observed_plan(R"(
    await chief of m == m[0] within 10s
    pause m[0] {
      expect count(chiefs of m) == 0
      expect m[0].seen.type == "chief"
    }
)");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  for (backend::NodeIndex i = 0; i < 3; ++i) world.schedule(1s, Observed{kFirst + i, 0, said(i == 0 ? "chief" : "guard", 1)});
  const Ran paused = run_one(*plan, world);
  // Nobody is known to hold it, and the one that is paused cannot be asked: no proof of either.
  ASSERT_TRUE(paused.result.failure);
  EXPECT_NE(text_of(*paused.result.failure).find("m.member[0] is paused"), std::string::npos) << text_of(*paused.result.failure);

  const auto restarted = observed_plan(R"(
    await chief of m == m[0] within 10s
    kill m[0]
    expect guards of m == [m[1], m[2]]
    start m[0]
    await m[0].seen.type == "guard" within 10s
)");
  ASSERT_TRUE(restarted);
  backend::FakeWorld again;
  for (backend::NodeIndex i = 0; i < 3; ++i) again.schedule(1s, Observed{kFirst + i, 0, said(i == 0 ? "chief" : "guard", 1)});
  again.schedule(5s, Observed{kFirst, 0, said("guard")});
  const Ran ran = run_one(*restarted, again);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
}

TEST(Observer, SilenceSaysWhy) {
  const auto plan = observed_plan("expect m[0].seen.type == \"chief\"\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  EXPECT_NE(text_of(*run_one(*plan, world).result.failure).find("`seen` has heard nothing of m.member[0] yet"), std::string::npos);
  backend::FakeWorld lost;
  lost.schedule(50ms, Observed{kFirst, 0, Undefined{"the connection was closed"}});
  EXPECT_NE(text_of(*run_one(*plan, lost).result.failure).find("the connection was closed"), std::string::npos);
}

}  // namespace
}  // namespace failc::testing
