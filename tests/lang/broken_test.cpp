// One token that is wrong is one diagnostic, at that token: nothing else follows from it, however much hung on the statement.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/parse/parse.hpp"
#include "interpreter/check/check.hpp"
#include "tests/lang/systems.hpp"

namespace failc {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> texts() {
  std::vector<std::string> out;
  const fs::path root(FAILC_SOURCE_DIR);
  for (const char* folder : {"tests/lang/good", "stdlib", "scenarios", "examples"}) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".fail") out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

check::Options options() {
  check::Options out;
  add_systems(out);
  out.backends.push_back({.name = "agent", .processes = true, .pause = true});
  return out;
}

/// Tokens that may be replaced: all but brackets and ends of lines.
std::vector<Span> replaceable(const std::string& path, const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId id = sources.add(path, text);
  const ast::Tokens tokens = parse::lex(sources, id, sink);
  std::vector<Span> out;
  for (const ast::Token& token : tokens.tokens) {
    switch (token.kind) {
      case ast::Kind::end:
      case ast::Kind::newline:
      case ast::Kind::l_brace:
      case ast::Kind::r_brace:
      case ast::Kind::l_paren:
      case ast::Kind::r_paren:
      case ast::Kind::l_bracket:
      case ast::Kind::r_bracket:
        break;
      default:
        out.push_back(token.span);
    }
  }
  return out;
}

/// What is said of `text` with `spans` replaced by `@`, in order; the places of the replacements go to `places`.
std::string said(const std::string& path, const std::string& text, const std::vector<Span>& spans) {
  std::string changed;
  std::uint32_t from = 0;
  std::vector<std::uint32_t> places;
  for (Span span : spans) {
    changed += text.substr(from, span.begin - from);
    places.push_back(static_cast<std::uint32_t>(changed.size()));
    changed += "@";
    from = span.end;
  }
  changed += text.substr(from);
  SourceMap sources;
  diag::Sink sink;
  const check::Checked checked = check::check_source(sources.add(path, changed), options(), sources, sink);
  std::vector<std::uint32_t> found;
  for (const diag::Diagnostic& item : sink.all()) found.push_back(item.place.span.begin);
  std::sort(found.begin(), found.end());
  if (found == places && checked.plan == nullptr) return {};
  return diag::render(sink.all(), sources, diag::Format::text, false) + "\nin place of " + std::to_string(places.size()) + " diagnostics";
}

class Broken : public testing::TestWithParam<std::string> {};

TEST_P(Broken, EachTokenIsOneDiagnostic) {
  const std::string text = read(GetParam());
  for (Span span : replaceable(GetParam(), text)) {
    const std::string wrong = said(GetParam(), text, {span});
    ASSERT_EQ(wrong, "") << "`" << text.substr(span.begin, span.end - span.begin) << "` at offset " << span.begin;
  }
}

TEST_P(Broken, FiveOnFiveLinesAreFive) {
  const std::string text = read(GetParam());
  const std::vector<Span> all = replaceable(GetParam(), text);
  std::mt19937 dice(7);
  for (int round = 0; round < 40; ++round) {
    std::vector<Span> some;
    for (int tries = 0; tries < 200 && some.size() < 5; ++tries) {
      const Span span = all[dice() % all.size()];
      const auto apart = [&](Span other) {
        const auto [low, high] = std::minmax(span.begin, other.begin);
        // Far enough apart not to be in one statement of several lines.
        return std::count(text.begin() + low, text.begin() + high, '\n') >= 25;
      };
      if (std::all_of(some.begin(), some.end(), apart)) some.push_back(span);
    }
    std::sort(some.begin(), some.end());
    const std::string wrong = said(GetParam(), text, some);
    ASSERT_EQ(wrong, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Lang, Broken, testing::ValuesIn(texts()), [](const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::relative(info.param, FAILC_SOURCE_DIR).string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

}  // namespace
}  // namespace failc
