// What stands around scenarios: before and after each, setup and cleanup, and the clusters that are up all the time.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

struct AllRan {
  std::vector<run::ScenarioResult> results;
  std::vector<std::string> journal, messages;
};

AllRan run_all(const plan::Plan& plan, backend::FakeWorld& world, run::Options options = {}) {
  AllRan ran;
  if (options.scenarios.empty())
    for (std::uint32_t i = 0; i < plan.scenarios.size(); ++i) options.scenarios.push_back(i);
  journal::MemoryJournal journal;
  run::Progress progress;
  progress.message = [&](const std::string& text) { ran.messages.push_back(text); };
  ran.results = run::run(plan, options, world, journal, progress);
  ran.journal = std::move(journal.lines);
  return ran;
}

std::size_t launches(const backend::FakeWorld& world, backend::NodeIndex node) {
  std::size_t count = 0;
  for (const auto& [at, request] : world.requests())
    if (const auto* launch = std::get_if<backend::Launch>(&request)) count += launch->node == node;
  return count;
}

std::vector<run::Verdict> verdicts(const AllRan& ran) {
  std::vector<run::Verdict> out;
  for (const run::ScenarioResult& one : ran.results) out.push_back(one.verdict);
  return out;
}

using enum run::Verdict;
const std::vector<run::Verdict> kTwoPass{pass, pass};

TEST(Each, IsBeforeAndAfterEveryScenario) {
  const auto plan = plan_of("before each { log \"before\" }\nafter each { log \"after\" }\n"
                            "scenario \"a\" { cleanup { log \"own\" }\nlog \"a\"\nexpect kv is running }\nscenario \"b\" { log \"b\"\nexpect kv is stopped }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), (std::vector<run::Verdict>{pass, fail}));
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"before", "a", "own", "after", "before", "b", "after"}));
}

TEST(Each, AfterRunsWhereBeforeFailed) {
  const auto plan = plan_of("before each { expect kv is stopped }\nafter each { log \"after\" }\nscenario \"a\" { log \"a\"\nexpect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), (std::vector<run::Verdict>{fail}));
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"after"}));
}

TEST(Each, ItsClustersAreEveryScenarios) {
  const auto plan = plan_of("before each { expect w[0] is running }\nscenario \"a\" { expect kv is running }\nscenario \"b\" { expect kv is running }\n");
  ASSERT_TRUE(plan);
  for (const plan::Scenario& each : plan->scenarios) EXPECT_EQ(each.clusters.size(), 2u);
  backend::FakeWorld world;
  EXPECT_EQ(verdicts(run_all(*plan, world)), kTwoPass);
  EXPECT_EQ(launches(world, 3), 2u);
}

TEST(Each, CountsIntoTheWorstCase) {
  const auto with = plan_of("before each { sleep 2s because \"x\" }\nafter each { sleep 3s because \"x\" }\nscenario \"a\" { expect kv is running }\n");
  const auto without = plan_of("scenario \"a\" { expect kv is running }\n");
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->scenarios[0].worst_case() - without->scenarios[0].worst_case(), 5s);
  backend::FakeWorld world(backend::FakeMode::late);
  EXPECT_EQ(verdicts(run_all(*with, world)), (std::vector<run::Verdict>{pass}));
  EXPECT_LE(world.now(), with->scenarios[0].worst_case());
}

TEST(Each, LeavesTheDrawsOfItsScenarioAlone) {
  const char* text = "scenario \"a\" { for n in (random 1 of kv) { log n.name }\nexpect kv is running }\n";
  const auto with = plan_of(std::string("before each { for n in (random 1 of kv) { log n.name } }\n") + text);
  const auto without = plan_of(text);
  ASSERT_TRUE(with && without);
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    run::Options options;
    options.seed = seed;
    backend::FakeWorld one, other;
    EXPECT_EQ(run_all(*with, one, options).messages.back(), run_all(*without, other, options).messages.back());
  }
}

const char* kShared = "setup { log \"setup\"\nexpect kv is running }\ncleanup { log \"cleanup\" }\n";

TEST(Around, IsOnceAndItsClusterIsShared) {
  const auto plan = plan_of(std::string(kShared) + "scenario \"a\" { log \"a\"\nexpect kv is running and w is running }\nscenario \"b\" { log \"b\"\nexpect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), kTwoPass);
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"setup", "a", "b", "cleanup"}));
  for (backend::NodeIndex node = 0; node < 4; ++node) EXPECT_EQ(launches(world, node), 1u) << node;
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(Around, ANodeThatWasLeftStoppedIsStartedAgain) {
  const auto plan = plan_of(std::string(kShared) + "scenario \"a\" { kill kv[1]\nexpect kv[1] is stopped }\nscenario \"b\" { expect kv is running\nexpect count(log_lines(kv[1], r\"x\")) == 0 }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), kTwoPass);
  EXPECT_EQ(launches(world, 1), 2u);
  EXPECT_EQ(launches(world, 0), 1u);
  EXPECT_NE(std::find(ran.messages.begin(), ran.messages.end(), "kv.app[1] was left stopped: it is started again"), ran.messages.end());
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(Around, WhatSetupDidNotManageIsSaidOfEveryScenario) {
  for (const bool environment : {false, true}) {
    const auto plan = plan_of("setup { expect boss_here(kv[0]) == true }\ncleanup { log \"cleanup\" }\nscenario \"a\" { log \"a\"\nexpect kv is running }\nscenario \"b\" expect fails { expect kv is stopped }\n");
    ASSERT_TRUE(plan);
    backend::FakeWorld world;
    world.on_request([=](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
      if (path_of(request) == (environment ? "/up" : "/boss")) return backend::http_reply(200, "false", 1ms);
      return std::nullopt;
    });
    const AllRan ran = run_all(*plan, world);
    const run::Verdict wanted = environment ? run::Verdict::environment : fail;
    EXPECT_EQ(verdicts(ran), (std::vector<run::Verdict>{wanted, wanted, wanted}));
    EXPECT_EQ(ran.results[0].scenario, run::kSetup);
    EXPECT_NE(ran.results[1].failure->message.find("the file's setup did not succeed"), std::string::npos);
    EXPECT_FALSE(ran.results[2].expected_failure);
    EXPECT_EQ(ran.messages, (std::vector<std::string>{"cleanup"}));
    EXPECT_EQ(world.running_count(), 0u);
  }
}

TEST(Around, AFailureOfItsCleanupIsAResult) {
  const auto plan = plan_of("cleanup { expect kv is stopped }\nscenario \"a\" { expect w is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), (std::vector<run::Verdict>{pass, fail}));
  EXPECT_EQ(ran.results[1].scenario, run::kCleanup);
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(Around, NothingIsBroughtUpForWhatIsSkipped) {
  const auto plan = plan_of(std::string(kShared) + "scenario \"a\" skip \"later\" { expect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  EXPECT_EQ(verdicts(run_all(*plan, world)), (std::vector<run::Verdict>{skipped}));
  EXPECT_TRUE(world.requests().empty());
}

TEST(Around, IsUndoneWheneverItIsInterrupted) {
  const auto plan = plan_of(std::string(kShared) + "scenario \"a\" { kill kv[1]\npause kv[0]\nput \"a\", \"b\" on kv[2]\nexpect w is running }\nscenario \"b\" { expect up(kv[0]) == true }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld whole;
  run_all(*plan, whole);
  for (std::uint64_t event = 0; event < whole.events(); ++event) {
    backend::FakeWorld world;
    world.interrupt_at_event(event);
    const AllRan ran = run_all(*plan, world);
    EXPECT_EQ(world.running_count(), 0u) << "at event " << event;
    EXPECT_EQ(world.paused_count(), 0u) << "at event " << event;
    for (const run::ScenarioResult& one : ran.results) EXPECT_TRUE(one.leaked.empty());
  }
}

TEST(Around, TheSameSeedWritesTheSameJournal) {
  const auto plan = plan_of(std::string(kShared) + "scenario \"a\" { kill (random 1 of kv)\nexpect w is running }\nscenario \"b\" { expect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld one, other;
  EXPECT_EQ(run_all(*plan, one).journal, run_all(*plan, other).journal);
}

TEST(Sometimes, IsJudgedOverAllItsPlaces) {
  const auto plan = plan_of("scenario \"a\" { for n in kv { sometimes \"the second\": n == kv[1] }\nsometimes \"stopped\": kv[0] is stopped\nexpect kv is running }\n"
                            "scenario \"b\" { kill kv[0]\nsometimes \"stopped\": kv[0] is stopped\nexpect kv[1] is running }\n"
                            "scenario \"c\" { sometimes \"paused\": kv[0] is paused\nif kv[0] is stopped { sometimes \"reached\": kv is running }\nexpect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  EXPECT_EQ(verdicts(ran), (std::vector<run::Verdict>{pass, pass, pass}));
  const std::vector<run::Property> all = run::properties(*plan, {0, 1, 2}, ran.results);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(text_of(all[0]), "it was true 1 of 3 times");
  EXPECT_EQ(text_of(all[1]), "it was true 1 of 2 times");
  EXPECT_TRUE(all[2].failed());
  EXPECT_EQ(text_of(all[2]), "it was never true; it was asked once");
  EXPECT_TRUE(all[3].failed());
  EXPECT_EQ(text_of(all[3]), "it was never reached");
  EXPECT_EQ(all[3].text, "sometimes \"reached\": kv is running");

  run::Options first;
  first.scenarios = {0};
  backend::FakeWorld again;
  const std::vector<run::Property> some = run::properties(*plan, {0}, run_all(*plan, again, first).results);
  ASSERT_EQ(some.size(), 2u) << "what is not selected does not count";
  EXPECT_TRUE(some[1].failed());
}

TEST(Sometimes, IsNotJudgedWhereItsScenarioCouldNotRun) {
  const auto plan = plan_of("scenario \"a\" { sometimes \"it\": kv[0] is stopped\nexpect kv is running }\nscenario \"b\" skip \"later\" { sometimes \"other\": kv is running\nexpect kv is running }\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const backend::Request& request, backend::Instant) -> std::optional<backend::FakeReply> {
    return path_of(request) == "/up" ? std::optional(backend::http_reply(200, "false", 1ms)) : std::nullopt;
  });
  const std::vector<run::Property> all = run::properties(*plan, {0, 1}, run_all(*plan, world).results);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].judged);
  EXPECT_FALSE(all[0].failed());
}

TEST(Matrix, EachInstanceHasItsOwnClusterAndValues) {
  const auto plan = plan_of("param size: int = 1\ncluster c { app[size] with { speed: size } }\nworkload w2 = put \"k\", string(size) on c[size - 1] every 100ms\n"
                            "matrix m { size: 1..3; how: [\"kill\", \"stop\"]; exclude { size: 1, how: \"stop\" } because \"there is nothing to see\" }\n"
                            "scenario \"s\" matrix m { log how, count(c), c[size - 1].name\nduring w2 { sleep 1s because \"load\" }\nexpect w2.ok > 0 and c is running }\nscenario \"t\" { log count(c)\nexpect c is running }\n");
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->scenarios.size(), 6u);
  EXPECT_EQ(plan->scenarios[1].id, "test.fail::s[size=2,how=kill]");
  EXPECT_EQ(plan->scenarios[1].base, "s");
  ASSERT_EQ(plan->scenarios[1].axes.size(), 2u);
  EXPECT_EQ(plan->clusters.size(), 5u) << "kv, w, c, and c of two and three nodes";
  const auto back = plan::from_json(plan::to_json(*plan));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(plan::hash(*back), plan::hash(*plan));
  backend::FakeWorld world;
  const AllRan ran = run_all(*plan, world);
  for (const run::ScenarioResult& one : ran.results) EXPECT_EQ(one.verdict, pass) << (one.failure ? text_of(*one.failure) : "");
  EXPECT_EQ(ran.messages, (std::vector<std::string>{"kill 1 c.app[0]", "kill 2 c#2.app[1]", "stop 2 c#2.app[1]", "kill 3 c#3.app[2]", "stop 3 c#3.app[2]", "1"}));
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(Matrix, BoundsAreThoseOfTheInstance) {
  const auto plan = plan_of("param grace: duration = 1s\ncheck answers n: node = up2(n) == true\n"
                            "component own { run [\"own\", string(grace)]; ready within grace: up2(node) == true; stop within grace\nquery up2 on node within grace { http GET \"http://x/up\" } }\n"
                            "cluster o { own[2] }\nmatrix m { grace: [1s, 5s] }\n"
                            "scenario \"s\" matrix m { for n in o { expect up2(n) == true }\nexpect every n in o: answers(n) }\n");
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->scenarios.size(), 2u);
  EXPECT_EQ(plan->scenarios[0].worst_case(), 1s + 4 * 1s + 1s + 5s);
  EXPECT_EQ(plan->scenarios[1].worst_case(), 5s + 4 * 5s + 5s + 5s);
  for (std::uint32_t i = 0; i < 2; ++i) {
    run::Options options;
    options.scenarios = {i};
    backend::FakeWorld world;
    EXPECT_EQ(verdicts(run_all(*plan, world, options)), (std::vector<run::Verdict>{pass}));
    const auto launch = std::find_if(world.requests().begin(), world.requests().end(), [](const auto& each) { return std::holds_alternative<backend::Launch>(each.second); });
    ASSERT_NE(launch, world.requests().end());
    EXPECT_EQ(std::get<backend::Launch>(launch->second).argv[1], i == 0 ? "1s" : "5s");
  }
}

}  // namespace
}  // namespace failc::testing
