// Every YAML file of the specifications beside the project says what its JSON twin says; a few of our own always do.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "grammar/import/read.hpp"

namespace failc::spec {
namespace {

namespace fs = std::filesystem;

/// The first difference, by its path; "" where there is none.
std::string difference(const Ref& yaml, const Ref& json, const std::string& path) {
  const bool numbers = (yaml.is(Kind::integer) || yaml.is(Kind::real)) && (json.is(Kind::integer) || json.is(Kind::real));
  if (numbers && yaml.real() == json.real()) return "";
  if (yaml.kind() != json.kind()) return path + ": " + std::string(noun(yaml.kind())) + " and " + std::string(noun(json.kind()));
  if (yaml.is(Kind::boolean)) return yaml.boolean() == json.boolean() ? "" : path;
  if (yaml.is(Kind::text)) return yaml.text() == json.text() ? "" : path + ": `" + std::string(yaml.text()) + "` and `" + std::string(json.text()) + "`";
  if (numbers) return path + ": " + std::string(yaml.text()) + " and " + std::string(json.text());
  if (yaml.is(Kind::null)) return "";
  if (yaml.size() != json.size()) return path + ": " + std::to_string(yaml.size()) + " and " + std::to_string(json.size()) + " of them";
  if (yaml.is(Kind::list)) {
    auto other = json.items();
    std::size_t index = 0;
    for (const Ref item : yaml.items()) {
      if (std::string found = difference(item, *other, path + "[" + std::to_string(index++) + "]"); !found.empty()) return found;
      ++other;
    }
    return "";
  }
  for (const Entry entry : yaml.entries()) {
    const std::string inside = path + "." + std::string(entry.key.text());
    const Ref other = json.find(entry.key.text());
    if (!other) return inside + " is in the YAML alone";
    if (std::string found = difference(entry.value, other, inside); !found.empty()) return found;
  }
  return "";
}

std::size_t compare(const fs::path& folder, std::vector<std::string>& refused) {
  std::size_t pairs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    fs::path twin = entry.path();
    if (twin.extension() != ".yml" || !fs::exists(twin.replace_extension(".json"))) continue;
    SourceMap sources;
    diag::Sink sink;
    const auto add = [&](const fs::path& path) {
      Result<std::string> text = read_file(path.string());
      return sources.add(path.string(), text ? std::move(*text) : "");
    };
    const std::optional<Tree> json = read(sources, add(twin), sink);
    EXPECT_TRUE(json) << diag::render(sink.all(), sources, diag::Format::text, false);
    const std::optional<Tree> yaml = read(sources, add(entry.path()), sink);
    if (!yaml) refused.push_back(diag::render(sink.all(), sources, diag::Format::text, false));
    if (!yaml || !json) continue;
    EXPECT_EQ(difference(Ref(*yaml), Ref(*json), ""), "") << entry.path();
    ++pairs;
  }
  return pairs;
}

TEST(Twins, OurOwn) {
  std::vector<std::string> refused;
  EXPECT_EQ(compare(fs::path(FAILC_SOURCE_DIR) / "grammar/import/samples", refused), 3u);
  EXPECT_TRUE(refused.empty()) << refused.front();
}

TEST(Twins, OfTheSpecifications) {
  const fs::path folder = fs::path(FAILC_SOURCE_DIR) / "../shared/specs";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "the specifications are not at " << folder;
  std::vector<std::string> refused;
  const std::size_t pairs = compare(folder, refused);
  EXPECT_GT(pairs, 1000u);
  std::cout << pairs << " pairs are the same, " << refused.size() << " YAML files are refused\n";
  // Upstream's one file that no strict reader of YAML takes.
  for (const std::string& text : refused) EXPECT_NE(text.find("expectedTracingSpans-emptyNestedSpan.yml:14:"), std::string::npos) << text;
  EXPECT_LE(refused.size(), 1u);
}

TEST(Twins, EveryJsonFileOfTheSpecificationsIsRead) {
  const fs::path folder = fs::path(FAILC_SOURCE_DIR) / "../shared/specs";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "the specifications are not at " << folder;
  SourceMap sources;
  diag::Sink sink;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const Result<std::string> text = read_file(entry.path().string());
    ASSERT_TRUE(text);
    EXPECT_TRUE(read(sources, sources.add(entry.path().string(), *text), sink)) << entry.path();
    ++files;
  }
  EXPECT_EQ(sink.all().size(), 0u) << diag::render(sink.all(), sources, diag::Format::text, false);
  std::cout << files << " files\n";
}

}  // namespace
}  // namespace failc::spec
