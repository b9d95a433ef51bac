// Actors that run at once: how they end, how they meet, and what each of them draws.
#include <set>

#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

Ran run_actors(const std::string& body, backend::FakeWorld& world, run::Options options = {}) {
  const auto plan = plan_of_body(body, 9);
  if (!plan) return {};
  return run_one(*plan, world, options);
}

Ran run_actors(const std::string& body) {
  backend::FakeWorld world;
  return run_actors(body, world);
}

TEST(Parallel, IsAsLongAsItsLongestActor) {
  const char* body = "parallel {\nactor a {\nsleep 3s\nlog \"a\"\n}\nactor b {\nsleep 1s\nlog \"b\"\n}\n}\nlog \"both\"\nexpect up(kv[0])";
  const auto plan = plan_of_body(body);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->scenarios[0].body[0].bound, 3s);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"b", "a", "both"}));
  EXPECT_LT(ran.result.ended - ran.result.began, 4s);
}

TEST(Parallel, TheFirstFailureEndsTheOthersAndTheyUndo) {
  backend::FakeWorld world;
  const Ran ran = run_actors(
      "parallel {\nactor breaker {\npause kv[0]\ncleanup {\nlog \"cleaned\"\n}\nsleep 9s\nlog \"late\"\n}\n"
      "actor judge {\nsleep 1s\nexpect kv[1] is stopped\n}\n}\nlog \"after\"", world);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->text, "expect kv[1] is stopped");
  EXPECT_EQ(ran.messages, std::vector<std::string>{"cleaned"});
  EXPECT_LT(ran.result.ended - ran.result.began, 3s);
  EXPECT_EQ(world.paused_count(), 0u);
  EXPECT_TRUE(all_taken_back(ran));
  EXPECT_NE(text_of(*ran.result.failure).find("is paused since"), std::string::npos);
}

TEST(Parallel, FailuresOfOthersAreKeptAsLaterOnes) {
  const Ran ran = run_actors(
      "parallel {\nactor a {\nexpect kv[1] is stopped\n}\nactor b {\ncleanup {\nexpect kv[2] is stopped\n}\nsleep 5s\n}\n}");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->text, "expect kv[1] is stopped");
  ASSERT_EQ(ran.result.later.size(), 1u);
  EXPECT_EQ(ran.result.later[0].text, "expect kv[2] is stopped");
}

TEST(Parallel, AViolationInOneActorEndsIt) {
  backend::FakeWorld world;
  const Ran ran = run_actors("parallel {\nactor a {\nalways: kv[0] is running\nsleep 9s\n}\nactor b {\nsleep 1s\nkill kv[0]\nsleep 9s\n}\n}", world);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->text, "always: kv[0] is running");
  EXPECT_LT(ran.result.ended - ran.result.began, 3s);
  EXPECT_TRUE(ran.result.later.empty());
}

TEST(Parallel, ATimeoutNamesAStatementThatWasRunning) {
  const auto plan = plan_of("scenario \"slow\" timeout 50s {\nsleep 1s\nparallel {\nactor a {\nsleep 2s\nlog \"x\"\n}\nactor b {\nlog \"y\"\nsleep 9s\n}\n}\nexpect up(kv[0])\n}\n");
  ASSERT_TRUE(plan);
  plan->scenarios[0].timeout = 5s;  // below its worst case, which the checker refuses
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  ASSERT_TRUE(ran.result.failure);
  EXPECT_NE(ran.result.failure->message.find("timeout of 5s"), std::string::npos);
  EXPECT_EQ(ran.result.failure->text, "sleep 9s");
  EXPECT_TRUE(ran.result.later.empty());
}

TEST(Parallel, ACleanupInOneActorNamesItsOwnStatement) {
  const Ran ran = run_actors(
      "parallel {\nactor a {\ncleanup within 1s {\nsleep 3s\n}\nexpect up(kv[0])\n}\nactor b {\nsleep 500ms\nsleep 2s\n}\n}");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->message, "the cleanup did not end within 1s; it was at `sleep 3s`");
}

TEST(Barrier, LetsThemGoTogether) {
  const Ran ran = run_actors(
      "parallel {\nbarrier ready of 2\nactor a {\nlog \"a waits\"\nawait ready within 5s\nlog \"a goes\"\nawait ready within 1ms\n}\n"
      "actor b {\nsleep 2s\nlog \"b comes\"\nawait ready within 1s\n}\n}\nexpect up(kv[0])");
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"a waits", "b comes", "a goes"}));
}

TEST(Barrier, ThatOneNeverComesToFailsInTime) {
  const Ran ran = run_actors(
      "parallel {\nbarrier ready of 2\nactor a {\nawait ready within 2s\n}\nactor b {\nif kv[0] is stopped {\nawait ready within 1s\n}\nsleep 9s\n}\n}\nexpect up(kv[0])");
  ASSERT_TRUE(ran.result.failure);
  EXPECT_EQ(ran.result.failure->message, "barrier `ready` did not open within 2s: 1 of 2 actors came to it (a)");
  EXPECT_LT(ran.result.ended - ran.result.began, 4s);
}

TEST(Barrier, IsANewOneInEachIteration) {
  const Ran ran = run_actors(
      "repeat 2 times {\nparallel {\nbarrier ready of 2\nactor a {\nawait ready within 5s\nlog \"a\"\n}\nactor b {\nsleep 1s\nlog \"b\"\nawait ready within 1s\n}\n}\n}\nexpect up(kv[0])");
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"b", "a", "b", "a"}));
}

TEST(Barrier, IsCounted) {
  const auto plan = plan_of_body("parallel {\nbarrier ready of 2\nactor a {\nawait ready within 5s\nsleep 1s\n}\nactor b {\nawait ready within 2s\n}\n}\nexpect up(kv[0])");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->scenarios[0].body[0].bound, 6s);
}

/// The nodes that were killed in an actor which also stops `stops` nodes, in order.
std::vector<std::string> killed_in(const std::string& actors, std::uint64_t seed) {
  backend::FakeWorld world;
  run::Options options;
  options.seed = seed;
  const Ran ran = run_actors("parallel {\n" + actors + "\n}\nexpect up(w[0])", world, options);
  std::vector<std::string> nodes;
  for (const auto& record : records(ran, "effect")) {
    if (record["do"] == "kill") nodes.push_back(record["node"]);
  }
  return nodes;
}

TEST(Parallel, AddingAnActorKeepsTheOthersDraws) {
  const std::string a = "actor a {\nkill (random 2 of kv)\n}\n", b = "actor b {\nsleep 1s\nkill (random 2 of kv)\n}\n", c = "actor c {\nstop (random 2 of kv)\n}\n";
  int different = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<std::string> two = killed_in(a + b, seed);
    ASSERT_EQ(two.size(), 4u);
    EXPECT_EQ(killed_in(c + a + b, seed), two);
    EXPECT_EQ(killed_in("actor z {\nkill (random 1 of w)\n}\n" + a + b, seed).size(), 5u);
    different += std::vector(two.begin(), two.begin() + 2) != std::vector(two.begin() + 2, two.end());
  }
  EXPECT_GE(different, 15);
}

TEST(Parallel, OneSeedOneJournal) {
  const char* body =
      "parallel {\nbarrier go of 2\nactor a {\nawait go within 5s\nrepeat 3 times {\nkill (random 1 of kv)\nstart kv\n}\n}\n"
      "actor b {\nawait go within 5s\nduring writes {\nsleep 1s\n}\n}\n}\nexpect writes.ok > 0";
  backend::FakeWorld one, two;
  const Ran first = run_actors(body, one), second = run_actors(body, two);
  ASSERT_GT(first.journal.size(), 40u);
  EXPECT_EQ(first.journal, second.journal);
  EXPECT_EQ(first.history, second.history);
}

}  // namespace
}  // namespace failc::testing
