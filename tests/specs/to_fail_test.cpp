// A spec file and the `.fail` text made of it come to the same: they pass alike, and they fail alike.
#include "interpreter/check/to_fail.hpp"

#include <iostream>

#include "grammar/format/format.hpp"
#include "tests/specs/harness.hpp"

namespace failc::testing {
namespace {

std::string made_of(const std::string& name, const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const auto out = check::to_fail(sources.add(name, text), spec_options(), sources, sink);
  EXPECT_TRUE(out) << diag::render(sink.all(), sources, diag::Format::text, false);
  const Result<std::string> formatted = format::format(sources, sources.add("made.fail", out.value_or("")), sink);
  EXPECT_TRUE(formatted) << formatted.error().message << out.value_or("");
  return formatted ? *formatted : "";
}

TEST(ToFail, OurOwn) {
  for (const char* ending : {".yml", ".json"})
    for (const auto& path : phase_files(kOwn, ending)) EXPECT_EQ(verdict("made.fail", made_of(path.string(), text_of_file(path))), "pass") << path;
}

TEST(ToFail, WhatFailsStillFails) {
  std::string text = text_of_file(kOwn / "held.yml");
  text.replace(text.find("type: RSPrimary"), 15, "type: RSArbiter");
  const std::string spec = verdict("f.yml", text), made = verdict("made.fail", made_of("f.yml", text));
  EXPECT_NE(spec.find("RSArbiter is wanted"), std::string::npos) << spec;
  EXPECT_EQ(spec, made);
}

TEST(ToFail, ReadsWell) {
  const std::string made = made_of("held.yml", text_of_file(kOwn / "held.yml"));
  for (const char* line : {"# Made by `failc import` from held.yml.\n", "scenario \"A member that was the primary is forgotten\" {\n", "  play sdam with { uri: \"mongodb://a/?replicaSet=rs\" } as c\n",
                           "  step \"a is the primary\" {\n", "      topologyType: \"ReplicaSetWithPrimary\",\n"})
    EXPECT_NE(made.find(line), std::string::npos) << made;
}

TEST(ToFail, TextsAndNumbers) {
  const std::string made = made_of("f.yml", "description: \"a \\\"b\\\" \\\\ \\n \\x01\"\nuri: mongodb://a\nphases:\n- responses: [[a, {ok: 1.0, x-y: -5, \"\": [1.5, 1e3, -0.25, true, ~], if: {}}]]\n  outcome: {topologyType: Single, servers: {a: {type: Standalone}}}\n");
  EXPECT_NE(made.find("{ ok: 1.0, \"x-y\": -5, \"\": [1.5, 1000.0, -0.25, true, null], if: {} }"), std::string::npos) << made;
  EXPECT_EQ(verdict("made.fail", made), "pass");
}

TEST(ToFail, WhatCannotBeWrittenIsRefused) {
  SourceMap sources;
  diag::Sink sink;
  EXPECT_FALSE(check::to_fail(sources.add("f.yml", "description: d\nuri: mongodb://a\nphases:\n- responses: [[a, {ok: 1, x: .inf}]]\n  outcome: {topologyType: Single, servers: {}}\n"), spec_options(), sources, sink));
  EXPECT_FALSE(check::to_fail(sources.add("g.json", R"({"schemaVersion": "1.0", "tests": []})"), spec_options(), sources, sink));
  EXPECT_EQ(sink.errors(), 2u);
}

TEST(ToFail, OfTheOtherFormats) {
  if (!std::filesystem::is_directory(kUpstream)) GTEST_SKIP() << "the specifications are not at " << kUpstream;
  for (const FormatFolder& format : kFormats)
    for (const auto& path : phase_files(kUpstream / format.upstream, ".yml")) EXPECT_EQ(verdict("made.fail", made_of(path.string(), text_of_file(path))), "pass") << path;
}

TEST(ToFail, OfTheSpecifications) {
  if (!std::filesystem::is_directory(kPhases)) GTEST_SKIP() << "the specifications are not at " << kPhases;
  std::size_t files = 0;
  for (const auto& path : phase_files(kPhases, ".yml")) {
    EXPECT_EQ(verdict("made.fail", made_of(path.string(), text_of_file(path))), "pass") << path;
    ++files;
  }
  EXPECT_GT(files, 100u);
  std::cout << files << " files\n";
}

}  // namespace
}  // namespace failc::testing
