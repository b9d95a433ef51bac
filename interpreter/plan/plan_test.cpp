// Text, JSON and hash of plans.
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "interpreter/plan/sample_plan.hpp"

namespace failc::plan {
namespace {

using nlohmann::json;

TEST(Plan, TheSampleVerifies) {
  const auto verified = verify(sample::plan());
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST(PlanText, OneNodeALineWithItsBound) {
  const std::string text = to_text(sample::plan());
  const char* const body = R"(scenario "the leader is killed"
  tag failover
  brings up kv
  worst case 51s = up 10s + body 35s + cleanups 1s + down 5s, timeout 10m
  let $0 = leader of kv settle 10s  [bound 11s, line 3]
  during writes drain 2s  [bound 15s, line 4]
    kill $0 within 3s  [bound 3s, line 5]
    eventually within 10s every 20ms: (leader of kv) != $0  [bound 10s, line 6]
  for $1 in kv, at most 3  [bound 6s, line 7]
    put "k", "v", $1 within 2s as $5 with results $2 expect $4 == "ok"  [bound 2s, line 8]
  cleanup within 30s  [bound 1s, line 9]
    sleep 1s  [bound 1s, line 10]
  expect get("k", leader of kv) == "v" because "it was acknowledged"  [bound 3s, line 11]
)";
  const std::size_t at = text.find("scenario \"");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text.substr(at), body);
  EXPECT_EQ(text.rfind("plan format 1\nfile kv.fail\nparam rounds = 3\ncomponent store\n", 0), 0u) << text;
  EXPECT_NE(text.find("  role leader, leaders = info($0).role == \"leader\" term info($0).term\n"), std::string::npos) << text;
  EXPECT_NE(text.find("workload writes = put string($0), $0, random 1 of kv every 5ms"), std::string::npos) << text;
}

TEST(PlanJson, ThereAndBack) {
  const Plan plan = sample::plan();
  const json written = to_json(plan);
  const auto back = from_json(json::parse(written.dump()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), written);
  EXPECT_EQ(to_text(*back), to_text(plan));
  EXPECT_EQ(hash(*back), hash(plan));
  EXPECT_EQ(hash(plan).size(), 16u);
}

TEST(PlanJson, TheHashTellsPlansApart) {
  Plan other = sample::plan();
  other.scenarios[0].body[0].text = "let x = leader of kv";
  EXPECT_NE(hash(other), hash(sample::plan()));
}

void refused(const json& value, const std::string& part) {
  const auto plan = from_json(value);
  ASSERT_FALSE(plan) << part;
  EXPECT_NE(plan.error().message.find(part), std::string::npos) << plan.error().message;
}

TEST(PlanJson, BadShapesAreNamedByTheirPlace) {
  const json good = to_json(sample::plan());
  const auto with = [&](const char* pointer, json value) {
    json out = good;
    out[json::json_pointer(pointer)] = std::move(value);
    return out;
  };
  refused(json(), "an object is expected");
  refused(json::array(), "an object is expected");
  refused(json::object(), "`format` is absent");
  refused(with("/format", 2), "another format");
  refused(with("/nodes", 7), "`/nodes`: a list is expected");
  refused(with("/nodes/1/group", -1), "`/nodes/1/group`");
  refused(with("/nodes/1/group", 4294967296), "too large");
  refused(with("/scenarios/0/body/0/bound", "soon"), "`/scenarios/0/body/0/bound`: a duration");
  refused(with("/scenarios/0/body/0/bound", "-1s"), "`/scenarios/0/body/0/bound`: a duration");
  refused(with("/scenarios/0/body/0/step/kind", "dance"), "`/scenarios/0/body/0/step/kind`: an unknown kind");
  refused(with("/scenarios/0/body/0/scope", json::object()), "`/scenarios/0/body/0");
  refused(with("/scenarios/0/body/0/sort", 1), "unknown key `sort`");
  refused(with("/components/0/argv/op", "eval"), "`/components/0/argv/op`");
  refused(with("/scenarios/0/body/0/at", json::array({1, 2})), "a place is");
  refused(with("/groups/0/settings/0", {{"$duration", "x"}}), "`/groups/0/settings/0`");
  json absent = good;
  absent["scenarios"][0].erase("id");
  refused(absent, "`/scenarios/0`: `id` is absent");
}

TEST(PlanJson, WhatVerifyRefusesIsRefused) {
  json bad = to_json(sample::plan());
  bad["scenarios"][0]["body_bound"] = "1s";
  refused(bad, "the parts sum to");
}

TEST(PlanJson, DeepNestingIsRefused) {
  // As text, since copies of JSON are recursive themselves.
  std::string deep = R"({"op":"local"})";
  for (int i = 0; i < 3'000; ++i) deep = R"({"op":"not","args":[)" + deep + "]}";
  json bad = to_json(sample::plan());
  bad["components"][0]["argv"] = json::parse(deep);
  refused(bad, "nested too deep");
}

// Any value in any place: read or refused, never more.
TEST(PlanJson, SurvivesMutations) {
  const json good = to_json(sample::plan());
  const json flat = good.flatten();
  std::vector<std::string> places;
  for (const auto& [pointer, value] : flat.items()) places.push_back(pointer);
  const std::vector<json> junk = {json(), true, -1, 0, 4294967295u, 18446744073709551615u, 1e300, "", "x", "5s", json::array(), json::object(), {{"$node", 0}}, {{"op", "local"}}};
  std::mt19937 random(7);
  int accepted = 0, rejected = 0;
  for (const std::string& place : places)
    for (int i = 0; i < 3; ++i) {
      json mutated = good;
      std::string pointer = place;
      for (int up = static_cast<int>(random() % 3); up > 0 && pointer.rfind('/') > 0; --up) pointer.resize(pointer.rfind('/'));
      mutated[json::json_pointer(pointer)] = junk[random() % junk.size()];
      if (const auto plan = from_json(mutated)) {
        ++accepted;
        EXPECT_FALSE(to_text(*plan).empty());
      } else {
        ++rejected;
        EXPECT_FALSE(plan.error().message.empty());
      }
    }
  EXPECT_GT(rejected, accepted);
}

}  // namespace
}  // namespace failc::plan
