// Opening and closing, which descriptions are taken, and what is told and in which order.
#include "interpreter/systems/mongodb/sdam/topology.hpp"

#include "interpreter/systems/mongodb/sdam/test_topology.hpp"

namespace failc::sdam {
namespace {

using namespace test;

TEST(Opening, InitialTypes) {
  EXPECT_EQ(show(open("mongodb://a")), "Unknown a:Unknown");
  EXPECT_EQ(show(open("mongodb://a/?directConnection=false")), "Unknown a:Unknown");
  EXPECT_EQ(show(open("mongodb://a,b/?replicaSet=rs")), "ReplicaSetNoPrimary a:Unknown b:Unknown");
  EXPECT_EQ(show(open("mongodb://a/?directConnection=false&replicaSet=rs")), "ReplicaSetNoPrimary a:Unknown");
  EXPECT_EQ(show(open("mongodb://a/?directConnection=true")), "Single a:Unknown");
  EXPECT_EQ(show(open("mongodb://a/?directConnection=true&replicaSet=rs")), "Single a:Unknown");
  EXPECT_EQ(show(open("mongodb://a/?loadBalanced=true")), "LoadBalanced a:LoadBalancer");
  EXPECT_EQ(open("mongodb://a/?replicaSet=rs").description().set_name, "rs");
}

TEST(Opening, RefusesOptionsThatExcludeEachOther) {
  TopologyOptions options;
  EXPECT_FALSE(Topology::make(options)) << "no seed";
  options.connection.hosts = {"a:27017", "b:27017"};
  options.connection.direct_connection = true;
  EXPECT_FALSE(Topology::make(options));
}

TEST(Opening, EventsInOrder) {
  Topology topology = make("mongodb://b,a");
  const Changes changes = topology.start(Nanos(0));
  EXPECT_EQ(show(changes.events),
            (Words{"topology_opening", "topology_description_changed Unknown Unknown", "server_opening b:27017", "server_opening a:27017"}))
      << "seeds in their order";
  EXPECT_EQ(show(changes.actions), (Words{"start b:27017", "start a:27017"}));
  const auto& change = std::get<TopologyDescriptionChanged>(changes.events[1]);
  EXPECT_TRUE(change.previous.servers.empty());
  EXPECT_EQ(change.next.servers.size(), 2u);
  EXPECT_TRUE(topology.start(Nanos(0)).events.empty()) << "once";
}

TEST(Opening, LoadBalancersAreNeverMonitored) {
  Topology topology = make("mongodb://a/?loadBalanced=true");
  const Changes changes = topology.start(Nanos(0));
  EXPECT_EQ(show(changes.events),
            (Words{"topology_opening", "topology_description_changed Unknown LoadBalanced", "server_opening a:27017",
                   "server_description_changed a:27017 Unknown LoadBalancer", "topology_description_changed LoadBalanced LoadBalanced"}));
  EXPECT_EQ(show(changes.actions), Words{"ready a:27017"});
  EXPECT_TRUE(reply(topology, "a", mongos()).events.empty());
  EXPECT_TRUE(lose(topology, "a").events.empty());
  EXPECT_EQ(show(topology), "LoadBalanced a:LoadBalancer");
  EXPECT_EQ(show(topology.close().events),
            (Words{"server_closed a:27017", "topology_description_changed LoadBalanced Unknown", "topology_closed"}));
}

TEST(Closing, ForgetsAllAndTellsLast) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  const Changes changes = topology.close();
  EXPECT_EQ(show(changes.events), (Words{"server_closed a:27017", "server_closed b:27017",
                                         "topology_description_changed ReplicaSetNoPrimary Unknown", "topology_closed"}));
  EXPECT_EQ(show(changes.actions), (Words{"stop a:27017", "stop b:27017"}));
  EXPECT_EQ(show(topology), "Unknown");
  EXPECT_FALSE(topology.generation("a:27017"));
  EXPECT_TRUE(topology.close().events.empty());
  EXPECT_TRUE(reply(topology, "a", primary({"a"})).events.empty()) << "late replies are dropped";
  EXPECT_TRUE(topology.start(Nanos(0)).events.empty());
  Topology never = make("mongodb://a");
  EXPECT_TRUE(never.close().events.empty()) << "it was not open";
}

TEST(Accepting, UnknownAddressesAreDropped) {
  Topology topology = open("mongodb://a");
  EXPECT_TRUE(reply(topology, "z", standalone()).events.empty());
  EXPECT_TRUE(lose(topology, "z").actions.empty());
  EXPECT_EQ(show(topology), "Unknown a:Unknown");
}

TEST(Accepting, OlderTopologyVersionsAreDropped) {
  Topology topology = open("mongodb://a/?replicaSet=rs");
  reply(topology, "a", primary({"a"}, version(5)));
  EXPECT_TRUE(reply(topology, "a", secondary({"a"}, version(4))).events.empty());
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary");
  reply(topology, "a", secondary({"a"}, version(5)));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:RSSecondary") << "an equal version is taken";
  reply(topology, "a", primary({"a"}, version(1, 2)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary") << "another process is taken whatever its counter";
  reply(topology, "a", secondary({"a"}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:RSSecondary") << "no version is taken";
  EXPECT_EQ(topology.description().servers.at("a:27017").topology_version, std::nullopt);
}

TEST(Accepting, EqualDescriptionsReplaceButAreNotTold) {
  Topology topology = open("mongodb://a");
  reply(topology, "a", standalone());
  const Changes changes = topology.on_reply("a:27017", standalone(), {Nanos(77), Nanos(5)}, Nanos(99));
  EXPECT_TRUE(changes.events.empty());
  EXPECT_TRUE(changes.actions.empty()) << "the pool is ready already";
  const ServerDescription& server = topology.description().servers.at("a:27017");
  EXPECT_EQ(server.round_trip_time, Nanos(77));
  EXPECT_EQ(server.min_round_trip_time, Nanos(5));
  EXPECT_EQ(server.last_update_time, Nanos(99));
}

TEST(Accepting, RoundTripsEndWithTheServer) {
  Topology topology = open("mongodb://a");
  reply(topology, "a", standalone());
  lose(topology, "a");
  EXPECT_EQ(topology.description().servers.at("a:27017").round_trip_time, std::nullopt);
}

TEST(Accepting, DirectConnectionsCheckTheSetName) {
  Topology topology = open("mongodb://a/?directConnection=true&replicaSet=rs");
  for (const Json& wrong : {primary({"a"}, {{"setName", "other"}}), standalone(), mongos(), ghost()}) {
    const Changes changes = reply(topology, "a", wrong);
    EXPECT_EQ(show(topology), "Single a:Unknown");
    EXPECT_TRUE(changes.actions.empty()) << "the pool is not ready";
    EXPECT_NE(topology.description().servers.at("a:27017").error.value_or("").find("expected `rs`"), std::string::npos);
  }
  lose(topology, "a");
  EXPECT_EQ(topology.description().servers.at("a:27017").error, "gone") << "the error is the server's, not the name's";
  reply(topology, "a", secondary({"a"}));
  EXPECT_EQ(show(topology), "Single a:RSSecondary");
}

TEST(Accepting, DirectConnectionsTakeAnyServer) {
  for (const auto& [document, type] : std::vector<std::pair<Json, std::string>>{{standalone(), "Standalone"},
                                                                                {mongos(), "Mongos"},
                                                                                {ghost(), "RSGhost"},
                                                                                {primary({"x"}), "RSPrimary"},
                                                                                {secondary({"x"}), "RSSecondary"},
                                                                                {member({"x"}, {{"arbiterOnly", true}}), "RSArbiter"},
                                                                                {member({"x"}, {{"hidden", true}}), "RSOther"}}) {
    Topology topology = open("mongodb://a/?directConnection=true");
    const Changes changes = reply(topology, "a", document);
    EXPECT_EQ(show(topology), "Single a:" + type) << "and learns of no others";
    EXPECT_EQ(show(changes.actions), Words{"ready a:27017"}) << type;
  }
}

TEST(Accepting, PoolsAreReadyOnlyWhereThereIsData) {
  Topology topology = open("mongodb://a,b,c,d/?replicaSet=rs");
  EXPECT_EQ(show(reply(topology, "a", member({"a", "b", "c", "d"}, {{"arbiterOnly", true}})).actions), Words{});
  EXPECT_EQ(show(reply(topology, "b", secondary({"a", "b", "c", "d"})).actions), Words{"ready b:27017"});
  EXPECT_EQ(show(reply(topology, "c", ghost()).actions), Words{});
  EXPECT_EQ(show(reply(topology, "d", standalone()).actions), Words{"stop d:27017"}) << "no place in a set";
}

TEST(Accepting, RepliesThatCannotBeReadAreFailedChecks) {
  Topology topology = open("mongodb://a");
  reply(topology, "a", standalone());
  const Changes changes = reply(topology, "a", {{"ok", 1}, {"setName", 7}});
  EXPECT_EQ(show(topology), "Single a:Unknown");
  EXPECT_EQ(show(changes.actions), Words{"clear a:27017 1"});
  EXPECT_NE(topology.description().servers.at("a:27017").error.value_or("").find("setName"), std::string::npos);
}

TEST(Checks, FailuresClearThePool) {
  Topology topology = open("mongodb://a/?replicaSet=rs");
  reply(topology, "a", primary({"a"}, version(3)));
  EXPECT_EQ(show(lose(topology, "a").actions), Words{"clear a:27017 1"});
  EXPECT_EQ(topology.description().servers.at("a:27017").topology_version, std::nullopt);
  EXPECT_EQ(show(reply(topology, "a", primary({"a"}, version(3))).actions), Words{"ready a:27017"});
  EXPECT_EQ(topology.generation("a:27017"), 1u) << "generations outlive Unknown";
  EXPECT_EQ(show(lose(topology, "a", ErrorKind::timeout).actions), Words{"clear a:27017 2 interrupt"});
  const Changes changes = reply(topology, "a", {{"ok", 0}, {"errmsg", "no"}, {"code", 8}});
  EXPECT_EQ(show(changes.actions), Words{"clear a:27017 3"});
  EXPECT_EQ(topology.description().servers.at("a:27017").error, "hello failed: no (code 8)");
}

TEST(Telling, ServerFirstThenMembersThenTopology) {
  Topology topology = open("mongodb://a,z/?replicaSet=rs");
  const Changes changes = reply(topology, "a", primary({"a", "b"}));
  EXPECT_EQ(show(changes.events),
            (Words{"server_description_changed a:27017 Unknown RSPrimary", "server_opening b:27017", "server_closed z:27017",
                   "topology_description_changed ReplicaSetNoPrimary ReplicaSetWithPrimary"}));
  EXPECT_EQ(show(changes.actions), (Words{"start b:27017", "stop z:27017", "ready a:27017"}));
  const auto& change = std::get<TopologyDescriptionChanged>(changes.events.back());
  EXPECT_TRUE(change.previous.servers.contains("z:27017")) << "as it was before";
  EXPECT_EQ(change.previous.servers.at("a:27017").type, ServerType::unknown);
}

TEST(Telling, TheOldPrimaryIsToldOfToo) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(1, 1)));
  const Changes changes = reply(topology, "b", primary({"a", "b"}, election(2, 1)));
  EXPECT_EQ(show(changes.events),
            (Words{"server_description_changed b:27017 Unknown RSPrimary", "server_description_changed a:27017 RSPrimary Unknown",
                   "topology_description_changed ReplicaSetWithPrimary ReplicaSetWithPrimary"}));
  EXPECT_EQ(show(changes.actions), (Words{"request a:27017", "ready b:27017"})) << "its pool is left alone";
}

TEST(Telling, ARefusedPrimaryIsToldOfAsUnknown) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(2, 1)));
  const Changes changes = reply(topology, "b", primary({"a", "b"}, election(1, 1)));
  EXPECT_EQ(show(changes.events), (Words{"server_description_changed b:27017 Unknown Unknown",
                                         "topology_description_changed ReplicaSetWithPrimary ReplicaSetWithPrimary"}));
  EXPECT_TRUE(changes.actions.empty()) << "no pool is ready for it";
}

TEST(Telling, DocumentsHaveNamesOnlyWhereKnown) {
  Topology topology = open("mongodb://a/?replicaSet=rs");
  reply(topology, "a", primary({"a"}, {{"primary", "a"}}));
  const Json document = event_document(topology.description());
  EXPECT_EQ(document["setName"], "rs");
  EXPECT_EQ(document["servers"][0], (Json{{"address", "a:27017"},
                                          {"arbiters", Json::array()},
                                          {"hosts", {"a:27017"}},
                                          {"passives", Json::array()},
                                          {"primary", "a:27017"},
                                          {"setName", "rs"},
                                          {"type", "RSPrimary"}}));
  EXPECT_FALSE(event_document(open("mongodb://a").description()).contains("setName"));
}

TEST(Compatibility, EveryKnownServerCounts) {
  const auto words = [](const Json& reply_document) {
    Topology topology = open("mongodb://a,b/?replicaSet=rs", {{}, {7, 21, "failc", "4.0"}});
    reply(topology, "a", reply_document);
    const TopologyDescription& is = topology.description();
    EXPECT_EQ(is.compatible, !is.compatibility_error);
    return is.compatibility_error.value_or("compatible");
  };
  const Json too_new = {{"minWireVersion", 22}, {"maxWireVersion", 30}}, too_old = {{"minWireVersion", 0}, {"maxWireVersion", 6}};
  EXPECT_EQ(words(primary({"a", "b"}, too_new)),
            "Server at a:27017 requires wire version 22, but this version of failc only supports up to 21.");
  EXPECT_EQ(words(primary({"a", "b"}, too_old)),
            "Server at a:27017 reports wire version 6, but this version of failc requires at least 7 (MongoDB 4.0).");
  Json ghost_too_old = ghost();
  ghost_too_old.update(too_old);
  EXPECT_NE(words(ghost_too_old), "compatible");
  EXPECT_NE(words(member({"a", "b"}, Json{{"arbiterOnly", true}, {"maxWireVersion", 6}})), "compatible");
  EXPECT_NE(words(member({"a", "b"}, Json{{"hidden", true}, {"maxWireVersion", 6}})), "compatible");
  EXPECT_EQ(words(primary({"a", "b"}, {{"minWireVersion", 21}, {"maxWireVersion", 21}})), "compatible") << "both ends count";
  EXPECT_EQ(words(primary({"a", "b"}, {{"minWireVersion", 0}, {"maxWireVersion", 7}})), "compatible");
  EXPECT_EQ(words({{"ok", 0}}), "compatible") << "an Unknown has no version";
}

TEST(Compatibility, MissingVersionsAreZeroAndItHeals) {
  Topology topology = open("mongodb://a");
  reply(topology, "a", {{"ok", 1}});
  EXPECT_FALSE(topology.description().compatible);
  reply(topology, "a", standalone());
  EXPECT_TRUE(topology.description().compatible);
  EXPECT_EQ(topology.description().compatibility_error, std::nullopt);
}

TEST(SessionTimeout, LeastOfThoseWithData) {
  Topology topology = open("mongodb://a,b,c/?replicaSet=rs");
  const auto minutes = [&] { return topology.description().logical_session_timeout_minutes; };
  const auto timeout = [](int value) { return Json{{"logicalSessionTimeoutMinutes", value}}; };
  EXPECT_EQ(minutes(), std::nullopt);
  reply(topology, "a", primary({"a", "b", "c"}, timeout(30)));
  EXPECT_EQ(minutes(), 30);
  reply(topology, "b", secondary({"a", "b", "c"}, timeout(20)));
  EXPECT_EQ(minutes(), 20);
  reply(topology, "c", member({"a", "b", "c"}, Json{{"arbiterOnly", true}, {"logicalSessionTimeoutMinutes", 1}}));
  EXPECT_EQ(minutes(), 20) << "an arbiter has no data";
  reply(topology, "c", member({"a", "b", "c"}, {{"arbiterOnly", true}}));
  EXPECT_EQ(minutes(), 20);
  reply(topology, "b", secondary({"a", "b", "c"}));
  EXPECT_EQ(minutes(), std::nullopt) << "one has none";
  lose(topology, "b");
  EXPECT_EQ(minutes(), 30) << "an Unknown does not count";
}

}  // namespace
}  // namespace failc::sdam
