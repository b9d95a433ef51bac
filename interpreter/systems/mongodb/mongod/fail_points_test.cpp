#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using std::chrono::milliseconds;
using test::json;
using test::World;

struct FailPoint : testing::Test {
  World world;
  FailPoint() { world.add(1, {}); }
  bson::Document run(std::string_view command) { return world.run(1, command); }
  bson::Document set(const std::string& mode, const std::string& data) {
    return run(R"({"configureFailPoint": "failCommand", "mode": )" + mode + R"(, "data": )" + data + R"(, "$db": "admin"})");
  }
  bool ping() { return run(R"({"ping": 1, "$db": "admin"})")["ok"].truthy(); }
};

TEST_F(FailPoint, FailsSoManyTimesAndCounts) {
  EXPECT_EQ(set(R"({"times": 2})", R"({"failCommands": ["ping"], "errorCode": 7})")["count"].integer(), 0);
  const bson::Document failed = run(R"({"ping": 1, "$db": "admin"})");
  EXPECT_EQ(failed["code"].integer(), 7);
  EXPECT_EQ(failed["codeName"].string(), "HostNotFound");
  EXPECT_EQ(failed["errmsg"].string(), "Failing command via 'failCommand' failpoint");
  EXPECT_TRUE(run(R"({"buildInfo": 1, "$db": "admin"})")["ok"].truthy()) << "another command";
  EXPECT_FALSE(ping());
  EXPECT_TRUE(ping());
  EXPECT_EQ(run(R"({"configureFailPoint": "failCommand", "mode": "off", "$db": "admin"})")["count"].integer(), 2);
}

TEST_F(FailPoint, SkipsAlwaysAndByChance) {
  set(R"({"skip": 2})", R"({"failCommands": ["ping"], "errorCode": 7})");
  EXPECT_TRUE(ping());
  EXPECT_TRUE(ping());
  EXPECT_FALSE(ping());
  EXPECT_FALSE(ping());
  set(R"("alwaysOn")", R"({"failCommands": ["ping"], "errorCode": 7})");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ping());
  set(R"({"activationProbability": 0.5})", R"({"failCommands": ["ping"], "errorCode": 7})");
  int failed = 0;
  for (int i = 0; i < 200; ++i) failed += !ping();
  EXPECT_GT(failed, 60);
  EXPECT_LT(failed, 140);
  set(R"("off")", "{}");
  EXPECT_TRUE(ping());
}

TEST_F(FailPoint, TheErrorCodeIsGivenInsteadOfRunning) {
  set(R"("alwaysOn")",
      R"({"failCommands": ["insert"], "errorCode": 91, "closeConnection": false, "errorLabels": ["A", "B"], "errorExtraInfo": {"why": 5}})");
  const bson::Document failed = run(R"({"insert": "c", "documents": [{}], "$db": "t"})");
  EXPECT_EQ(failed["code"].integer(), 91);
  EXPECT_EQ(failed.at("errorLabels.1").string(), "B");
  EXPECT_EQ(failed["why"].integer(), 5);
  EXPECT_FALSE(failed.has("topologyVersion"));
  EXPECT_EQ(run(R"({"count": "c", "$db": "t"})")["n"].integer(), 0);
}

TEST_F(FailPoint, BlocksThenCloses) {
  set(R"({"times": 1})", R"({"failCommands": ["ping"], "blockConnection": true, "blockTimeMS": 300, "closeConnection": true})");
  const ConnectionId connection = world.connect(1);
  world.send(connection, json(R"({"ping": 1, "$db": "admin"})"));
  world.pass(milliseconds(290));
  EXPECT_FALSE(world.closed(connection));
  EXPECT_TRUE(ping()) << "others are served meanwhile";
  world.pass(milliseconds(20));
  EXPECT_TRUE(world.closed(connection));
  EXPECT_TRUE(world.replies(connection).empty());
}

TEST_F(FailPoint, BlocksThenRuns) {
  set(R"({"times": 1})", R"({"failCommands": ["insert"], "blockConnection": true, "blockTimeMS": 300})");
  const Nanos before = world.now();
  EXPECT_EQ(run(R"({"insert": "c", "documents": [{}], "$db": "t"})")["n"].integer(), 1);
  EXPECT_GE(world.now() - before, milliseconds(300));
  set(R"({"times": 1})", R"({"failCommands": ["find"], "blockConnection": true, "blockTimeMS": 300})");
  const Nanos limited = world.now();
  EXPECT_EQ(run(R"({"find": "c", "maxTimeMS": 100, "$db": "t"})")["code"].integer(), 50);
  EXPECT_LT(world.now() - limited, milliseconds(150));
}

TEST_F(FailPoint, OnlyForAnApplicationOrANamespace) {
  set(R"("alwaysOn")", R"({"failCommands": ["ping", "hello"], "errorCode": 7, "appName": "victim"})");
  EXPECT_TRUE(ping());
  const ConnectionId victim = world.connect(1);
  const auto hello = json(R"({"hello": 1, "client": {"application": {"name": "victim"}}, "$db": "admin"})");
  EXPECT_EQ((*world.ask(victim, hello))["code"].integer(), 7) << "already in the handshake";
  set(R"("alwaysOn")", R"({"failCommands": ["ping"], "errorCode": 7, "appName": "victim"})");
  EXPECT_TRUE((*world.ask(victim, hello))["ok"].truthy());
  EXPECT_EQ((*world.ask(victim, json(R"({"ping": 1, "$db": "admin"})")))["code"].integer(), 7);
  set(R"("alwaysOn")", R"({"failCommands": ["find"], "errorCode": 7, "namespace": "t.c"})");
  EXPECT_FALSE(run(R"({"find": "c", "$db": "t"})")["ok"].truthy());
  EXPECT_TRUE(run(R"({"find": "d", "$db": "t"})")["ok"].truthy());
}

TEST_F(FailPoint, AWriteConcernErrorComesAfterTheWrite) {
  set(R"({"times": 1})",
      R"({"failCommands": ["insert"], "writeConcernError": {"code": 91, "errmsg": "x", "errInfo": {"a": 1}}, "errorLabels": ["L"]})");
  const bson::Document reply = run(R"({"insert": "c", "documents": [{}], "$db": "t"})");
  EXPECT_TRUE(reply["ok"].truthy());
  EXPECT_EQ(reply["n"].integer(), 1);
  EXPECT_EQ(reply.at("writeConcernError.code").integer(), 91);
  EXPECT_EQ(reply.at("writeConcernError.codeName").string(), "ShutdownInProgress");
  EXPECT_EQ(reply.at("writeConcernError.errInfo.a").integer(), 1);
  EXPECT_EQ(reply.at("errorLabels.0").string(), "L");
  EXPECT_EQ(run(R"({"count": "c", "$db": "t"})")["n"].integer(), 1);
}

TEST_F(FailPoint, IsrefusedWhenItIsNoneOrWrong) {
  EXPECT_EQ(run(R"({"configureFailPoint": "nope", "mode": "off", "$db": "admin"})")["code"].integer(), 266);
  EXPECT_EQ(set(R"("sometimes")", "{}")["code"].integer(), 2);
  EXPECT_EQ(set(R"({"times": "x"})", R"({"failCommands": ["ping"]})")["code"].integer(), 14);
  EXPECT_EQ(set(R"("alwaysOn")", R"({"failCommands": ["ping"], "errrorCode": 5})")["code"].integer(), 40415);
  EXPECT_EQ(set(R"("alwaysOn")", R"({"failCommands": ["ping"], "blockConnection": true})")["code"].integer(), 72);
  EXPECT_EQ(set(R"({"activationProbability": 2})", R"({"failCommands": ["ping"]})")["code"].integer(), 2);
  World strict;
  strict.add(1, {"", "8.0", {{"enableTestCommands", "0"}}});
  EXPECT_EQ(strict.run(1, R"({"configureFailPoint": "failCommand", "mode": "off", "$db": "admin"})")["code"].integer(), 59);
}

TEST_F(FailPoint, CanBeWaitedFor) {
  set(R"("alwaysOn")", R"({"failCommands": ["ping"], "errorCode": 7})");
  const ConnectionId connection = world.connect(1);
  world.send(connection, json(R"({"waitForFailPoint": "failCommand", "timesEntered": 2, "maxTimeMS": 1000, "$db": "admin"})"));
  ping();
  world.pass(milliseconds(10));
  EXPECT_TRUE(world.replies(connection).empty());
  ping();
  world.pass(milliseconds(10));
  ASSERT_EQ(world.replies(connection).size(), 1u);
  EXPECT_TRUE(world.replies(connection)[0].document["ok"].truthy());
  EXPECT_EQ(run(R"({"waitForFailPoint": "failCommand", "timesEntered": 9, "maxTimeMS": 100, "$db": "admin"})")["code"].integer(), 50);
}

TEST_F(FailPoint, GetMoreAfterCheckout) {
  run(R"({"insert": "c", "documents": [{}, {}, {}], "$db": "t"})");
  const std::int64_t id = run(R"({"find": "c", "batchSize": 1, "$db": "t"})").at("cursor.id").as_int64();
  run(R"({"configureFailPoint": "failGetMoreAfterCursorCheckout", "mode": {"times": 1}, "data": {"errorCode": 11600}, "$db": "admin"})");
  const bson::Document more = bson::Builder().append("getMore", id).append("collection", "c").append("$db", "t").finish();
  EXPECT_EQ(world.run(1, more)["code"].integer(), 11600);
  EXPECT_TRUE(world.run(1, more)["ok"].truthy());
}

}  // namespace
}  // namespace failc::mongod
