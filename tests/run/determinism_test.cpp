// The same seed, the same run, byte for byte; another seed, other draws; and a draw depends on its own statement alone.
#include <set>

#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

constexpr const char* kRandom = R"(
  repeat 4 times { kill (random 2 of kv)
    start kv }
  during writes { sleep 1s because "load" }
  kill (random 1 of kv)
  expect writes.ok > 0
)";

Ran with_seed(const plan::Plan& plan, std::uint64_t seed) {
  backend::FakeWorld world;
  run::Options options;
  options.seed = seed;
  return run_one(plan, world, options);
}

/// The nodes that were killed, in order.
std::vector<std::string> killed(const Ran& ran) {
  std::vector<std::string> nodes;
  for (const auto& record : records(ran, "effect")) {
    if (record["do"] == "kill") nodes.push_back(record["node"]);
  }
  return nodes;
}

TEST(Determinism, OneSeedOneJournal) {
  const auto plan = plan_of_body(kRandom, 9);
  ASSERT_TRUE(plan);
  const Ran first = with_seed(*plan, 7), second = with_seed(*plan, 7);
  ASSERT_GT(first.journal.size(), 50u);
  EXPECT_EQ(first.journal, second.journal);
  EXPECT_EQ(first.history, second.history);
  EXPECT_FALSE(first.history.empty());
}

TEST(Determinism, AnotherSeedDrawsOtherNodes) {
  const auto plan = plan_of_body(kRandom, 9);
  ASSERT_TRUE(plan);
  std::set<std::vector<std::string>> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) seen.insert(killed(with_seed(*plan, seed)));
  EXPECT_GE(seen.size(), 19u);
}

TEST(Determinism, IterationsDrawAnew) {
  const auto plan = plan_of_body("repeat 10 times {\nkill (random 1 of kv)\nstart kv\n}\nexpect up(kv[0])", 9);
  ASSERT_TRUE(plan);
  const std::vector<std::string> nodes = killed(with_seed(*plan, 1));
  ASSERT_EQ(nodes.size(), 10u);
  EXPECT_GE(std::set<std::string>(nodes.begin(), nodes.end()).size(), 4u);
}

TEST(Determinism, AddingStatementsKeepsTheOthersDraws) {
  const auto plain = plan_of_body("stop (random 2 of kv)\nkill (random 1 of kv)\nexpect up(w[0])", 9);
  const auto longer = plan_of_body("\n# more\nstart (random 3 of kv)\n\n  stop (random 2 of kv)\nexpect w[0] is running\nkill (random 1 of kv)\nexpect up(w[0])", 9);
  ASSERT_TRUE(plain && longer);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(killed(with_seed(*plain, seed)), killed(with_seed(*longer, seed))) << seed;
  }
}

TEST(Determinism, EveryNodeIsDrawnAboutAsOften) {
  const auto plan = plan_of_body("kill (random 1 of kv)\nexpect up(w[0])", 4);
  ASSERT_TRUE(plan);
  std::map<std::string, int> counts;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) ++counts[killed(with_seed(*plan, seed)).front()];
  ASSERT_EQ(counts.size(), 4u);
  for (const auto& [node, count] : counts) EXPECT_NEAR(count, 100, 35) << node;
}

}  // namespace
}  // namespace failc::testing
