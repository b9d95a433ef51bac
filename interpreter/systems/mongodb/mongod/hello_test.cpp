#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using std::chrono::milliseconds;
using test::json;
using test::World;

bson::Document awaiting(const bson::Document& last, int milliseconds) {
  return bson::Builder()
      .append("hello", 1)
      .append("topologyVersion", last["topologyVersion"])
      .append("maxAwaitTimeMS", milliseconds)
      .append("$db", "admin")
      .finish();
}

TEST(Hello, OfAStandalone) {
  World world;
  world.add(1, {});
  const bson::Document hello = world.run(1, R"({"hello": 1, "$db": "admin"})");
  EXPECT_TRUE(hello["isWritablePrimary"].as_bool());
  EXPECT_FALSE(hello.has("ismaster"));
  EXPECT_EQ(hello["maxBsonObjectSize"].integer(), 16777216);
  EXPECT_EQ(hello["maxMessageSizeBytes"].integer(), 48000000);
  EXPECT_EQ(hello["maxWriteBatchSize"].integer(), 100000);
  EXPECT_EQ(hello["logicalSessionTimeoutMinutes"].integer(), 30);
  EXPECT_FALSE(hello.has("setName"));
  const bson::Document old = world.run(1, R"({"isMaster": 1, "helloOk": true, "$db": "admin"})");
  EXPECT_TRUE(old["ismaster"].as_bool());
  EXPECT_TRUE(old["helloOk"].as_bool());
}

TEST(Hello, OverTheOldMessage) {
  World world;
  world.add(1, {});
  const ConnectionId connection = world.connect(1);
  const bson::Document hello = json(R"({"ismaster": 1, "helloOk": true, "client": {"driver": {"name": "d", "version": "1"}}})");
  world.send_bytes(connection, wire::write_query(7, wire::Query{4, "admin.$cmd", 0, -1, hello.bytes(), ""}));
  world.pass(milliseconds(5));
  ASSERT_EQ(world.replies(connection).size(), 1u);
  EXPECT_EQ(world.replies(connection)[0].header.opcode, static_cast<int>(wire::Opcode::reply));
  EXPECT_EQ(world.replies(connection)[0].header.response_to, 7);
  EXPECT_TRUE(world.replies(connection)[0].document["ismaster"].as_bool());
  const bson::Document find = json(R"({"find": "c"})");
  world.send_bytes(connection, wire::write_query(8, wire::Query{4, "admin.$cmd", 0, -1, find.bytes(), ""}));
  world.pass(milliseconds(5));
  EXPECT_EQ(world.replies(connection).back().document["code"].integer(), 352);
}

TEST(Hello, WaitsForAChangeOrTheTime) {
  World world;
  world.add(1, {"rs", "8.0", {}});
  const bson::Document first = world.run(1, R"({"hello": 1, "$db": "admin"})");
  EXPECT_TRUE(first["isreplicaset"].truthy());
  const ConnectionId connection = world.connect(1);
  Nanos began = world.now();
  ASSERT_TRUE(world.ask(connection, awaiting(first, 500)));
  EXPECT_GE(world.now() - began, milliseconds(500)) << "nothing changed";
  world.send(connection, awaiting(first, 60000));
  world.pass(milliseconds(100));
  EXPECT_EQ(world.replies(connection).size(), 1u);
  EXPECT_TRUE(world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})")["ok"].truthy());
  world.pass(milliseconds(100));
  ASSERT_EQ(world.replies(connection).size(), 2u);
  EXPECT_EQ(world.replies(connection)[1].document["setName"].string(), "rs");
  // Old news comes at once; so does every answer to one who knows another process.
  began = world.now();
  ASSERT_TRUE(world.ask(connection, awaiting(first, 60000)));
  bson::Builder other;
  other.append("hello", 1)
      .open("topologyVersion")
      .append("processId", bson::ObjectId{})
      .append("counter", std::int64_t{5})
      .close()
      .append("maxAwaitTimeMS", 60000)
      .append("$db", "admin");
  ASSERT_TRUE(world.ask(connection, other.finish()));
  EXPECT_LT(world.now() - began, milliseconds(50));
}

TEST(Hello, OfAnOldVersionHasNothingToWaitFor) {
  World world;
  world.add(1, {"", "4.2", {}});
  EXPECT_FALSE(world.run(1, R"({"hello": 1, "$db": "admin"})").has("topologyVersion"));
  world.add(2, {"", "4.4", {}});
  EXPECT_TRUE(world.run(2, R"({"hello": 1, "$db": "admin"})").has("topologyVersion"));
}

/// As a server answers where no such user is known: a driver that is told of no mechanism tries one, and is refused by that.
TEST(Hello, KnowsNoUser) {
  World world;
  world.add(1, {});
  const bson::Document hello = world.run(1, R"({"hello": 1, "saslSupportedMechs": "admin.u", "compression": ["zlib"],
      "speculativeAuthenticate": {"saslStart": 1, "mechanism": "SCRAM-SHA-256", "db": "admin"}, "$db": "admin"})");
  EXPECT_TRUE(hello["ok"].truthy());
  for (const char* field : {"saslSupportedMechs", "speculativeAuthenticate", "compression"}) EXPECT_FALSE(hello.has(field)) << field;
  const std::string start = R"({"saslStart": 1, "mechanism": "PLAIN", "payload": "", "options": {"skipEmptyExchange": true}, "$db": )";
  for (const char* database : {"\"admin\"}", "\"$external\"}"}) EXPECT_EQ(world.run(1, start + database)["code"].integer(), 18) << database;
  EXPECT_EQ(world.run(1, R"({"saslContinue": 1, "conversationId": 1, "payload": "", "$db": "admin"})")["code"].integer(), 17);
}

TEST(Hello, RefusesHalfAQuestion) {
  World world;
  world.add(1, {});
  EXPECT_EQ(world.run(1, R"({"hello": 1, "maxAwaitTimeMS": 5, "$db": "admin"})")["ok"].truthy(), false);
  const bson::Document hello = world.run(1, R"({"hello": 1, "$db": "admin"})");
  EXPECT_EQ(world
                .run(1, bson::Builder()
                            .append("hello", 1)
                            .append("topologyVersion", hello["topologyVersion"])
                            .append("$db", "admin")
                            .finish())["code"]
                .integer(),
            31368);
}

TEST(Hello, StreamsUntilTheConnectionEnds) {
  World world;
  world.add(1, {"rs", "8.0", {}});
  const bson::Document first = world.run(1, R"({"hello": 1, "$db": "admin"})");
  const ConnectionId connection = world.connect(1);
  world.send(connection, awaiting(first, 200), wire::kExhaustAllowed);
  world.pass(milliseconds(1010));
  const std::size_t quiet = world.replies(connection).size();
  EXPECT_EQ(quiet, 5u);
  for (std::size_t i = 0; i < quiet; ++i) EXPECT_EQ(world.replies(connection)[i].flags, wire::kMoreToCome);
  EXPECT_EQ(world.replies(connection)[1].header.response_to, world.replies(connection)[0].header.request_id);
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  world.pass(milliseconds(10));
  EXPECT_GT(world.replies(connection).size(), quiet);
  EXPECT_EQ(world.replies(connection).back().document["setName"].string(), "rs");
  // A fail point meets each reply, and an error ends the stream.
  world.run(
      1,
      R"({"configureFailPoint": "failCommand", "mode": {"times": 1}, "data": {"failCommands": ["hello"], "errorCode": 91}, "$db": "admin"})");
  world.pass(milliseconds(500));
  const test::Reply& last = world.replies(connection).back();
  EXPECT_EQ(last.document["code"].integer(), 91);
  EXPECT_EQ(last.flags, 0u);
  EXPECT_FALSE(last.document.has("topologyVersion")) << "an injected error is no news";
  world.send(connection, awaiting(first, 0), wire::kExhaustAllowed);
  world.pass(milliseconds(100));
  EXPECT_LT(world.replies(connection).size(), 100u) << "even without a pause it takes its time";
  world.disconnect(connection);
  world.pass(milliseconds(100));
}

}  // namespace
}  // namespace failc::mongod
