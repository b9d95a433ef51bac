// What a run chose, as a file: under another seed it does the same to the same nodes.
#include "interpreter/resolve/schedule.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "grammar/format/format.hpp"
#include "interpreter/eval/eval.hpp"
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

/// A plan with the text that it was made from, which must have no mistake.
struct Checked {
  std::unique_ptr<SourceMap> sources = std::make_unique<SourceMap>();
  std::unique_ptr<plan::Plan> plan;
};

check::Options options_with(std::map<std::string, std::string> params) {
  check::Options options;
  options.final = true;
  options.params = std::move(params);
  check::Capabilities agent;
  agent.name = "agent";
  agent.processes = agent.pause = true;
  options.backends.push_back(agent);
  return options;
}

bool sound(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  return check::check_source(sources.add("test.fail", text), options_with({}), sources, sink).plan != nullptr;
}

Checked checked(const std::string& text, std::map<std::string, std::string> params = {}) {
  Checked out;
  diag::Sink sink;
  out.plan = check::check_source(out.sources->add("test.fail", text), options_with(std::move(params)), *out.sources, sink).plan;
  if (!out.plan) ADD_FAILURE() << text << "\n" << diag::render(sink.all(), *out.sources, diag::Format::text, false);
  return out;
}

/// What a request is about, without what the world decides: "kill kv.app[2]", "put /k on kv.app[1]". Instances of a matrix have clusters of their own: "kv#2".
std::string named(const plan::Plan& plan, const backend::Request& request) {
  struct Name {
    const plan::Plan& plan;
    std::string of(backend::NodeIndex node) const {
      std::string out = plan.nodes[node].name;
      if (const std::size_t mark = out.find('#'); mark != std::string::npos) out.erase(mark, out.find('.', mark) - mark);
      return out;
    }
    std::string operator()(const backend::Launch& r) const { return "launch " + of(r.node); }
    std::string operator()(const backend::Stop& r) const { return "stop " + of(r.node); }
    std::string operator()(const backend::Kill& r) const { return "kill " + of(r.node); }
    std::string operator()(const backend::Pause& r) const { return "pause " + of(r.node); }
    std::string operator()(const backend::Resume& r) const { return "resume " + of(r.node); }
    std::string operator()(const backend::Exec& r) const { return "exec " + of(r.node) + " " + r.argv.back(); }
    std::string operator()(const backend::Http& r) const { return r.method == "PUT" ? "put " + path_of(r) + " on " + of(r.node) : ""; }
    std::string operator()(const backend::Tcp&) const { return ""; }
    std::string operator()(const backend::Drive&) const { return ""; }
    std::string operator()(const backend::ReadNodeFile&) const { return ""; }
  };
  return std::visit(Name{plan}, request);
}

struct Done {
  run::ScenarioResult result;
  std::vector<std::string> requests;  // that change nodes, in order
  std::vector<std::string> writes;    // sorted: those of several workloads come as their questions let them
};

/// `boss` is node 1 for two seconds, and then node 2. `schedules` hear what stands around all scenarios.
Done done(const plan::Plan& plan, std::uint64_t seed, std::uint32_t scenario = 0, resolve::Schedules* schedules = nullptr) {
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant now) -> std::optional<backend::FakeReply> {
    const std::string path = path_of(request);
    if (path == "/boss") return backend::http_reply(200, node_of(request) == (now < 2s ? 1u : 2u) ? "true" : "false");
    if (path == "/up") return backend::http_reply(200, "true");
    return std::nullopt;
  });
  run::Options options;
  options.seed = seed;
  options.scenarios = {scenario};
  journal::MemoryJournal journal;
  run::Progress progress;
  progress.ended = [&](const run::ScenarioResult& result) {
    if (schedules && (result.scenario == run::kSetup || result.scenario == run::kCleanup)) schedules->around(result);
  };
  Done out;
  out.result = std::move(run::run(plan, options, world, journal, progress).front());
  for (const auto& [at, request] : world.requests())
    if (const std::string name = named(plan, request); !name.empty()) (name.starts_with("put") ? out.writes : out.requests).push_back(name);
  std::sort(out.writes.begin(), out.writes.end());
  return out;
}

/// The resolved text of `text` under seed 7, held against everything that it promises.
std::string resolved(const std::string& text, const std::map<std::string, std::string>& params = {}, run::Verdict verdict = run::Verdict::pass) {
  const Checked first = checked(text, params);
  if (!first.plan) return "";
  const Done original = done(*first.plan, 7);
  EXPECT_EQ(original.result.verdict, verdict) << (original.result.failure ? text_of(*original.result.failure) : "");
  resolve::Schedules schedules(*first.plan, *first.sources, "seed 7");
  auto written = schedules.text(original.result);
  if (!written) {
    ADD_FAILURE() << written.error().message;
    return "";
  }
  // What is certain of one run is no mistake of the file.
  if (!sound(*written)) {
    written = schedules.text(original.result, resolve::Form::as_picks);
    EXPECT_NE(written->find("`random N of` a list of N is that list"), std::string::npos);
  }
  const Checked second = checked(*written);
  if (!second.plan) return *written;
  diag::Sink sink;
  const auto formatted = format::format(*second.sources, FileId{0}, sink);
  EXPECT_TRUE(formatted && *formatted == *written) << *written;
  for (const std::uint64_t seed : {1u, 2u, 8u, 99u}) {
    const Done again = done(*second.plan, seed);
    EXPECT_EQ(again.result.verdict, verdict) << *written << (again.result.failure ? text_of(*again.result.failure) : "");
    EXPECT_EQ(again.requests, original.requests) << "seed " << seed << "\n" << *written;
    EXPECT_EQ(again.writes, original.writes) << "seed " << seed << "\n" << *written;
  }
  return *written;
}

std::string resolved_body(const std::string& body, int nodes = 5, run::Verdict verdict = run::Verdict::pass) {
  return resolved(prelude(nodes) + "scenario \"one\" {\n" + body + "\n}\n", {}, verdict);
}

/// The scenario's part.
std::string scenario_of(const std::string& text) { return text.substr(std::min(text.find("\nscenario"), text.size())); }

TEST(Resolve, TheFakeWorldTellsSeedsApart) {
  const Checked plan = checked(prelude(9) + "scenario \"one\" {\n kill (random 3 of kv)\n expect w[0] is running\n}\n");
  EXPECT_NE(done(*plan.plan, 7).requests, done(*plan.plan, 8).requests);
}

TEST(Resolve, RolesPicksAndShares) {
  const std::string text = resolved_body(R"(
  let old = boss of kv
  kill old
  start (random 1 of kv)
  restart (50% of kv)
  stop (2 of kv)
  pause (random 2 of kv) for 100ms
  let some = random 2 of kv
  start some
  start (bosses of kv)
  put "k", "v" on (random 1 of kv)
  exec on (random 1 of kv) ["true"]
  expect w[0] is running)");
  EXPECT_NE(text.find("let old = kv[1]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("restart [kv[0], kv[1], kv[2]]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("stop [kv[0], kv[1]]\n"), std::string::npos) << text;
  for (const char* gone : {"random", "% of", "boss of", "bosses of", " 2 of"}) EXPECT_EQ(scenario_of(text).find(gone), std::string::npos) << gone << text;
  EXPECT_EQ(text.find("stand as they were written"), std::string::npos) << text;
}

TEST(Resolve, ConditionsStillAsk) {
  const std::string text = resolved_body(R"(
  let old = boss of kv
  eventually within 10s: boss of kv != old
  expect (random 1 of kv) is running
  always: count(bosses of kv) <= 1
  sleep 100ms)");
  EXPECT_NE(text.find("eventually within 10s: boss of kv != old"), std::string::npos) << text;
  EXPECT_NE(text.find("always: count(bosses of kv) <= 1"), std::string::npos) << text;
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatChooseDifferentlyAreWrittenOut) {
  const std::string text = resolved_body(R"(
  repeat 4 {
    kill (random 2 of kv)  # a comment
    start kv
  }
  for node in (random 3 of kv) {
    stop node
    kill (random 1 of kv)
    start kv
  }
  for i in [1, 2] {
    repeat 2 { put "k" + string(i), "v" on (random 1 of kv) }
  }
  expect w[0] is running)");
  EXPECT_NE(text.find("for node in random 1 of [kv["), std::string::npos) << text;
  EXPECT_NE(text.find("# a comment"), std::string::npos) << text;
}

TEST(Resolve, WhatIsCertainOfOneRunIsNoMistakeOfTheFile) {
  const std::string body = "\n  stop (random 5 of kv)\n  kill (random 2 of kv)\n  let some = random 2 of kv\n  start some\n  put \"k\", \"v\" on (random 1 of some)\n  expect w[0] is running";
  const std::string text = resolved_body(body);
  EXPECT_NE(text.find("kill (random 2 of [kv["), std::string::npos) << text;
  EXPECT_NE(text.find("random 1 of [kv["), std::string::npos) << text;
  EXPECT_EQ(text.find("stand as they were written"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatChooseTheSameStay) {
  const std::string text = resolved_body(R"(
  repeat 3 {
    restart (40% of kv)
  }
  for node in (random 2 of kv) {
    restart node
  }
  expect w[0] is running)");
  EXPECT_NE(text.find("repeat 3 {\n    restart [kv[0], kv[1]]\n  }"), std::string::npos) << text;
  EXPECT_NE(text.find("for node in [kv["), std::string::npos) << text;
}

TEST(Resolve, BranchesTakeTheSameSide) {
  const std::string text = resolved_body(R"(
  if boss of kv == kv[1] { kill (random 1 of kv) } else { stop (random 1 of kv) }
  sleep 3s
  if boss of kv == kv[1] { kill kv[4] } else if boss of kv == kv[2] { stop (random 1 of kv) }
  expect w[0] is running)");
  EXPECT_EQ(scenario_of(text).find("boss of"), std::string::npos) << text;
}

TEST(Resolve, StepsThatChooseAreWrittenOutWhereTheyAreUsed) {
  const std::string text = resolved(prelude(5) + R"(
step strike victims: nodes, word: string on spare: node {
  let chosen = random 1 of victims
  kill chosen
  start chosen
  put word, "v" on spare
}
step plain node: node { restart node }

# stays
scenario "one" {
  let chosen = kv[0]
  strike kv, "a" on (random 1 of kv)
  strike (random 3 of kv), "b" on chosen
  plain (random 1 of kv)
  expect [for n in kv if n is running: n] == kv
}

# goes with its scenario
scenario "other" {
  expect kv[0] is running
}
)");
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("other"), std::string::npos) << text;
  EXPECT_EQ(text.find("goes with"), std::string::npos) << text;
  EXPECT_NE(text.find("# stays"), std::string::npos) << text;
  EXPECT_NE(text.find("plain kv["), std::string::npos) << text;
}

TEST(Resolve, WorkloadsGetWhatTheirInvocationsDrew) {
  const std::string text = resolved(prelude(5) + R"(
workload spread = put "s" + string(counter), "v" on (random 1 of kv) every 50ms
workload lead = put "l" + string(counter), "v" on (boss of kv) every 500ms
scenario "one" {
  during spread, lead { sleep 4s }
  expect spread.ok > 50
}
)");
  EXPECT_NE(text.find("][min([counter, "), std::string::npos) << text;
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("on (boss of kv)"), std::string::npos) << text;
}

TEST(Resolve, ParamsAreTheirValues) {
  const std::string text = resolved(prelude(3) + R"(
param pause_for: duration = 1s
param words: list = []
scenario "one" {
  sleep pause_for
  kill (random 1 of kv)
  expect w[0] is running
}
)",
                                    {{"pause_for", "2500ms"}});
  EXPECT_NE(text.find("param pause_for: duration = 2500ms\n"), std::string::npos) << text;
}

TEST(Resolve, AnInstanceOfAMatrixHasOneValueForEachAxis) {
  const std::string file = R"(
param size: int = 3
cluster shaped { app[size] }
# of the instances
matrix shapes {
  size: [4, 2]
  how: ["kill", "stop"]
  exclude { size: 2, how: "stop" } because "it takes long"
}
matrix others { word: ["a"] }
workload spread = put "s" + string(counter), "v" on (random 1 of shaped) every 50ms
scenario "one" matrix shapes {
  log how
  kill (random 1 of shaped)
  start shaped
  during spread { sleep 1s }
  expect w[0] is running
}
scenario "other" matrix others {
  log word
  expect w[0] is running
}
)";
  const std::string text = resolved(prelude(5) + file);
  EXPECT_NE(text.find("matrix shapes {\n  size: [4]\n  how: [\"kill\"]\n}"), std::string::npos) << text;
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("others"), std::string::npos) << text;
  const Checked plan = checked(prelude(5) + file);
  resolve::Schedules schedules(*plan.plan, *plan.sources, "seed 7");
  for (std::uint32_t i = 0; i < plan.plan->scenarios.size(); ++i) {
    backend::FakeWorld world;
    run::Options options;
    options.seed = 7;
    options.scenarios = {i};
    journal::MemoryJournal journal;
    const auto results = run::run(*plan.plan, options, world, journal, {});
    const auto written = schedules.text(results.front());
    ASSERT_TRUE(written) << written.error().message;
    const Checked again = checked(*written);
    ASSERT_TRUE(again.plan) << *written;
    ASSERT_EQ(again.plan->scenarios.size(), 1u) << *written;
    EXPECT_EQ(again.plan->scenarios.front().title, plan.plan->scenarios[i].title);
  }
}

TEST(Resolve, WhatStandsAroundEachScenarioIsResolvedToo) {
  const std::string text = resolved(prelude(5) + R"(
before each { restart (random 2 of kv) }
after each { kill (random 1 of kv) }
scenario "one" {
  stop (random 1 of kv)
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("before each {"), std::string::npos) << text;
}

TEST(Resolve, ActorsChooseEachForItself) {
  const std::string text = resolved_body(R"(
  parallel {
    barrier ready of 2
    actor breaker {
      kill (random 2 of [kv[0], kv[1], kv[2]])
      sleep 1s
      await ready within 5s
      stop (random 1 of [kv[3], kv[4]])
    }
    actor writer {
      let target = random 1 of [kv[5], kv[6]]
      await ready within 5s
      pause target for 1s
      for n in random 2 of [kv[6], kv[7], kv[8]] { pause n for 1s }
      expect w[0] is running
    }
  }
)", 9);
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
}

/// The step's own choices stand in a copy of it, one for each call; a call that chooses like the text stays.
TEST(Resolve, ScopedStepsThatChooseGetACopyForEachCall) {
  const std::string text = resolved(prelude(9) + R"(
step broken among: nodes scoped {
  do { pause (random 1 of among) }
  undo { resume among }
}
step marked n: node scoped {
  do { put "/mark", "1" on n }
  undo { put "/mark", "0" on n }
}
scenario "one" {
  broken kv { expect w[0] is running }
  marked (random 1 of kv)
  broken kv
  kill (random 1 of kv)
  expect w[0] is running
}
)");
  EXPECT_EQ(scenario_of(text).find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("step broken_1 "), std::string::npos) << text;
  EXPECT_NE(text.find("step broken_2 "), std::string::npos) << text;
  EXPECT_EQ(text.find("step marked_"), std::string::npos) << text;
}

/// The file's cleanup chooses last, so what it chose is known when all are done.
TEST(Resolve, WhatStandsAroundAllScenariosIsResolvedToo) {
  const std::string file = prelude(5) + R"(
setup { restart (random 2 of kv) }
cleanup { kill (random 1 of kv) }
scenario "one" {
  stop (random 1 of kv)
  expect w[0] is running
}
scenario "two" {
  pause (random 1 of kv) for 1s
  expect w[0] is running
}
)";
  const Checked first = checked(file);
  ASSERT_TRUE(first.plan);
  resolve::Schedules schedules(*first.plan, *first.sources, "seed 7");
  const Done original = done(*first.plan, 7, 1, &schedules);
  ASSERT_EQ(original.result.verdict, run::Verdict::pass);
  const auto text = schedules.text(original.result);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->find("random"), std::string::npos) << *text;
  EXPECT_EQ(text->find("scenario \"one\""), std::string::npos) << *text;
  const Checked second = checked(*text);
  ASSERT_TRUE(second.plan) << *text;
  for (const std::uint64_t seed : {1u, 8u, 99u}) EXPECT_EQ(done(*second.plan, seed).requests, original.requests) << *text;
}

/// No choice is left, but for the roles of components and conditions, and lists that are picked whole.
void expect_no_choice(const std::string& text) {
  for (const char* gone : {"1 of kv", "2 of kv", "1 of (bosses", "3 of (bosses", "kill (boss", "in bosses", "if boss", "% of", "as they were written"}) EXPECT_EQ(scenario_of(text).find(gone), std::string::npos) << gone << "\n" << text;
}

TEST(Resolve, WhatWasNotReachedIsALogLine) {
  const std::string text = resolved_body(R"(
  kill (random 1 of kv)
  expect w[0] is stopped
  kill (random 1 of kv)
  let some = random 1 of kv
  start some
  expect (random 1 of kv) is running
  start kv
  cleanup { start some }
  for n in (random 2 of kv) { stop n }
  repeat 3 { stop (boss of kv) }
  put "k", "v" on w[0])",
                                         5, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("  log \"line 26 was not reached\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  start kv\n"), std::string::npos) << text;  // it chooses nothing
  EXPECT_NE(text.find("  put \"k\", \"v\" on w[0]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("repeat 3 {"), std::string::npos) << text;
}

TEST(Resolve, BranchesThatWereNotTaken) {
  const std::string text = resolved_body(R"(
  if kv[0] is running { kill (random 1 of kv) } else { stop (random 1 of kv) }
  if kv[4] is paused {
    kill (boss of kv)
    expect w[0] is running
  } else if w[0] is running { start kv } else { kill (2 of kv) }
  repeat 2 { if kv[0] is stopped { kill (random 1 of kv) } }
  expect w[0] is running)");
  expect_no_choice(text);
  EXPECT_NE(text.find("was not reached"), std::string::npos) << text;
}

TEST(Resolve, WhatFoundNobodyAsksWhetherThereIsSomebody) {
  const std::string lacking = "scenario \"one\" {\n  kill [kv[1], kv[2]]\n  sleep 3s\n  kill (boss of kv)\n  expect w[0] is running\n}\n";
  const std::string text = resolved(prelude(5) + lacking, {}, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("found nothing to choose\n  eventually within 4s: count(boss of kv) >= 1\n"), std::string::npos) << text;
  // Nor is a pick of more than there are, or of a set that is empty.
  for (const char* step : {"kill (random 3 of (bosses of kv))", "kill (bosses of kv)", "for n in bosses of kv { kill n }", "let x = random 1 of (bosses of kv)\n  kill x",
                           "if boss of kv == kv[3] { kill kv[3] }"}) {
    expect_no_choice(resolved_body(std::string("  kill [kv[1], kv[2]]\n  sleep 3s\n  ") + step + "\n  expect w[0] is running", 5, run::Verdict::fail));
  }
}

TEST(Resolve, AnArgumentThatIsNotKnownInPartsIsWrittenAsAWhole) {
  // The role is not asked for; each element picks for itself.
  const std::string text = resolved_body(R"(
  if kv[0] is stopped and boss of kv == kv[1] { kill kv[3] } else { kill kv[4] }
  let some = [for n in [kv[1], kv[2], kv[3]]: random 1 of [n, kv[0]]]
  stop some[0][0]
  log choose(kv[0] is stopped, string(count(random 1 of kv)), "none")
  expect w[0] is running)");
  expect_no_choice(text);
  EXPECT_NE(text.find("if false {"), std::string::npos) << text;
}

TEST(Resolve, ChecksAndDefinitionsThatPick) {
  const std::string text = resolved(prelude(5) + R"(
define victim of_these: nodes, word: string = random 1 of of_these
define leader = boss of kv
check up_in of_these: nodes = every n in (random 2 of of_these): n is running
workload spread = put "s" + string(counter), "v" on victim(kv, "x") every 50ms
scenario "one" {
  kill victim(kv, "a")
  start kv
  stop leader()
  start kv
  during spread { sleep 1s }
  eventually within 5s: up_in(kv)
  if kv[0] is paused { kill victim(kv, "b") }
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("boss of"), std::string::npos) << text;
}

TEST(Resolve, StepsThatNothingCallsAnyMoreGo) {
  const std::string text = resolved(prelude(5) + R"(
# goes
step strike victims: nodes { kill (random 1 of victims) }
step twice victims: nodes {
  strike victims
  start kv
  strike victims
}
step plain node: node { restart node }
scenario "one" {
  twice kv
  start kv
  if kv[0] is paused { twice [kv[1], kv[2]] }
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_EQ(text.find("# goes"), std::string::npos) << text;
  EXPECT_NE(text.find("step plain "), std::string::npos) << text;
}

TEST(Resolve, WorkloadsOfInvocationsThatFoundNobody) {
  const std::string text = resolved(prelude(5) + R"(
workload lead = put "l" + string(counter), "v" on (boss of kv) every 100ms
workload never_run = put "n" + string(counter), "v" on (random 1 of kv) every 100ms
workload nobody = put "o" + string(counter), "v" on (random 1 of (bosses of w)) every 100ms
scenario "one" {
  during lead, nobody {
    sleep 500ms
    kill [kv[1], kv[2]]
    sleep 3s
    start kv
    sleep 1s
  }
  if kv[0] is paused { during never_run { sleep 1s } }
  expect lead.failed > 5
  expect nobody.ok == 0
  expect w[0] is running
}
)");
  EXPECT_EQ(text.find("random"), std::string::npos) << text;
  EXPECT_NE(text.find("]["), std::string::npos) << text;
  EXPECT_NE(text.find("on [][counter] every"), std::string::npos) << text;
}

TEST(Resolve, RoundsThatWereNotBegunAreOneLoop) {
  const std::string text = resolved_body(R"(
  for n in kv {
    put "k", "v" on (random 1 of [kv[0], kv[1]])
    expect n is running
    kill kv[2]
  }
  expect w[0] is running)",
                                         5, run::Verdict::fail);
  expect_no_choice(text);
  EXPECT_NE(text.find("for n in random 2 of [kv[3], kv[4]] {"), std::string::npos) << text;
}

TEST(Resolve, WhatChoseTooOftenIsNotWritten) {
  const Checked plan = checked(prelude(5) + "scenario \"one\" {\n  let some = random 2 of kv\n  expect w[0] is running\n}\n");
  Done original = done(*plan.plan, 7);
  original.result.choices.resize(run::kMostChoices);
  resolve::Schedules schedules(*plan.plan, *plan.sources, "seed 7");
  const auto text = schedules.text(original.result);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("200000 times"), std::string::npos) << text.error().message;
}

/// Files in a folder that goes with the test.
class Folder {
 public:
  Folder() : path(std::filesystem::temp_directory_path() / ("failc-resolve-" + std::to_string(::getpid()))) { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  const std::filesystem::path path;
};

/// The resolved text of the scenario of a file, and whether it does the same under other seeds.
std::string resolved_file(const Folder& folder, const std::string& file, std::uint32_t scenario = 0) {
  SourceMap sources;
  diag::Sink sink;
  const auto plan = check::check_file((folder.path / file).string(), options_with({}), sources, sink).plan;
  if (!plan) {
    ADD_FAILURE() << diag::render(sink.all(), sources, diag::Format::text, false);
    return "";
  }
  const Done original = done(*plan, 7, scenario);
  EXPECT_EQ(original.result.verdict, run::Verdict::pass) << (original.result.failure ? text_of(*original.result.failure) : "");
  resolve::Schedules schedules(*plan, sources, "seed 7");
  const auto text = schedules.text(original.result);
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return "";
  }
  const Checked again = checked(*text);
  if (!again.plan) return *text;
  EXPECT_EQ(again.plan->scenarios.size(), 1u) << *text;
  EXPECT_EQ(again.plan->scenarios.front().title, plan->scenarios[scenario].title);
  for (const std::uint64_t seed : {1u, 8u}) {
    const Done second = done(*again.plan, seed);
    EXPECT_EQ(second.requests, original.requests) << *text;
    EXPECT_EQ(second.writes, original.writes) << *text;
  }
  return *text;
}

TEST(Resolve, MatricesAndWorkloadsOfUsedFiles) {
  const Folder folder;
  folder.write("used.fail", prelude(5) + R"(
param size: int = 3
cluster shaped { app[size] }
matrix shapes { size: [4, 2] }
workload spread = put "s" + string(counter), "v" on (random 1 of kv) every 50ms
step loaded { during spread { sleep 1s } }
)");
  folder.write("main.fail", R"(use "used.fail"
workload spread_1 = put "t" + string(counter), "v" on kv[0] every 50ms
scenario "one" matrix shapes {
  kill (random 1 of shaped)
  start shaped
  during spread, spread_1 { sleep 1s }
  loaded
  expect spread.ok > 10
}
)");
  for (const std::uint32_t instance : {0u, 1u}) {
    const std::string text = resolved_file(folder, "main.fail", instance);
    EXPECT_EQ(text.find("random"), std::string::npos) << text;
    EXPECT_NE(text.find("matrix shapes_1 {"), std::string::npos) << text;
    EXPECT_NE(text.find("workload spread_2 = "), std::string::npos) << text;
    EXPECT_NE(text.find("expect spread_2.ok > 10"), std::string::npos) << text;
  }
}

TEST(Resolve, NamesOfFilesAreWholePaths) {
  const Folder files;
  const std::string folder = files.path.string();
  std::ofstream(folder + "/used.fail") << "step strike on victim: node {\n  kill victim\n  start (random 1 of [victim, victim])\n}\n";
  std::ofstream(folder + "/main.fail") << "use \"used.fail\"\n" + prelude(3) + "scenario \"one\" {\n  strike on kv[1]\n  log text_file(\"used.fail\")\n  expect w[0] is running\n}\n";
  SourceMap sources;
  diag::Sink sink;
  const auto plan = check::check_file(folder + "/main.fail", options_with({}), sources, sink).plan;
  ASSERT_TRUE(plan) << diag::render(sink.all(), sources, diag::Format::text, false);
  resolve::Schedules schedules(*plan, sources, "seed 7");
  const auto text = schedules.text(done(*plan, 7).result);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("use \"" + folder + "/used.fail\""), std::string::npos) << *text;
  EXPECT_NE(text->find("text_file(\"" + folder + "/used.fail\")"), std::string::npos) << *text;
  checked(*text);
}

}  // namespace
}  // namespace failc::testing
