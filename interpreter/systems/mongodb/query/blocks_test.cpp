#include "interpreter/systems/mongodb/query/blocks.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "interpreter/systems/mongodb/replication/random.hpp"

namespace failc::query {
namespace {

using Numbers = Blocks<std::string, std::less<>>;

std::string text(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

/// The same as a set's, for any order of changes; `most` makes them dense or sparse.
void compare_with_a_set(std::uint64_t seed, std::uint64_t most, int inserts_of_ten) {
  replication::Random dice(seed);
  Numbers blocks;
  std::set<std::string> set;
  for (int i = 0; i < 6000; ++i) {
    const std::string value = text(dice.below(most));
    if (static_cast<int>(dice.below(std::uint64_t{10})) < inserts_of_ten) {
      ASSERT_EQ(blocks.insert(value), set.insert(value).second);
    } else if (const auto at = blocks.lower_bound(value); at == blocks.end()) {
      ASSERT_EQ(set.lower_bound(value), set.end());
    } else {
      ASSERT_EQ(*at, *set.lower_bound(value));
      ASSERT_EQ(blocks.find(value) != blocks.end(), set.contains(value));
      set.erase(*at);
      blocks.take(at);
    }
    ASSERT_EQ(blocks.size(), set.size());
  }
  EXPECT_TRUE(std::equal(blocks.begin(), blocks.end(), set.begin(), set.end()));
  EXPECT_TRUE(std::equal(blocks.rbegin(), blocks.rend(), set.rbegin(), set.rend()));
}

TEST(Blocks, AreASet) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    compare_with_a_set(seed, 100000, 7);
    compare_with_a_set(seed, 700, 5);
    compare_with_a_set(seed, 5, 5);
  }
}

TEST(Blocks, TakeWhatIsAppendedAndGiveItAllBack) {
  Numbers blocks;
  EXPECT_EQ(blocks.begin(), blocks.end());
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_TRUE(blocks.insert(text(i)));
  EXPECT_FALSE(blocks.insert(text(500)));
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(blocks.take(blocks.begin()), text(i));
  EXPECT_EQ(blocks.begin(), blocks.end());
  EXPECT_EQ(blocks.size(), 0u);
}

}  // namespace
}  // namespace failc::query
