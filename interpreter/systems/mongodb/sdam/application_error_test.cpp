#include "interpreter/systems/mongodb/sdam/application_error.hpp"

#include "interpreter/systems/mongodb/sdam/test_topology.hpp"

namespace failc::sdam {
namespace {

using namespace test;

StateChange state_change(const Json& response) { return read_failure(response).state_change; }

TEST(Classify, ByCode) {
  for (const int code : {11600, 91}) EXPECT_EQ(classify(code, ""), StateChange::shutting_down) << code;
  for (const int code : {11602, 13436, 189}) EXPECT_EQ(classify(code, ""), StateChange::recovering) << code;
  for (const int code : {10107, 13435, 10058}) EXPECT_EQ(classify(code, ""), StateChange::not_writable_primary) << code;
  for (const int code : {1, 6, 89, 262, 9001, 11601})
    EXPECT_EQ(classify(code, "not master"), StateChange::none) << code << ": the code alone counts";
}

TEST(Classify, ByWordsWithoutACode) {
  EXPECT_EQ(classify({}, "replicatedToNum called but not master anymore"), StateChange::not_writable_primary);
  EXPECT_EQ(classify({}, "not master or secondary; cannot read"), StateChange::recovering);
  EXPECT_EQ(classify({}, "the node is recovering"), StateChange::recovering);
  EXPECT_EQ(classify({}, "node is recovering, not master"), StateChange::recovering);
  EXPECT_EQ(classify({}, "Not Master"), StateChange::none);
  EXPECT_EQ(classify({}, ""), StateChange::none);
}

TEST(Classify, WhereInTheReply) {
  EXPECT_EQ(state_change({{"ok", 0}, {"code", 91}}), StateChange::shutting_down);
  EXPECT_EQ(state_change({{"ok", 0}, {"code", {{"$numberInt", "91"}}}}), StateChange::shutting_down);
  EXPECT_EQ(state_change({{"ok", 0}, {"errmsg", "not master"}}), StateChange::not_writable_primary);
  EXPECT_EQ(state_change({{"ok", 1}, {"writeConcernError", {{"code", 91}, {"errmsg", "Replication is being shut down"}}}}),
            StateChange::shutting_down);
  EXPECT_EQ(state_change({{"ok", 1}, {"writeConcernError", {{"errmsg", "node is recovering"}}}}), StateChange::recovering);
  EXPECT_EQ(state_change({{"ok", 1}, {"writeErrors", {{{"index", 0}, {"code", 91}, {"errmsg", "not master"}}}}}), StateChange::none);
  EXPECT_EQ(state_change({{"ok", 1}, {"code", 91}}), StateChange::none) << "it is ok";
  EXPECT_EQ(state_change({{"ok", 1}}), StateChange::none);
}

TEST(Classify, OddReplies) {
  EXPECT_EQ(state_change({{"ok", 0}, {"code", "91"}, {"errmsg", "not master"}}), StateChange::not_writable_primary);
  EXPECT_EQ(state_change({{"ok", 0}, {"code", 91}, {"errmsg", 5}, {"topologyVersion", 5}}), StateChange::shutting_down);
  EXPECT_EQ(state_change(Json::array()), StateChange::none);
  EXPECT_EQ(state_change(nullptr), StateChange::none);
}

/// A set of a (primary, version 5 of process 1) and b, whose pools have been cleared once.
Topology with_primary(TopologyOptions options = {}) {
  Topology topology = open("mongodb://a,b/?replicaSet=rs", std::move(options));
  lose(topology, "a");
  lose(topology, "b");
  reply(topology, "a", primary({"a", "b"}, version(5)));
  reply(topology, "b", secondary({"a", "b"}));
  return topology;
}

ApplicationError error(ErrorKind kind, ErrorPhase phase = ErrorPhase::after_handshake, const Json& response = nullptr) {
  ApplicationError out;
  out.address = "a:27017";
  out.generation = 1;
  out.phase = phase;
  out.kind = kind;
  out.response = response;
  out.message = "it broke";
  return out;
}
Json refusal(int code, const Json& more = Json::object()) {
  Json out = {{"ok", 0}, {"code", code}, {"errmsg", "refused"}};
  out.update(more);
  return out;
}
Words handle(Topology& topology, const ApplicationError& error) { return show(topology.handle_error(error, Nanos(3)).actions); }

constexpr char kUntouched[] = "ReplicaSetWithPrimary a:RSPrimary b:RSSecondary";
constexpr char kMarked[] = "ReplicaSetNoPrimary a:Unknown b:RSSecondary";

TEST(ApplicationErrors, NetworkErrorOfAnEstablishedConnection) {
  Topology topology = with_primary();
  const Changes changes = topology.handle_error(error(ErrorKind::network), Nanos(3));
  EXPECT_EQ(show(topology), kMarked);
  EXPECT_EQ(show(changes.actions), (Words{"clear a:27017 2", "cancel a:27017"})) << "no immediate check, which would fail too";
  EXPECT_EQ(show(changes.events), (Words{"server_description_changed a:27017 RSPrimary Unknown",
                                         "topology_description_changed ReplicaSetWithPrimary ReplicaSetNoPrimary"}));
  const ServerDescription& server = topology.description().servers.at("a:27017");
  EXPECT_EQ(server.topology_version, std::nullopt);
  EXPECT_EQ(server.error, "it broke");
}

TEST(ApplicationErrors, TimeoutsOfEstablishedConnectionsSayNothing) {
  Topology topology = with_primary();
  EXPECT_EQ(handle(topology, error(ErrorKind::timeout)), Words{});
  EXPECT_EQ(show(topology), kUntouched);
}

TEST(ApplicationErrors, OtherCommandErrorsSayNothing) {
  Topology topology = with_primary();
  EXPECT_EQ(handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(11000))), Words{});
  EXPECT_EQ(handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, {{"ok", 1}, {"writeErrors", {{{"code", 10107}}}}})),
            Words{});
  EXPECT_EQ(show(topology), kUntouched);
}

TEST(ApplicationErrors, StateChanges) {
  for (const int code : {10107, 13435, 10058, 11602, 13436, 189}) {
    Topology topology = with_primary();
    EXPECT_EQ(handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(code, version(6)))), Words{"request a:27017"})
        << code;
    EXPECT_EQ(show(topology), kMarked) << code;
    const ServerDescription& server = topology.description().servers.at("a:27017");
    EXPECT_EQ(server.topology_version->counter, 6) << "the error's is kept";
    EXPECT_EQ(server.error, "refused");
  }
  for (const int code : {11600, 91}) {
    Topology topology = with_primary();
    EXPECT_EQ(handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(code, version(6)))),
              (Words{"clear a:27017 2", "request a:27017"}))
        << code;
  }
  Topology topology = with_primary();
  const Json concern = {{"ok", 1}, {"writeConcernError", {{"code", 91}, {"errmsg", "down"}}}};
  EXPECT_EQ(handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, concern)),
            (Words{"clear a:27017 2", "request a:27017"}));
  EXPECT_EQ(show(topology), kMarked);
}

TEST(ApplicationErrors, AfterAStateChangeOlderRepliesAreDropped) {
  Topology topology = with_primary();
  handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(10107, version(6))));
  reply(topology, "a", primary({"a", "b"}, version(5)));
  EXPECT_EQ(show(topology), kMarked);
  reply(topology, "a", primary({"a", "b"}, version(6)));
  EXPECT_EQ(show(topology), kUntouched);
}

TEST(ApplicationErrors, VersionsHaveToBeStrictlyNewer) {
  const auto marks = [](const Json& more) {
    Topology topology = with_primary();
    handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(91, more)));
    return show(topology) == kMarked;
  };
  EXPECT_FALSE(marks(version(4)));
  EXPECT_FALSE(marks(version(5))) << "equal is old news: the change is in that version";
  EXPECT_TRUE(marks(version(6)));
  EXPECT_TRUE(marks(version(1, 2))) << "another process";
  EXPECT_TRUE(marks(Json::object())) << "no version";
  EXPECT_TRUE(marks({{"topologyVersion", nullptr}}));
}

TEST(ApplicationErrors, OldGenerationsAreDropped) {
  for (const ErrorKind kind : {ErrorKind::network, ErrorKind::timeout, ErrorKind::command}) {
    for (const ErrorPhase phase : {ErrorPhase::before_hello, ErrorPhase::before_authentication, ErrorPhase::after_handshake}) {
      Topology topology = with_primary();
      ApplicationError old = error(kind, phase, kind == ErrorKind::command ? refusal(91) : Json());
      old.generation = 0;
      EXPECT_EQ(handle(topology, old), Words{});
      EXPECT_EQ(show(topology), kUntouched);
    }
  }
}

TEST(ApplicationErrors, UnknownAddressesAreDropped) {
  Topology topology = with_primary();
  ApplicationError other = error(ErrorKind::network);
  other.address = "z:27017";
  EXPECT_EQ(handle(topology, other), Words{});
}

TEST(ApplicationErrors, AnotherThanThePrimary) {
  Topology topology = with_primary();
  ApplicationError other = error(ErrorKind::network);
  other.address = "b:27017";
  EXPECT_EQ(handle(topology, other), (Words{"clear b:27017 2", "cancel b:27017"}));
  EXPECT_EQ(show(topology), "ReplicaSetWithPrimary a:RSPrimary b:Unknown");
}

TEST(ApplicationErrors, OverloadBeforeHelloIsIgnored) {
  Topology topology = with_primary();
  EXPECT_EQ(handle(topology, error(ErrorKind::network, ErrorPhase::before_hello)), Words{}) << "the pool labels it, whoever reports it";
  EXPECT_EQ(handle(topology, error(ErrorKind::timeout, ErrorPhase::before_hello)), Words{});
  ApplicationError labelled = error(ErrorKind::network, ErrorPhase::before_authentication);
  labelled.labels = {"RetryableError", "SystemOverloadedError"};
  EXPECT_EQ(handle(topology, labelled), Words{});
  EXPECT_EQ(
      handle(topology, error(ErrorKind::command, ErrorPhase::before_hello, refusal(462, {{"errorLabels", {"SystemOverloadedError"}}}))),
      Words{});
  EXPECT_EQ(show(topology), kUntouched);
}

TEST(ApplicationErrors, OtherFailuresOfTheHandshakeCount) {
  const auto marks = [](const ApplicationError& failure) {
    Topology topology = with_primary();
    const Words actions = handle(topology, failure);
    EXPECT_EQ(show(topology), kMarked);
    return actions;
  };
  const Words cleared = {"clear a:27017 2", "cancel a:27017"};
  EXPECT_EQ(marks(error(ErrorKind::network, ErrorPhase::before_authentication)), cleared);
  EXPECT_EQ(marks(error(ErrorKind::timeout, ErrorPhase::before_authentication)), cleared);
  EXPECT_EQ(marks(error(ErrorKind::command, ErrorPhase::before_authentication, refusal(18))), cleared) << "wrong password";
  EXPECT_EQ(marks(error(ErrorKind::command, ErrorPhase::before_hello, refusal(59))), cleared) << "hello refused";
  EXPECT_EQ(marks(error(ErrorKind::command, ErrorPhase::before_authentication, refusal(189))),
            (Words{"clear a:27017 2", "request a:27017"}));
}

TEST(ApplicationErrors, AfterTheHandshakeTheLabelIsNoExcuse) {
  Topology topology = with_primary();
  ApplicationError labelled = error(ErrorKind::network);
  labelled.labels = {"SystemOverloadedError"};
  handle(topology, labelled);
  EXPECT_EQ(show(topology), kMarked);
}

TEST(ApplicationErrors, BehindALoadBalancerOnlyTheServicesPoolIsCleared) {
  Topology topology = open("mongodb://a/?loadBalanced=true");
  const ObjectId service = *object_id_of("00000000000000000000000a"), other = *object_id_of("00000000000000000000000b");
  ApplicationError failure = error(ErrorKind::network);
  failure.generation = 0;
  EXPECT_EQ(handle(topology, failure), Words{}) << "whose it was is not known";
  failure.service_id = service;
  EXPECT_EQ(handle(topology, failure), Words{"clear a:27017 1 of a service"});
  EXPECT_EQ(topology.generation("a:27017", service), 1u);
  EXPECT_EQ(topology.generation("a:27017", other), 0u);
  EXPECT_EQ(topology.generation("a:27017"), 0u);
  EXPECT_EQ(handle(topology, failure), Words{}) << "that generation is gone";
  failure.generation = 1;
  failure.kind = ErrorKind::command;
  failure.response = refusal(10107);
  EXPECT_EQ(handle(topology, failure), Words{}) << "no reason to clear";
  failure.response = refusal(91);
  EXPECT_EQ(handle(topology, failure), Words{"clear a:27017 2 of a service"});
  failure.generation = 2;
  failure.phase = ErrorPhase::before_authentication;
  failure.response = refusal(18);
  EXPECT_EQ(handle(topology, failure), Words{"clear a:27017 3 of a service"});
  failure.generation = 3;
  failure.phase = ErrorPhase::before_hello;
  EXPECT_EQ(handle(topology, failure), Words{});
  EXPECT_EQ(show(topology), "LoadBalanced a:LoadBalancer");
}

TEST(ApplicationErrors, SingleThreadedClientsScanLater) {
  TopologyOptions options;
  options.single_threaded = true;
  const auto stale_after = [&](int code) {
    Topology topology = with_primary(options);
    const Words actions = handle(topology, error(ErrorKind::command, ErrorPhase::after_handshake, refusal(code)));
    for (const std::string& action : actions) EXPECT_TRUE(action.starts_with("clear")) << action;
    return topology.description().stale;
  };
  EXPECT_TRUE(stale_after(10107));
  EXPECT_TRUE(stale_after(91));
  EXPECT_FALSE(stale_after(189)) << "recovering takes its time";
}

}  // namespace
}  // namespace failc::sdam
