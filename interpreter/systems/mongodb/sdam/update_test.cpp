// The table of topology and server types, and its subroutines.
#include "interpreter/systems/mongodb/sdam/update.hpp"

#include "interpreter/systems/mongodb/sdam/test_topology.hpp"

namespace failc::sdam {
namespace {

using namespace test;

std::string error_at(const Topology& topology, const std::string& host) {
  return topology.description().servers.at(host + ":27017").error.value_or("");
}

// ---- Unknown
TEST(InUnknown, EachServerType) {
  const auto after = [](const std::string& uri, const Json& document) {
    Topology topology = open(uri);
    reply(topology, "a", document);
    return show(topology);
  };
  EXPECT_EQ(after("mongodb://a", {{"ok", 0}}), "Unknown a:Unknown");
  EXPECT_EQ(after("mongodb://a", ghost()), "Unknown a:RSGhost");
  EXPECT_EQ(after("mongodb://a", standalone()), "Single a:Standalone");
  EXPECT_EQ(after("mongodb://a,b", standalone()), "Unknown b:Unknown");
  EXPECT_EQ(after("mongodb://a,b", mongos()), "Sharded a:Mongos b:Unknown");
  EXPECT_EQ(after("mongodb://a", primary({"a", "b"})), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
  EXPECT_EQ(after("mongodb://a", secondary({"a", "b"})), "ReplicaSetNoPrimary a:RSSecondary b:Unknown");
  EXPECT_EQ(after("mongodb://a", member({"a", "b"}, {{"arbiterOnly", true}})), "ReplicaSetNoPrimary a:RSArbiter b:Unknown");
  EXPECT_EQ(after("mongodb://a", member({"a", "b"}, {{"hidden", true}})), "ReplicaSetNoPrimary a:RSOther b:Unknown");
}

TEST(InUnknown, StandaloneCountsSeedsNotServers) {
  Topology topology = open("mongodb://a,b");
  reply(topology, "b", standalone());
  EXPECT_EQ(show(topology), "Unknown a:Unknown");
  reply(topology, "a", standalone());
  EXPECT_EQ(show(topology), "Unknown") << "one server is left, but two were given";
}

TEST(InUnknown, TheSetNameIsLearnt) {
  Topology topology = open("mongodb://a");
  reply(topology, "a", secondary({"a"}));
  EXPECT_EQ(topology.description().set_name, "rs");
}

// ---- Sharded
TEST(InSharded, KeepsUnknownAndMongosOnly) {
  const auto after = [](const Json& document) {
    Topology topology = open("mongodb://a,b");
    reply(topology, "a", mongos());
    reply(topology, "b", document);
    return show(topology);
  };
  EXPECT_EQ(after(mongos()), "Sharded a:Mongos b:Mongos");
  EXPECT_EQ(after({{"ok", 0}}), "Sharded a:Mongos b:Unknown");
  for (const Json& other : {standalone(), ghost(), primary({"a", "b"}), secondary({"a", "b"}), member({"b"}, {{"arbiterOnly", true}}),
                            member({"b"}, Json::object())})
    EXPECT_EQ(after(other), "Sharded a:Mongos") << other;
}

TEST(InSharded, StaysSoWithoutAnyMongos) {
  Topology topology = open("mongodb://a,b");
  reply(topology, "a", mongos());
  lose(topology, "a");
  EXPECT_EQ(show(topology), "Sharded a:Unknown b:Unknown");
}

// ---- a set without a primary
TEST(WithoutPrimary, EachServerType) {
  const auto after = [](const Json& document) {
    Topology topology = open("mongodb://a,b/?replicaSet=rs");
    reply(topology, "a", document);
    return show(topology);
  };
  EXPECT_EQ(after({{"ok", 0}}), "ReplicaSetNoPrimary a:Unknown b:Unknown");
  EXPECT_EQ(after(ghost()), "ReplicaSetNoPrimary a:RSGhost b:Unknown");
  EXPECT_EQ(after(standalone()), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(mongos()), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(secondary({"a"})), "ReplicaSetNoPrimary a:RSSecondary b:Unknown") << "a secondary removes nobody";
  EXPECT_EQ(after(primary({"a"})), "ReplicaSetWithPrimary a:RSPrimary") << "a primary does";
}

TEST(WithoutPrimary, AddsHostsPassivesAndArbiters) {
  Topology topology = open("mongodb://a/?replicaSet=rs");
  reply(topology, "a", secondary({"a", "B"}, {{"passives", {"c"}}, {"arbiters", {"d"}}}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:RSSecondary b:Unknown c:Unknown d:Unknown");
}

TEST(WithoutPrimary, AnotherSetIsRemovedAndTeachesNothing) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", secondary({"a", "z"}, {{"setName", "other"}}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary b:Unknown");
}

TEST(WithoutPrimary, AnotherNameForItselfIsRemovedAfterItsHostsAreAdded) {
  Topology topology = open("mongodb://a/?replicaSet=rs");
  reply(topology, "a", secondary({"b", "c"}, {{"me", "b"}}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary b:Unknown c:Unknown");
  Topology same = open("mongodb://a/?replicaSet=rs");
  reply(same, "a", secondary({"a"}, {{"me", "A:27017"}}));
  EXPECT_EQ(show(same), "ReplicaSetNoPrimary a:RSSecondary") << "case is no difference";
  reply(same, "a", secondary({"a"}, {{"me", nullptr}}));
  EXPECT_EQ(show(same), "ReplicaSetNoPrimary a:RSSecondary") << "no name is no other name";
}

// ---- a set with a primary
TEST(WithPrimary, EachServerTypeOfAnother) {
  const auto after = [](const Json& document) {
    Topology topology = open("mongodb://a,b/?replicaSet=rs");
    reply(topology, "a", primary({"a", "b"}));
    reply(topology, "b", document);
    return show(topology);
  };
  EXPECT_EQ(after({{"ok", 0}}), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
  EXPECT_EQ(after(ghost()), "ReplicaSetWithPrimary a:RSPrimary b:RSGhost");
  EXPECT_EQ(after(standalone()), "ReplicaSetWithPrimary a:RSPrimary");
  EXPECT_EQ(after(mongos()), "ReplicaSetWithPrimary a:RSPrimary");
  EXPECT_EQ(after(secondary({"a", "b", "c"})), "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary") << "only the primary's list counts";
  EXPECT_EQ(after(secondary({"a", "b"}, {{"setName", "other"}})), "ReplicaSetWithPrimary a:RSPrimary");
  EXPECT_EQ(after(secondary({"a", "b"}, {{"me", "c"}})), "ReplicaSetWithPrimary a:RSPrimary");
  EXPECT_EQ(after(secondary({"a", "b"}, {{"me", "B"}})), "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary");
}

TEST(WithPrimary, EachServerTypeOfThePrimaryItself) {
  const auto after = [](const Json& document) {
    Topology topology = open("mongodb://a,b/?replicaSet=rs");
    reply(topology, "a", primary({"a", "b"}));
    reply(topology, "a", document);
    return show(topology);
  };
  EXPECT_EQ(after({{"ok", 0}}), "ReplicaSetNoPrimary a:Unknown b:Unknown");
  EXPECT_EQ(after(ghost()), "ReplicaSetNoPrimary a:RSGhost b:Unknown");
  EXPECT_EQ(after(standalone()), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(mongos()), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(secondary({"a", "b"})), "ReplicaSetNoPrimary a:RSSecondary b:Unknown");
  EXPECT_EQ(after(secondary({"a", "b"}, {{"me", "c"}})), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(secondary({"a", "b"}, {{"setName", "other"}})), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(primary({"a", "b"}, {{"setName", "other"}})), "ReplicaSetNoPrimary b:Unknown");
  EXPECT_EQ(after(primary({"b"})), "ReplicaSetNoPrimary b:Unknown") << "a primary that does not list itself goes";
  EXPECT_EQ(after(primary({"a", "b"}, {{"me", "x"}})), "ReplicaSetWithPrimary a:RSPrimary b:Unknown")
      << "what a primary calls itself is no matter";
  EXPECT_EQ(after(primary({"b"}, {{"passives", {"a"}}, {"arbiters", {"d"}}})), "ReplicaSetWithPrimary a:RSPrimary b:Unknown d:Unknown");
}

TEST(WithPrimary, LosingIt) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}));
  lose(topology, "b");
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "another is no loss";
  lose(topology, "a");
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:Unknown b:Unknown");
  EXPECT_EQ(topology.description().set_name, "rs");
}

// ---- who is the primary
TEST(Elections, AreOrderedByIdFirstFromSixOn) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(2, 5)));
  reply(topology, "b", primary({"a", "b"}, election(1, 9)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
  EXPECT_EQ(error_at(topology, "b"),
            "primary marked stale due to electionId/setVersion mismatch, (electionId 000000000000000000000001, setVersion 9) is stale "
            "compared to "
            "(electionId 000000000000000000000002, setVersion 5)");
  reply(topology, "b", primary({"a", "b"}, election(3, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
  EXPECT_EQ(error_at(topology, "a"), "primary marked stale due to discovery of newer primary");
  EXPECT_EQ(topology.description().max_set_version, 1) << "it goes down with the id going up";
  reply(topology, "a", primary({"a", "b"}, election(3, 0)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary") << "the version decides between equal ids";
  reply(topology, "a", primary({"a", "b"}, election(3, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "an equal claim is taken";
}

TEST(Elections, NullIsLeast) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(-1, -1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
  reply(topology, "b", primary({"a", "b"}, election(-1, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
  reply(topology, "a", primary({"a", "b"}, election(-1, -1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
  reply(topology, "a", primary({"a", "b"}, election(0, -1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "any id is more than none";
  EXPECT_EQ(topology.description().max_set_version, std::nullopt);
  reply(topology, "b", primary({"a", "b"}, election(-1, 9)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
}

TEST(Elections, AreOrderedByVersionFirstBeforeSix) {
  const Json old = {{"maxWireVersion", 16}};
  const auto claim = [&](int id, int version) {
    Json out = election(id, version);
    out.update(old);
    return primary({"a", "b"}, out);
  };
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", claim(2, 5));
  reply(topology, "b", claim(9, 4));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
  reply(topology, "b", claim(1, 5));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "the id decides between equal versions";
  reply(topology, "a", claim(2, 5));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "an equal claim is taken";
  reply(topology, "b", claim(1, 6));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
  EXPECT_EQ(text_of(*topology.description().max_election_id).back(), '1');
  reply(topology, "a", claim(-1, 3));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown") << "a claim with one of both missing is not compared";
  EXPECT_EQ(topology.description().max_set_version, 6) << "nor lowers the greatest seen";
  reply(topology, "a", claim(-1, 7));
  EXPECT_EQ(topology.description().max_set_version, 7) << "though it may raise it";
  EXPECT_EQ(text_of(*topology.description().max_election_id).back(), '1');
  reply(topology, "b", claim(8, -1));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
  EXPECT_EQ(text_of(*topology.description().max_election_id).back(), '1') << "an id alone is not kept";
}

TEST(Elections, TheFirstClaimBeforeSixIsKept) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  Json claim = election(2, 1);
  claim["maxWireVersion"] = 16;
  reply(topology, "a", primary({"a", "b"}, claim));
  EXPECT_EQ(text_of(*topology.description().max_election_id).back(), '2');
  EXPECT_EQ(topology.description().max_set_version, 1);
}

TEST(Elections, IdsAreComparedByteByByte) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  const auto claim = [](const char* id) { return primary({"a", "b"}, {{"electionId", {{"$oid", id}}}, {"setVersion", 1}}); };
  reply(topology, "a", claim("7fffffff0000000000000002"));
  reply(topology, "b", claim("80000000000000000000000a"));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary") << "unsigned";
  reply(topology, "a", claim("7FFFFFFF0000000000000009"));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:Unknown b:RSPrimary");
}

TEST(Elections, WhatASecondaryClaimsIsNotKept) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "b", secondary({"a", "b"}, election(9, 9)));
  EXPECT_EQ(topology.description().max_election_id, std::nullopt);
  reply(topology, "a", primary({"a", "b"}, election(1, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary");
}

TEST(Elections, AStalePrimaryThatWasTheOnlyOneLeavesNone) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(2, 1)));
  const Changes changes = reply(topology, "a", primary({"a", "b"}, election(1, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:Unknown b:Unknown");
  EXPECT_EQ(show(changes.events).back(), "topology_description_changed ReplicaSetWithPrimary ReplicaSetNoPrimary");
}

TEST(Elections, WhatAStalePrimaryListsIsNotTaken) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs");
  reply(topology, "a", primary({"a", "b"}, election(2, 1)));
  reply(topology, "b", primary({"b", "z"}, election(1, 1)));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
}

// ---- single-threaded clients
TEST(PossiblePrimary, OnlyForSingleThreadedClients) {
  const auto after = [](bool single_threaded) {
    TopologyOptions options;
    options.single_threaded = single_threaded;
    Topology topology = open("mongodb://a,b/?replicaSet=rs", options);
    reply(topology, "a", secondary({"a", "b"}, {{"primary", "b"}}));
    return show(topology);
  };
  EXPECT_EQ(after(true), "ReplicaSetNoPrimary a:RSSecondary b:PossiblePrimary");
  EXPECT_EQ(after(false), "ReplicaSetNoPrimary a:RSSecondary b:Unknown");
}

TEST(PossiblePrimary, OnlyOfUnknownServersAndAlsoFromAFormerPrimary) {
  TopologyOptions options;
  options.single_threaded = true;
  Topology topology = open("mongodb://a,b,c/?replicaSet=rs", options);
  reply(topology, "a", primary({"a", "b", "c"}));
  reply(topology, "b", secondary({"a", "b", "c"}, {{"primary", "c"}}));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary c:Unknown") << "there is one already";
  reply(topology, "a", secondary({"a", "b", "c"}, {{"primary", "b"}}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary a:RSSecondary b:RSSecondary c:Unknown") << "b is known";
  reply(topology, "a", secondary({"a", "b", "c"}, {{"primary", "nobody"}}));
  reply(topology, "a", secondary({"a", "b", "c"}, {{"primary", "c"}, {"me", "x"}}));
  EXPECT_EQ(show(topology), "ReplicaSetNoPrimary b:RSSecondary c:PossiblePrimary") << "its word counts before it is removed";
}

}  // namespace
}  // namespace failc::sdam
