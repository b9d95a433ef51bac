// What is reported from a journal is what the run itself reports, and of a run that was killed what there was.
#include <algorithm>
#include <sstream>

#include "interpreter/report/events.hpp"
#include "interpreter/report/from_journal.hpp"
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

using backend::FakeReply;
using backend::Instant;
using backend::Request;
using Json = nlohmann::ordered_json;

const char* const kScenarios = R"(
scenario "passes" tags [quick, "a b"] {
  log "<b>& héllo"
  expect up(kv[0]) == true
}
scenario "fails # 1 \\ <i>" {
  cleanup { expect up(kv[2]) == false }
  pause kv[1] { eventually within 300ms: boss_here(kv[0]) == true }
}
scenario "undecided" { expect boss_here(kv[1]) == true }
scenario "leaks" { expect up(kv[0]) == true }
scenario "left out" { expect up(kv[0]) == true }
)";

/// A run of all but the last of them, as its session would write it.
class Restored : public ::testing::Test {
 protected:
  void SetUp() override {
    plan_ = plan_of(kScenarios);
    ASSERT_TRUE(plan_);
    sources_.add("test.fail", prelude(3) + kScenarios);
    run_.version = "1.2.3";
    run_.seed = 77;
    run_.started = "2025-01-31T12:00:00Z";
    run_.repeat = "--seed 77";
    report::FileRun& file = run_.files.emplace_back();
    file.path = "test.fail";
    file.journal = "j/1-test";
    file.plan = plan_.get();
    file.sources = &sources_;
    run::Options options;
    options.scenarios = {0, 1, 2, 3, 4};
    journal::MemoryJournal journal;
    Json first = {{"at", 0}, {"kind", "run"}, {"format", journal::kFormat}, {"failc", run_.version}, {"started", run_.started}, {"seed", run_.seed}, {"plan", plan::hash(*plan_)}};
    journal::Record told;
    report::put_told(told, run_, file, options.scenarios);
    first.update(Json::parse(told.finish()));
    static_cast<void>(journal.append(first, true));
    options.scenarios.pop_back();
    file.left_out = {4};
    backend::FakeWorld world;
    int scenario = 0;
    world.on_request([&](const Request& request, Instant) -> std::optional<FakeReply> {
      if (path_of(request) == "/boss") return node_of(request) == 1 ? backend::not_sent("refused") : backend::http_reply(200, "\"</pre><script>\"");
      const bool ends = std::holds_alternative<backend::Stop>(request) || std::holds_alternative<backend::Kill>(request);
      if (ends && scenario == 4) return FakeReply{backend::Delivery::interrupted, {}, "no answer", 1ms};
      return std::nullopt;
    });
    run::Progress progress;
    progress.began = [&](const plan::Scenario&) { ++scenario; };
    file.results = run::run(*plan_, options, world, journal, progress);
    file.elapsed = world.now();
    static_cast<void>(journal.append({{"at", file.elapsed.count()}, {"kind", "left"}, {"verdict", "fail"}, {"error", ""}, {"not_run", Json::array({plan_->scenarios[4].id})}, {"leaked", Json::array()}}, true));
    lines_ = journal.lines;
  }

  Result<journal::Contents> contents(std::size_t lines) const {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += lines_[i] + "\n";
    std::istringstream in(text);
    return journal::parse(in, "j");
  }

  std::unique_ptr<plan::Plan> plan_;
  SourceMap sources_;
  report::Run run_;
  std::vector<std::string> lines_;
};

TEST_F(Restored, EveryReportIsTheSameByteForByte) {
  using run::Verdict;
  std::vector<Verdict> verdicts;
  for (const auto& result : run_.files[0].results) verdicts.push_back(result.verdict);
  EXPECT_EQ(verdicts, (std::vector<Verdict>{Verdict::pass, Verdict::fail, Verdict::inconclusive, Verdict::pass}));
  EXPECT_FALSE(run_.files[0].results[3].leaked.empty());
  EXPECT_FALSE(run_.files[0].results[1].later.empty());
  const auto all = contents(lines_.size());
  ASSERT_TRUE(all) << all.error().message;
  report::Restored restored;
  const Status added = report::add_session(restored, *all, "j");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(report::junit(restored.run), report::junit(run_));
  EXPECT_EQ(report::tap(restored.run), report::tap(run_));
  EXPECT_EQ(report::github(restored.run), report::github(run_));
  EXPECT_EQ(report::json(restored.run).dump(1), report::json(run_).dump(1));
  const auto records = [&](const std::string& folder) {
    EXPECT_EQ(folder, "j/1-test");
    return all->records;
  };
  EXPECT_EQ(report::html(restored.run, records), report::html(run_, records));
  for (std::size_t i = 0; i < run_.files[0].results.size(); ++i)
    EXPECT_EQ(report::failure_block(restored.run, restored.run.files[0], restored.run.files[0].results[i], false), report::failure_block(run_, run_.files[0], run_.files[0].results[i], false));
}

TEST_F(Restored, ADeathBehindAnyRecordIsSaid) {
  for (std::size_t lines = 1; lines < lines_.size(); ++lines) {
    const auto some = contents(lines);
    ASSERT_TRUE(some);
    report::Restored restored;
    ASSERT_TRUE(report::add_session(restored, *some, "j"));
    const report::FileRun& file = restored.run.files[0];
    EXPECT_NE(file.error.find("was killed behind record " + std::to_string(lines)), std::string::npos) << file.error;
    EXPECT_EQ(file.results.size() + file.left_out.size(), 5u) << lines;
    for (std::size_t i = 0; i < file.results.size(); ++i) {
      const bool whole = i < run_.files[0].results.size() && i + 1 < file.results.size();
      if (whole) {
        EXPECT_EQ(file.results[i].verdict, run_.files[0].results[i].verdict) << lines;
      }
    }
    EXPECT_NE(report::tap(restored.run).find("\nBail out! the run was killed"), std::string::npos);
    EXPECT_NE(report::junit(restored.run).find("was killed"), std::string::npos);
    EXPECT_NE(report::github(restored.run).find("was killed"), std::string::npos);
  }
}

TEST_F(Restored, OneThatWasRunningIsInterruptedUnlessItHadFailed) {
  std::size_t failed = 0;
  while (failed < lines_.size() && lines_[failed].find("\"kind\":\"failure\"") == std::string::npos) ++failed;
  ASSERT_LT(failed, lines_.size());
  for (const auto& [lines, verdict] : {std::pair(failed, run::Verdict::interrupted), std::pair(failed + 1, run::Verdict::fail)}) {
    report::Restored restored;
    ASSERT_TRUE(report::add_session(restored, *contents(lines), "j"));
    const run::ScenarioResult& last = restored.run.files[0].results.back();
    EXPECT_EQ(last.verdict, verdict);
    ASSERT_TRUE(last.failure);
    EXPECT_EQ(last.later.size(), verdict == run::Verdict::fail ? 1u : 0u);
  }
}

TEST_F(Restored, WhatIsNoJournalOfARunIsRefused) {
  report::Restored restored;
  for (const char* key : {"sources", "told", "path", "folder", "plan", "seed", "failc", "started", "repeat", "format"}) {
    auto all = contents(lines_.size());
    ASSERT_TRUE(all);
    all->records[0].erase(key);
    EXPECT_FALSE(report::add_session(restored, *all, "j")) << key;
    all->records[0][key] = -1.5;
    EXPECT_FALSE(report::add_session(restored, *all, "j")) << key;
  }
  auto all = contents(lines_.size());
  all->records.front()["format"] = 1;
  const Status old = report::add_session(restored, *all, "j");
  ASSERT_FALSE(old);
  EXPECT_NE(old.error().message.find("older failc"), std::string::npos);
  for (std::size_t i = 1; i < all->records.size(); ++i) {
    auto broken = contents(lines_.size());
    const std::string kind = broken->records[i]["kind"];
    if (kind != "verdict" && kind != "failure" && kind != "scenario" && kind != "wait") continue;
    const Json record = broken->records[i];
    for (const auto& [key, value] : record.items()) {
      if (key == "n" || key == "kind" || key == "seconds" || (kind == "scenario" && key != "id") || (kind == "wait" && key == "held") || (kind == "failure" && key == "later") ||
          (kind == "verdict" && key == "id"))
        continue;
      broken->records[i][key] = Json::object({{"no", "such"}});
      const Status added = report::add_session(restored, *broken, "j");
      ASSERT_FALSE(added) << kind << " " << key;
      EXPECT_NE(added.error().message.find("line " + std::to_string(i + 1)), std::string::npos) << added.error().message;
      broken->records[i][key] = value;
    }
  }
  EXPECT_TRUE(restored.run.files.empty());
  EXPECT_TRUE(restored.plans.empty());
}

TEST_F(Restored, EventsAreLinesOfOneVersion) {
  report::Events events;
  std::vector<std::string> names;
  const auto all = contents(lines_.size());
  for (const auto& record : all->records) {
    const auto line = events.of(record);
    if (!line) continue;
    EXPECT_EQ(line->find('\n'), std::string::npos);
    const Json event = Json::parse(*line);
    EXPECT_EQ(event["v"], report::kEventsVersion);
    EXPECT_TRUE(event.contains("at_ns"));
    names.push_back(event["event"]);
    if (names.back() == "step" || names.back() == "failure" || names.back() == "scenario_ended") {
      EXPECT_TRUE(event.contains("scenario")) << *line;
    }
  }
  EXPECT_EQ(names.front(), "file_began");
  EXPECT_EQ(names.back(), "file_ended");
  EXPECT_EQ(std::count(names.begin(), names.end(), "scenario_began"), 4);
  EXPECT_EQ(std::count(names.begin(), names.end(), "scenario_ended"), 4);
  for (const char* name : {"step", "fault", "fault_ended", "sample", "wait", "log", "failure", "leaked"}) EXPECT_GT(std::count(names.begin(), names.end(), name), 0) << name;
  EXPECT_EQ(Json::parse(report::run_ended(run_))["inconclusive"], 1);
}

TEST_F(Restored, ThePageIsEscapedAndNeedsNothing) {
  const auto all = contents(lines_.size());
  const std::string page = report::html(run_, [&](const std::string&) { return all->records; });
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>&"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  for (const char* part : {"&lt;b&gt;&amp; héllo", "fails # 1 \\ &lt;i&gt;", "eventually within 300ms: boss_here(kv[0]) == true", "class=\"v inconclusive\"", "pause kv.app[1]", "LEAKED", "left out"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace failc::testing
