// The reader and the comparison themselves: what they refuse, and that each expectation can fail.
#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

#include <gtest/gtest.h>

namespace failc::sdam {
namespace {

using Json = nlohmann::json;

const Json kFile = Json::parse(R"({
  "description": "d", "uri": "mongodb://a/?replicaSet=rs",
  "phases": [{
    "description": "p",
    "responses": [["a:27017", {"ok": 1, "isWritablePrimary": true, "setName": "rs", "setVersion": 2, "hosts": ["a:27017"], "minWireVersion": 0, "maxWireVersion": 21,
                               "electionId": {"$oid": "000000000000000000000001"}, "logicalSessionTimeoutMinutes": 30,
                               "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}, "counter": {"$numberLong": "1"}}}]],
    "outcome": {
      "topologyType": "ReplicaSetWithPrimary", "setName": "rs", "logicalSessionTimeoutMinutes": 30, "maxSetVersion": 2, "compatible": true,
      "maxElectionId": {"$oid": "000000000000000000000001"},
      "servers": {"a:27017": {
        "type": "RSPrimary", "setName": "rs", "setVersion": 2, "electionId": {"$oid": "000000000000000000000001"}, "logicalSessionTimeoutMinutes": 30,
        "minWireVersion": 0, "maxWireVersion": 21, "error": null, "pool": {"generation": 0},
        "topologyVersion": {"processId": {"$oid": "000000000000000000000001"}, "counter": 1}}}
    }
  }, {
    "applicationErrors": [{"address": "a:27017", "generation": 0, "when": "afterHandshakeCompletes", "maxWireVersion": 21, "type": "command",
                           "response": {"ok": 0, "errmsg": "m", "code": 91}}],
    "outcome": {"topologyType": "ReplicaSetNoPrimary", "servers": {"a:27017": {"type": "Unknown", "setName": null, "pool": {"generation": 1}, "error": "m"}}}
  }]
})");

std::vector<std::string> differences_of(const Json& document) {
  const Result<PhaseFile> file = read_phases(document);
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  if (!file) return {"unreadable"};
  const Result<std::vector<std::string>> played = play(*file);
  EXPECT_TRUE(played) << (played ? "" : played.error().message);
  return played ? *played : std::vector<std::string>{"unplayable"};
}

std::string error_of(const char* pointer, const Json& value) {
  Json document = kFile;
  document[Json::json_pointer(pointer)] = value;
  const Result<PhaseFile> file = read_phases(document);
  return file ? "none" : file.error().message;
}

TEST(Phases, AFileThatHolds) { EXPECT_EQ(differences_of(kFile), std::vector<std::string>{}); }

TEST(Phases, EveryExpectationCanFail) {
  const std::vector<std::tuple<const char*, Json, const char*>> changes = {
      {"/phases/0/outcome/topologyType", "Sharded", "phase 1 (p): the topology's type is ReplicaSetWithPrimary, expected Sharded"},
      {"/phases/0/outcome/setName", nullptr, "phase 1 (p): setName is `rs`, expected null"},
      {"/phases/0/outcome/setName", "x", "phase 1 (p): setName is `rs`, expected `x`"},
      {"/phases/0/outcome/logicalSessionTimeoutMinutes", nullptr, "phase 1 (p): logicalSessionTimeoutMinutes is 30, expected null"},
      {"/phases/0/outcome/maxSetVersion", 3, "phase 1 (p): maxSetVersion is 2, expected 3"},
      {"/phases/0/outcome/maxElectionId", nullptr, "phase 1 (p): maxElectionId is 000000000000000000000001, expected null"},
      {"/phases/0/outcome/compatible", false, "phase 1 (p): compatible is true, expected false"},
      {"/phases/0/outcome/servers/b:27017", {{"type", "Unknown"}}, "phase 1 (p): server b:27017 is missing"},
      {"/phases/0/outcome/servers/a:27017/type", "RSSecondary", "phase 1 (p): the type of a:27017 is RSPrimary, expected RSSecondary"},
      {"/phases/0/outcome/servers/a:27017/setName", nullptr, "phase 1 (p): setName of a:27017 is `rs`, expected null"},
      {"/phases/0/outcome/servers/a:27017/setVersion", 1, "phase 1 (p): setVersion of a:27017 is 2, expected 1"},
      {"/phases/0/outcome/servers/a:27017/electionId", nullptr,
       "phase 1 (p): electionId of a:27017 is 000000000000000000000001, expected null"},
      {"/phases/0/outcome/servers/a:27017/logicalSessionTimeoutMinutes", 1,
       "phase 1 (p): logicalSessionTimeoutMinutes of a:27017 is 30, expected 1"},
      {"/phases/0/outcome/servers/a:27017/minWireVersion", 1, "phase 1 (p): minWireVersion of a:27017 is 0, expected 1"},
      {"/phases/0/outcome/servers/a:27017/maxWireVersion", nullptr, "phase 1 (p): maxWireVersion of a:27017 is 21, expected null"},
      {"/phases/0/outcome/servers/a:27017/topologyVersion/counter", 2,
       "phase 1 (p): topologyVersion of a:27017 is {000000000000000000000001, 1}, expected {000000000000000000000001, 2}"},
      {"/phases/0/outcome/servers/a:27017/pool/generation", 1, "phase 1 (p): the pool's generation of a:27017 is 0, expected 1"},
      {"/phases/0/outcome/servers/a:27017/error", "x", "phase 1 (p): the error of a:27017 is null, expected one with `x`"},
      {"/phases/1/outcome/servers/a:27017/error", "x", "phase 2: the error of a:27017 is `m`, expected one with `x`"},
      {"/phases/1/outcome/servers/a:27017/error", nullptr, "phase 2: the error of a:27017 is `m`, expected one with null"},
      {"/phases/1/outcome/servers/a:27017/setName", "rs", "phase 2: setName of a:27017 is null, expected `rs`"},
  };
  for (const auto& [pointer, value, difference] : changes) {
    Json document = kFile;
    document[Json::json_pointer(pointer)] = value;
    EXPECT_EQ(differences_of(document), std::vector<std::string>{difference}) << pointer;
  }
  Json none = kFile;
  none["phases"][0]["outcome"]["servers"] = Json::object();
  EXPECT_EQ(differences_of(none), std::vector<std::string>{"phase 1 (p): server a:27017 is not expected"});
}

TEST(Phases, NetworkErrorsAndGenerations) {
  Json document = kFile;
  document["phases"][1] = {
      {"responses", Json::array({Json::array({"a:27017", Json::object()})})},
      {"outcome",
       {{"topologyType", "ReplicaSetNoPrimary"}, {"servers", {{"a:27017", {{"type", "Unknown"}, {"pool", {{"generation", 1}}}}}}}}}};
  EXPECT_EQ(differences_of(document), std::vector<std::string>{});
  Json stale = kFile["phases"][1];
  Json again = document;
  again["phases"].push_back(kFile["phases"][0]);
  again["phases"][2]["outcome"]["servers"]["a:27017"]["pool"]["generation"] = 1;
  again["phases"].push_back(stale);
  again["phases"][3]["outcome"] = again["phases"][2]["outcome"];
  EXPECT_EQ(differences_of(again), std::vector<std::string>{}) << "generation 0 is gone";
  again["phases"][3]["applicationErrors"][0].erase("generation");
  const std::vector<std::string> differences = differences_of(again);
  ASSERT_FALSE(differences.empty());
  EXPECT_EQ(differences.front(), "phase 4: the topology's type is ReplicaSetNoPrimary, expected ReplicaSetWithPrimary")
      << "without one it is the pool's own";
}

TEST(Phases, EventsAreCompared) {
  Json document = {{"description", "d"}, {"uri", "mongodb://a"}, {"phases", Json::array()}};
  Json empty = {{"topologyType", "Unknown"}, {"servers", Json::array()}}, one = empty;
  one["servers"] = {
      {{"address", "a:27017"}, {"arbiters", Json::array()}, {"hosts", Json::array()}, {"passives", Json::array()}, {"type", "Unknown"}}};
  Json events = {{{"topology_opening_event", {{"topologyId", "42"}}}},
                 {{"topology_description_changed_event", {{"topologyId", 42}, {"previousDescription", empty}, {"newDescription", one}}}},
                 {{"server_opening_event", {{"topologyId", "42"}, {"address", "a:27017"}}}}};
  document["phases"] = {{{"responses", Json::array()}, {"outcome", {{"events", events}}}}};
  EXPECT_EQ(differences_of(document), std::vector<std::string>{});
  Json& expected = document["phases"][0]["outcome"]["events"];
  expected[1]["topology_description_changed_event"]["newDescription"]["servers"][0]["type"] = "Standalone";
  EXPECT_EQ(
      differences_of(document),
      std::vector<std::string>{
          "phase 1: event 2.topology_description_changed_event.newDescription.servers[0].type is \"Unknown\", expected \"Standalone\""});
  expected = events;
  expected[1]["topology_description_changed_event"]["newDescription"]["setName"] = "rs";
  EXPECT_EQ(
      differences_of(document),
      std::vector<std::string>{"phase 1: event 2.topology_description_changed_event.newDescription.setName is absent, expected \"rs\""});
  expected = events;
  expected.erase(2);
  EXPECT_EQ(differences_of(document).size(), 1u) << "one too many";
  expected = events;
  expected.push_back({{"topology_closed_event", {{"topologyId", "42"}}}});
  EXPECT_EQ(differences_of(document).size(), 1u) << "one too few";
  expected = events;
  std::swap(expected[0], expected[2]);
  EXPECT_FALSE(differences_of(document).empty()) << "the order counts";
}

TEST(Phases, UnknownKeysAreErrors) {
  for (const char* pointer : {"/extra", "/phases/0/extra", "/phases/0/outcome/extra", "/phases/0/outcome/servers/a:27017/extra",
                              "/phases/0/outcome/servers/a:27017/pool/extra", "/phases/1/applicationErrors/0/extra"})
    EXPECT_NE(error_of(pointer, 1).find("`extra` of "), std::string::npos) << pointer << ": " << error_of(pointer, 1);
  const Json event = {{"server_opening_event", {{"topologyId", "42"}, {"extra", 1}}}};
  EXPECT_NE(error_of("/phases/0/outcome/events", Json::array({event})).find("`extra`"), std::string::npos);
  EXPECT_NE(error_of("/phases/0/outcome/events", Json::array({{{"heartbeat_event", Json::object()}}})).find("heartbeat_event"),
            std::string::npos);
  const Json description = {{"topology_description_changed_event", {{"newDescription", {{"extra", 1}}}}}};
  EXPECT_NE(error_of("/phases/0/outcome/events", Json::array({description})).find("`extra`"), std::string::npos);
}

TEST(Phases, OtherMistakesAreErrors) {
  for (const auto& [pointer, value, part] : std::vector<std::tuple<const char*, Json, const char*>>{
           {"/uri", "", "`uri`"},
           {"/uri", 5, "not a string"},
           {"/phases", Json::array(), "`phases`"},
           {"/phases", 5, "not an array"},
           {"/phases/0", 5, "phase 1 is number"},
           {"/phases/0/outcome", nullptr, "`outcome` of phase 1 is missing"},
           {"/phases/0/outcome", Json::object(), "`topologyType` of the outcome of phase 1 is missing"},
           {"/phases/0/outcome/topologyType", "Big", "no topology type"},
           {"/phases/0/outcome/servers/a:27017/type", "Big", "no server type"},
           {"/phases/0/outcome/servers/a:0", {{"type", "Unknown"}}, "between 1 and 65535"},
           {"/phases/0/outcome/servers/a:27017/pool/generation", -1, "negative"},
           {"/phases/0/responses/0", {"a:27017"}, "[address, reply]"},
           {"/phases/0/responses/0/1", {{"ok", 1}, {"hosts", 3}}, "response 1: `hosts`"},
           {"/phases/1/applicationErrors/0/when", "later", "expected beforeHandshakeCompletes"},
           {"/phases/1/applicationErrors/0/type", "odd", "expected command, network or timeout"},
           {"/phases/1/applicationErrors/0/type", "network", "`response`"},
           {"/phases/1/applicationErrors/0/response", nullptr, "`response`"},
           {"/phases/1/applicationErrors/0/maxWireVersion", nullptr, "`maxWireVersion`"},
           {"/phases/1/applicationErrors/0/generation", 1.5, "not a whole number"},
           {"/phases/1/applicationErrors/0/address", "", "empty"},
       })
    EXPECT_NE(error_of(pointer, value).find(part), std::string::npos) << pointer << ": " << error_of(pointer, value);
  EXPECT_FALSE(read_phases(Json::array()));
  EXPECT_FALSE(read_phase_text("{"));
  EXPECT_FALSE(read_phase_text(""));
}

TEST(Phases, ResponsesAndErrorsMayBeAbsentOrNull) {
  Json document = kFile;
  document["phases"][0]["applicationErrors"] = nullptr;
  document["phases"][1]["responses"] = nullptr;
  EXPECT_EQ(differences_of(document), std::vector<std::string>{});
}

TEST(Phases, AUriThatMakesNoClient) {
  Json document = kFile;
  document["uri"] = "mongodb://a,b/?directConnection=true";
  const Result<PhaseFile> file = read_phases(document);
  ASSERT_TRUE(file);
  EXPECT_FALSE(play(*file));
}

}  // namespace
}  // namespace failc::sdam
