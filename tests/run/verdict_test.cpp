// Which verdict a scenario ends with, and that nothing behind the first failure changes it.
#include <utility>

#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

using backend::FakeReply;
using backend::Instant;
using backend::Request;
using run::Verdict;

/// Answers for /boss of the nodes: a text as the body, "" for none at all.
backend::FakeWorld::Handler bosses(std::vector<std::string> bodies) {
  return [bodies](const Request& request, Instant) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    const std::string& body = bodies.at(node_of(request));
    if (body.empty()) return backend::not_sent("connection refused");
    return backend::http_reply(body == "503" ? 503 : 200, body, 1ms);
  };
}

Verdict verdict(const std::string& body, std::vector<std::string> bodies) {
  backend::FakeWorld world;
  world.on_request(bosses(std::move(bodies)));
  const auto plan = plan_of_body(body);
  if (!plan) return Verdict::pass;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(world.running_count(), 0u);
  if (ran.result.failure) {
    EXPECT_EQ(ran.result.failure->verdict, ran.result.verdict);
  }
  EXPECT_EQ(records(ran, "verdict").back()["verdict"], nlohmann::json(ran.result.verdict == Verdict::inconclusive ? "inconclusive" : ran.result.verdict == Verdict::fail ? "fail" : "pass"));
  return ran.result.verdict;
}

TEST(Inconclusive, WhatNobodyAnsweredIsNotFalse) {
  for (const char* claim : {"expect boss_here(kv[0]) == true", "eventually within 1s: boss_here(kv[0]) == true", "await boss_here(kv[0]) == true within 1s", "never boss_here(kv[0]) == true during 1s"})
    EXPECT_EQ(verdict(claim, {"", "true", "true"}), Verdict::inconclusive) << claim;
}

TEST(Inconclusive, AnAnswerWithoutTheValueIsAFailure) {
  for (const char* claim : {"expect (boss of kv).index == 0", "eventually within 1s: (boss of kv).index == 0", "never (boss of kv).index == 0 during 1s"}) {
    EXPECT_EQ(verdict(claim, {"false", "false", "false"}), Verdict::fail) << claim;
    EXPECT_EQ(verdict(claim, {"503", "503", "503"}), Verdict::fail) << claim;
    EXPECT_EQ(verdict(claim, {"", "", ""}), Verdict::inconclusive) << claim;
    EXPECT_EQ(verdict(claim, {"false", "", "false"}), Verdict::inconclusive) << claim << ": the silent one may be it";
  }
}

TEST(Inconclusive, OneSampleThatDecidesIsEnough) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant now) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    if (now > 400ms && now < 500ms) return backend::http_reply(200, "false", 1ms);
    return backend::not_sent("connection refused");
  });
  const auto plan = plan_of_body("eventually within 2s: boss_here(kv[0]) == true");
  ASSERT_TRUE(plan);
  EXPECT_EQ(run_one(*plan, world).result.verdict, Verdict::fail);
}

TEST(Inconclusive, NothingToAskShowsNothing) {
  EXPECT_EQ(verdict("kill kv[0]\nexpect up(kv[0]) == true", {"", "", ""}), Verdict::inconclusive);
  EXPECT_EQ(verdict("kill kv[0]\nexpect kv[0].pid > 0", {"", "", ""}), Verdict::inconclusive);
}

TEST(Inconclusive, TheLanguageCallsTheseFailures) {
  EXPECT_EQ(verdict("always: boss_here(kv[0]) == true\nsleep 1s because \"x\"", {"", "", ""}), Verdict::fail);
  EXPECT_EQ(verdict("if boss_here(kv[0]) == true { log 1 }\nexpect up(kv[1]) == true", {"", "", ""}), Verdict::fail);
  EXPECT_EQ(verdict("expect every x in bosses of kv: x is running", {"false", "false", "false"}), Verdict::fail);
}

TEST(Inconclusive, OfAnOperationsExpectation) {
  const auto run_with = [](FakeReply reply) {
    backend::FakeWorld world;
    world.on_request([reply](const Request& request, Instant) -> std::optional<FakeReply> {
      return path_of(request) == "/k" ? std::optional(reply) : std::nullopt;
    });
    const auto plan = plan_of_body("put \"k\", \"v\" on kv[0] expect result == true");
    return plan ? run_one(*plan, world).result.verdict : Verdict::pass;
  };
  EXPECT_EQ(run_with(backend::http_reply(200, "true")), Verdict::pass);
  EXPECT_EQ(run_with(backend::http_reply(200, "false")), Verdict::fail);
  EXPECT_EQ(run_with(backend::http_reply(503, "no")), Verdict::fail);
  EXPECT_EQ(run_with(backend::not_sent("refused")), Verdict::inconclusive);
  EXPECT_EQ(run_with(backend::http_reply(200, "true", 1h)), Verdict::inconclusive);
}

TEST(Outcome, IsShownOnceByWhateverName) {
  const auto seen = [](const std::string& expected) {
    backend::FakeWorld world;
    const std::string text = "check refused o: string = o == \"failed\"\nscenario \"one\" {\nput \"k\", \"v\" on kv[0] expect " + expected + "\n}\n";
    const auto plan = plan_of(text);
    if (!plan) return std::vector<std::string>();
    const std::string whole = prelude(3) + text;
    run::Options options;
    options.text_of = [&](const plan::Source& at) {
      std::size_t begin = 0;
      for (std::uint32_t line = 1; line < at.line; ++line) begin = whole.find('\n', begin) + 1;
      return whole.substr(begin + at.column - 1, at.length);
    };
    const Ran ran = run_one(*plan, world, options);
    std::vector<std::string> out;
    if (ran.result.failure)
      for (const run::Seen& one : ran.result.failure->seen) out.push_back(one.expression);
    return out;
  };
  EXPECT_EQ(seen("refused(outcome)"), std::vector<std::string>{"o"});
  EXPECT_EQ(seen("outcome == \"failed\""), std::vector<std::string>{"outcome"});
  EXPECT_EQ(seen("result == 7"), (std::vector<std::string>{"result", "outcome"}));
}

// ---- the harness

FakeReply breach(const std::string& what) {
  FakeReply reply{backend::Delivery::interrupted, {}, what, 1ms};
  reply.breach = true;
  return reply;
}

TEST(Harness, ADriverThatBreaksItsProtocolIsNotTheSystem) {
  for (const char* statement : {"expect boss_here(kv[0]) == true", "eventually within 1h: boss_here(kv[0]) == true", "never boss_here(kv[0]) == true during 1h",
                                "always: boss_here(kv[0]) == true\nsleep 1h because \"long\"", "put \"boss\", \"v\" on kv[0] expect outcome == \"unknown\"", "let b = boss of kv\nexpect b is running"}) {
    backend::FakeWorld world;
    world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> { return path_of(request) == "/boss" ? std::optional(breach("the driver broke off")) : std::nullopt; });
    const auto plan = plan_of_body(statement);
    ASSERT_TRUE(plan);
    const Ran ran = run_one(*plan, world);
    EXPECT_EQ(ran.result.verdict, Verdict::harness) << statement;
    ASSERT_TRUE(ran.result.failure) << statement;
    EXPECT_EQ(ran.result.failure->message, "the driver broke off");
    EXPECT_LT(world.now(), 1min) << statement;
    EXPECT_EQ(world.running_count(), 0u);
    EXPECT_TRUE(all_taken_back(ran)) << statement;
  }
}

TEST(Harness, TheNextScenarioRuns) {
  backend::FakeWorld world;
  bool first = true;
  world.on_request([&](const Request& request, Instant) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss" || !std::exchange(first, false)) return std::nullopt;
    return breach("the driver broke off");
  });
  const auto plan = plan_of("scenario \"one\" { expect boss_here(kv[0]) == true }\nscenario \"two\" { expect boss_here(kv[0]) == true }\n");
  ASSERT_TRUE(plan);
  journal::MemoryJournal journal;
  run::Options options;
  options.scenarios = {0, 1};
  const auto results = run::run(*plan, options, world, journal, {});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].verdict, Verdict::harness);
  EXPECT_EQ(results[1].verdict, Verdict::pass);
}

// ---- the first failure stands

TEST(FirstFailure, NothingBehindItMasksIt) {
  const std::vector<std::pair<std::string, Verdict>> firsts = {{"expect up(kv[1]) == false", Verdict::fail}, {"expect boss_here(kv[0]) == true", Verdict::inconclusive}, {"put \"breach\", \"v\" on kv[1]", Verdict::harness}};
  const std::vector<std::string> seconds = {"expect up(kv[1]) == false", "expect boss_here(kv[0]) == true", "put \"breach\", \"v\" on kv[1]", "sleep 10s because \"x\"", "interrupt", "lost", "leak"};
  for (const auto& [first, wanted] : firsts) {
    for (const std::string& second : seconds) {
      backend::FakeWorld world;
      world.on_request([&](const Request& request, Instant) -> std::optional<FakeReply> {
        if (path_of(request) == "/boss") return backend::not_sent("connection refused");
        if (path_of(request) == "/breach") return breach("the driver broke off");
        if (second == "leak" && (std::holds_alternative<backend::Stop>(request) || std::holds_alternative<backend::Kill>(request)))
          return FakeReply{backend::Delivery::interrupted, {}, "no answer", 1ms};
        return std::nullopt;
      });
      if (second == "interrupt") world.schedule(1s, backend::Interrupt{});
      if (second == "lost") world.schedule(1s, backend::Lost{"gone"});
      const bool event = second == "interrupt" || second == "lost" || second == "leak";
      const auto plan = plan_of_body("cleanup within 5s { " + std::string(event ? "sleep 3s because \"x\"" : second) + " }\nexpect up(kv[1]) == true\n" + first);
      ASSERT_TRUE(plan);
      const Ran ran = run_one(*plan, world);
      EXPECT_EQ(ran.result.verdict, wanted) << first << " / " << second;
      ASSERT_TRUE(ran.result.failure) << first << " / " << second;
      EXPECT_EQ(ran.result.failure->verdict, wanted) << first << " / " << second;
      EXPECT_EQ(ran.result.leaked.empty(), second != "leak") << first;
      EXPECT_EQ(records(ran, "verdict").size(), 1u);
    }
  }
}

TEST(FirstFailure, BehindAnInterruptNothingIsAFailureOfItsOwn) {
  backend::FakeWorld world;
  world.schedule(1s, backend::Interrupt{});
  const auto plan = plan_of_body("cleanup { expect up(kv[1]) == false }\nsleep 1h because \"x\"\nexpect up(kv[0])");
  ASSERT_TRUE(plan);
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, Verdict::interrupted);
  EXPECT_FALSE(ran.result.failure);
  EXPECT_EQ(ran.result.later.size(), 1u);
}

TEST(FirstFailure, ACleanupsOwnIsAFailure) {
  backend::FakeWorld world;
  const auto plan = plan_of_body("cleanup { expect up(kv[1]) == false }\nexpect up(kv[0])");
  ASSERT_TRUE(plan);
  EXPECT_EQ(run_one(*plan, world).result.verdict, Verdict::fail);
}

}  // namespace
}  // namespace failc::testing
