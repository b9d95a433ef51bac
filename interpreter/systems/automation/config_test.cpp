#include "interpreter/systems/automation/config.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/automation/order.hpp"

namespace failc::automation {
namespace {

const char kProcess[] = R"({"name": "a", "processType": "mongod", "args2_6": {"net": {"port": 1}, "storage": {"dbPath": "d"}, "replication": {"replSetName": "rs"}}})";

std::string with(const std::string& member, const std::string& more = "") {
  return std::string(R"({"processes": [)") + kProcess + R"(], "replicaSets": [{"_id": "rs", "members": [{"_id": 0, "host": "a")" + member + "}]" + more + "}]}";
}

/// The problems as `offset text`.
std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> out;
  for (const Problem& problem : parse_config(text).problems) out.push_back(problem.message);
  return out;
}

TEST(LocatedJson, KnowsThePlaceOfEveryValue) {
  const std::string text = R"({ "a\"b" : [1, -2.5e3 ,true,null, "x\\" ,{"c":"d"}],"n":12})";
  std::vector<Problem> wrong;
  const Located root = read_located(text, wrong);
  ASSERT_TRUE(wrong.empty()) << wrong[0].message;
  const auto at = [&](Span place) { return text.substr(place.begin, place.end - place.begin); };
  ASSERT_EQ(root.members.size(), 2u);
  EXPECT_EQ(at(root.members[0].key_place), R"("a\"b")");
  EXPECT_EQ(root.members[0].key, "a\"b");
  const auto& items = root.members[0].value.items;
  ASSERT_EQ(items.size(), 6u);
  const char* expected[] = {"1", "-2.5e3", "true", "null", R"("x\\")", "{"};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(at(items[i].place), expected[i]);
  EXPECT_EQ(at(items[5].members[0].value.place), "\"d\"");
  EXPECT_EQ(at(root.members[1].value.place), "12");
  EXPECT_EQ(root.members[1].value.integer, 12);
  EXPECT_EQ(read_located("7", wrong).place, (Span{0, 1})) << "a number at the very end";
}

TEST(LocatedJson, RefusesWhatIsNone) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\":1,}", "nul", "\"a", "{\"a\":1}x", "\xff", "{\"a\":1,\"a\":2}"}) {
    std::vector<Problem> wrong;
    read_located(bad, wrong);
    ASSERT_EQ(wrong.size(), 1u) << bad;
    EXPECT_LE(wrong[0].place.end, std::string_view(bad).size());
  }
  std::vector<Problem> wrong;
  read_located(std::string(64, '[') + std::string(64, ']'), wrong);
  EXPECT_TRUE(wrong.empty());
  read_located(std::string(65, '[') + std::string(65, ']'), wrong);
  EXPECT_EQ(wrong.size(), 1u);
}

TEST(Config, ArgumentsBecomeACommandLine) {
  const auto parsed = parse_config(R"({"version": 9, "processes": [{"name": "x", "processType": "mongod", "hostname": "h", "disabled": true, "args2_6": {
    "systemLog": {"destination": "file", "path": "l", "logAppend": true, "quiet": false, "verbosity": 2},
    "storage": {"dbPath": "d", "wiredTiger": {"engineConfig": {"cacheSizeGB": 0.5}}, "journal": {"enabled": true}},
    "net": {"port": 27017, "maxIncomingConnections": 100}, "processManagement": {"fork": true},
    "setParameter": {"a": 1, "b": true, "c": "t", "d": 0.25}}}]})");
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
  const Process& process = parsed.config.processes[0];
  EXPECT_EQ(process.arguments, (std::vector<std::string>{"--logpath", "l", "--logappend", "-vv", "--dbpath", "d", "--wiredTigerCacheSizeGB", "0.5", "--port", "27017", "--maxConns", "100",
                                                         "--setParameter", "a=1", "--setParameter", "b=true", "--setParameter", "c=t", "--setParameter", "d=0.25", "--bind_ip", "127.0.0.1,h"}));
  EXPECT_TRUE(process.disabled);
  EXPECT_EQ(process.address(), "127.0.0.1:27017");
  EXPECT_EQ(process.member_address(), "h:27017");
  EXPECT_EQ(parsed.config.version, 9);
}

TEST(Config, WhatOthersWriteIsTaken) {
  // As management software writes it, with all that has no effect on one host without authentication and TLS.
  const auto parsed = parse_config(R"({"version": 4, "auth": {"disabled": true, "autoAuthMechanism": "SCRAM-SHA-256", "usersWanted": []}, "ssl": {"clientCertificateMode": "OPTIONAL"},
    "tls": {"CAFilePath": "/ca"}, "agentVersion": {"name": "1"}, "monitoringVersions": [{"hostname": "h", "baseUrl": null}], "uiBaseUrl": null, "processes": [
     {"name": "h-0", "hostname": "h", "processType": "mongod", "version": "6.0.5", "authSchemaVersion": 5, "featureCompatibilityVersion": "6.0", "alias": null, "lastRestart": null, "manualMode": false,
      "logRotate": {"sizeThresholdMB": 1000}, "auditLogRotate": {}, "args2_6": {"net": {"port": 27017, "bindIpAll": true, "tls": {"mode": "disabled"}, "compression": {"compressors": "zlib,zstd"}},
      "security": {"authorization": "disabled"}, "sharding": {}, "storage": {"dbPath": "/data", "directoryPerDB": true, "engine": "wiredTiger", "wiredTiger": {"collectionConfig": {"blockCompressor": "zstd"}}},
      "systemLog": {"destination": "file", "path": "/l", "logAppend": true}, "replication": {"replSetName": "rs", "oplogSizeMB": 2048}}}],
    "replicaSets": [{"_id": "rs", "protocolVersion": "1", "numberArbiters": 0, "settings": null, "members": [{"_id": 100, "host": "h-0", "priority": 1, "votes": 1, "secondaryDelaySecs": 0, "hidden": false, "arbiterOnly": false}]}],
    "sharding": []})");
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
  const Process& process = parsed.config.processes[0];
  EXPECT_EQ(process.arguments, (std::vector<std::string>{"--port", "27017", "--bind_ip_all", "--networkMessageCompressors", "zlib,zstd", "--dbpath", "/data", "--directoryperdb", "--storageEngine", "wiredTiger",
                                                         "--wiredTigerCollectionBlockCompressor", "zstd", "--logpath", "/l", "--logappend", "--replSet", "rs", "--oplogSize", "2048"}));
  EXPECT_EQ(process.address(), "127.0.0.1:27017");
}

TEST(Config, WhatItCannotDoIsRefused) {
  const auto with_net = [](const std::string& net, const std::string& more = "") {
    return problems(R"({"processes": [{"name": "a", "processType": "mongod", "args2_6": {"net": {"port": 1)" + net + R"(}, "storage": {"dbPath": "d"}}}])" + more + "}");
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(with_net(""), Lines{});
  EXPECT_EQ(with_net(R"(, "tls": {"mode": "requireTLS"})"), Lines{"`args2_6.net.tls.mode` can only be `disabled` in this version"});
  EXPECT_EQ(with_net(R"(, "bindIpAll": true, "bindIp": "::1")"), Lines{"`args2_6.net.bindIp` and `args2_6.net.bindIpAll` are both given"});
  EXPECT_EQ(with_net("", R"(, "auth": {"disabled": false})"), Lines{"authentication is not in this version yet"});
  EXPECT_EQ(with_net("", R"(, "auth": {})"), Lines{});
  EXPECT_EQ(with_net(R"(, "wireObjectCheck": {"a": 1})").size(), 1u);
}

TEST(Config, WhatItIsAskedAt) {
  for (const auto& [bind, address] : std::vector<std::pair<std::string, std::string>>{
           {"0.0.0.0", "127.0.0.1:1"}, {"localhost,x", "127.0.0.1:1"}, {"127.0.0.7", "127.0.0.7:1"}, {"::1", "[::1]:1"}, {"*", "127.0.0.1:1"}}) {
    const auto parsed = parse_config(R"({"processes": [{"name": "a", "processType": "mongod", "args2_6": {"net": {"port": 1, "bindIp": ")" + bind + R"("}, "storage": {"dbPath": "d"}}}]})");
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
    EXPECT_EQ(parsed.config.processes[0].address(), address);
  }
}

TEST(Config, TheFingerprintChangesWithWhatNeedsARestart) {
  const auto of = [](const std::string& more) {
    return parse_config(R"({"processes": [{"name": "a", "processType": "mongod", "args2_6": {"net": {"port": 1}, "storage": {"dbPath": "d"}})" + more + "}]}").config.processes.at(0).fingerprint;
  };
  EXPECT_EQ(of(""), of(R"(, "disabled": true)"));
  EXPECT_NE(of(""), of(R"(, "lastRestart": "2024")"));
  EXPECT_NE(of(""), of(R"(, "version": "5.0")"));
}

TEST(Config, AMemberAsTheServerTakesIt) {
  const auto parsed = parse_config(with(R"(, "priority": 2, "votes": 1, "tags": {"x": "y"})", R"(, "settings": {"electionTimeoutMillis": 500}, "protocolVersion": "1")"));
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
  EXPECT_EQ(parsed.config.sets[0].document.dump(),
            R"({"_id":"rs","version":1,"settings":{"electionTimeoutMillis":500},"members":[{"_id":0,"host":"localhost:1","priority":2.0,"votes":1,"tags":{"x":"y"}}]})");
}

TEST(Config, MembersThatCannotBe) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(problems(with("")), Lines{});
  EXPECT_EQ(problems(with(R"(, "hidden": true)")), Lines{"a hidden member has `priority` 0"});
  EXPECT_EQ(problems(with(R"(, "votes": 0)")), Lines{"a member without a vote has `priority` 0"});
  EXPECT_EQ(problems(with(R"(, "votes": 2)")), Lines{"`votes` is from 0 to 1"});
  EXPECT_EQ(problems(with(R"(, "priority": 0)")), Lines{"no member of `rs` could become primary"});
  EXPECT_EQ(problems(with(R"(, "arbiterOnly": true)")), Lines{"no member of `rs` could become primary"});
  EXPECT_EQ(problems(with(R"(, "arbiterOnly": true, "votes": 0)")).front(), "an arbiter has a vote");
}

TEST(Config, ControlCharactersGetNowhere) {
  EXPECT_EQ(problems(R"({"processes": [{"name": "a\u0000b", "processType": "mongod", "args2_6": {"net": {"port": 1}, "storage": {"dbPath": "d"}}}]})"),
            std::vector<std::string>{"`name` holds a control character"});
  EXPECT_EQ(problems(R"({"processes": [{"name": "a", "processType": "mongod", "args2_6": {"net": {"port": 1}, "storage": {"dbPath": "d\n"}}}]})"),
            std::vector<std::string>{"`args2_6.storage.dbPath` holds a control character"});
}

TEST(Config, LenientOnesKeepWhatTheyDoNotKnow) {
  const std::string text = R"({"processes": [], "mystery": {"a": [1]}, "version": 3})";
  EXPECT_FALSE(parse_config(text).problems.empty());
  const auto parsed = parse_config(text, true);
  ASSERT_TRUE(parsed.problems.empty());
  EXPECT_EQ(nlohmann::ordered_json::parse(with_disabled(parsed.config.document, 4, {})).dump(), R"({"processes":[],"mystery":{"a":[1]},"version":4})");
}

TEST(Config, DisabledOnesAreWritten) {
  const auto parsed = parse_config(with(""));
  const auto written = parse_config(with_disabled(parsed.config.document, 7, {true}));
  ASSERT_TRUE(written.problems.empty());
  EXPECT_TRUE(written.config.processes[0].disabled);
  EXPECT_EQ(written.config.version, 7);
  EXPECT_EQ(written.config.sets[0].document, parsed.config.sets[0].document);
}

TEST(Config, RenderedWithLineAndCaret) {
  const std::string text = "{\n  \"processes\": [],\n  \"replicaset\": 1\n}";
  EXPECT_EQ(render("x.json", text, parse_config(text).problems),
            "x.json:3:3: error: `replicaset` is no key of the config\n 3 |   \"replicaset\": 1\n   |   ^^^^^^^^^^^^\nhelp: did you mean `replicaSets`?\n");
}

TEST(Config, EveryCutOfAGoodOneIsBadButHarmless) {
  const std::string text = with(R"(, "tags": {"x": "y"})", R"(, "settings": {"a": [1, {"b": null}]})");
  ASSERT_TRUE(parse_config(text).problems.empty());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string cut = text.substr(0, length);
    const auto parsed = parse_config(cut);
    ASSERT_FALSE(parsed.problems.empty()) << cut;
    EXPECT_FALSE(render("x", cut, parsed.problems).empty());
  }
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char c : {'\0', '"', '{', ']', '9', '\xff'}) {
      std::string changed = text;
      changed[at] = c;
      render("x", changed, parse_config(changed).problems);
      render("x", changed, parse_config(changed, true).problems);
    }
}

TEST(Order, PrimariesGoLast) {
  EXPECT_EQ(next_to_restart({"a", "b", "c"}, {"a", "c"}, RestartOrder::secondaries_first), "b");
  EXPECT_EQ(next_to_restart({"a", "c"}, {"a", "c"}, RestartOrder::secondaries_first), "a");
  EXPECT_EQ(next_to_restart({"a", "b"}, {"a"}, RestartOrder::listed), "a");
  EXPECT_EQ(next_to_restart({}, {"a"}, RestartOrder::listed), std::nullopt);
}

}  // namespace
}  // namespace failc::automation
