#include "tools/failc/unified_diff.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

namespace failc::tools {
namespace {

/// Applies a diff of ours, so that the test does not depend on a program being installed.
std::string applied(const std::string& before, const std::string& diff) {
  const auto cut = [](const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      out.push_back(text.substr(at, end - at));
      at = end;
    }
    return out;
  };
  const std::vector<std::string> lines = cut(before);
  std::string out;
  std::size_t at = 0;
  bool plus_last = false;
  for (const std::string& line : cut(diff)) {
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("@@")) {
      unsigned first = 0, count = 1;
      if (std::sscanf(line.c_str(), "@@ -%u,%u", &first, &count) < 2) count = 1;
      const std::size_t begin = count == 0 ? first : first - 1;
      while (at < begin) out += lines.at(at++);
    } else if (line.starts_with("\\")) {
      if (plus_last && out.ends_with("\n")) out.pop_back();
    } else if (line.front() == '+') {
      out += line.substr(1);
    } else {
      EXPECT_EQ(lines.at(at) + (lines.at(at).ends_with("\n") ? "" : "\n"), line.substr(1));
      if (line.front() == ' ') out += lines.at(at);
      ++at;
    }
    plus_last = line.front() == '+';
  }
  while (at < lines.size()) out += lines[at++];
  return out;
}

TEST(UnifiedDiff, EqualTextsHaveNone) { EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "x"), ""); }

TEST(UnifiedDiff, OneChangedLineWithContext) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "x.fail"),
            "--- x.fail\n+++ x.fail\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, FarChangesAreTwoHunks) {
  std::string before, after;
  for (int i = 0; i < 40; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 3 || i == 30 ? "x" : "") + std::to_string(i) + "\n";
  }
  const std::string diff = unified_diff(before, after, "x");
  EXPECT_NE(diff.find("@@ -1,7 +1,7 @@"), std::string::npos) << diff;
  EXPECT_NE(diff.find("@@ -28,7 +28,7 @@"), std::string::npos) << diff;
  EXPECT_EQ(applied(before, diff), after);
}

TEST(UnifiedDiff, AMissingLastLineEndIsSaid) {
  EXPECT_EQ(unified_diff("a", "a\n", "x"), "--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(applied("a", unified_diff("a", "a\n", "x")), "a\n");
}

TEST(UnifiedDiff, FromAndToNothing) {
  EXPECT_EQ(unified_diff("", "a\n", "x"), "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\n", "", "x"), "--- x\n+++ x\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, AppliedItGivesTheOther) {
  std::uint32_t state = 1;
  const auto draw = [&](std::uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % below;
  };
  for (int round = 0; round < 500; ++round) {
    std::string before, after;
    for (std::uint32_t i = draw(30); i > 0; --i) before += std::string(1, static_cast<char>('a' + draw(4))) + "\n";
    for (std::uint32_t i = draw(30); i > 0; --i) after += std::string(1, static_cast<char>('a' + draw(4))) + "\n";
    if (before == after) continue;
    EXPECT_EQ(applied(before, unified_diff(before, after, "x")), after) << before << "---\n" << after;
  }
}

TEST(UnifiedDiff, TextsWithNothingInCommonStayCheap) {
  std::string before, after;
  for (int i = 0; i < 20000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(applied(before, unified_diff(before, after, "x")), after);
}

}  // namespace
}  // namespace failc::tools
