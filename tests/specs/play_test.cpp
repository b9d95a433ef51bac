// What a failure says, where it points, and what is journaled; `play` and `import` in the language.
#include "tests/specs/harness.hpp"

namespace failc::testing {
namespace {

run::Failure failure_of(const std::string& name, const std::string& text) {
  const Checked checked(name, text);
  EXPECT_TRUE(checked.plan) << checked.said();
  if (!checked.plan) return {};
  const Ran ran = run_spec(*checked.plan);
  EXPECT_EQ(ran.result.verdict, run::Verdict::fail);
  return ran.result.failure.value_or(run::Failure{});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string held() { return text_of_file(kOwn / "held.yml"); }

TEST(Play, AFailureNamesTheKeyAtItsLine) {
  const run::Failure failure = failure_of("f.yml", replaced(held(), "topologyType: ReplicaSetWithPrimary", "topologyType: Sharded"));
  EXPECT_EQ(failure.message, "`topologyType` is ReplicaSetWithPrimary, and Sharded is wanted");
  EXPECT_EQ(failure.at.line, 12u);
  EXPECT_EQ(failure.at.column, 21u);
  EXPECT_EQ(failure.wanted, "Sharded");
  ASSERT_EQ(failure.seen.size(), 1u);
  EXPECT_EQ(failure.seen[0].expression, "topologyType");
  EXPECT_EQ(failure.seen[0].value, "ReplicaSetWithPrimary");
}

TEST(Play, AllDifferencesAreShown) {
  const run::Failure failure = failure_of("f.yml", replaced(held(), "a:27017: {type: RSPrimary, setName: rs, pool: {generation: 0}}", "a:27017: {type: RSPrimary, setName: x, pool: {generation: 3}}"));
  EXPECT_EQ(failure.message, "`servers.a:27017.setName` is `rs`, and `x` is wanted");
  ASSERT_EQ(failure.notes.size(), 1u);
  EXPECT_EQ(failure.notes[0], "line 10: `servers.a:27017.pool.generation` is 0, and 3 is wanted");
}

TEST(Play, AnOutcomeByAnAliasSaysWhereItCameIn) {
  std::string text = held();
  text = text.substr(0, text.find("  - description: an operation")) + "  - description: again\n    applicationErrors:\n" +
         "      - {address: \"a:27017\", when: afterHandshakeCompletes, maxWireVersion: 21, type: network}\n    outcome: *first\n";
  const run::Failure failure = failure_of("f.yml", text);
  EXPECT_EQ(failure.at.line, 12u) << "where it is written";
  ASSERT_FALSE(failure.notes.empty());
  EXPECT_EQ(failure.notes.back(), "it came into line 18 as `outcome: *first`");
}

TEST(Play, MistakesByAnAliasSayWhereItCameIn) {
  const Checked checked("f.yml", "description: d\nuri: mongodb://a\nphases:\n- responses: [[a, &r {ok: 1, hosts: 1}]]\n  outcome: {topologyType: Single, servers: {}}\n- responses: [[a, *r]]\n  outcome: {topologyType: Single, servers: {}}\n");
  ASSERT_FALSE(checked.plan);
  EXPECT_NE(checked.said().find("f.yml:4:30: error[F0707]"), std::string::npos) << checked.said();
  EXPECT_NE(checked.said().find("f.yml:6:19: note: it came in by this"), std::string::npos) << checked.said();
}

TEST(Play, PhasesAreJournaledByTheirDescriptions) {
  const Checked checked("f.yml", held());
  ASSERT_TRUE(checked.plan) << checked.said();
  const Ran ran = run_spec(*checked.plan);
  EXPECT_EQ(ran.result.verdict, run::Verdict::pass);
  EXPECT_EQ(ran.result.assertions, 2u);
  std::vector<std::string> steps;
  for (const nlohmann::json& record : records(ran, "step")) steps.push_back(record["text"]);
  ASSERT_EQ(steps.size(), 7u);
  EXPECT_EQ(steps[1], "step \"a is the primary\"");
  EXPECT_EQ(steps[4], "step \"an operation meets a network error\"");
  EXPECT_EQ(records(ran, "sample").size(), 2u);
  EXPECT_EQ(records(ran, "sample")[0]["truth"], "yes");
  const Ran again = run_spec(*checked.plan);
  EXPECT_EQ(ran.journal, again.journal) << "byte for byte";
}

TEST(Play, ThePlanHasItAll) {
  const Checked checked("f.yml", held());
  ASSERT_TRUE(checked.plan);
  EXPECT_TRUE(plan::verify(*checked.plan));
  const Result<plan::Plan> again = plan::from_json(plan::to_json(*checked.plan));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(plan::hash(*again), plan::hash(*checked.plan));
  const std::string text = plan::to_text(*checked.plan);
  EXPECT_NE(text.find("player #0 = sdam"), std::string::npos) << text;
  EXPECT_NE(text.find("expect #0 matches"), std::string::npos) << text;
}

TEST(Play, ModelsInTheLanguage) {
  const std::string text = R"(scenario "s" {
  for round in [1, 2] {
    play sdam with { uri: "mongodb://a" } as c
    play c with { response: ["a:27017", { ok: 1, maxWireVersion: 20 + round }] }
    expect c matches { topologyType: "Single", servers: {
      "a:27017": { type: "Standalone" } } }
  }
})";
  EXPECT_EQ(verdict("f.fail", text), "pass");
  const run::Failure failure = failure_of("f.fail", replaced(text, "Standalone", "Mongos"));
  EXPECT_EQ(failure.message, "`servers.a:27017.type` is Standalone, and Mongos is wanted");
  EXPECT_EQ(failure.at.line, 6u);
  EXPECT_EQ(failure.at.column, 26u);
}

TEST(Play, WhatIsKnownOnlyWhenItRunsIsCheckedThen) {
  const std::string text = R"(scenario "s" {
  play sdam with { uri: "mongodb://a" } as c
  for key in ["1", "x"] { play c with { response: ["a:27017", { ok: 1, maxWireVersion: number(key) }] } }
  expect c matches { topologyType: "Single", servers: { "a:27017": { type: "Standalone" } } }
})";
  const std::string said = verdict("f.fail", text);
  EXPECT_NE(said.find("it is undefined: "), std::string::npos) << said;
}

TEST(Play, ImportsRun) {
  const std::string text = "import \"held.yml\" as held only \"*forgotten\"\nimport \"events.json\" as events\nrun held\nrun events\nscenario \"one of its own\" {\n  play sdam with { uri: \"mongodb://a\" } as c\n  expect c matches { topologyType: \"Unknown\", servers: { \"a:27017\": { type: \"Unknown\" } } }\n}\n";
  const Checked checked((kOwn / "f.fail").string(), text);
  ASSERT_TRUE(checked.plan) << checked.said();
  ASSERT_EQ(checked.plan->scenarios.size(), 3u);
  EXPECT_EQ(checked.plan->scenarios[0].id, (kOwn / "held.yml").string() + "::A member that was the primary is forgotten");
  EXPECT_EQ(checked.plan->files[checked.plan->scenarios[0].at.file], (kOwn / "held.yml").string());
  for (std::uint32_t index = 0; index < 3; ++index) {
    backend::FakeWorld world;
    run::Options options;
    options.players = spec_options().players;
    options.scenarios = {index};
    EXPECT_EQ(run_one(*checked.plan, world, options).result.verdict, run::Verdict::pass) << index;
  }
}

}  // namespace
}  // namespace failc::testing
