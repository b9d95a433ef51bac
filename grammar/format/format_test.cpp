#include "grammar/format/format.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace failc::format {
namespace {

struct Outcome {
  std::string text;
  std::string error;
  std::size_t diagnostics = 0;
};

Outcome formatted(std::string text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add("a.fail", std::move(text));
  const auto result = format(sources, file, sink);
  if (result) return {*result, "", sink.all().size()};
  return {"", result.error().message, sink.all().size()};
}

/// What formatting may not touch: everything but spaces, line ends and `;`. Knows nothing of tokens.
std::string substance(std::string_view text) {
  std::string out;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const char c : text) {
    if (std::string_view(" \t\r\n;").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

TEST(Format, WritesOneStyle) {
  const Outcome outcome = formatted(
      "scenario   \"a\"{\n\n\n    let x=leader of kv#pinned\n  during w{ kill x;eventually within 1s .. 5s:leader of kv!=x }\n\n}");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.text,
            "scenario \"a\" {\n  let x = leader of kv  # pinned\n  during w { kill x; eventually within 1s..5s: leader of kv != x }\n}\n");
}

TEST(Format, RefusesWhatDoesNotParse) {
  for (const char* text : {"scenario \"a\" {", "let x = @\n", "scenario \"a\" { let x = }\n", "scenario \"a\" { log \"x }\n", "use a\xff\n",
                           "use a\x01\n", "} {"}) {
    const Outcome outcome = formatted(text);
    EXPECT_EQ(outcome.error, "`a.fail` has mistakes and was not formatted") << text;
    EXPECT_GE(outcome.diagnostics, 1u) << text;
  }
}

TEST(Format, AnEmptyFileStaysEmpty) {
  EXPECT_EQ(formatted("").error, "");
  EXPECT_EQ(formatted("").text, "");
  EXPECT_EQ(formatted("\n \n").text, "");
}

TEST(Format, BracesMeanTheSameOnOneLineAndOnSeveral) {
  const Outcome outcome = formatted("scenario \"a\" {\n  insert { a: 1,\nb: 2 } into c\n  insert {\n} into c\n}\n");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.text, "scenario \"a\" {\n  insert {\n    a: 1,\n    b: 2\n  } into c\n  insert {} into c\n}\n");
  EXPECT_EQ(formatted(outcome.text).text, outcome.text);
}

TEST(Format, TheTreesOwnFilesAreFormatted) {
  std::size_t seen = 0;
  for (const char* folder : {"stdlib", "scenarios", "examples"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(FAILC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".fail") continue;
      const auto text = read_file(entry.path().string());
      ASSERT_TRUE(text) << text.error().message;
      const Outcome outcome = formatted(*text);
      EXPECT_EQ(outcome.error, "") << entry.path();
      EXPECT_EQ(outcome.text, *text) << entry.path() << " is not as `failc fmt` writes it";
      ++seen;
    }
  }
  EXPECT_GE(seen, 3u);
}

TEST(Format, EveryFileIsRefusedOrKeepsItsSubstance) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(FAILC_SOURCE_DIR)) {
    if (entry.path().extension() != ".fail" || !entry.is_regular_file()) continue;
    const auto text = read_file(entry.path().string());
    if (!text) continue;
    const Outcome outcome = formatted(*text);
    EXPECT_EQ(outcome.error.find("would lose"), std::string::npos) << entry.path() << ": " << outcome.error;
    if (!outcome.error.empty()) continue;
    EXPECT_EQ(substance(outcome.text), substance(*text)) << entry.path();
    EXPECT_EQ(formatted(outcome.text).text, outcome.text) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 3u);
}

}  // namespace
}  // namespace failc::format
