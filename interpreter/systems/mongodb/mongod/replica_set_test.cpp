#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::json;
using test::World;

struct ReplicaSet : testing::Test {
  World world{7};

  void begin(const World::Settings& settings = {"rs", "8.0", {}}) {
    for (int port = 1; port <= 3; ++port) world.add(port, settings);
    initiate();
  }
  void initiate() {
    const bson::Document reply = world.run(1, R"({"replSetInitiate": {"_id": "rs", "version": 1, "members": [
        {"_id": 0, "host": "localhost:1"}, {"_id": 1, "host": "localhost:2"}, {"_id": 2, "host": "localhost:3"}]}, "$db": "admin"})");
    ASSERT_TRUE(reply["ok"].truthy()) << bson::relaxed_json(reply.view());
    ASSERT_TRUE(world.until([&] { return world.primary() && secondaries().size() == 2; }, seconds(10)));
  }
  int primary() {
    world.until([&] { return world.primary().has_value(); }, seconds(10));
    return world.primary().value_or(0);
  }
  std::vector<int> secondaries() {
    std::vector<int> out;
    for (int port = 1; port <= 3; ++port)
      if (world.alive(port) && world.run(port, R"({"hello": 1, "$db": "admin"})")["secondary"].truthy()) out.push_back(port);
    return out;
  }
  bson::Document insert(int port, const std::string& document, const std::string& concern) {
    return world.run(port, R"({"insert": "c", "documents": [)" + document + R"(], "writeConcern": )" + concern + R"(, "$db": "t"})");
  }
  std::optional<std::int64_t> count(int port, const std::string& filter = "{}") {
    return world.run(port, R"({"count": "c", "query": )" + filter + R"(, "$readPreference": {"mode": "nearest"}, "$db": "t"})")["n"]
        .integer();
  }
};

TEST_F(ReplicaSet, ElectsAndReplicates) {
  begin();
  const int leader = primary();
  const bson::Document hello = world.run(leader, R"({"hello": 1, "$db": "admin"})");
  EXPECT_EQ(hello["setName"].string(), "rs");
  EXPECT_EQ(hello["hosts"].as_document().count(), 3u);
  EXPECT_EQ(hello["me"].string(), hello["primary"].string());
  EXPECT_TRUE(hello["electionId"].is(bson::Type::object_id));
  EXPECT_TRUE(hello.at("lastWrite.opTime.ts").is(bson::Type::timestamp));
  EXPECT_TRUE(hello["$clusterTime"].exists());
  EXPECT_TRUE(hello["operationTime"].is(bson::Type::timestamp));
  const bson::Document done = insert(leader, R"({"_id": 1})", R"({"w": 3})");
  EXPECT_TRUE(done["ok"].truthy());
  EXPECT_FALSE(done.has("writeConcernError"));
  for (const int port : {1, 2, 3}) EXPECT_EQ(count(port), 1);
  const bson::Document status = world.run(leader, R"({"replSetGetStatus": 1, "$db": "admin"})");
  EXPECT_EQ(status["myState"].integer(), 1);
  EXPECT_EQ(status["members"].as_document().count(), 3u);
  EXPECT_EQ(world.run(leader, R"({"replSetGetConfig": 1, "$db": "admin"})").at("config.members.2.host").string(), "localhost:3");
  for (const int port : {1, 2, 3}) EXPECT_TRUE(world.run(port, R"({"replSetInitiate": {}, "$db": "admin"})")["code"].integer() == 23);
}

TEST_F(ReplicaSet, ASecondaryRefusesWritesAndAsksForConsentToRead) {
  begin();
  const int follower = secondaries().at(0);
  const bson::Document write = insert(follower, "{}", R"({"w": 1})");
  EXPECT_EQ(write["code"].integer(), 10107);
  EXPECT_EQ(write["codeName"].string(), "NotWritablePrimary");
  EXPECT_TRUE(write.has("topologyVersion"));
  EXPECT_EQ(world.run(follower, R"({"find": "c", "$db": "t"})")["code"].integer(), 13435);
  EXPECT_TRUE(world.run(follower, R"({"find": "c", "$readPreference": {"mode": "secondaryPreferred"}, "$db": "t"})")["ok"].truthy());
}

TEST_F(ReplicaSet, WriteConcernsThatCannotBe) {
  begin();
  const int leader = primary();
  EXPECT_EQ(insert(leader, "{}", R"({"w": 4})").at("writeConcernError.code").integer(), 100);
  EXPECT_EQ(insert(leader, "{}", R"({"w": "nowhere"})").at("writeConcernError.code").integer(), 79);
  world.kill(secondaries().at(0));
  const bson::Document late = insert(leader, "{}", R"({"w": 3, "wtimeout": 200})");
  EXPECT_EQ(late["n"].integer(), 1);
  EXPECT_EQ(late.at("writeConcernError.code").integer(), 64);
  EXPECT_EQ(late.at("writeConcernError.errInfo.wtimeout").truthy(), true);
  EXPECT_FALSE(insert(leader, "{}", R"({"w": "majority"})").has("writeConcernError"));
}

TEST_F(ReplicaSet, AnIsolatedPrimaryStepsDownAndRollsBack) {
  begin();
  const int old = primary();
  insert(old, R"({"_id": "kept"})", R"({"w": "majority"})");
  world.cut({old});
  EXPECT_EQ(insert(old, R"({"_id": "lost"})", R"({"w": 1})")["n"].integer(), 1);
  EXPECT_EQ(count(old), 2);
  // One that waits for a majority is told that it cannot know.
  const ConnectionId waiting = world.connect(old);
  world.send(waiting, json(R"({"insert": "c", "documents": [{"_id": "waits"}], "writeConcern": {"w": "majority"}, "$db": "t"})"));
  ASSERT_TRUE(world.until([&] { return !world.replies(waiting).empty(); }, seconds(5)));
  EXPECT_EQ(world.replies(waiting)[0].document.at("writeConcernError.code").integer(), 11602);
  EXPECT_TRUE(world.replies(waiting)[0].document.has("topologyVersion"));
  EXPECT_FALSE(world.run(old, R"({"hello": 1, "$db": "admin"})")["isWritablePrimary"].as_bool());
  const int next = primary();
  ASSERT_NE(next, 0);
  ASSERT_NE(next, old);
  EXPECT_EQ(insert(next, R"({"_id": "new"})", R"({"w": "majority"})")["n"].integer(), 1);
  world.heal();
  ASSERT_TRUE(world.until([&] { return count(old, R"({"_id": "new"})") == 1; }, seconds(10)));
  EXPECT_EQ(count(old, R"({"_id": "lost"})"), 0);
  EXPECT_EQ(count(old, R"({"_id": "waits"})"), 0);
  EXPECT_EQ(count(old), 2);
  // The same after its journal is read again.
  world.kill(old);
  world.start(old);
  ASSERT_TRUE(world.until([&] { return count(old) == 2; }, seconds(10)));
}

TEST_F(ReplicaSet, ARetryOnTheNextPrimaryIsAnsweredFromTheRecord) {
  begin();
  const int old = primary();
  const auto numbered = [](const char* command, std::int64_t number) {
    bson::Builder out;
    out.append_all(json(command).view()).open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close();
    return out.append("txnNumber", number).append("$db", "t").finish();
  };
  const bson::Document command = numbered(R"({"insert": "c", "documents": [{"x": 1}, {"x": 2}]})", 5);
  const bson::Document first = world.run(old, command);
  EXPECT_EQ(first["n"].integer(), 2);
  EXPECT_EQ(world.run(old, command)["n"].integer(), 2);
  EXPECT_EQ(count(old), 2);
  const bson::Document change = numbered(R"({"findAndModify": "c", "query": {"x": 1}, "update": {"$inc": {"y": 1}}, "new": true})", 6);
  const bson::Document changed = world.run(old, change);
  EXPECT_EQ(changed.at("value.y").integer(), 1);
  world.kill(old);
  const int next = primary();
  ASSERT_NE(next, old);
  const bson::Document again = world.run(next, change);
  EXPECT_EQ(bson::relaxed_json(again["value"].as_document()), bson::relaxed_json(changed["value"].as_document()));
  EXPECT_EQ(count(next, R"({"y": 1})"), 1);
  EXPECT_EQ(world.run(next, command)["code"].integer(), 225) << "a later number has begun";
  const bson::Document inc =
      numbered(R"({"update": "c", "updates": [{"q": {"x": 2}, "u": {"$inc": {"z": 1}}}, {"q": {"x": 2}, "u": {"$inc": {"z": 1}}}]})", 7);
  EXPECT_EQ(world.run(next, inc)["nModified"].integer(), 2);
  EXPECT_EQ(world.run(next, inc)["nModified"].integer(), 2);
  EXPECT_EQ(count(next, R"({"z": 2})"), 1);
  EXPECT_EQ(
      world.run(next, numbered(R"({"update": "c", "updates": [{"q": {}, "u": {"$inc": {"z": 1}}, "multi": true}]})", 8))["code"].integer(),
      72);
  EXPECT_EQ(world.run(next, numbered(R"({"find": "c"})", 8))["code"].integer(), 50768);
}

TEST_F(ReplicaSet, ARetryOfWhatWasRolledBackIsDoneAgain) {
  begin();
  const auto write = [](const char* concern) {
    bson::Builder out;
    out.append_all(json(std::string(R"({"insert": "c", "documents": [{"x": 1}], "writeConcern": )") + concern + "}").view());
    out.open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close();
    return out.append("txnNumber", std::int64_t{5}).append("$db", "t").finish();
  };
  const int old = primary();
  insert(old, "{}", R"({"w": 3})");
  world.cut({old});
  EXPECT_EQ(world.run(old, write(R"({"w": 1})"))["n"].integer(), 1);
  ASSERT_TRUE(world.until([&] { return world.primary().value_or(old) != old; }, seconds(5)));
  world.heal();
  ASSERT_TRUE(world.until([&] { return count(old) == 1; }, seconds(5))) << "rolled back";
  EXPECT_EQ(world.run(primary(), write(R"({"w": 3})"))["n"].integer(), 1);
  for (const int port : {1, 2, 3}) EXPECT_EQ(count(port), 2);
  EXPECT_TRUE(world.run(old, R"({"replSetStepUp": 1, "$db": "admin"})")["ok"].truthy());
  ASSERT_TRUE(world.until([&] { return world.primary() == old; }, seconds(5)));
  EXPECT_EQ(world.run(old, write(R"({"w": 3})"))["n"].integer(), 1);
  EXPECT_EQ(count(old), 2);
}

TEST_F(ReplicaSet, AnOlderServerLeavesLabelsToTheDriver) {
  begin({"rs", "4.2", {}});
  const int leader = primary();
  world.run(
      leader,
      R"({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": {"failCommands": ["insert"], "errorCode": 10107}, "$db": "admin"})");
  bson::Builder out;
  out.append("insert", "c").open_array("documents").open("0").close().close();
  out.open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close().append("txnNumber", std::int64_t{1});
  EXPECT_FALSE(world.run(leader, out.append("$db", "t").finish()).has("errorLabels"));
}

TEST_F(ReplicaSet, StepsDownFreezesAndSteps) {
  begin();
  const int old = primary();
  insert(old, "{}", R"({"w": 3})");
  EXPECT_TRUE(world.run(old, R"({"replSetStepDown": 5, "$db": "admin"})")["ok"].truthy());
  ASSERT_TRUE(world.until([&] { return world.primary().value_or(old) != old; }, seconds(3)));
  EXPECT_EQ(world.run(old, R"({"replSetStepDown": 5, "$db": "admin"})")["code"].integer(), 10107);
  const int next = primary();
  const bson::Document frozen = world.run(next, R"({"replSetFreeze": 5, "$db": "admin"})");
  EXPECT_EQ(frozen["ok"].truthy(), false) << "a primary cannot freeze";
  world.pass(seconds(6));
  EXPECT_TRUE(world.run(old, R"({"replSetStepUp": 1, "$db": "admin"})")["ok"].truthy());
  EXPECT_TRUE(world.until([&] { return world.primary() == old; }, seconds(3)));
}

TEST_F(ReplicaSet, AShutdownHandsOver) {
  begin();
  const int old = primary();
  insert(old, "{}", R"({"w": 3})");
  const Nanos before = world.now();
  world.ask(world.connect(old), json(R"({"shutdown": 1, "$db": "admin"})"), seconds(2));
  EXPECT_EQ(world.exited(old), 0);
  ASSERT_TRUE(world.until([&] { return world.primary().value_or(old) != old; }, seconds(3)));
  EXPECT_LT(world.now() - before, milliseconds(700)) << "nobody waited for the election timeout";
}

TEST_F(ReplicaSet, AShutdownHandsOverWhatNobodyElseHasYet) {
  begin();
  const int old = primary();
  world.cut({old});
  insert(old, R"({"_id": 7})", R"({"w": 1})");
  world.stop(old);
  world.heal();
  const Nanos before = world.now();
  ASSERT_TRUE(world.until([&] { return world.exited(old) == 0; }, seconds(3))) << "the others may still fetch from it";
  ASSERT_TRUE(world.until([&] { return world.primary().has_value(); }, seconds(3)));
  EXPECT_LT(world.now() - before, seconds(2));
  EXPECT_EQ(world.run(primary(), R"({"count": "c", "query": {"_id": 7}, "$db": "t"})")["n"].integer(), 1);
}

TEST_F(ReplicaSet, APrimaryWithoutASuccessorEndsAtOnceWhenToldByASignal) {
  world.add(1, {"rs", "8.0", {}});
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  EXPECT_EQ(primary(), 1);
  const Nanos before = world.now();
  world.stop(1);
  EXPECT_TRUE(world.until([&] { return world.exited(1) == 0; }, seconds(20)));
  EXPECT_LT(world.now() - before, milliseconds(100));
}

TEST_F(ReplicaSet, AShutdownThatIsNotForcedWantsASuccessor) {
  world.add(1, {"rs", "8.0", {}});
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  EXPECT_EQ(primary(), 1);
  const bson::Document refused = world.run(1, R"({"shutdown": 1, "timeoutSecs": 1, "$db": "admin"})");
  EXPECT_EQ(refused["code"].integer(), 262);
  EXPECT_EQ(insert(1, "{}", R"({"w": 1})")["n"].integer(), 1) << "it goes on";
  EXPECT_EQ(world.run(1, R"({"shutdown": 1, "force": true, "$db": "admin"})"), bson::Document());
  EXPECT_EQ(world.exited(1), 0);
}

TEST_F(ReplicaSet, ReadConcerns) {
  begin();
  const int leader = primary();
  const bson::Document written = insert(leader, R"({"_id": 1})", R"({"w": 1})");
  EXPECT_EQ(world.run(leader, R"({"find": "c", "readConcern": {"level": "majority"}, "$db": "t"})").at("cursor.firstBatch.0._id").integer(),
            1);
  EXPECT_TRUE(world.run(leader, R"({"find": "c", "readConcern": {"level": "linearizable"}, "$db": "t"})")["ok"].truthy());
  const bson::Document after = bson::Builder()
                                   .append("find", "c")
                                   .open("readConcern")
                                   .append("afterClusterTime", written["operationTime"])
                                   .close()
                                   .open("$readPreference")
                                   .append("mode", "secondary")
                                   .close()
                                   .append("$db", "t")
                                   .finish();
  EXPECT_EQ(world.run(secondaries().at(0), after).at("cursor.firstBatch.0._id").integer(), 1);
  world.cut({leader});
  insert(leader, R"({"_id": 2})", R"({"w": 1})");
  EXPECT_EQ(world.run(leader, R"({"find": "c", "readConcern": {"level": "majority"}, "maxTimeMS": 100, "$db": "t"})")["code"].integer(),
            50);
  EXPECT_EQ(world.run(leader, R"({"find": "c", "readConcern": {"level": "linearizable"}, "$db": "t"})")["code"].integer(), 11602);
}

TEST_F(ReplicaSet, TakesTheDataOfAStandaloneAlong) {
  world.add(1, {"", "8.0", {}});
  insert(1, R"({"_id": 1})", R"({"j": true})");
  world.run(1, R"({"createIndexes": "c", "indexes": [{"key": {"x": 1}, "name": "x_1"}], "writeConcern": {"j": true}, "$db": "t"})");
  world.kill(1);
  world.change(1, {"rs", "8.0", {}});
  world.start(1);
  world.add(2, {"rs", "8.0", {}});
  world.add(3, {"rs", "8.0", {}});
  initiate();
  for (const int port : {1, 2, 3}) EXPECT_EQ(count(port), 1) << port;
  EXPECT_EQ(
      world.run(2, R"({"listIndexes": "c", "$readPreference": {"mode": "nearest"}, "$db": "t"})").at("cursor.firstBatch.1.name").string(),
      "x_1");
}

TEST_F(ReplicaSet, AnArbiterVotesAndHoldsNothing) {
  for (int port = 1; port <= 3; ++port) world.add(port, {"rs", "8.0", {}});
  ASSERT_TRUE(
      world
          .run(1, R"({"replSetInitiate": {"_id": "rs", "members": [{"_id": 0, "host": "localhost:1"}, {"_id": 1, "host": "localhost:2"},
      {"_id": 2, "host": "localhost:3", "arbiterOnly": true}]}, "$db": "admin"})")["ok"]
          .truthy());
  const int leader = primary();
  EXPECT_EQ(insert(leader, "{}", R"({"w": "majority"})")["n"].integer(), 1);
  const bson::Document hello = world.run(3, R"({"hello": 1, "$db": "admin"})");
  EXPECT_TRUE(hello["arbiterOnly"].truthy());
  EXPECT_EQ(hello.at("arbiters.0").string(), "localhost:3");
  world.kill(leader);
  ASSERT_TRUE(world.until([&] { return world.primary().has_value(); }, seconds(5)));
  EXPECT_EQ(count(primary()), 1);
}

TEST_F(ReplicaSet, LabelsOfInjectedErrors) {
  begin();
  const int leader = primary();
  const auto set = [&](const std::string& data) {
    world.run(leader, R"({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": )" + data + R"(, "$db": "admin"})");
  };
  std::int64_t number = 0;
  const auto write = [&](bool retryable) {
    bson::Builder out;
    out.append("insert", "c").open_array("documents").open("0").close().close();
    if (retryable) out.open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close().append("txnNumber", ++number);
    return world.run(leader, out.append("$db", "t").finish());
  };
  set(R"({"failCommands": ["insert"], "errorCode": 10107})");
  bson::Document reply = write(true);
  EXPECT_EQ(reply.at("errorLabels.0").string(), "RetryableWriteError");
  EXPECT_FALSE(reply.has("topologyVersion")) << "an injected error is no news of the topology";
  set(R"({"failCommands": ["insert"], "errorCode": 10107})");
  EXPECT_FALSE(write(false).has("errorLabels")) << "no txnNumber";
  set(R"({"failCommands": ["insert"], "errorCode": 11601})");
  EXPECT_FALSE(write(true).has("errorLabels")) << "no code to retry on";
  set(R"({"failCommands": ["insert"], "errorCode": 10107, "errorLabels": []})");
  EXPECT_FALSE(write(true).has("errorLabels")) << "told to have none";
  set(R"({"failCommands": ["insert"], "writeConcernError": {"code": 91, "errmsg": "x"}})");
  reply = write(true);
  EXPECT_TRUE(reply["ok"].truthy());
  EXPECT_EQ(reply.at("errorLabels.0").string(), "RetryableWriteError");
}

TEST_F(ReplicaSet, TheFailPointOfRetryableWritesClosesBeforeOrAfter) {
  begin();
  const int leader = primary();
  const auto write = [&](std::int64_t number) {
    bson::Builder out;
    out.append("insert", "c").open_array("documents").open("0").close().close();
    out.open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close().append("txnNumber", number);
    return world.ask(world.connect(leader), out.append("$db", "t").finish(), seconds(1));
  };
  world.run(leader, R"({"configureFailPoint": "onPrimaryTransactionalWrite", "mode": {"times": 1}, "$db": "admin"})");
  EXPECT_EQ(write(1), std::nullopt);
  EXPECT_EQ(count(leader), 1);
  EXPECT_EQ((*write(1))["n"].integer(), 1);
  EXPECT_EQ(count(leader), 1);
  world.run(
      leader,
      R"({"configureFailPoint": "onPrimaryTransactionalWrite", "mode": {"times": 1}, "data": {"failBeforeCommitExceptionCode": 1}, "$db": "admin"})");
  EXPECT_EQ(write(2), std::nullopt);
  EXPECT_EQ(count(leader), 1);
  EXPECT_EQ((*write(2))["n"].integer(), 1);
  EXPECT_EQ(count(leader), 2);
}

TEST_F(ReplicaSet, FailPointsSpareTheMembersUnlessTold) {
  begin();
  const int leader = primary();
  const int follower = secondaries().at(0);
  const std::string names = R"(["replSetHeartbeat", "replSetFetch", "replSetRequestVotes", "replSetUpdatePosition"])";
  world.run(follower, R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"errorCode": 8, "failCommands": )" + names +
                          R"(}, "$db": "admin"})");
  world.pass(seconds(3));
  EXPECT_EQ(
      world.run(leader, R"({"replSetGetStatus": 1, "$db": "admin"})").at("members." + std::to_string(follower - 1) + ".health").number(),
      1.0);
  world.run(
      follower,
      R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"errorCode": 8, "failInternalCommands": true, "failCommands": )" +
          names + R"(}, "$db": "admin"})");
  EXPECT_TRUE(world.until(
      [&] {
        return world.run(leader, R"({"replSetGetStatus": 1, "$db": "admin"})")
                   .at("members." + std::to_string(follower - 1) + ".health")
                   .number() == 0.0;
      },
      seconds(10)));
}

TEST_F(ReplicaSet, WhatWaitsIsToldOfTheShutdown) {
  begin();
  const int follower = secondaries().at(0);
  const bson::Document hello = world.run(follower, R"({"hello": 1, "$db": "admin"})");
  const ConnectionId waiting = world.connect(follower), reading = world.connect(follower);
  world.send(waiting, bson::Builder()
                          .append("hello", 1)
                          .append("topologyVersion", hello["topologyVersion"])
                          .append("maxAwaitTimeMS", 60000)
                          .append("$db", "admin")
                          .finish());
  world.run(
      follower,
      R"({"configureFailPoint": "failCommand", "mode": "alwaysOn", "data": {"failCommands": ["find"], "blockConnection": true, "blockTimeMS": 60000}, "$db": "admin"})");
  world.send(reading, json(R"({"find": "c", "$readPreference": {"mode": "nearest"}, "$db": "t"})"));
  world.pass(milliseconds(10));
  world.ask(world.connect(follower), json(R"({"shutdown": 1, "$db": "admin"})"), seconds(2));
  world.pass(milliseconds(10));
  EXPECT_EQ(world.exited(follower), 0);
  ASSERT_EQ(world.replies(waiting).size(), 1u);
  EXPECT_EQ(world.replies(waiting)[0].document["code"].integer(), 91);
  EXPECT_GT(world.replies(waiting)[0].document.at("topologyVersion.counter").integer(), hello.at("topologyVersion.counter").integer());
  ASSERT_EQ(world.replies(reading).size(), 1u);
  EXPECT_EQ(world.replies(reading)[0].document["code"].integer(), 11600);
}

TEST_F(ReplicaSet, ReconfiguresMembersAndSettings) {
  begin();
  const int leader = primary();
  const auto reconfig = [&](const std::string& members, const std::string& more, const std::string& force) {
    return world.run(leader, R"({"replSetReconfig": {"_id": "rs", "version": 2, "members": )" + members + more + R"(}, "force": )" + force +
                                 R"(, "$db": "admin"})");
  };
  const std::string three =
      R"([{"_id": 0, "host": "localhost:1", "tags": {"dc": "a"}}, {"_id": 1, "host": "localhost:2", "tags": {"dc": "b"}},
                               {"_id": 2, "host": "localhost:3", "tags": {"dc": "b"}}])";
  const bson::Document done =
      reconfig(three, R"(, "settings": {"electionTimeoutMillis": 300, "getLastErrorModes": {"both": {"dc": 2}}})", "false");
  ASSERT_TRUE(done["ok"].truthy()) << bson::relaxed_json(done.view());
  ASSERT_TRUE(world.until([&] { return world.run(3, R"({"hello": 1, "$db": "admin"})")["setVersion"].integer() == 2; }, seconds(5)));
  EXPECT_EQ(world.run(3, R"({"hello": 1, "$db": "admin"})").at("tags.dc").string(), "b");
  EXPECT_FALSE(insert(leader, "{}", R"({"w": "both"})").has("writeConcernError"));
  EXPECT_EQ(reconfig(R"([{"_id": 0, "host": "localhost:9"}])", "", "false")["ok"].truthy(), false);
  EXPECT_EQ(reconfig(R"([{"_id": 0, "hoost": "localhost:9"}])", "", "false")["code"].integer(), 40415);
  const Nanos before = world.now();
  world.kill(leader);
  ASSERT_TRUE(world.until([&] { return world.primary().has_value(); }, seconds(5)));
  EXPECT_LT(world.now() - before, milliseconds(700));
}

TEST_F(ReplicaSet, ReplaysByteForByte) {
  world.recording = true;
  begin();
  const int old = primary();
  for (int i = 0; i < 20; ++i) insert(old, "{}", R"({"w": "majority"})");
  world.run(
      old,
      R"({"configureFailPoint": "failCommand", "mode": {"activationProbability": 0.5}, "data": {"failCommands": ["ping"], "errorCode": 7}, "$db": "admin"})");
  for (int i = 0; i < 20; ++i) world.run(old, R"({"ping": 1, "$db": "t"})");
  world.run(old, R"({"find": "c", "batchSize": 2, "$db": "t"})");
  world.run(old, R"({"replSetStepDown": 5, "$db": "admin"})");
  const int next = primary();
  world.kill(old);
  world.start(old);
  for (int i = 0; i < 20; ++i) insert(next, "{}", R"({"w": "majority"})");
  for (const int port : {1, 2, 3}) EXPECT_TRUE(world.replays(port)) << port;
}

}  // namespace
}  // namespace failc::mongod
