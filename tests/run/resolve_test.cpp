// What a run chose, as a file: under another seed it does the same to the same nodes.
#include "tests/run/resolve_fixture.hpp"

namespace failc::testing {
namespace {

using namespace resolving;

TEST(Resolve, TheFakeWorldTellsSeedsApart) {
  const Checked plan = checked(prelude(9) + "scenario \"one\" {\n kill (random 3 of kv)\n expect w[0] is running\n}\n");
  EXPECT_NE(done(*plan.plan, 7).requests, done(*plan.plan, 8).requests);
}

TEST(Resolve, RolesPicksAndShares) {
  const std::string text = resolved_body(R"(
  let old = boss of kv
  kill old
  start (random 1 of kv)
  restart (50% of kv)
  stop (2 of kv)
  pause (random 2 of kv) for 100ms
  let some = random 2 of kv
  start some
  start (bosses of kv)
  put "k", "v" on (random 1 of kv)
  exec on (random 1 of kv) ["true"]
  expect w[0] is running)");
  EXPECT_NE(text.find("let old = kv[1]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("restart [kv[0], kv[1], kv[2]]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("stop [kv[0], kv[1]]\n"), std::string::npos) << text;
  for (const char* gone : {"random", "% of", "boss of", "bosses of", " 2 of"}) EXPECT_EQ(scenario_of(text).find(gone), std::string::npos) << gone << text;
  EXPECT_EQ(text.find("stand as they were written"), std::string::npos) << text;
}

TEST(Resolve, ConditionsStillAsk) {
  const std::string text = resolved_body(R"(
  let old = boss of kv
  eventually within 10s: boss of kv != old
  expect (random 1 of kv) is running
  always: count(bosses of kv) <= 1
  sleep 100ms)");
  EXPECT_NE(text.find("eventually within 10s: boss of kv != old"), std::string::npos) << text;
  EXPECT_NE(text.find("always: count(bosses of kv) <= 1"), std::string::npos) << text;
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatChooseDifferentlyAreWrittenOut) {
  const std::string text = resolved_body(R"(
  repeat 4 {
    kill (random 2 of kv)  # a comment
    start kv
  }
  for node in (random 3 of kv) {
    stop node
    kill (random 1 of kv)
    start kv
  }
  for i in [1, 2] {
    repeat 2 { put "k" + string(i), "v" on (random 1 of kv) }
  }
  expect w[0] is running)");
  EXPECT_NE(text.find("for node in opaque([kv["), std::string::npos) << text;
  EXPECT_NE(text.find("# a comment"), std::string::npos) << text;
}

TEST(Resolve, WhatIsCertainOfOneRunIsNoMistakeOfTheFile) {
  const std::string body = "\n  stop (random 5 of kv)\n  kill (random 2 of kv)\n  let some = random 2 of kv\n  start some\n  put \"k\", \"v\" on (random 1 of some)\n  expect w[0] is running";
  const std::string text = resolved_body(body);
  EXPECT_NE(text.find("kill opaque([kv["), std::string::npos) << text;
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("stand as they were written"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatChooseTheSameStay) {
  const std::string text = resolved_body(R"(
  repeat 3 {
    restart (40% of kv)
  }
  for node in (random 2 of kv) {
    restart node
  }
  expect w[0] is running)");
  EXPECT_NE(text.find("repeat 3 {\n    restart [kv[0], kv[1]]\n  }"), std::string::npos) << text;
  EXPECT_NE(text.find("for node in [kv["), std::string::npos) << text;
}

TEST(Resolve, BranchesTakeTheSameSide) {
  const std::string text = resolved_body(R"(
  if boss of kv == kv[1] { kill (random 1 of kv) } else { stop (random 1 of kv) }
  sleep 3s
  if boss of kv == kv[1] { kill kv[4] } else if boss of kv == kv[2] { stop (random 1 of kv) }
  expect w[0] is running)");
  EXPECT_EQ(scenario_of(text).find("boss of"), std::string::npos) << text;
}

TEST(Resolve, StepsThatChooseAreWrittenOutWhereTheyAreUsed) {
  const std::string text = resolved(prelude(5) + R"(
step strike victims: nodes, word: string on spare: node {
  let chosen = random 1 of victims
  kill chosen
  start chosen
  put word, "v" on spare
}
step plain node: node { restart node }

# stays
scenario "one" {
  let chosen = kv[0]
  strike kv, "a" on (random 1 of kv)
  strike (random 3 of kv), "b" on chosen
  plain (random 1 of kv)
  expect [for n in kv if n is running: n] == kv
}

# goes with its scenario
scenario "other" {
  expect kv[0] is running
}
)");
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("other"), std::string::npos) << text;
  EXPECT_EQ(text.find("goes with"), std::string::npos) << text;
  EXPECT_NE(text.find("# stays"), std::string::npos) << text;
  EXPECT_NE(text.find("plain kv["), std::string::npos) << text;
}

TEST(Resolve, WorkloadsGetWhatTheirInvocationsDrew) {
  const std::string text = resolved(prelude(5) + R"(
workload spread = put "s" + string(counter), "v" on (random 1 of kv) every 50ms
workload lead = put "l" + string(counter), "v" on (boss of kv) every 500ms
scenario "one" {
  during spread, lead { sleep 4s }
  expect spread.ok > 50
}
)");
  EXPECT_NE(text.find("][min([counter, "), std::string::npos) << text;
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("on (boss of kv)"), std::string::npos) << text;
}

TEST(Resolve, ParamsAreTheirValues) {
  const std::string text = resolved(prelude(3) + R"(
param pause_for: duration = 1s
param words: list = []
scenario "one" {
  sleep pause_for
  kill (random 1 of kv)
  expect w[0] is running
}
)",
                                    {{"pause_for", "2500ms"}});
  EXPECT_NE(text.find("param pause_for: duration = 2500ms\n"), std::string::npos) << text;
}

TEST(Resolve, AnInstanceOfAMatrixHasOneValueForEachAxis) {
  const std::string file = R"(
param size: int = 3
cluster shaped { app[size] }
# of the instances
matrix shapes {
  size: [4, 2]
  how: ["kill", "stop"]
  exclude { size: 2, how: "stop" } because "it takes long"
}
matrix others { word: ["a"] }
workload spread = put "s" + string(counter), "v" on (random 1 of shaped) every 50ms
scenario "one" matrix shapes {
  log how
  kill (random 1 of shaped)
  start shaped
  during spread { sleep 1s }
  expect w[0] is running
}
scenario "other" matrix others {
  log word
  expect w[0] is running
}
)";
  const std::string text = resolved(prelude(5) + file);
  EXPECT_NE(text.find("matrix shapes {\n  size: [4]\n  how: [\"kill\"]\n}"), std::string::npos) << text;
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("others"), std::string::npos) << text;
  const Checked plan = checked(prelude(5) + file);
  resolve::Schedules schedules(*plan.plan, *plan.sources, "seed 7");
  for (std::uint32_t i = 0; i < plan.plan->scenarios.size(); ++i) {
    backend::FakeWorld world;
    run::Options options;
    options.seed = 7;
    options.scenarios = {i};
    journal::MemoryJournal journal;
    const auto results = run::run(*plan.plan, options, world, journal, {});
    const auto written = schedules.text(results.front());
    ASSERT_TRUE(written) << written.error().message;
    const Checked again = checked(*written);
    ASSERT_TRUE(again.plan) << *written;
    ASSERT_EQ(again.plan->scenarios.size(), 1u) << *written;
    EXPECT_EQ(again.plan->scenarios.front().title, plan.plan->scenarios[i].title);
  }
}

TEST(Resolve, WhatStandsAroundEachScenarioIsResolvedToo) {
  const std::string text = resolved(prelude(5) + R"(
before each { restart (random 2 of kv) }
after each { kill (random 1 of kv) }
scenario "one" {
  stop (random 1 of kv)
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("before each {"), std::string::npos) << text;
}

TEST(Resolve, ActorsChooseEachForItself) {
  const std::string text = resolved_body(R"(
  parallel {
    barrier ready of 2
    actor breaker {
      kill (random 2 of [kv[0], kv[1], kv[2]])
      sleep 1s
      await ready within 5s
      stop (random 1 of [kv[3], kv[4]])
    }
    actor writer {
      let target = random 1 of [kv[5], kv[6]]
      await ready within 5s
      pause target for 1s
      for n in random 2 of [kv[6], kv[7], kv[8]] { pause n for 1s }
      expect w[0] is running
    }
  }
)", 9);
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
}

/// The step's own choices stand in a copy of it, one for each call; a call that chooses like the text stays.
TEST(Resolve, ScopedStepsThatChooseGetACopyForEachCall) {
  const std::string text = resolved(prelude(9) + R"(
step broken among: nodes scoped {
  do { pause (random 1 of among) }
  undo { resume among }
}
step marked n: node scoped {
  do { put "/mark", "1" on n }
  undo { put "/mark", "0" on n }
}
scenario "one" {
  broken kv { expect w[0] is running }
  marked (random 1 of kv)
  broken kv
  kill (random 1 of kv)
  expect w[0] is running
}
)");
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("step broken_1 "), std::string::npos) << text;
  EXPECT_NE(text.find("step broken_2 "), std::string::npos) << text;
  EXPECT_EQ(text.find("step marked_"), std::string::npos) << text;
}

/// The file's cleanup chooses last, so what it chose is known when all are done.
TEST(Resolve, WhatStandsAroundAllScenariosIsResolvedToo) {
  const std::string file = prelude(5) + R"(
setup { restart (random 2 of kv) }
cleanup { kill (random 1 of kv) }
scenario "one" {
  stop (random 1 of kv)
  expect w[0] is running
}
scenario "two" {
  pause (random 1 of kv) for 1s
  expect w[0] is running
}
)";
  const Checked first = checked(file);
  ASSERT_TRUE(first.plan);
  resolve::Schedules schedules(*first.plan, *first.sources, "seed 7");
  const Done original = done(*first.plan, 7, 1, &schedules);
  ASSERT_EQ(original.result.verdict, run::Verdict::pass);
  const auto text = schedules.text(original.result);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->find("random"), std::string::npos) << *text;
  EXPECT_EQ(text->find("scenario \"one\""), std::string::npos) << *text;
  const Checked second = checked(*text);
  ASSERT_TRUE(second.plan) << *text;
  for (const std::uint64_t seed : {1u, 8u, 99u}) EXPECT_EQ(done(*second.plan, seed).requests, original.requests) << *text;
}

}  // namespace
}  // namespace failc::testing
