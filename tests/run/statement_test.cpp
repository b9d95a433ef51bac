// What statements do, and what their failures say.
#include "tests/run/fixture.hpp"

namespace failc::testing {
namespace {

using backend::FakeReply;
using backend::Instant;
using backend::Request;

Ran run_body_text(const std::string& body, backend::FakeWorld& world, int nodes = 3) {
  const auto plan = plan_of_body(body, nodes);
  if (!plan) return {};
  return run_one(*plan, world);
}

backend::FakeWorld::Handler answers(std::function<std::string(const std::string& path, backend::NodeIndex node, Instant now)> text) {
  return [text](const Request& request, Instant now) -> std::optional<FakeReply> {
    const std::string path = path_of(request);
    if (path.empty()) return std::nullopt;
    const std::string body = text(path, node_of(request), now);
    if (body.empty()) return std::nullopt;
    return backend::http_reply(200, body, 1ms);
  };
}

::testing::AssertionResult says(const Ran& ran, std::vector<std::string> words) {
  if (!ran.result.failure) return ::testing::AssertionFailure() << "there is no failure";
  const std::string text = text_of(*ran.result.failure);
  for (const std::string& word : words) {
    if (text.find(word) == std::string::npos) return ::testing::AssertionFailure() << "`" << word << "` is not in:\n" << text;
  }
  return ::testing::AssertionSuccess();
}

TEST(Expect, FailsWithPlaceAndValues) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, auto) { return path == "/boss" ? "\"nobody\"" : ""; }));
  const Ran ran = run_body_text("expect boss_here(kv[1]) == \"me\"", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  EXPECT_TRUE(says(ran, {"the condition does not hold", "boss_here(kv[1]) == \"me\"", "boss_here(kv[1]) = \"nobody\""}));
  EXPECT_GT(ran.result.failure->at.line, 20u);
  EXPECT_EQ(ran.result.assertions, 1u);
  EXPECT_EQ(world.running_count(), 0u);
}

// Loops of the request have slots of their own, behind the reply's.
TEST(Expect, ARequestMayLoop) {
  const auto plan = plan_of(R"(
component lister {
  run ["lister"]
  query listed on node within 1s {
    exec [for n in nodes: n.name]
    ok when reply.code == 7
    result reply.stdout
  }
}
cluster l { lister[2] }
scenario "one" {
  expect listed(l[0]) == "two"
}
)");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    const auto* exec = std::get_if<backend::Exec>(&request);
    if (!exec) return std::nullopt;
    return backend::exec_reply(exec->argv.size() == 2 ? 7 : 0, "two");
  });
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
}

TEST(Expect, WhatIsNotChosenIsNotAsked) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, auto) { return path == "/boss" ? "\"nobody\"" : ""; }));
  const Ran ran = run_body_text("expect choose(kv[0] is running, 1, up(kv[0])) == 1\nexpect choose(kv[0] is stopped, up(kv[0]), boss_here(kv[1])) == \"nobody\"", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass) << (ran.result.failure ? text_of(*ran.result.failure) : "");
  std::size_t asked = 0;
  for (const auto& [at, request] : world.requests()) asked += path_of(request) == "/up" && at > 100ms;
  EXPECT_EQ(asked, 0u);
}

TEST(Expect, UndefinedSaysWhy) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nexpect up(kv[0])", world);
  EXPECT_TRUE(says(ran, {"undefined", "kv.app[0] is not running", "kv.app[0] was killed"}));
}

TEST(Expect, WhatIsDeniedIsSeenDenied) {
  backend::FakeWorld world;
  EXPECT_TRUE(says(run_body_text("expect kv[0] is not running", world), {"kv[0] is not running = false"}));
  backend::FakeWorld other;
  EXPECT_TRUE(says(run_body_text("expect not (kv[0] is running)", other), {"kv[0] is running = true"}));
}

// Bodies begin at 100 ms: that long a node has to live before it counts as ready.
TEST(Wait, IsWokenByAnExitAtOnce) {
  backend::FakeWorld world;
  world.schedule(1234567us, backend::NodeExited{1, 0, 3, false, {"out of memory"}});
  const Ran ran = run_body_text("await kv[1] is stopped within 10s\nexpect kv[0] is stopped", world);
  ASSERT_EQ(ran.result.waits.size(), 4u);  // the readiness of three nodes, and this
  EXPECT_EQ(show(ran.result.waits.back().used), "1.134567s");
  EXPECT_TRUE(says(ran, {"kv.app[1] exited with code 3", "no step asked for it", "out of memory"}));
}

/// Answers to `boss_here` that come only after 600 ms; a question's own limit is 700 ms.
void answer_late(backend::FakeWorld& world) {
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, "\"me\"", 600ms);
  });
}

TEST(Wait, AnEventThatDecidesCutsAQuestionShort) {
  backend::FakeWorld world;
  answer_late(world);
  world.schedule(400ms, backend::NodeExited{1, 0, 3, false, {}});
  const Ran ran = run_body_text("await boss_here(kv[0]) == \"me\" or kv[1] is stopped within 10s\nexpect kv[1] is stopped", world);
  EXPECT_FALSE(ran.result.failure);
  EXPECT_EQ(show(ran.result.waits.back().used), "300ms");
}

TEST(Wait, AQuestionToANodeThatExitsIsOver) {
  backend::FakeWorld world;
  answer_late(world);
  world.schedule(400ms, backend::NodeExited{0, 0, 3, false, {}});
  const Ran ran = run_body_text("expect boss_here(kv[0]) == \"me\"", world);
  EXPECT_TRUE(says(ran, {"kv.app[0] is not running"}));
  EXPECT_LT(world.now(), 600ms);
}

TEST(Wait, AnEventThatDecidesNothingLeavesTheQuestionOpen) {
  backend::FakeWorld world;
  answer_late(world);
  for (int i = 0; i < 5; ++i) world.schedule(200ms + i * 100ms, backend::LogLine{1, "noise"});
  const Ran ran = run_body_text("await boss_here(kv[0]) == \"you\" or log_lines(kv[1], r\"signal\") != [] within 650ms", world);
  EXPECT_TRUE(says(ran, {"did not hold within 650ms"}));
  EXPECT_EQ(ran.result.waits.back().used, 650ms);
  std::size_t questions = 0;
  for (const auto& [at, request] : world.requests()) questions += path_of(request) == "/boss";
  EXPECT_LE(questions, 2u);
}

TEST(Wait, IsWokenByALogLineWithoutPolling) {
  backend::FakeWorld world;
  world.schedule(700ms, backend::LogLine{0, "hello there"});
  world.schedule(900ms, backend::LogLine{0, "became leader"});
  const Ran ran = run_body_text("await count(log_lines(kv[0], r\"became\")) == 1 within 10s", world);
  EXPECT_FALSE(ran.result.failure);
  EXPECT_EQ(ran.result.waits.back().used, 800ms);
}

TEST(Wait, ThatFailsShowsTheLastThreeValuesAndHowLong) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, Instant now) { return path == "/boss" ? std::to_string(now / 400ms) : ""; }));
  const Ran ran = run_body_text("eventually within 2s: boss_here(kv[0]) == 99", world);
  EXPECT_TRUE(says(ran, {"did not hold within 2s"}));
  std::vector<std::string> values;
  for (const run::Seen& seen : ran.result.failure->seen) values.push_back(seen.value);
  EXPECT_EQ(values, (std::vector<std::string>{"3", "4", "5"}));
  EXPECT_EQ(ran.result.waits.back().used, 2s);
  EXPECT_GE(records(ran, "sample").size(), 5u);
}

TEST(Wait, HeldTooEarlyFails) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("eventually within 1s..2s: up(kv[0])", world);
  EXPECT_TRUE(says(ran, {"too early", "not before 1s"}));
}

TEST(Wait, ALateAnswerDoesNotCount) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant now) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, "true", now < 1900ms ? 1s : 200ms);
  });
  const Ran ran = run_body_text("await boss_here(kv[0]) within 500ms", world);
  EXPECT_TRUE(says(ran, {"could not be decided within 500ms"}));
}

TEST(Wait, DoesNotAskMoreOftenThanItSays) {
  const auto asked = [](const char* every) {
    backend::FakeWorld world;
    world.on_request(answers([](const std::string& path, auto, auto) { return path == "/boss" ? "false" : ""; }));
    const Ran ran = run_body_text(std::string("await boss_here(kv[0]) within 2s") + every, world);
    std::size_t count = 0;
    for (const auto& [at, request] : world.requests()) count += path_of(request) == "/boss";
    return count;
  };
  EXPECT_LE(asked(" every 500ms"), 6u);
  EXPECT_GE(asked(" every 500ms"), 4u);
  EXPECT_LE(asked(""), 102u);
  EXPECT_GE(asked(""), 90u);
}

TEST(Never, FailsWhenItHolds) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, Instant now) { return path == "/boss" ? (now < 1s ? "false" : "true") : ""; }));
  const Ran ran = run_body_text("never boss_here(kv[0]) == true during 3s", world);
  EXPECT_TRUE(says(ran, {"the condition held after"}));
  EXPECT_LT(ran.result.failure->when, 1100ms);
}

TEST(Never, OverUndefinedSamplesShowsNothing) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nnever up(kv[0]) == false during 1s", world);
  EXPECT_TRUE(says(ran, {"every sample was undefined"}));
}

TEST(Always, AViolationEndsItsBlockAtOnce) {
  backend::FakeWorld world;
  world.schedule(2s, backend::NodeExited{0, 0, 1, false, {}});
  const Ran ran = run_body_text("step \"inner\" {\nalways: kv[0] is running\nsleep 1h because \"long\"\n}\nexpect up(kv[1])", world);
  EXPECT_TRUE(says(ran, {"violated"}));
  EXPECT_EQ(ran.result.failure->when, 2s);
  EXPECT_EQ(world.now(), 2s);
  EXPECT_TRUE(ran.result.later.empty());
}

TEST(Always, AllUndefinedFails) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nalways: up(kv[0])\nsleep 1s because \"x\"", world);
  EXPECT_TRUE(says(ran, {"samples were undefined"}));
}

TEST(Always, WithoutASampleFails) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (path_of(request) != "/boss") return std::nullopt;
    return backend::http_reply(200, "true", 500ms);
  });
  const Ran ran = run_body_text("step \"short\" {\nalways: boss_here(kv[0])\nsleep 1ms because \"x\"\n}\n", world);
  EXPECT_TRUE(says(ran, {"before a single sample"}));
}

TEST(Always, EndsWithItsBlock) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("step \"inner\" {\nalways: kv[0] is running\nsleep 1s because \"x\"\n}\nkill kv[0]\nexpect kv[0] is stopped", world);
  EXPECT_FALSE(ran.result.failure);
}

TEST(Start, OfAProcessThatDiesFailsAtOnceWithItsLog) {
  backend::FakeWorld world;
  int launches = 0;
  world.on_request([&](const Request& request, Instant now) -> std::optional<FakeReply> {
    const auto* launch = std::get_if<backend::Launch>(&request);
    if (launch && launch->node == 0 && ++launches == 2) world.schedule(now + 50ms, backend::NodeExited{0, 0, 7, false, {"bad config", "giving up"}});
    if (path_of(request) == "/up" && launches == 2) return backend::http_reply(200, "false", 1ms);
    return std::nullopt;
  });
  const Ran ran = run_body_text("stop kv[0]\nstart kv[0]\nexpect up(kv[0])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  EXPECT_TRUE(says(ran, {"kv.app[0] exited with code 7 before it was ready", "bad config", "giving up"}));
  EXPECT_LT(ran.result.failure->when, 200ms);
}

TEST(BringUp, AMissingProgramIsTheEnvironments) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (std::holds_alternative<backend::Launch>(request) && node_of(request) == 1) return backend::not_sent("No such file or directory");
    return std::nullopt;
  });
  const Ran ran = run_body_text("expect up(kv[0])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_TRUE(says(ran, {"kv.app[1] could not be started", "`app`", "No such file"}));
  EXPECT_EQ(world.running_count(), 0u);
  EXPECT_EQ(ran.result.assertions, 0u);
}

TEST(BringUp, NotReadyInTimeIsTheEnvironments) {
  backend::FakeWorld world;
  world.schedule(100ms, backend::LogLine{2, "waiting for peers"});
  world.on_request(answers([](const std::string& path, backend::NodeIndex node, auto) { return path == "/up" && node == 2 ? "false" : ""; }));
  const Ran ran = run_body_text("expect up(kv[0])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_TRUE(says(ran, {"kv.app[2] was not ready within 7s", "waiting for peers", "= false"}));
  EXPECT_EQ(world.now(), 7s);
  EXPECT_EQ(world.running_count(), 0u);
}

TEST(BringUp, ADeadServerIsToldWithItsLastLines) {
  backend::FakeWorld world;
  world.schedule(10ms, backend::NodeExited{0, 0, 1, false, {"cannot bind"}});
  world.on_request(answers([](const std::string& path, auto, auto) { return path == "/up" ? "false" : ""; }));
  const Ran ran = run_body_text("expect up(kv[0])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_TRUE(says(ran, {"kv.app[0] exited with code 1 before it was ready", "cannot bind"}));
  EXPECT_LT(world.now(), 100ms);
}

TEST(BringUp, AStrangerWhoAnswersOnItsPortMakesNoNodeReady) {
  backend::FakeWorld world;
  world.schedule(50ms, backend::NodeExited{0, 0, 71, false, {"Address already in use"}});
  const Ran ran = run_body_text("expect up(kv[0])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_TRUE(says(ran, {"kv.app[0] exited with code 71 before it was ready", "Address already in use"}));
  EXPECT_EQ(ran.result.assertions, 0u);
}

TEST(Cleanup, RunsAfterAFailureAndNeverHidesIt) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("cleanup {\nexpect kv[0] is paused\n}\nexpect up(kv[0]) == false", world);
  EXPECT_TRUE(says(ran, {"up(kv[0]) == false"}));
  ASSERT_EQ(ran.result.later.size(), 1u);
  EXPECT_NE(ran.result.later[0].wanted.find("kv[0] is paused"), std::string::npos);
}

TEST(Cleanup, HasADeadlineOfItsOwn) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("cleanup within 2s {\nsleep 1h because \"stuck\"\n}\nexpect up(kv[0])", world);
  EXPECT_TRUE(says(ran, {"the cleanup did not end within 2s", "sleep 1h"}));
  EXPECT_EQ(world.now(), 2100ms);
}

TEST(Cleanup, StandingBehindAFailureRunsToo) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("expect kv[0] is stopped\ncleanup {\nput \"a\", \"b\" on kv[0]\n}", world);
  std::size_t puts = 0;
  for (const auto& [at, request] : world.requests()) puts += path_of(request) == "/a";
  EXPECT_EQ(puts, 1u);
  EXPECT_TRUE(ran.result.failure);
}

TEST(Timeout, CancelsTheBodyAndNamesTheStatement) {
  const auto plan = plan_of("scenario \"slow\" timeout 50s {\npause kv[0]\ncleanup {\nput \"a\", \"b\" on kv[1]\n}\nsleep 9s because \"x\"\nawait up(kv[2]) within 5s\nexpect up(kv[2])\n}\n");
  ASSERT_TRUE(plan);
  plan->scenarios[0].timeout = 4s;  // below its worst case, which the checker refuses
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  EXPECT_TRUE(says(ran, {"timeout of 4s", "sleep 9s"}));
  EXPECT_EQ(world.now(), 4s);
  EXPECT_EQ(world.paused_count(), 0u);
  EXPECT_TRUE(ran.result.later.empty());
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Faults, EndAsTheyDid) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nkill kv[0]\npause kv[1]\nkill kv[1]\npause kv[2]\nresume kv[2]\nresume kv[2]\nexpect up(kv[2])", world);
  ASSERT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  std::vector<std::string> ends;
  for (const run::FaultResult& fault : ran.result.faults) {
    const char* names[] = {"installed", "skipped", "indeterminate", "reverted"};
    ends.push_back(fault.what + ": " + names[static_cast<int>(fault.end)] + " (" + fault.evidence + ")");
  }
  EXPECT_EQ(ends, (std::vector<std::string>{"kill kv.app[0]: installed (1 process ended by SIGKILL)", "kill kv.app[0]: skipped (it was not running)",
                                            "pause kv.app[1]: reverted (the process is gone: 1 process ended by SIGKILL)",
                                            "kill kv.app[1]: installed (1 process ended by SIGKILL)", "pause kv.app[2]: reverted (1 process going on)",
                                            "resume kv.app[2]: installed (1 process going on)", "resume kv.app[2]: skipped (it was not paused)"}));
  EXPECT_TRUE(all_taken_back(ran));
}

TEST(Faults, AnUndoThatFailsIsNotHidden) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (std::holds_alternative<backend::Resume>(request)) return backend::not_sent("the agent refused");
    return std::nullopt;
  });
  const Ran ran = run_body_text("pause kv[0] for 1s\nexpect up(kv[1])", world);
  EXPECT_TRUE(says(ran, {"could not be resumed", "the agent refused"}));
  EXPECT_TRUE(ran.result.leaked.empty()) << "its process was ended, so nothing is left";
}

TEST(Faults, ANodeThatCannotBeEndedIsLeaked) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    const bool ends = std::holds_alternative<backend::Stop>(request) || std::holds_alternative<backend::Kill>(request);
    if (ends && node_of(request) == 1) return backend::not_sent("no agent");
    return std::nullopt;
  });
  const Ran ran = run_body_text("expect up(kv[1])", world);
  ASSERT_EQ(ran.result.leaked.size(), 1u);
  EXPECT_NE(ran.result.leaked[0].find("kv.app[1] may still be running"), std::string::npos);
  EXPECT_NE(ran.result.leaked[0].find("no agent"), std::string::npos);
  EXPECT_EQ(records(ran, "leaked").size(), 1u);
}

TEST(Lost, EndsTheRunAsTheEnvironments) {
  backend::FakeWorld world;
  world.schedule(1s, backend::Lost{"the agent died"});
  const Ran ran = run_body_text("sleep 1h because \"long\"\nexpect up(kv[1])", world);
  EXPECT_EQ(ran.result.verdict, run::Verdict::environment);
  EXPECT_TRUE(says(ran, {"the agent died"}));
  EXPECT_EQ(world.now(), 1s);
}

TEST(For, OverNothingFails) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, auto) { return path == "/boss" ? "false" : ""; }));
  const Ran ran = run_body_text("for n in (bosses of kv) {\nexpect up(n)\n}", world);
  EXPECT_TRUE(says(ran, {"`for` ran over nothing"}));
}

TEST(If, OnUndefinedTakesNoBranch) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nif up(kv[0]) {\nlog \"a\"\n} else {\nlog \"b\"\n}\nexpect up(kv[1])", world);
  EXPECT_TRUE(says(ran, {"neither branch", "kv.app[0] is not running"}));
  EXPECT_TRUE(ran.messages.empty());
}

TEST(Settle, ARoleThatNobodyHoldsFailsTheStepAfterIt) {
  backend::FakeWorld world;
  world.on_request(answers([](const std::string& path, auto, auto) { return path == "/boss" ? "false" : ""; }));
  const Ran ran = run_body_text("kill boss of w\nexpect up(kv[1])", world);
  EXPECT_TRUE(says(ran, {"none within 4s", "holds `boss`"}));
  EXPECT_EQ(ran.result.failure->when, 4101ms);  // the last question began at the bound
}

TEST(Exec, FailureShowsCodeAndComplaint) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (!std::holds_alternative<backend::Exec>(request)) return std::nullopt;
    return backend::exec_reply(2, "", "no such table\n");
  });
  EXPECT_TRUE(says(run_body_text("exec on kv[0] [\"psql\"]\nexpect up(kv[0])", world), {"failed", "exit code 2", "no such table"}));
}

TEST(Exec, ExpectDecides) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (!std::holds_alternative<backend::Exec>(request)) return std::nullopt;
    return backend::exec_reply(2, "", "no such table\n");
  });
  EXPECT_FALSE(run_body_text("exec on kv[0] [\"psql\"] expect error.code == 2 and outcome == \"failed\"", world).result.failure);
}

TEST(Operation, UnansweredIsUnknown) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("pause kv[0] {\nput \"a\", \"b\" on kv[0] expect outcome == \"unknown\" and error.kind == \"timeout\"\n}", world);
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  EXPECT_EQ(world.now(), 2100ms);
}

TEST(Workload, KeepsItsScheduleAndCountsWhatItMissed) {
  backend::FakeWorld world;
  world.on_request([](const Request& request, Instant) -> std::optional<FakeReply> {
    if (path_of(request).rfind("/k", 0) != 0) return std::nullopt;
    return backend::http_reply(200, "true", 30ms);
  });
  const Ran ran = run_body_text("during writes {\nsleep 950ms because \"load\"\n}\nexpect writes.ok == 10 and writes.missed == 0 and writes.p50 == 30ms\n"
                                "expect writes.acknowledged == [\"k1\", \"k2\", \"k3\", \"k4\", \"k5\", \"k6\", \"k7\", \"k8\", \"k9\", \"k10\"]", world);
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
  ASSERT_EQ(ran.history.size(), 10u);
  const auto second = nlohmann::json::parse(ran.history[1]);
  EXPECT_EQ(second["w"], "writes");
  EXPECT_EQ(second["i"], 2);
  EXPECT_EQ(second["argument"], "k2");
  EXPECT_EQ(second["begin"], 200'000'000);
  EXPECT_EQ(second["end"], 230'000'000);
  EXPECT_EQ(second["outcome"], "ok");
}

TEST(Workload, StalledOperationsAreMissedOrUnknown) {
  const auto plan = plan_of("workload few = put \"f\" + string(counter), \"v\" on kv[0] every 100ms with { concurrency: 2 }\n"
                            "scenario \"s\" {\nduring few {\npause kv[0] {\nsleep 1s because \"stall\"\n}\n}\nexpect few.unknown == 2 and few.ok == 0 and few.missed > 5\n"
                            "expect count(few.unacknowledged) == 2\n}\n");
  ASSERT_TRUE(plan);
  backend::FakeWorld world;
  const Ran ran = run_one(*plan, world);
  EXPECT_FALSE(ran.result.failure) << text_of(*ran.result.failure);
}

TEST(Workload, AStatisticWakesAWait) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("during writes {\nawait writes.ok >= 5 within 10s every 5s\n}\nexpect writes.ok > 0", world);
  EXPECT_FALSE(ran.result.failure);
  EXPECT_EQ(ran.result.waits.back().used, 400ms);
}

TEST(Journal, AnErrorUndoesEverythingAndIsTheEnvironments) {
  struct Full : journal::MemoryJournal {
    std::size_t room;
    explicit Full(std::size_t room) : room(room) {}
    Status write(const std::string& record, bool durable) override {
      if (lines.size() >= room) return Error{"cannot write `j/journal.jsonl`: No space left on device"};
      return MemoryJournal::write(record, durable);
    }
  };
  const auto plan = plan_of_body("pause kv[0] {\nsleep 1s because \"x\"\nkill kv[1]\n}\nexpect up(kv[2])");
  ASSERT_TRUE(plan);
  run::Options options;
  options.scenarios = {0};
  journal::MemoryJournal whole;
  backend::FakeWorld once;
  run::run(*plan, options, once, whole, {});
  for (std::size_t room = 0; room + 1 < whole.lines.size(); ++room) {
    Full journal(room);
    backend::FakeWorld world;
    const auto results = run::run(*plan, options, world, journal, {});
    ASSERT_EQ(results[0].verdict, run::Verdict::environment) << room;
    ASSERT_TRUE(results[0].failure);
    ASSERT_NE(results[0].failure->message.find("No space left"), std::string::npos) << room;
    ASSERT_EQ(world.running_count(), 0u) << room;
    ASSERT_EQ(world.paused_count(), 0u) << room;
    // Nothing may be done that was not written before: each launch, pause and kill has its record.
    std::size_t effects = 0, done = 0;
    for (const std::string& line : journal.lines) effects += line.find("\"kind\":\"effect\"") != std::string::npos;
    for (const auto& [at, request] : world.requests()) {
      done += std::holds_alternative<backend::Launch>(request) || std::holds_alternative<backend::Pause>(request) || std::holds_alternative<backend::Kill>(request);
    }
    ASSERT_EQ(effects, done) << room;
  }
}

TEST(Journal, NumbersItsRecordsAndWritesEffectsAhead) {
  backend::FakeWorld world;
  const Ran ran = run_body_text("kill kv[0]\nexpect kv[0] is stopped", world);
  std::uint64_t n = 0;
  for (const std::string& line : ran.journal) {
    const auto record = nlohmann::ordered_json::parse(line);
    auto key = record.begin();
    EXPECT_EQ(key.key(), "n");
    EXPECT_EQ(key.value(), ++n);
    EXPECT_EQ((++key).key(), "at");
    EXPECT_EQ((++key).key(), "kind");
  }
  EXPECT_EQ(records(ran, "verdict").size(), 1u);
  EXPECT_EQ(records(ran, "step").size(), 2u);
}

}  // namespace
}  // namespace failc::testing
