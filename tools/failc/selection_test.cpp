#include "tools/failc/selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "failc-selection-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    for (const char* file : {"b.fail", "a.fail", "sub/c.fail", ".hidden/d.fail", ".failc/e.fail", "build/f.fail", ".g.fail", "sub/notes.txt"}) {
      fs::create_directories((root_ / file).parent_path());
      std::ofstream(root_ / file) << "";
    }
  }
  void TearDown() override { fs::remove_all(root_); }
  fs::path root_;
};

TEST_F(Files, FoldersAreSearchedSortedWithoutHiddenOnes) {
  const auto found = select_files({root_.string() + "/"}, Specs::no);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{root_ / "a.fail", root_ / "b.fail", root_ / "sub/c.fail"}));
}

TEST_F(Files, EachPathOnce) {
  const auto found = select_files({root_ / "b.fail", root_.string()}, Specs::no);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{root_ / "b.fail", root_ / "a.fail", root_ / "sub/c.fail"}));
}

TEST_F(Files, AFolderWithoutAnyIsAnError) {
  fs::create_directories(root_ / "empty");
  const auto found = select_files({root_ / "empty"}, Specs::yes);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("no `.fail` file"), std::string::npos);
}

TEST_F(Files, SpecsAreRefusedByName) {
  const auto found = select_files({"spec.yml"}, Specs::no);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("YAML"), std::string::npos);
}

TEST_F(Files, SpecsAreTakenWhereTheyAreWanted) {
  for (const char* name : {"z.yml", "sub/y.json", "x.yaml", ".hidden.json"}) std::ofstream(root_ / name) << "";
  const auto found = select_files({root_ / "z.yml", root_.string()}, Specs::yes);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{root_ / "z.yml", root_ / "a.fail", root_ / "b.fail", root_ / "sub/c.fail", root_ / "sub/y.json", root_ / "x.yaml"}));
  const auto without = select_files({root_.string()}, Specs::no);
  ASSERT_TRUE(without);
  EXPECT_EQ(without->size(), 3u);
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob_matches("*leader*", "the leader is killed"));
  EXPECT_TRUE(glob_matches("the ?eader*d", "the leader is killed"));
  EXPECT_TRUE(glob_matches("", ""));
  EXPECT_TRUE(glob_matches("**", "x"));
  EXPECT_TRUE(glob_matches("a*b*c", "axxbxbxc"));
  EXPECT_FALSE(glob_matches("leader", "the leader"));
  EXPECT_FALSE(glob_matches("a*b*c", "axxbxbx"));
  EXPECT_FALSE(glob_matches("?", ""));
}

TEST(Glob, LongStarsDoNotTakeForEver) { EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*b", std::string(5000, 'a'))); }

class Scenarios : public testing::Test {
 protected:
  std::vector<std::string> fast_{"fast"}, both_{"fast", "kv"}, none_;
  std::vector<Candidate> all_{{"x.fail::one", "one", &fast_}, {"x.fail::one*", "one*", &both_}, {"y.fail::two", "two", &none_}};
};

TEST_F(Scenarios, NoFilterTakesAll) { EXPECT_EQ(select_scenarios(all_, {}, {}), (std::vector<std::size_t>{0, 1, 2})); }
TEST_F(Scenarios, AWholeTitleMeansThatOneAlone) { EXPECT_EQ(select_scenarios(all_, {"one*"}, {}), (std::vector<std::size_t>{1})); }
TEST_F(Scenarios, APatternTakesTitlesAndIds) {
  EXPECT_EQ(select_scenarios(all_, {"on*"}, {}), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(select_scenarios(all_, {"y.fail::*"}, {}), (std::vector<std::size_t>{2}));
}
TEST_F(Scenarios, PatternsAdd) { EXPECT_EQ(select_scenarios(all_, {"two", "one"}, {}), (std::vector<std::size_t>{0, 2})); }
TEST_F(Scenarios, TagsAllHaveToBeThere) {
  EXPECT_EQ(select_scenarios(all_, {}, {"fast"}), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(select_scenarios(all_, {}, {"fast", "kv"}), (std::vector<std::size_t>{1}));
  EXPECT_EQ(select_scenarios(all_, {"two"}, {"fast"}), std::vector<std::size_t>{});
}

TEST(Shards, AreDisjointCompleteAndBalancedWhateverTheOrder) {
  const std::vector<std::string> none;
  std::vector<std::string> ids;
  for (int i = 0; i < 103; ++i) ids.push_back("a.fail::number " + std::to_string(i) + "[axis=" + std::to_string(i % 4) + "]");
  std::vector<Candidate> candidates, backwards;
  for (const std::string& id : ids) candidates.push_back({id, id, &none});
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) backwards.push_back({*id, *id, &none});
  std::vector<std::size_t> all(ids.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (const std::uint32_t count : {1u, 2u, 7u, 103u, 200u}) {
    std::multiset<std::string_view> seen;
    for (std::uint32_t index = 1; index <= count; ++index) {
      const auto part = select_shard(candidates, all, {index, count});
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      EXPECT_LE(part.size(), ids.size() / count + 1);
      EXPECT_GE(part.size(), ids.size() / count);
      std::set<std::string_view> here, there;
      for (const std::size_t i : part) here.insert(candidates[i].id);
      for (const std::size_t i : select_shard(backwards, all, {index, count})) there.insert(backwards[i].id);
      EXPECT_EQ(here, there);
      seen.insert(here.begin(), here.end());
    }
    EXPECT_EQ(seen.size(), ids.size()) << count;
    EXPECT_EQ(std::set<std::string_view>(seen.begin(), seen.end()).size(), ids.size()) << count;
  }
}

TEST(Shards, DealWhatIsSelectedAlone) {
  const std::vector<std::string> none;
  const std::vector<Candidate> candidates = {{"a", "a", &none}, {"b", "b", &none}, {"c", "c", &none}};
  const auto first = select_shard(candidates, {0, 2}, {1, 2}), second = select_shard(candidates, {0, 2}, {2, 2});
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(first.front() + second.front(), 2u);
  EXPECT_TRUE(select_shard(candidates, {0, 2}, {3, 3}).empty());
}

TEST(Shards, AreWrittenAsParts) {
  std::optional<Shard> shard;
  EXPECT_FALSE(shard_into(shard)("2/3"));
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->index, 2u);
  EXPECT_EQ(shard->count, 3u);
  for (const char* bad : {"", "2", "/", "1/", "/2", "0/2", "3/2", "1/0", "1/2/3", "a/b", "-1/2", "1/99999999999", " 1/2", "1 /2"}) EXPECT_TRUE(shard_into(shard)(bad)) << bad;
}

}  // namespace
}  // namespace failc::tools
