#include "interpreter/report/report.hpp"

#include <gtest/gtest.h>

#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One file with a passing and a failing scenario, full of characters that the formats do not like.
class Reports : public testing::Test {
 protected:
  Reports() {
    sources_.add("sub/kv.fail", "scenario \"a\" {\n  expect x == <1>\n}\n");
    plan_.files = {"sub/kv.fail"};
    plan_.clusters.push_back({.name = "kv", .backend = "agent"});
    for (const char* title : {"a", "it's <\"b\"> & \x01 more"}) {
      plan::Scenario scenario;
      scenario.title = title;
      scenario.id = std::string("sub/kv.fail::") + title;
      scenario.at = {0, 1, 1, 8};
      scenario.clusters = {0};
      plan_.scenarios.push_back(std::move(scenario));
    }
    run_.version = "0.1.0";
    run_.seed = 42;
    run_.started = "2025-01-31T12:00:00Z";
    run_.elapsed = seconds(3);
    run_.repeat = "--seed 42";
    FileRun& file = run_.files.emplace_back();
    file.path = "sub/kv.fail";
    file.journal = ".failc/runs/r";
    file.plan = &plan_;
    file.sources = &sources_;
    file.elapsed = seconds(3);
    file.results.resize(2);
    file.results[0].ended = milliseconds(1500);
    file.results[0].assertions = 2;
    run::ScenarioResult& bad = file.results[1];
    bad.scenario = 1;
    bad.verdict = run::Verdict::fail;
    bad.began = seconds(2);
    bad.ended = seconds(3);
    run::Failure failure;
    failure.at = {0, 2, 3, 6};
    failure.message = "the condition did not hold";
    failure.wanted = "x == <1>";
    failure.seen = {{milliseconds(2980), "x", "\"]]> \x1b[2J\xff\""}};
    failure.active = {"paused kv.server[0]"};
    failure.notes = {"kv.server[1] ended by itself"};
    bad.failure = failure;
    bad.waits = {{{0, 2, 3, 6}, "eventually within 10s: x", milliseconds(9500), seconds(10)}};
    bad.faults = {{"pause kv.server[0]", run::FaultEnd::reverted, "state S"}};
  }
  plan::Plan plan_;
  SourceMap sources_;
  report::Run run_;
  const FileRun& file() { return run_.files.front(); }
};

TEST_F(Reports, CountsByVerdict) {
  run_.files.front().results[0].leaked = {"kv.server[0]"};
  const Counts counts = count(run_);
  EXPECT_EQ(counts.passed, 1u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.leaked, 1u);
}

TEST_F(Reports, AFailureShowsEverythingThatHelps) {
  const std::string text = failure_block(run_, file(), file().results[1], false);
  for (const char* part : {"sub/kv.fail:2:3: the condition did not hold", "    2 |   expect x == <1>\n", "|   ^~~~~~\n", "wanted: x == <1>", "at    980ms  x = ", "paused kv.server[0]",
                           "line 2: 9.5s of 10s (95%)", "note: kv.server[1] ended by itself", "pause kv.server[0]: reverted (state S)", "seed: 42", "journal: .failc/runs/r"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST_F(Reports, TheCommandThatRunsItAgainIsQuotedForAShell) {
  EXPECT_EQ(again(run_, file(), plan_.scenarios[0]), "failc run sub/kv.fail --only a --seed 42");
  EXPECT_EQ(again(run_, file(), plan_.scenarios[1]), "failc run sub/kv.fail --only 'it'\\''s <\"b\"> & \x01 more' --seed 42");
  plan_.scenarios[0].title = "-x";
  EXPECT_EQ(again(run_, file(), plan_.scenarios[0]), "failc run sub/kv.fail --only=-x --seed 42");
}

TEST_F(Reports, NoServersTextMovesTheCursor) {
  const std::string text = failure_block(run_, file(), file().results[1], false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1B[2J\\xFF"), std::string::npos) << text;
}

TEST_F(Reports, APassSaysNothingMoreUnlessSomethingLeaked) {
  EXPECT_EQ(failure_block(run_, file(), file().results[0], false), "");
  run_.files.front().results[0].leaked = {"kv.server[0] still runs"};
  EXPECT_NE(failure_block(run_, file(), file().results[0], false).find("LEAKED: kv.server[0] still runs"), std::string::npos);
}

TEST_F(Reports, SummaryCountsAndColours) {
  EXPECT_NE(summary(run_, false).find("1 passed, 1 failed in 3s, seed 42\n"), std::string::npos) << summary(run_, false);
  EXPECT_NE(summary(run_, true).find("\x1b[31m1 failed\x1b[0m"), std::string::npos);
}

TEST_F(Reports, JunitNamesAreStableAndEscaped) {
  const std::string text = junit(run_);
  EXPECT_NE(text.find("<testsuites name=\"failc\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"3.000\">"), std::string::npos) << text;
  EXPECT_NE(text.find("<testcase classname=\"sub.kv\" name=\"a\" file=\"sub/kv.fail\" line=\"1\" time=\"1.500\" assertions=\"2\">"), std::string::npos) << text;
  EXPECT_NE(text.find("name=\"it's &lt;&quot;b&quot;&gt; &amp;  more\""), std::string::npos) << text;
  for (const char* part : {"<property name=\"seed\" value=\"42\"/>", "<property name=\"backend\" value=\"agent\"/>", "<property name=\"line\" value=\"1\"/>", "<failure type=\"fail\" message=\"the condition did not hold\">"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST_F(Reports, JunitCallsTheEnvironmentAnError) {
  run_.files.front().results[1].verdict = run::Verdict::environment;
  run_.files.front().left_out = {0};
  const std::string text = junit(run_);
  EXPECT_NE(text.find("<error type=\"environment\""), std::string::npos);
  EXPECT_EQ(text.find("<failure"), std::string::npos);
  EXPECT_NE(text.find("errors=\"1\" skipped=\"1\""), std::string::npos) << text;
}

TEST_F(Reports, TapHasABlockForWhatDidNotPass) {
  run_.files.front().left_out = {0};
  const std::string text = tap(run_);
  EXPECT_TRUE(text.starts_with("TAP version 14\n1..3\n")) << text;
  EXPECT_NE(text.find("\nok 1 - sub/kv.fail::a\nnot ok 2 - "), std::string::npos) << text;
  EXPECT_NE(text.find("\n  ---\n  verdict: fail\n  duration_ms: 1000.000\n  message: \"the condition did not hold\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  source: \"  expect x == <1>\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  ...\nok 3 - sub/kv.fail::a # SKIP not run\n"), std::string::npos) << text;
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST_F(Reports, TapDescriptionsBeginNoDirective) {
  plan_.scenarios[0].id = "a # SKIP \\ b\n1..9";
  EXPECT_NE(tap(run_).find("\nok 1 - a \\# SKIP \\\\ b 1..9\n"), std::string::npos) << tap(run_);
}

TEST_F(Reports, TapBailsOutWhereARunWasCutShort) {
  run_.files.front().error = "no agent # here";
  EXPECT_TRUE(tap(run_).ends_with("\nBail out! no agent \\# here\n")) << tap(run_);
  run_.files.clear();
  EXPECT_NE(tap(run_).find("1..0"), std::string::npos);
}

TEST_F(Reports, AnnotationsStandAtTheFailuresPlace) {
  run_.files.front().results[0].leaked = {"a: 50%,\nb"};
  const std::string text = github(run_);
  EXPECT_NE(text.find("::error file=sub/kv.fail,line=2,col=3,title=fail%3A it's <\"b\"> & \\x01 more::the condition did not hold%0Awanted: x == <1>"), std::string::npos) << text;
  EXPECT_NE(text.find("::error file=sub/kv.fail,line=1,col=1,title=leaked%3A a::a: 50%25,%0Ab\n"), std::string::npos) << text;
}

TEST_F(Reports, JsonHoldsRunScenariosFailuresWaitsAndFaults) {
  const auto json = report::json(run_);
  EXPECT_EQ(json["run"]["seed"], 42);
  EXPECT_EQ(json["run"]["failed"], 1);
  ASSERT_EQ(json["scenarios"].size(), 2u);
  EXPECT_EQ(json["scenarios"][0]["failure"], nullptr);
  EXPECT_EQ(json["failures"][0]["scenario"], plan_.scenarios[1].id);
  EXPECT_EQ(json["failures"][0]["at"]["line"], 2);
  EXPECT_EQ(json["waits"][0]["used_ns"], 9500000000);
  EXPECT_EQ(json["faults"][0]["end"], "reverted");
  EXPECT_NO_THROW(static_cast<void>(json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
}

TEST(Text, XmlLeavesOutWhatItCannotHold) {
  EXPECT_EQ(xml_escaped("a\x01\x0b\xef\xbf\xbe<"), "a&lt;");
  EXPECT_EQ(xml_escaped("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(xml_escaped("\xed\xa0\x80").find('\xed'), std::string::npos) << "a surrogate is no character";
  EXPECT_EQ(xml_escaped("h\xc3\xa9 \xf0\x9f\x98\x80"), "h\xc3\xa9 \xf0\x9f\x98\x80");
}

TEST(Text, ShellWords) {
  EXPECT_EQ(shell_quoted("a-b/c.fail"), "a-b/c.fail");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("$(x)"), "'$(x)'");
  EXPECT_EQ(shell_quoted("a'b"), "'a'\\''b'");
}

}  // namespace
}  // namespace failc::report
