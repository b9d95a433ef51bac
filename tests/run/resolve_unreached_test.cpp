// What was not reached, and what is not known in parts: no choice is left of it either.
#include "tests/run/resolve_fixture.hpp"

namespace failc::testing {
namespace {

using namespace resolving;

/// No choice is left, but for the roles of components and conditions, and lists that are picked whole.
void expect_no_choice(const std::string& text) {
  for (const char* gone : {"1 of kv", "2 of kv", "1 of (bosses", "3 of (bosses", "kill (boss", "in bosses", "if boss", "% of", "as they were written"}) EXPECT_EQ(scenario_of(text).find(gone), std::string::npos) << gone << "\n" << text;
}

TEST(Resolve, WhatWasNotReachedIsALogLine) {
  const std::string text = resolved_body(R"(
  kill (random 1 of kv)
  expect w[0] is stopped
  kill (random 1 of kv)
  let some = random 1 of kv
  start some
  expect (random 1 of kv) is running
  start kv
  cleanup { start some }
  for n in (random 2 of kv) { stop n }
  repeat 3 { stop (boss of kv) }
  put "k", "v" on w[0])",
                                         5, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("  log \"line 26 was not reached\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  start kv\n"), std::string::npos) << text;  // it chooses nothing
  EXPECT_NE(text.find("  put \"k\", \"v\" on w[0]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("repeat 3 {"), std::string::npos) << text;
}

TEST(Resolve, BranchesThatWereNotTaken) {
  const std::string text = resolved_body(R"(
  if kv[0] is running { kill (random 1 of kv) } else { stop (random 1 of kv) }
  if kv[4] is paused {
    kill (boss of kv)
    expect w[0] is running
  } else if w[0] is running { start kv } else { kill (2 of kv) }
  repeat 2 { if kv[0] is stopped { kill (random 1 of kv) } }
  expect w[0] is running)");
  expect_no_choice(text);
  EXPECT_NE(text.find("was not reached"), std::string::npos) << text;
}

TEST(Resolve, WhatFoundNobodyAsksWhetherThereIsSomebody) {
  const std::string lacking = "scenario \"one\" {\n  kill [kv[1], kv[2]]\n  sleep 3s\n  kill (boss of kv)\n  expect w[0] is running\n}\n";
  const std::string text = resolved(prelude(5) + lacking, {}, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("found nothing to choose\n  eventually within 4s: count(boss of kv) >= 1\n"), std::string::npos) << text;
  // Nor is a pick of more than there are, or of a set that is empty.
  for (const char* step : {"kill (random 3 of (bosses of kv))", "kill (bosses of kv)", "for n in bosses of kv { kill n }", "let x = random 1 of (bosses of kv)\n  kill x",
                           "if boss of kv == kv[3] { kill kv[3] }"}) {
    expect_no_choice(resolved_body(std::string("  kill [kv[1], kv[2]]\n  sleep 3s\n  ") + step + "\n  expect w[0] is running", 5, run::Verdict::fail));
  }
}

TEST(Resolve, AnArgumentThatIsNotKnownInPartsIsWrittenAsAWhole) {
  // The role is not asked for; each element picks for itself.
  const std::string text = resolved_body(R"(
  if kv[0] is stopped and boss of kv == kv[1] { kill kv[3] } else { kill kv[4] }
  let some = [for n in [kv[1], kv[2], kv[3]]: random 1 of [n, kv[0]]]
  stop some[0][0]
  log choose(kv[0] is stopped, string(count(random 1 of kv)), "none")
  expect w[0] is running)");
  expect_no_choice(text);
  EXPECT_NE(text.find("if false {"), std::string::npos) << text;
}

TEST(Resolve, ChecksAndDefinitionsThatPick) {
  const std::string text = resolved(prelude(5) + R"(
define victim of_these: nodes, word: string = random 1 of of_these
define leader = boss of kv
check up_in of_these: nodes = every n in (random 2 of of_these): n is running
workload spread = put "s" + string(counter), "v" on victim(kv, "x") every 50ms
scenario "one" {
  kill victim(kv, "a")
  start kv
  stop leader()
  start kv
  during spread { sleep 1s }
  eventually within 5s: up_in(kv)
  if kv[0] is paused { kill victim(kv, "b") }
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("boss of"), std::string::npos) << text;
}

/// What a condition picks for each element of a list is written by its place in the set, since the set is another one each time.
TEST(Resolve, APickForEachElementOfACondition) {
  const std::string text = resolved_body(R"(
  expect every n in kv: (random 1 of [n, w[0]]) is running
  expect any n in kv: (random 1 of [kv[0], n]) is running
  expect any n in kv: (random 2 of [kv[0], w[0], kv[1]]) is running
  eventually within 5s: any n in kv: n == kv[4] and (random 2 of ([kv[0], w[0]] then n)) is running
  always: every n in kv: (random 1 of n) is running
  restart (random 1 of w)
  expect count([for n in kv if (50% of [n, w[0]]) is running: n]) == 5)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find('%'), std::string::npos) << text;
  EXPECT_NE(text.find("every n in kv: [[n, w[0]]["), std::string::npos) << text;
  EXPECT_NE(text.find("any n in kv: [[kv[0], n]["), std::string::npos) << "the first element decided\n" << text;
  EXPECT_EQ(text.find("[[kv[0], w[0], kv[1]]["), std::string::npos) << "it is the same set for all\n" << text;
}

/// Of sets of several sizes: whether the condition holds shows who was picked.
TEST(Resolve, PlacesFollowTheSizeOfTheSet) {
  const std::string text = prelude(5) + R"(
define upto n: node = [for m in kv if m.index <= n.index: m]
scenario "one" {
  kill kv[3]
  expect SOME n in kv: (AMOUNT of upto(n)) is running
}
)";
  std::map<run::Verdict, std::size_t> verdicts;
  std::size_t by_size = 0;
  for (const std::string some : {"every", "any"}) {
    for (const std::string amount : {"1", "random 1", "random 2", "40%", "random 40%"}) {
      std::string source = text;
      source.replace(source.find("SOME"), 4, some).replace(source.find("AMOUNT"), 6, amount);
      const Checked first = checked(source);
      ASSERT_TRUE(first.plan);
      for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
        const Done original = done(*first.plan, seed);
        resolve::Schedules schedules(*first.plan, *first.sources, "a seed");
        const auto written = schedules.text(original.result);
        ASSERT_TRUE(written) << written.error().message;
        EXPECT_EQ(scenario_of(*written).find("random"), std::string::npos) << *written;
        ++verdicts[original.result.verdict];
        by_size += written->find("choose(count(") != std::string::npos;
        const Checked second = checked(*written);
        ASSERT_TRUE(second.plan) << *written;
        for (const std::uint64_t other : {7u, 8u, 9u}) EXPECT_EQ(done(*second.plan, other).result.verdict, original.result.verdict) << *written;
      }
    }
  }
  EXPECT_GT(verdicts[run::Verdict::pass], 0u);
  EXPECT_GT(verdicts[run::Verdict::fail], 0u);
  EXPECT_GT(by_size, 0u);
}

/// One definition, asked twice in one condition, over sets of two sizes.
TEST(Resolve, ADefinitionThatPicksTwiceInOneCondition) {
  const std::string text = resolved(prelude(5) + R"(
define one_of these: nodes = random 1 of these
scenario "one" { expect one_of(kv) is running and one_of(w) is running and one_of([kv[0], kv[1]]) is running }
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
}

TEST(Resolve, StepsThatNothingCallsAnyMoreGo) {
  const std::string text = resolved(prelude(5) + R"(
# goes
step strike victims: nodes { kill (random 1 of victims) }
step twice victims: nodes {
  strike victims
  start kv
  strike victims
}
step plain node: node { restart node }
scenario "one" {
  twice kv
  start kv
  if kv[0] is paused { twice [kv[1], kv[2]] }
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("# goes"), std::string::npos) << text;
  EXPECT_NE(text.find("step plain "), std::string::npos) << text;
}

TEST(Resolve, WorkloadsOfInvocationsThatFoundNobody) {
  const std::string text = resolved(prelude(5) + R"(
workload lead = put "l" + string(counter), "v" on (boss of kv) every 100ms
workload never_run = put "n" + string(counter), "v" on (random 1 of kv) every 100ms
workload nobody = put "o" + string(counter), "v" on (random 1 of (bosses of w)) every 100ms
scenario "one" {
  during lead, nobody {
    sleep 500ms
    kill [kv[1], kv[2]]
    sleep 3s
    start kv
    sleep 1s
  }
  if kv[0] is paused { during never_run { sleep 1s } }
  expect lead.failed > 5
  expect nobody.ok == 0
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("]["), std::string::npos) << text;
  EXPECT_NE(text.find("on [][counter] every"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatWereNotBegunAreOneLoop) {
  const std::string text = resolved_body(R"(
  for n in kv {
    put "k", "v" on (random 1 of [kv[0], kv[1]])
    expect n is running
    kill kv[2]
  }
  expect w[0] is running)",
                                         5, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("for n in opaque([kv[3], kv[4]]) {"), std::string::npos) << text;
}

TEST(Resolve, WhatChoseTooOftenIsNotWritten) {
  const Checked plan = checked(prelude(5) + "scenario \"one\" {\n  let some = random 2 of kv\n  expect w[0] is running\n}\n");
  Done original = done(*plan.plan, 7);
  original.result.choices.resize(run::kMostChoices);
  resolve::Schedules schedules(*plan.plan, *plan.sources, "seed 7");
  const auto text = schedules.text(original.result);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("200000 times"), std::string::npos) << text.error().message;
}

}  // namespace
}  // namespace failc::testing
