#include "interpreter/systems/mongodb/sdam/hello.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/sdam/description.hpp"
#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::sdam {
namespace {

using Json = nlohmann::json;

/// From JSON, and from the same as a scenario's value.
Result<Hello> parsed(const char* text) {
  const Json json = Json::parse(text);
  const Value value = from_json(json);
  const Result<Hello> of_value = parse_hello(value);
  Result<Hello> out = parse_hello(json);
  EXPECT_EQ(bool(out), bool(of_value)) << text;
  if (!out && !of_value) {
    EXPECT_EQ(out.error().message, of_value.error().message);
  } else if (out && of_value) {
    EXPECT_TRUE(equivalent(describe("a:27017", *out), describe("a:27017", *of_value))) << text;
  }
  EXPECT_EQ(DocumentView(value).json(), json);
  return out;
}

Hello read(const char* text) {
  const Result<Hello> out = parsed(text);
  EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error().message);
  return out ? *out : Hello{};
}

std::string error_of(const char* text) {
  const Result<Hello> out = parsed(text);
  return out ? "none" : out.error().message;
}

ServerType type_of(const char* text) { return describe("a:27017", read(text)).type; }

TEST(ParseHello, ReadsCanonicalAndRelaxed) {
  for (
      const char* text : {
          R"({"ok": 1, "helloOk": true, "isWritablePrimary": true, "setName": "rs", "setVersion": 3, "electionId": {"$oid": "7FFFFFFF0000000000000001"},
               "hosts": ["A:1", "b"], "passives": ["c"], "arbiters": ["[::1]"], "me": "A:1", "primary": "A:1", "tags": {"dc": "x"},
               "minWireVersion": 0, "maxWireVersion": 21, "logicalSessionTimeoutMinutes": 30, "iscryptd": false,
               "lastWrite": {"lastWriteDate": {"$date": "2024-01-02T03:04:05.678Z"}, "opTime": {}},
               "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}, "counter": 4}, "maxBsonObjectSize": 16777216})",
          R"({"ok": {"$numberDouble": "1.0"}, "helloOk": true, "isWritablePrimary": true, "setName": "rs", "setVersion": {"$numberInt": "3"},
               "electionId": {"$oid": "7fffffff0000000000000001"}, "hosts": ["a:1", "B:27017"], "passives": ["C"], "arbiters": ["[::1]:27017"],
               "me": "a:1", "primary": "a:1", "tags": {"dc": "x"}, "minWireVersion": {"$numberInt": "0"}, "maxWireVersion": {"$numberLong": "21"},
               "logicalSessionTimeoutMinutes": {"$numberDouble": "30"}, "iscryptd": false,
               "lastWrite": {"lastWriteDate": {"$date": {"$numberLong": "1704164645678"}}},
               "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}, "counter": {"$numberLong": "4"}}})",
      }) {
    const Hello hello = read(text);
    EXPECT_TRUE(hello.ok && hello.hello_ok && hello.is_writable_primary);
    EXPECT_EQ(hello.set_name, "rs");
    EXPECT_EQ(hello.set_version, 3);
    EXPECT_EQ(text_of(*hello.election_id), "7fffffff0000000000000001");
    EXPECT_EQ(hello.hosts, (std::vector<std::string>{"a:1", "b:27017"}));
    EXPECT_EQ(hello.passives, std::vector<std::string>{"c:27017"});
    EXPECT_EQ(hello.arbiters, std::vector<std::string>{"[::1]:27017"});
    EXPECT_EQ(hello.me, "a:1");
    EXPECT_EQ(hello.primary, "a:1");
    EXPECT_EQ(hello.tags, (Tags{{"dc", "x"}}));
    EXPECT_EQ(hello.max_wire_version, 21);
    EXPECT_EQ(hello.logical_session_timeout_minutes, 30);
    EXPECT_EQ(hello.is_cryptd, false);
    EXPECT_EQ(hello.last_write_date, std::chrono::milliseconds(1704164645678));
    EXPECT_EQ(hello.topology_version->counter, 4);
  }
}

TEST(ParseHello, AbsentIsNullIsDefault) {
  for (const char* text :
       {R"({"ok": 1})",
        R"({"ok": 1, "setName": null, "hosts": null, "topologyVersion": null, "minWireVersion": null, "tags": null, "me": null,
                                            "electionId": null, "lastWrite": null, "logicalSessionTimeoutMinutes": null})"}) {
    const Hello hello = read(text);
    EXPECT_FALSE(hello.set_name || hello.topology_version || hello.me || hello.election_id || hello.last_write_date ||
                 hello.logical_session_timeout_minutes);
    EXPECT_TRUE(hello.hosts.empty() && hello.tags.empty());
    EXPECT_EQ(hello.min_wire_version, 0);
    EXPECT_EQ(hello.max_wire_version, 0);
  }
}

TEST(ParseHello, OkIsOneOrTrue) {
  EXPECT_TRUE(read(R"({"ok": 1.0})").ok);
  EXPECT_TRUE(read(R"({"ok": true})").ok);
  for (const char* text : {"{}", R"({"ok": 0})", R"({"ok": false})", R"({"ok": 2})", R"({"ok": "1"})"}) EXPECT_FALSE(read(text).ok) << text;
}

TEST(ParseHello, LegacyNameIsTheFallback) {
  EXPECT_TRUE(read(R"({"ok": 1, "ismaster": true})").is_writable_primary);
  EXPECT_FALSE(read(R"({"ok": 1, "ismaster": true, "isWritablePrimary": false})").is_writable_primary);
}

TEST(ParseHello, WrongTypesAreErrorsThatNameTheField) {
  for (const auto& [text, part] : std::vector<std::pair<const char*, const char*>>{
           {"[]", "the reply to hello is array"},
           {R"({"ok": 1, "setName": 5})", "`setName` of the reply to hello is not a string"},
           {R"({"ok": 1, "hosts": "a"})", "`hosts` of the reply to hello is not an array"},
           {R"({"ok": 1, "hosts": [1]})", "not an array of strings"},
           {R"({"ok": 1, "hosts": ["a:b"]})", "no list of addresses: bad address `a:b`"},
           {R"({"ok": 1, "me": "a:0"})", "`me` of the reply to hello is no address"},
           {R"({"ok": 1, "setVersion": 1.5})", "`setVersion`"},
           {R"({"ok": 1, "setVersion": {"$numberLong": "x"}})", "not a whole number"},
           {R"({"ok": 1, "setVersion": {"$numberLong": "9223372036854775808"}})", "not a whole number"},
           {R"({"ok": 1, "setVersion": 9223372036854775808})", "not a whole number"},
           {R"({"ok": 1, "setVersion": {"$numberInt": "2147483648"}})", "not a whole number"},
           {R"({"ok": 1, "setVersion": {"$numberDouble": "NaN"}})", "not a whole number"},
           {R"({"ok": 1, "electionId": "000000000000000000000001"})", "not an ObjectId"},
           {R"({"ok": 1, "electionId": {"$oid": "00000000000000000000000"}})", "not an ObjectId"},
           {R"({"ok": 1, "electionId": {"$oid": "00000000000000000000000g"}})", "not an ObjectId"},
           {R"({"ok": 1, "secondary": "yes"})", "not a boolean"},
           {R"({"ok": 1, "tags": {"a": 1}})", "not a document of strings"},
           {R"({"ok": 1, "maxWireVersion": -1})", "no wire version"},
           {R"({"ok": 1, "topologyVersion": {"counter": 1}})", "`processId` of `topologyVersion`"},
           {R"({"ok": 1, "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}}})", "`counter` of `topologyVersion`"},
           {R"({"ok": 1, "lastWrite": {"lastWriteDate": "now"}})", "`lastWriteDate` of `lastWrite`"},
           {R"({"ok": 1, "lastWrite": {"lastWriteDate": {"$date": "2024-02-30T00:00:00Z"}}})", "not a date"},
           {R"({"ok": 1, "lastWrite": {"lastWriteDate": {"$date": "2024-02-03T00:00:00"}}})", "not a date"},
       })
    EXPECT_NE(error_of(text).find(part), std::string::npos) << text << ": " << error_of(text);
}

TEST(ExtendedJson, ValuesThatJsonHasNoKindFor) {
  const Document document{{{"setName", Value(Nanos(5))}, {"ok", Value(std::int64_t{1})}}};
  const Result<Hello> hello = parse_hello(document);
  ASSERT_FALSE(hello);
  EXPECT_NE(hello.error().message.find("`setName`"), std::string::npos) << hello.error().message;
  EXPECT_TRUE(DocumentView(document).json()["setName"].is_discarded());
  EXPECT_FALSE(parse_hello(Value(Nanos(5))));
  EXPECT_EQ(DocumentView(Value(Nanos(5))).kind(), kind_of(Value(Nanos(5))));
}

TEST(ExtendedJson, Dates) {
  const auto date = [](const char* text) {
    const Json document = {{"d", {{"$date", text}}}};
    Fields fields(document, "it");
    return fields.date("d");
  };
  EXPECT_EQ(date("1970-01-01T00:00:00Z"), std::chrono::milliseconds(0));
  EXPECT_EQ(date("1970-01-01T00:00:01.5Z"), std::chrono::milliseconds(1500));
  EXPECT_EQ(date("1970-01-01T01:00:00+01:00"), std::chrono::milliseconds(0));
  EXPECT_EQ(date("1969-12-31T22:30:00-0130"), std::chrono::milliseconds(0));
  EXPECT_FALSE(date("1970-01-01T00:00:00.Z"));
  EXPECT_FALSE(date("1970-01-01T24:00:00Z"));
  EXPECT_FALSE(date("1970-01-01"));
  EXPECT_FALSE(date(""));
}

TEST(TopologyVersions, CompareOnlyWithinAProcess) {
  const ObjectId one = *object_id_of("000000000000000000000001"), two = *object_id_of("000000000000000000000002");
  const TopologyVersion early{one, 1}, late{one, 2}, other{two, 0};
  EXPECT_TRUE(compare(early, late) < 0);
  EXPECT_TRUE(compare(early, early) == 0);
  EXPECT_TRUE(compare(late, early) > 0);
  EXPECT_TRUE(compare(late, other) < 0) << "another process is newer whatever its counter";
  EXPECT_TRUE(compare(std::nullopt, late) < 0);
  EXPECT_TRUE(compare(late, std::nullopt) < 0);
  EXPECT_TRUE(compare(std::nullopt, std::nullopt) < 0);
}

TEST(ServerTypes, OrderOfTheTests) {
  EXPECT_EQ(type_of("{}"), ServerType::unknown);
  EXPECT_EQ(type_of(R"({"ok": 0, "setName": "rs", "isWritablePrimary": true})"), ServerType::unknown);
  EXPECT_EQ(type_of(R"({"ok": 1, "isreplicaset": true, "setName": "rs", "msg": "isdbgrid", "isWritablePrimary": true})"),
            ServerType::rs_ghost);
  EXPECT_EQ(type_of(R"({"ok": 1, "isreplicaset": false})"), ServerType::standalone);
  EXPECT_EQ(type_of(R"({"ok": 1, "msg": "isdbgrid", "setName": "rs", "isWritablePrimary": true})"), ServerType::mongos);
  EXPECT_EQ(type_of(R"({"ok": 1, "msg": "other"})"), ServerType::standalone);
  EXPECT_EQ(type_of(R"({"ok": 1, "isWritablePrimary": true})"), ServerType::standalone);
  EXPECT_EQ(type_of(R"({"ok": 1, "secondary": true})"), ServerType::standalone);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "hidden": true, "isWritablePrimary": true})"), ServerType::rs_other);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "hidden": true, "secondary": true})"), ServerType::rs_other);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "isWritablePrimary": true, "secondary": true})"), ServerType::rs_primary);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "ismaster": true})"), ServerType::rs_primary);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "secondary": true, "arbiterOnly": true})"), ServerType::rs_secondary);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "secondary": true, "passive": true})"), ServerType::rs_secondary);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs", "arbiterOnly": true})"), ServerType::rs_arbiter);
  EXPECT_EQ(type_of(R"({"ok": 1, "setName": "rs"})"), ServerType::rs_other);
}

TEST(Describe, TakesEveryField) {
  const ServerDescription is = describe(
      "x:1", read(R"({"ok": 1, "setName": "rs", "secondary": true, "setVersion": 3, "electionId": {"$oid": "00000000000000000000000a"},
      "hosts": ["a"], "passives": ["b"], "arbiters": ["c"], "me": "x:1", "primary": "a", "tags": {"dc": "e"}, "minWireVersion": 6, "maxWireVersion": 9,
      "logicalSessionTimeoutMinutes": 30, "iscryptd": true, "lastWrite": {"lastWriteDate": {"$date": {"$numberLong": "7"}}},
      "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}, "counter": 4}})"));
  EXPECT_EQ(is.address, "x:1");
  EXPECT_EQ(is.error, std::nullopt);
  EXPECT_EQ(is.set_name, "rs");
  EXPECT_EQ(is.set_version, 3);
  EXPECT_EQ(is.election_id, object_id_of("00000000000000000000000a"));
  EXPECT_EQ(is.hosts, std::vector<std::string>{"a:27017"});
  EXPECT_EQ(is.passives, std::vector<std::string>{"b:27017"});
  EXPECT_EQ(is.arbiters, std::vector<std::string>{"c:27017"});
  EXPECT_EQ(is.me, "x:1");
  EXPECT_EQ(is.primary, "a:27017");
  EXPECT_EQ(is.tags, (Tags{{"dc", "e"}}));
  EXPECT_EQ(is.min_wire_version, 6);
  EXPECT_EQ(is.max_wire_version, 9);
  EXPECT_EQ(is.logical_session_timeout_minutes, 30);
  EXPECT_EQ(is.is_cryptd, true);
  EXPECT_EQ(is.last_write_date, std::chrono::milliseconds(7));
  EXPECT_EQ(is.topology_version->counter, 4);
  EXPECT_EQ(is.round_trip_time, std::nullopt);
}

TEST(ServerTypes, Names) {
  for (int i = 0; i <= static_cast<int>(ServerType::load_balancer); ++i)
    EXPECT_EQ(server_type_of(name_of(static_cast<ServerType>(i))), static_cast<ServerType>(i));
  for (int i = 0; i <= static_cast<int>(TopologyType::load_balanced); ++i)
    EXPECT_EQ(topology_type_of(name_of(static_cast<TopologyType>(i))), static_cast<TopologyType>(i));
  EXPECT_EQ(name_of(ServerType::load_balancer), "LoadBalancer");
  EXPECT_EQ(name_of(TopologyType::load_balanced), "LoadBalanced");
  EXPECT_FALSE(server_type_of("rsprimary"));
}

TEST(Equality, TakesWhatTheSpecificationMarks) {
  const ServerDescription base = describe("a:27017", read(R"({"ok": 1, "setName": "rs", "secondary": true, "hosts": ["a", "b"]})"));
  const auto differs = [&](const auto& change) {
    ServerDescription other = base;
    change(other);
    return !equivalent(base, other);
  };
  EXPECT_TRUE(differs([](auto& s) { s.address = "b:27017"; }));
  EXPECT_TRUE(differs([](auto& s) { s.error = "x"; }));
  EXPECT_TRUE(differs([](auto& s) { s.type = ServerType::rs_other; }));
  EXPECT_TRUE(differs([](auto& s) { s.min_wire_version = 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.max_wire_version = 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.me = "a:27017"; }));
  EXPECT_TRUE(differs([](auto& s) { s.hosts.push_back("c:27017"); }));
  EXPECT_TRUE(differs([](auto& s) { s.passives.push_back("c:27017"); }));
  EXPECT_TRUE(differs([](auto& s) { s.arbiters.push_back("c:27017"); }));
  EXPECT_TRUE(differs([](auto& s) { s.tags["a"] = "b"; }));
  EXPECT_TRUE(differs([](auto& s) { s.set_name = "x"; }));
  EXPECT_TRUE(differs([](auto& s) { s.election_id = ObjectId{}; }));
  EXPECT_TRUE(differs([](auto& s) { s.set_version = 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.primary = "b:27017"; }));
  EXPECT_TRUE(differs([](auto& s) { s.logical_session_timeout_minutes = 1; }));
  EXPECT_TRUE(differs([](auto& s) { s.topology_version = TopologyVersion{}; }));
  EXPECT_TRUE(differs([](auto& s) { s.is_cryptd = true; }));

  EXPECT_FALSE(differs([](auto& s) { s.round_trip_time = Nanos(1); }));
  EXPECT_FALSE(differs([](auto& s) { s.min_round_trip_time = Nanos(1); }));
  EXPECT_FALSE(differs([](auto& s) { s.last_update_time = Nanos(1); }));
  EXPECT_FALSE(differs([](auto& s) { s.last_write_date = std::chrono::milliseconds(1); }));
  EXPECT_FALSE(differs([](auto& s) { s.hosts = {"b:27017", "a:27017"}; })) << "a set has no order";
}

}  // namespace
}  // namespace failc::sdam
