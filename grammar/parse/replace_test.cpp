// Any token replaced by one that begins nothing is one diagnostic, there; five of them are five.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "grammar/parse/testing.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

bool replaceable(const ast::Tokens& tokens, std::uint32_t index) {
  const Kind kind = tokens.tokens[index].kind;
  if (kind == Kind::end || (kind >= Kind::l_brace && kind <= Kind::r_bracket)) return false;
  // A line end behind a comment would only lengthen the comment.
  if (kind == Kind::newline)
    return std::none_of(tokens.comments.begin(), tokens.comments.end(),
                        [index](const ast::Comment& comment) { return comment.token == index; });
  return true;
}

std::string replaced(std::string text, const ast::Tokens& tokens, const std::vector<std::uint32_t>& indices) {
  std::vector<std::uint32_t> sorted(indices);
  std::sort(sorted.rbegin(), sorted.rend());
  for (std::uint32_t index : sorted) {
    const Span span = tokens.tokens[index].span;
    text.replace(span.begin, span.end - span.begin, "@");
  }
  return text;
}

std::vector<std::filesystem::path> samples() {
  std::vector<std::filesystem::path> out;
  const std::filesystem::path root = FAILC_SOURCE_DIR;
  for (const char* folder : {"stdlib", "scenarios", "examples", "tests/lang"}) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".fail") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string text_of(const std::filesystem::path& path) {
  Result<std::string> text = read_file(path.string());
  EXPECT_TRUE(text) << path;
  return text ? *text : std::string();
}

TEST(Replace, WholeParses) {
  Parsed parsed(text_of(std::filesystem::path(FAILC_SOURCE_DIR) / "tests/lang/grammar/whole.fail"));
  EXPECT_EQ(parsed.rendered(), "");
  EXPECT_FALSE(parsed.tree.broken);
}

TEST(Replace, AnyTokenIsOneDiagnosticThere) {
  std::size_t tried = 0;
  for (const auto& path : samples()) {
    const std::string text = text_of(path);
    const Parsed whole(text);
    if (whole.sink.has_errors()) continue;  // a sample of mistakes
    for (std::uint32_t i = 0; i < whole.tokens.tokens.size(); ++i) {
      if (!replaceable(whole.tokens, i)) continue;
      ++tried;
      const Parsed parsed(replaced(text, whole.tokens, {i}));
      ASSERT_EQ(parsed.sink.all().size(), 1u) << path << "\n"
                                              << parsed.rendered() << "\nfor " << whole.tokens.of(i) << " at "
                                              << whole.tokens.tokens[i].span.begin;
      EXPECT_EQ(parsed.sink.all()[0].place.span.begin, whole.tokens.tokens[i].span.begin) << path << "\n" << parsed.rendered();
    }
  }
  EXPECT_GT(tried, 1000u);
}

/// The statements of the tree, innermost ones too, as token ranges would be too coarse: each token's innermost line.
std::vector<std::uint32_t> line_of_tokens(const ast::Tokens& tokens) {
  std::vector<std::uint32_t> out;
  std::uint32_t line = 0;
  for (const ast::Token& token : tokens.tokens) {
    if (token.kind == Kind::newline) ++line;
    out.push_back(line);
  }
  return out;
}

TEST(Replace, FiveStatementsAreFiveDiagnostics) {
  std::mt19937 random(20240607);
  for (const auto& path : samples()) {
    const std::string text = text_of(path);
    const Parsed whole(text);
    if (whole.sink.has_errors()) continue;
    const std::vector<std::uint32_t> lines = line_of_tokens(whole.tokens);
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t i = 0; i < whole.tokens.tokens.size(); ++i)
      if (replaceable(whole.tokens, i) && whole.tokens.tokens[i].kind != Kind::newline) candidates.push_back(i);
    for (int round = 0; round < 60; ++round) {
      std::vector<std::uint32_t> chosen;
      for (int tries = 0; chosen.size() < 5 && tries < 200; ++tries) {
        const std::uint32_t index = candidates[random() % candidates.size()];
        const bool taken = std::any_of(chosen.begin(), chosen.end(), [&](std::uint32_t other) { return lines[other] == lines[index]; });
        if (!taken) chosen.push_back(index);
      }
      if (chosen.size() < 5) break;
      const std::string changed = replaced(text, whole.tokens, chosen);
      const Parsed parsed(changed);
      ASSERT_EQ(parsed.sink.all().size(), 5u) << path << "\n" << parsed.rendered();
      for (const diag::Diagnostic& item : parsed.sink.all())
        EXPECT_EQ(changed[item.place.span.begin], '@') << path << "\n" << parsed.rendered();
    }
  }
}

}  // namespace
}  // namespace failc::parse
