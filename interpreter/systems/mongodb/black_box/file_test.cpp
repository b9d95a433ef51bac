#include "interpreter/systems/mongodb/black_box/file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "interpreter/systems/mongodb/black_box/seen.hpp"

namespace failc::black_box {
namespace {

using Json = nlohmann::json;

const DriverFacts kNew = {"new", "1", 9, 29, {"topologyOpeningEvent", "topologyDescriptionChangedEvent", "serverOpeningEvent", "serverDescriptionChangedEvent", "serverClosedEvent"}, {}};

Json primary(const char* address, Json hosts, int wire = 21) {
  return Json::array({address, {{"ok", 1}, {"isWritablePrimary", true}, {"setName", "rs"}, {"hosts", std::move(hosts)}, {"minWireVersion", 0}, {"maxWireVersion", wire}}});
}
Json network_error(const char* address, int generation = -1, const char* when = "afterHandshakeCompletes") {
  Json out = {{"address", address}, {"when", when}, {"maxWireVersion", 9}, {"type", "network"}};
  if (generation >= 0) out["generation"] = generation;
  return out;
}
using List = std::vector<Json>;

Json phase(const List& responses, const List& errors = {}, Json more = Json::object()) {
  Json outcome = {{"topologyType", "Unknown"}, {"servers", Json::object()}};
  outcome.update(more);
  return {{"responses", responses}, {"applicationErrors", errors}, {"outcome", outcome}};
}
FilePlan plan(const List& phases, const DriverFacts& driver = kNew, const char* uri = "mongodb://a/?replicaSet=rs") {
  const auto file = sdam::read_phases(Json{{"uri", uri}, {"phases", phases}});
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return plan_file(*file, driver);
}

TEST(Plan, EveryServerThatIsNamedIsPlayed) {
  const FilePlan out = plan({phase({primary("a:27017", {"a:27017", "B:27018"})}, {}, {{"servers", {{"c:1", {{"type", "Unknown"}}}}}})});
  EXPECT_EQ(out.untold, "");
  EXPECT_EQ(out.addresses, (std::vector<std::string>{"a:27017", "b:27018", "c:1"}));
}

TEST(Plan, AReplyNeedsAConnectionThatBringsIt) {
  const List removed = {phase({primary("a:27017", {"a:27017"}), primary("b:27017", {"b:27017"})})};
  EXPECT_NE(plan(removed, kNew, "mongodb://a,b/?replicaSet=rs").untold.find("does not ask (any more)"), std::string::npos);
  EXPECT_EQ(plan({phase({primary("a:27017", {"a:27017", "b:27017"}), primary("b:27017", {"a:27017", "b:27017"})})}).untold, "") << "it is asked from then on";
}

TEST(Plan, AnErrorNeedsAnOperationThatMeetsIt) {
  EXPECT_EQ(plan({phase({primary("a:27017", {"a:27017"})}, {network_error("a:27017")})}).untold, "");
  EXPECT_NE(plan({phase({}, {network_error("a:27017")})}).untold.find("no operation can be led to"), std::string::npos);
  const Json mongos = {{"ok", 1}, {"isWritablePrimary", true}, {"msg", "isdbgrid"}, {"minWireVersion", 0}, {"maxWireVersion", 21}};
  const List two = {phase({Json::array({"a:27017", mongos}), Json::array({"b:27017", mongos})}, {network_error("a:27017")})};
  EXPECT_NE(plan(two, kNew, "mongodb://a,b/").untold.find("several are as good"), std::string::npos);
}

TEST(Plan, BehindALoadBalancerThereAreServices) {
  EXPECT_EQ(plan({phase({})}, kNew, "mongodb://a/?loadBalanced=true").untold, "");
  EXPECT_NE(plan({phase({}, {network_error("a:27017")})}, kNew, "mongodb://a/?loadBalanced=true").untold, "");
  EXPECT_NE(plan({phase({primary("a:27017", {"a:27017"})})}, kNew, "mongodb://a/?loadBalanced=true").untold, "");
}

TEST(Plan, AnOlderConnectionIsMadeAhead) {
  const List old = {phase({primary("a:27017", {"a:27017"})}), phase({}, {network_error("a:27017")}), phase({primary("a:27017", {"a:27017"})}), phase({}, {network_error("a:27017", 0)})};
  const FilePlan out = plan(old);
  EXPECT_EQ(out.untold, "");
  ASSERT_EQ(out.steps.size(), 4u);
  ASSERT_TRUE(out.steps[1] && out.steps[3]);
  EXPECT_EQ(out.steps[1]->begun_at, 1u);
  EXPECT_EQ(out.steps[3]->begun_at, 1u) << "beside the operation that makes its pool a new one";
}

TEST(Plan, WireVersionsOfADriver) {
  const auto with = [](int wire) { return List{phase({primary("a:27017", {"a:27017"}, wire)}, {network_error("a:27017")})}; };
  EXPECT_EQ(plan(with(8)).untold, "") << "said as 9";
  EXPECT_NE(plan(with(7)).untold.find("wire versions"), std::string::npos);
  EXPECT_EQ(lifted(8, kNew), 9);
  EXPECT_EQ(lifted(7, kNew), 7);
  EXPECT_EQ(lifted(21, kNew), 21);
  const List spoken_of = {phase({primary("a:27017", {"a:27017"}, 8)}, {network_error("a:27017")}, {{"compatible", true}})};
  EXPECT_NE(plan(spoken_of).untold, "") << "not where an outcome is about it";
}

TEST(Plan, EventsHaveToBeOffered) {
  DriverFacts silent = kNew;
  silent.events.erase("serverOpeningEvent");
  const List events = {phase({}, {}, {{"events", Json::array()}})};
  EXPECT_EQ(plan(events).untold, "");
  EXPECT_NE(plan(events, silent).untold.find("`serverOpeningEvent`"), std::string::npos);
}

TEST(Plan, WhatADriverSaysNothingOfIsDroppedByName) {
  DriverFacts quiet = kNew;
  quiet.unsaid = {"compatible", "servers.pool"};
  std::optional<sdam::PhaseProblem> problem;
  const sdam::PhaseOutcome outcome = sdam::read_outcome(Json{{"topologyType", "Single"}, {"compatible", true}, {"setName", nullptr}, {"servers", {{"a:27017", {{"type", "Unknown"}, {"pool", {{"generation", 1}}}}}}}}, problem);
  ASSERT_FALSE(problem);
  std::set<std::string> dropped;
  const sdam::PhaseOutcome told = told_part(outcome, quiet, dropped);
  EXPECT_EQ(dropped, (std::set<std::string>{"compatible", "servers.pool"}));
  EXPECT_FALSE(told.compatible);
  EXPECT_TRUE(told.set_name);
  EXPECT_FALSE(told.servers->at("a:27017").pool_generation);
}

TEST(Plan, FewFilesOfTheSpecificationCannotBeTold) {
  const std::filesystem::path folder = std::filesystem::path(FAILC_SOURCE_DIR) / "../shared/specs/server-discovery-and-monitoring/tests";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "the specification's files are not at " << folder;
  std::size_t files = 0, untold = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().string().find("/unified/") != std::string::npos) continue;
    std::ifstream in(entry.path());
    const auto file = sdam::read_phases(Json::parse(in));
    ASSERT_TRUE(file) << entry.path();
    ++files;
    const std::string reason = plan_file(*file, kNew).untold;
    if (reason.empty()) continue;
    ++untold;
    std::cout << entry.path().filename() << ": " << reason << "\n";
  }
  EXPECT_GT(files, 100u);
  EXPECT_LE(untold * 5, files);
}

TEST(Seen, IsReadByType) {
  const Json server = {{"address", "a:27017"}, {"type", "RSPrimary"}, {"setName", "rs"}, {"hosts", {"a:27017"}}, {"maxWireVersion", 21}, {"pool", {{"generation", 2}}}};
  const auto seen = read_topology({{"type", "ReplicaSetWithPrimary"}, {"setName", "rs"}, {"servers", {server}}});
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->generations.at("a:27017"), 2u);
  EXPECT_EQ(seen->description.servers.at("a:27017").max_wire_version, 21);
  for (const Json& bad : {Json(7), Json::object(), Json{{"type", "Odd"}, {"servers", Json::array()}}, Json{{"type", "Single"}, {"servers", 1}}, Json{{"type", "Single"}, {"servers", {server, server}}},
                          Json{{"type", "Single"}, {"servers", {{{"address", "a"}, {"type", "RSPrimary"}, {"maxWireVersion", -1}}}}}})
    EXPECT_FALSE(read_topology(bad)) << bad;
}

TEST(Seen, EventsOfDiscoveryAndNoOthers) {
  const auto opened = read_event("serverOpeningEvent", {{"address", "a:27017"}});
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ(sdam::name_of(**opened), "server_opening_event");
  EXPECT_FALSE(read_event("serverOpeningEvent", Json::object()));
  EXPECT_FALSE(read_event("topologyDescriptionChangedEvent", {{"newDescription", 1}}));
  const auto other = read_event("commandStartedEvent", Json::object());
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other);
}

}  // namespace
}  // namespace failc::black_box
