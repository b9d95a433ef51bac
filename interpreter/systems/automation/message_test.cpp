#include "interpreter/systems/automation/message.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/automation/lines.hpp"
#include "interpreter/systems/automation/set_config.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::automation {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

std::string reply(std::int32_t request, const Json& body) { return wire::write_msg(77, request, 0, bson::from_json(body.dump())->bytes()); }

TEST(Message, RequestsHaveTheRightBytes) {
  const auto message = encode_command(5, {{"ping", 1}});
  ASSERT_TRUE(message);
  const char expected[] =
      "\x33\0\0\0\x05\0\0\0\0\0\0\0\xdd\x07\0\0" "\0\0\0\0" "\0"
      "\x1e\0\0\0\x10ping\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0";
  EXPECT_EQ(*message, std::string(expected, sizeof expected - 1));
  EXPECT_FALSE(encode_command(5, Json::array({1})));
  EXPECT_FALSE(encode_command(5, {{"ping", {{"$oid", "no"}}}}));
}

TEST(Message, RepliesKeepTheirTypes) {
  const auto back = decode_reply(9, reply(9, {{"counter", {{"$numberLong", "3"}}}, {"ok", 1.0}, {"id", {{"$oid", "0123456789abcdef01234567"}}}}));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->at("counter").dump(), R"({"$numberLong":"3"})");
  EXPECT_EQ(back->at("id").dump(), R"({"$oid":"0123456789abcdef01234567"})");
  EXPECT_EQ(plain(*back)["counter"], 3);
  EXPECT_EQ(failure_of(*back), std::nullopt);
}

TEST(Message, FailuresAreNamed) {
  const auto back = decode_reply(1, reply(1, {{"ok", 0.0}, {"code", 59}, {"codeName", "CommandNotFound"}, {"errmsg", "no"}}));
  ASSERT_TRUE(back);
  EXPECT_EQ(failure_of(*back), "CommandNotFound (59): no");
  EXPECT_EQ(code_of(*back), 59);
  for (const char* odd : {"{}", R"({"ok": "yes"})", R"({"ok": 0, "code": "x", "errmsg": 1})", "[]", "null"}) EXPECT_TRUE(failure_of(Json::parse(odd))) << odd;
}

TEST(Message, DamagedOnesAreRefused) {
  const std::string good = reply(1, {{"ok", 1.0}, {"inner", {{"a", "text"}}}});
  ASSERT_TRUE(decode_reply(1, good));
  EXPECT_FALSE(decode_reply(2, good)) << "another question's";
  EXPECT_FALSE(decode_reply(1, wire::write_reply(77, 1, 0, bson::from_json(R"({"ok": 1})")->bytes()))) << "another kind";
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_FALSE(decode_reply(1, good.substr(0, length))) << length;
  // Whatever is damaged, nothing but an answer or an error comes of it.
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int c : {0, 1, 0x7f, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(c);
      const auto decoded = decode_reply(1, bad);
      EXPECT_TRUE(!decoded || decoded->is_object());
    }
}

TEST(Lines, GoalLines) {
  EXPECT_EQ(time_stamp(13h + 34min + 14786ms), "[13:34:14.786] ");
  const auto own = read_goal_line("[13:34:14.786] " + goal_line(3, 12));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->count, 3u);
  EXPECT_EQ(own->config_version, 12);
  const auto other = read_goal_line("[13:34:14.786] All 0 Mongo processes are in goal state, No monitoring agent specified, Backup not specified");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->config_version, std::nullopt);
  for (const char* none : {"", "All x Mongo processes are in goal state", "All 3 Mongo processes are not", "All 3 ", "3 Mongo processes are in goal state"}) EXPECT_FALSE(read_goal_line(none)) << none;
}

TEST(Lines, Hopeless) {
  EXPECT_TRUE(is_hopeless_line("[00:00:00.000] " + hopeless_line("a", "exit code 1")));
  EXPECT_FALSE(is_hopeless_line("[00:00:00.000] Error: `a` cannot be started: no"));
  EXPECT_TRUE(is_hopeless_line("[00:00:00.000] Error: the replica set `rs`: " + refused_line("BadValue (2): no")));
  EXPECT_FALSE(is_hopeless_line("[00:00:00.000] " + refused_line("BadValue (2): no"))) << "no error";
  EXPECT_TRUE(is_error_line("[00:00:00.000] Error reading cluster config: x"));
  EXPECT_FALSE(is_error_line("[00:00:00.000] read the cluster config"));
}

// ---- from one set of members to another

ReplicaSet wanted(const char* members, const char* settings = nullptr) {
  ReplicaSet set;
  set.document = {{"_id", "rs"}, {"version", 1}, {"members", Json::parse(members)}};
  if (settings) set.document["settings"] = Json::parse(settings);
  return set;
}

Json current(const char* members) { return {{"_id", "rs"}, {"version", 4}, {"term", 2}, {"members", Json::parse(members)}, {"settings", {{"electionTimeoutMillis", 10000}}}}; }

const char kTwo[] = R"([{"_id": 0, "host": "h:1"}, {"_id": 1, "host": "h:2"}])";
const char kTwoWhole[] =
    R"([{"_id": 0, "host": "h:1", "arbiterOnly": false, "buildIndexes": true, "hidden": false, "priority": 1, "tags": {}, "secondaryDelaySecs": 0, "votes": 1},
        {"_id": 1, "host": "h:2", "arbiterOnly": false, "buildIndexes": true, "hidden": false, "priority": 1, "tags": {}, "secondaryDelaySecs": 0, "votes": 1}])";

TEST(SetConfig, WhatIsSpelledOutIsTheSame) {
  EXPECT_EQ(next_config(current(kTwoWhole), wanted(kTwo)), std::nullopt);
  EXPECT_EQ(next_config(current(kTwoWhole), wanted(kTwo, R"({"electionTimeoutMillis": 10000})")), std::nullopt);
  EXPECT_EQ(next_config(current(R"([{"_id": 0, "host": "h:1", "arbiterOnly": true, "priority": 0}])"), wanted(R"([{"_id": 0, "host": "h:1", "arbiterOnly": true}])")), std::nullopt);
  EXPECT_EQ(next_config(current(R"([{"_id": 0, "host": "h:1", "secondaryDelaySecs": 5}])"), wanted(R"([{"_id": 0, "host": "h:1", "slaveDelay": 5}])")), std::nullopt);
}

TEST(SetConfig, OneVotingMemberAStep) {
  const auto goal = wanted(R"([{"_id": 0, "host": "h:1", "priority": 2}, {"_id": 2, "host": "h:3"}, {"_id": 3, "host": "h:4"}, {"_id": 4, "host": "h:5", "votes": 0, "priority": 0}])");
  Json config = current(kTwo);
  std::vector<std::string> seen;
  for (int step = 0; step < 10; ++step) {
    const auto next = next_config(config, goal);
    if (!next) break;
    EXPECT_EQ(next->at("version"), config["version"].get<int>() + 1);
    EXPECT_FALSE(next->contains("term"));
    std::string ids;
    for (const Json& member : next->at("members")) ids += member["_id"].dump();
    seen.push_back(ids);
    config = *next;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"04", "042", "0423"}));
  EXPECT_EQ(config["members"][0]["priority"], 2);
  EXPECT_EQ(config["settings"]["electionTimeoutMillis"], 10000);
}

TEST(SetConfig, WhatIsOfTheWholeSet) {
  ReplicaSet goal = wanted(kTwo);
  for (const bool journal : {true, false}) {
    goal.document["writeConcernMajorityJournalDefault"] = journal;
    const auto next = next_config(current(kTwoWhole), goal);
    EXPECT_EQ(next.has_value(), !journal) << "it is true where nothing is said";
    if (next) {
      EXPECT_EQ(next_config(*next, goal), std::nullopt);
    }
  }
  const auto tagged = next_config(current(kTwoWhole), wanted(R"([{"_id": 0, "host": "h:1", "tags": {"dc": "east"}}, {"_id": 1, "host": "h:2", "hidden": true, "priority": 0}])"));
  ASSERT_TRUE(tagged);
  EXPECT_EQ(tagged->at("members")[0]["tags"]["dc"], "east");
  EXPECT_EQ(tagged->at("members")[1]["hidden"], true);
  EXPECT_EQ(tagged->at("members")[1]["priority"], 0);
}

TEST(SetConfig, AnotherAddressIsAnotherMember) {
  const auto goal = wanted(R"([{"_id": 0, "host": "h:1"}, {"_id": 1, "host": "h:9"}])");
  const auto first = next_config(current(kTwo), goal);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at("members").size(), 1u);
  const auto second = next_config(*first, goal);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at("members")[1]["host"], "h:9");
  EXPECT_EQ(next_config(*second, goal), std::nullopt);
}

TEST(SetConfig, NonsenseIsLeftAlone) {
  for (const char* odd : {"null", "[]", "{}", R"({"members": 1})", R"({"members": [1]})"}) EXPECT_EQ(next_config(Json::parse(odd), wanted(kTwo)), std::nullopt) << odd;
  EXPECT_TRUE(next_config(Json::parse(R"({"version": "x", "settings": 3, "members": [{"_id": {}, "host": 5, "arbiterOnly": "x", "tags": 1}]})"), wanted(kTwo, R"({"x": 1})")));
}

}  // namespace
}  // namespace failc::automation
