#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/diag/display.hpp"
#include "grammar/diag/excerpt.hpp"

namespace failc::diag {
namespace {

struct Sample {
  SourceMap sources;
  FileId file;
  Sink sink;
  explicit Sample(std::string text, std::string path = "a.fail") : file(sources.add(std::move(path), std::move(text))) {}
  Place at(std::string_view what) const {
    const auto begin = static_cast<std::uint32_t>(sources[file].text.find(what));
    return {file, {begin, begin + static_cast<std::uint32_t>(what.size())}};
  }
  std::string as(Format format, bool colour = false) const { return render(sink.all(), sources, format, colour); }
  nlohmann::json json(Format format) const { return nlohmann::json::parse(as(format)); }
};

Sample unit_sample() {
  Sample sample("let a = 1\n  sleep 5sec\n");
  Diagnostic& item = sample.sink.report(Code::unknown_unit, sample.at("5sec"), {"sec"});
  item.help = "write `5s`";
  item.notes.push_back({sample.at("let"), "the block begins here"});
  item.notes.push_back({std::nullopt, "units are short"});
  item.fix = Fix{sample.at("5sec"), "5s"};
  return sample;
}

TEST(RenderText, Whole) {
  EXPECT_EQ(unit_sample().as(Format::text),
            "a.fail:2:9: error[F0007]: unknown unit `sec`\n"
            " 2 |   sleep 5sec\n"
            "   |         ^^^^\n"
            "a.fail:1:1: note: the block begins here\n"
            " 1 | let a = 1\n"
            "   | ^^^\n"
            "note: units are short\n"
            "help: write `5s`\n"
            "fix: change the line to\n"
            " 2 |   sleep 5s\n");
}

TEST(RenderText, ColourOnlyAddsEscapes) {
  const Sample sample = unit_sample();
  std::string coloured = sample.as(Format::text, true);
  EXPECT_NE(coloured, sample.as(Format::text));
  for (auto at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b'))
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, sample.as(Format::text));
}

TEST(RenderText, CaretsStandUnderWideCharactersAndTabs) {
  Sample sample("\tlog \"日本e\xCC\x81\" @\n");
  sample.sink.report(Code::unexpected_character, sample.at("@"), {"`@`"});
  EXPECT_EQ(sample.as(Format::text),
            "a.fail:1:13: error[F0003]: unexpected `@`\n"
            " 1 |     log \"日本e\xCC\x81\" @\n"
            "   |                 ^\n");
}

TEST(RenderText, PlacesAtTheEdges) {
  Sample sample("ab\r\ncd");
  sample.sink.report(Code::chained_comparison, {sample.file, {2, 2}});
  sample.sink.report(Code::chained_comparison, {sample.file, {6, 6}});
  sample.sink.report(Code::chained_comparison, {sample.file, {1, 6}});
  for (Diagnostic& item : sample.sink.all()) item.help.clear();
  EXPECT_EQ(sample.as(Format::text),
            "a.fail:1:3: error[F0109]: comparisons do not chain\n 1 | ab\n   |   ^\n"
            "a.fail:2:3: error[F0109]: comparisons do not chain\n 2 | cd\n   |   ^\n"
            "a.fail:1:2: error[F0109]: comparisons do not chain\n 1 | ab\n   |  ^\n");
  Sample empty("");
  empty.sink.report(Code::unreadable_file, {empty.file, {}}, {"a.fail", "cannot read `a.fail`: there is no such file"});
  EXPECT_EQ(empty.as(Format::text), "a.fail:1:1: error[F0001]: cannot read `a.fail`: there is no such file\n");
}

TEST(RenderText, NothingReachesTheTerminalThatCommandsIt) {
  Sample sample("log \x1b[2J\xff\xE2\x80\xAE\n", "a\x1b.fail");
  sample.sink.report(Code::unexpected_character, sample.at("log"), {"`\x1b[31m\r`"});
  const std::string text = sample.as(Format::text);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
}

TEST(RenderText, AFixOverSeveralLinesIsNotShown) {
  Sample sample("one\ntwo\n");
  Diagnostic& item = sample.sink.report(Code::chained_comparison, sample.at("one"));
  item.fix = Fix{sample.at("one\ntwo"), "x"};
  EXPECT_EQ(sample.as(Format::text).find("fix:"), std::string::npos);
  item.fix = Fix{sample.at("one"), "x\ny"};
  EXPECT_EQ(sample.as(Format::text).find("fix:"), std::string::npos);
  item.fix = Fix{sample.at("one"), "x"};
  EXPECT_NE(sample.as(Format::text).find("fix:"), std::string::npos);
}

SourceFile source(std::string path, std::string text) {
  SourceFile file;
  file.path = std::move(path);
  file.text = std::move(text);
  return file;
}

unsigned columns(std::string_view text) {
  unsigned sum = 0;
  while (!text.empty()) {
    sum += first_glyph(text).columns;
    text.remove_prefix(first_glyph(text).bytes);
  }
  return sum;
}

TEST(Excerpt, LongLinesAreCutAroundThePlace) {
  for (const std::string_view unit : {"x", "é", "日", "\t", "\xff"}) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += unit;
    const auto begin = static_cast<std::uint32_t>(text.size());
    text += "HERE";
    for (int i = 0; i < 5000; ++i) text += unit;
    const SourceFile file = source("a", text);
    const Excerpt found = excerpt(file, {begin, begin + 4});
    EXPECT_LE(columns(found.text), kExcerptColumns + 1) << unit;
    const auto at = found.text.find("HERE");
    ASSERT_NE(at, std::string::npos) << unit;
    EXPECT_EQ(columns(found.text.substr(0, at)), found.carets.find('^')) << unit;
    EXPECT_EQ(found.carets.substr(found.carets.find('^')), "^^^^") << unit;
    EXPECT_TRUE(found.text.starts_with("…") && found.text.ends_with("…")) << unit;
  }
}

TEST(Excerpt, APlaceLongerThanTheWindowIsCutToo) {
  const SourceFile file = source("a", std::string(1000, 'x'));
  const Excerpt found = excerpt(file, {10, 990});
  EXPECT_LE(found.carets.size(), kExcerptColumns + 1);
  EXPECT_TRUE(found.carets.starts_with("          ^"));
}

TEST(RenderJson, EveryField) {
  const auto json = unit_sample().json(Format::json);
  ASSERT_EQ(json["diagnostics"].size(), 1u);
  const auto& item = json["diagnostics"][0];
  EXPECT_EQ(item["code"], "F0007");
  EXPECT_EQ(item["severity"], "error");
  EXPECT_EQ(item["message"], "unknown unit `sec`");
  EXPECT_EQ(item["help"], "write `5s`");
  EXPECT_EQ(item["path"], "a.fail");
  EXPECT_EQ(item["line"], 2);
  EXPECT_EQ(item["column"], 9);
  EXPECT_EQ(item["endLine"], 2);
  EXPECT_EQ(item["endColumn"], 13);
  EXPECT_EQ(item["notes"][0]["text"], "the block begins here");
  EXPECT_EQ(item["notes"][0]["line"], 1);
  EXPECT_EQ(item["notes"][1], (nlohmann::json{{"text", "units are short"}}));
  EXPECT_EQ(item["fix"]["text"], "5s");
  EXPECT_EQ(item["fix"]["endColumn"], 13);
}

TEST(RenderJson, NothingAndBadBytesAreStillJson) {
  EXPECT_EQ(Sample("").json(Format::json), (nlohmann::json{{"diagnostics", nlohmann::json::array()}}));
  Sample sample("x", "a\xff.fail");
  sample.sink.report(Code::unexpected_character, sample.at("x"), {"\xff"});
  EXPECT_EQ(sample.json(Format::json)["diagnostics"][0]["message"], "unexpected \xEF\xBF\xBD");
  EXPECT_TRUE(sample.json(Format::json)["diagnostics"][0]["fix"].is_null());
}

TEST(RenderSarif, RunRulesRegionAndFix) {
  const auto json = unit_sample().json(Format::sarif);
  EXPECT_EQ(json["version"], "2.1.0");
  ASSERT_EQ(json["runs"].size(), 1u);
  const auto& run = json["runs"][0];
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), row_count());
  ASSERT_EQ(run["results"].size(), 1u);
  const auto& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "F0007");
  EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<int>()]["id"], "F0007");
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["message"]["text"], "unknown unit `sec`\nwrite `5s`");
  const nlohmann::json region{{"startLine", 2}, {"startColumn", 9}, {"endLine", 2}, {"endColumn", 13}};
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"], region);
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a.fail");
  const auto& change = result["fixes"][0]["artifactChanges"][0];
  EXPECT_EQ(change["artifactLocation"]["uri"], "a.fail");
  EXPECT_EQ(change["replacements"][0]["deletedRegion"], region);
  EXPECT_EQ(change["replacements"][0]["insertedContent"]["text"], "5s");
  EXPECT_EQ(result["relatedLocations"].size(), 2u);
}

TEST(RenderSarif, PathsAreUris) {
  for (const auto& [path, uri] : {std::pair("<stdlib>/x y.fail", "%3Cstdlib%3E/x%20y.fail"), std::pair("/tmp/é", "file:///tmp/%C3%A9")}) {
    Sample sample("x", path);
    sample.sink.report(Code::chained_comparison, sample.at("x"));
    EXPECT_EQ(sample.json(Format::sarif)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], uri);
  }
}

TEST(RenderGithub, EscapesWhatWouldEndTheCommand) {
  Sample sample("ab\n", "50%,a:b\n.fail");
  Diagnostic& item = sample.sink.report(Code::unexpected_character, sample.at("b"), {"`%`\r\n::error::"});
  item.help = "remove it";
  EXPECT_EQ(sample.as(Format::github),
            "::error file=50%25%2Ca%3Ab%0A.fail,line=1,endLine=1,col=2,endColumn=3,title=F0003::unexpected `%25`%0D%0A::error::%0Ahelp: "
            "remove it\n");
}

}  // namespace
}  // namespace failc::diag
