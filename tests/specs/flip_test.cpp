// Every phase file holds, and no leaf of any outcome can be changed without its file failing.
#include <iostream>

#include <nlohmann/json.hpp>

#include "tests/specs/harness.hpp"

namespace failc::testing {
namespace {

using Json = nlohmann::ordered_json;

void leaves(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
  if (!json.is_structured() || json.empty()) {
    out.push_back(at);
    return;
  }
  if (json.is_object())
    for (const auto& [key, value] : json.items()) leaves(value, at / key, out);
  else
    for (std::size_t i = 0; i < json.size(); ++i) leaves(json[i], at / i, out);
}

/// Other values; the first that the format allows in its place is what counts.
std::vector<Json> flipped(const Json& leaf) {
  if (leaf.is_boolean()) return {!leaf.get<bool>()};
  if (leaf.is_number_float()) return {leaf.get<double>() + 1, leaf.get<double>() / 2 + 0.7};
  if (leaf.is_number()) return {leaf.get<std::int64_t>() == 42 ? 43 : leaf.get<std::int64_t>() + 1};
  const Json id = {{"$oid", "000000000000000000000007"}};
  // Of documents, lists and truths too: where nothing may be wanted, something may.
  if (leaf.is_null()) return {7, "x", true, id, {{"processId", id}, {"counter", 7}}, Json::object(), {{"username", "x"}}, {{"replicaSet", "x"}}, {{"w", 7}}};
  if (leaf.is_array()) return {Json::array({"x:1"}), Json::array({{{"address", "x:1"}, {"type", "Unknown"}}})};
  if (leaf.is_object()) return {Json{{"x:1", {{"type", "Unknown"}}}}, Json{{"level", "x"}}, Json{{"w", 7}}, Json{{"replicaSet", "x"}}};
  std::string text = leaf.get<std::string>();
  if (!text.empty() && text.find_first_not_of("0123456789abcdef") == std::string::npos) text.back() = text.back() == '7' ? '5' : '7';
  else text += "x";
  return {text, text == "RSOtherx" ? "RSGhost" : "RSOther", text == "Shardedx" ? "Single" : "Sharded", text == "unixx" ? "ipv4" : "unix"};
}

struct Flips {
  std::size_t files = 0, all = 0, at_check = 0, when_run = 0;
};

/// Changes each leaf below `outcome`.
void flip_outcome(const std::filesystem::path& path, const Json& whole, const Json::json_pointer& outcome, Flips& flips) {
  std::vector<Json::json_pointer> all;
  leaves(whole[outcome], outcome, all);
  for (const Json::json_pointer& leaf : all) {
    std::string said = "checked";
    for (const Json& other : flipped(whole[leaf])) {
      Json changed = whole;
      changed[leaf] = other;
      said = verdict("f.json", changed.dump());
      // Where nothing is wanted, `{}` may want nothing too.
      if (said == "pass" && whole[leaf].is_null() && other.is_object() && other.empty()) continue;
      EXPECT_TRUE(said != "pass" && said != "nothing") << path << ": " << leaf << " as " << other;
      if (said != "checked") break;
    }
    ++flips.all;
    ++(said == "checked" ? flips.at_check : flips.when_run);
  }
}

/// A file with a list of tests is as many files of one, but for what the others say of it.
void flip_file(const std::filesystem::path& path, const std::vector<const char*>& outcomes, Flips& flips) {
  const Json whole = Json::parse(text_of_file(path));
  ++flips.files;
  ASSERT_EQ(verdict("f.json", whole.dump()), "pass") << path;
  std::vector<Json::json_pointer> tests;
  if (whole.contains("phases") || whole.contains("tests"))
    for (std::size_t i = 0; i < whole[whole.contains("phases") ? "phases" : "tests"].size(); ++i) tests.push_back(Json::json_pointer(whole.contains("phases") ? "/phases" : "/tests") / i);
  else
    tests.emplace_back();
  for (const Json::json_pointer& test : tests)
    for (const char* outcome : outcomes)
      if (whole[test].contains(outcome)) flip_outcome(path, whole, test / outcome, flips);
}

void flip_all(const std::filesystem::path& path, Flips& flips) { flip_file(path, {"outcome"}, flips); }

void say(const char* what, const Flips& flips) {
  std::cout << what << ": " << flips.files << " files, " << flips.all << " leaves; " << flips.when_run << " failed when run, " << flips.at_check << " when checked\n";
}

TEST(Flips, NoLeafOfOurOwnFiles) {
  Flips flips;
  for (const char* name : {"held.json", "events.json"}) flip_all(kOwn / name, flips);
  EXPECT_GE(flips.files, 2u);
  EXPECT_GT(flips.when_run, 20u);
  say("our own", flips);
}

TEST(Flips, NoLeafOfTheSpecifications) {
  if (!std::filesystem::is_directory(kPhases)) GTEST_SKIP() << "the specifications are not at " << kPhases;
  Flips flips;
  for (const auto& path : phase_files(kPhases, ".json")) flip_all(path, flips);
  EXPECT_GT(flips.files, 100u);
  say("the specifications", flips);
}

class Formats : public ::testing::TestWithParam<FormatFolder> {};

TEST_P(Formats, NoLeafOfOurOwnFiles) {
  Flips flips;
  for (const auto& path : phase_files(kOwn / GetParam().own, ".json")) flip_file(path, GetParam().outcomes, flips);
  EXPECT_GE(flips.files, 1u);
  EXPECT_GE(flips.when_run, 1u);
  say(GetParam().own, flips);
}

TEST_P(Formats, NoLeafOfTheSpecifications) {
  if (!std::filesystem::is_directory(kUpstream / GetParam().upstream)) GTEST_SKIP() << "the specifications are not at " << kUpstream;
  Flips flips;
  for (const auto& path : phase_files(kUpstream / GetParam().upstream, ".json")) flip_file(path, GetParam().outcomes, flips);
  EXPECT_GE(flips.files, 1u);
  say(GetParam().upstream, flips);
}

TEST_P(Formats, EachHoldsAsYaml) {
  if (!std::filesystem::is_directory(kUpstream / GetParam().upstream)) GTEST_SKIP() << "the specifications are not at " << kUpstream;
  for (const auto& path : phase_files(kUpstream / GetParam().upstream, ".yml")) EXPECT_EQ(verdict(path.string(), text_of_file(path)), "pass") << path;
}

INSTANTIATE_TEST_SUITE_P(Flips, Formats, ::testing::ValuesIn(kFormats), [](const auto& format) { return std::string(format.param.own); });

/// Bytes that are changed, doubled and dropped: an answer each time, and no crash.
TEST(Mutations, AlwaysHaveAVerdict) {
  std::uint64_t state = 7;
  const auto draw = [&](std::size_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  std::size_t read = 0;
  for (const char* name : {"held.yml", "held.json", "events.json", "selection/near.yml", "staleness/old.json", "window/busy.json", "round_trip/next.yml", "connection_string/parts.json", "options/values.yml",
                           "credential/mechanisms.json", "concern_string/levels.yml", "concern_document/documents.json"}) {
    const std::string whole = text_of_file(kOwn / name);
    for (int round = 0; round < 500; ++round) {
      std::string text = whole;
      for (std::size_t change = 0; change <= draw(3); ++change) {
        const std::size_t at = draw(text.size()), length = std::min<std::size_t>(1 + draw(12), text.size() - at);
        switch (draw(3)) {
          case 0: text[at] = "{}[]:,-&*\"'0aZ \n"[draw(17)]; break;
          case 1: text.erase(at, length); break;
          default: text.insert(draw(text.size()), text.substr(at, length)); break;
        }
      }
      read += verdict(name, text) != "checked";
    }
  }
  EXPECT_GT(read, 100u) << "most changes were too coarse to reach the model";
}

TEST(Phases, EachHoldsAsYaml) {
  if (!std::filesystem::is_directory(kPhases)) GTEST_SKIP() << "the specifications are not at " << kPhases;
  std::size_t files = 0;
  for (const auto& path : phase_files(kPhases, ".yml")) {
    EXPECT_EQ(verdict(path.string(), text_of_file(path)), "pass") << path;
    ++files;
  }
  EXPECT_GT(files, 100u);
  std::cout << files << " files\n";
}

}  // namespace
}  // namespace failc::testing
