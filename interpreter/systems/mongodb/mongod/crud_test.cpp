#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using test::json;
using test::World;

/// One node without a set, on port 1.
struct Crud : testing::Test {
  World world;
  Crud() { world.add(1, {}); }
  bson::Document run(std::string_view command) { return world.run(1, command); }
  std::string relaxed(std::string_view command) { return bson::relaxed_json(run(command).view()); }
  int code(std::string_view command) {
    const bson::Document reply = run(command);
    EXPECT_FALSE(reply["ok"].truthy()) << command;
    return static_cast<int>(reply["code"].integer().value_or(-1));
  }
  void fill(int count) {
    bson::Builder out;
    out.append("insert", "c").append("$db", "t").open_array("documents");
    for (int i = 0; i < count; ++i) out.open(std::to_string(i)).append("_id", i).append("x", i % 7).close();
    out.close();
    EXPECT_EQ(world.run(1, out.finish())["n"].integer(), count);
  }
};

TEST_F(Crud, InsertsFindsUpdatesDeletes) {
  EXPECT_EQ(relaxed(R"({"insert": "c", "documents": [{"_id": 1, "x": 1}, {"_id": 2, "x": 2}], "$db": "t"})"), R"({ "n" : 2, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"find": "c", "filter": {"x": {"$gt": 1}}, "$db": "t"})"),
            R"({ "cursor" : { "firstBatch" : [ { "_id" : 2, "x" : 2 } ], "id" : 0, "ns" : "t.c" }, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"update": "c", "updates": [{"q": {"_id": 1}, "u": {"$inc": {"x": 5}}}], "$db": "t"})"),
            R"({ "n" : 1, "nModified" : 1, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"update": "c", "updates": [{"q": {"_id": 9}, "u": {"$set": {"x": 5}}, "upsert": true}], "$db": "t"})"),
            R"({ "n" : 1, "upserted" : [ { "index" : 0, "_id" : 9 } ], "nModified" : 0, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"delete": "c", "deletes": [{"q": {}, "limit": 1}], "$db": "t"})"), R"({ "n" : 1, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"count": "c", "$db": "t"})"), R"({ "n" : 2, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"distinct": "c", "key": "x", "$db": "t"})"), R"({ "values" : [ 2, 5 ], "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"findAndModify": "c", "query": {"_id": 2}, "update": {"$set": {"y": 1}}, "new": true, "$db": "t"})"),
            R"({ "lastErrorObject" : { "n" : 1, "updatedExisting" : true }, "value" : { "_id" : 2, "x" : 2, "y" : 1 }, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"aggregate": "c", "pipeline": [{"$group": {"_id": null, "n": {"$sum": 1}}}], "cursor": {}, "$db": "t"})"),
            R"({ "cursor" : { "firstBatch" : [ { "_id" : null, "n" : 2 } ], "id" : 0, "ns" : "t.c" }, "ok" : 1.0 })");
}

TEST_F(Crud, UpdatesTheFirstByItsOrder) {
  run(R"({"insert": "c", "documents": [{"_id": 1, "x": 1}, {"_id": 2, "x": 3}, {"_id": 3, "x": 2}], "$db": "t"})");
  EXPECT_EQ(relaxed(R"({"update": "c", "updates": [{"q": {}, "u": {"$set": {"y": 1}}, "sort": {"x": -1}}], "$db": "t"})"), R"({ "n" : 1, "nModified" : 1, "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"distinct": "c", "key": "_id", "query": {"y": 1}, "$db": "t"})"), R"({ "values" : [ 2 ], "ok" : 1.0 })");
  EXPECT_EQ(relaxed(R"({"update": "c", "updates": [{"q": {"_id": 9}, "u": {"$set": {"y": 1}}, "sort": {"x": 1}}], "$db": "t"})"), R"({ "n" : 0, "nModified" : 0, "ok" : 1.0 })");
  const bson::Document multi = run(R"({"update": "c", "updates": [{"q": {}, "u": {"$set": {"y": 1}}, "sort": {"x": 1}, "multi": true}], "$db": "t"})");
  EXPECT_EQ(multi.at("writeErrors.0.code").integer(), 9);
  world.add(2, {"", "7.0", {}});
  EXPECT_EQ(world.run(2, R"({"update": "c", "updates": [{"q": {}, "u": {"$set": {"y": 1}}, "sort": {"x": 1}}], "$db": "t"})")["code"].integer(), 40415);
}

TEST_F(Crud, OrderedBatchesStopAtAnErrorAndUnorderedOnesGoOn) {
  run(R"({"insert": "c", "documents": [{"_id": 1}], "$db": "t"})");
  const bson::Document ordered = run(R"({"insert": "c", "documents": [{"_id": 2}, {"_id": 1}, {"_id": 3}], "$db": "t"})");
  EXPECT_TRUE(ordered["ok"].truthy());
  EXPECT_EQ(ordered["n"].integer(), 1);
  EXPECT_EQ(ordered.at("writeErrors.0.index").integer(), 1);
  EXPECT_EQ(ordered.at("writeErrors.0.code").integer(), 11000);
  EXPECT_EQ(ordered.at("writeErrors.0.keyValue._id").integer(), 1);
  EXPECT_EQ(ordered.at("writeErrors.0.errmsg").string(), "E11000 duplicate key error collection: t.c index: _id_ dup key: { _id: 1 }");
  const bson::Document unordered =
      run(R"({"insert": "c", "documents": [{"_id": 1}, {"_id": 4}, {"_id": 2}], "ordered": false, "$db": "t"})");
  EXPECT_EQ(unordered["n"].integer(), 1);
  EXPECT_EQ(unordered.at("writeErrors.0.index").integer(), 0);
  EXPECT_EQ(unordered.at("writeErrors.1.index").integer(), 2);
}

TEST_F(Crud, RefusesWhatItDoesNotKnow) {
  const bson::Document unknown = run(R"({"frobnicate": 1, "$db": "t"})");
  EXPECT_EQ(unknown["code"].integer(), 59);
  EXPECT_EQ(unknown["codeName"].string(), "CommandNotFound");
  EXPECT_EQ(unknown["errmsg"].string(), "no such command: 'frobnicate'");
  EXPECT_EQ(code(R"({"Ping": 1, "$db": "t"})"), 59);
  EXPECT_EQ(code(R"({"ping": 1})"), 40571);
  EXPECT_EQ(code(R"({"find": "c", "flter": {}, "$db": "t"})"), 40415);
  EXPECT_EQ(code(R"({"insert": "c", "documents": [{}], "order": true, "$db": "t"})"), 40415);
  EXPECT_EQ(code(R"({"update": "c", "updates": [{"q": {}, "u": {}, "bogus": 1}], "$db": "t"})"), 40415);
  EXPECT_EQ(code(R"({"insert": "c", "$db": "t"})"), 40414);
  EXPECT_EQ(code(R"({"insert": "c", "documents": [], "$db": "t"})"), 16);
  EXPECT_EQ(code(R"({"insert": "", "documents": [{}], "$db": "t"})"), 73);
  EXPECT_EQ(code(R"({"find": "c", "$db": "a b"})"), 73);
  EXPECT_EQ(code(R"({"find": "c", "limit": -1, "$db": "t"})"), 51024);
  EXPECT_EQ(code(R"({"find": "c", "filter": {"x": {"$nope": 1}}, "$db": "t"})"), 2);
  EXPECT_EQ(code(R"({"find": "c", "collation": {"locale": "fr"}, "$db": "t"})"), 238);
  EXPECT_EQ(code(R"({"find": "c", "tailable": true, "$db": "t"})"), 238);
  EXPECT_EQ(code(R"({"find": "c", "readConcern": {"level": "snapshot"}, "$db": "t"})"), 72);
  EXPECT_EQ(code(R"({"replSetGetStatus": 1, "$db": "admin"})"), 76);
  EXPECT_EQ(code(R"({"replSetGetStatus": 1, "$db": "t"})"), 13);
  EXPECT_EQ(code(R"({"insert": "c", "documents": [{}], "writeConcern": {"w": 2}, "$db": "t"})"), 2);
  EXPECT_EQ(code(R"({"aggregate": "c", "pipeline": [], "$db": "t"})"), 9);
  EXPECT_EQ(code(R"({"insert": "c", "documents": [{}], "startTransaction": true, "autocommit": false, "$db": "t"})"), 263);
  EXPECT_EQ(code(R"({"delete": "c", "deletes": [{"q": {}, "limit": 3}], "$db": "t"})"), 9);
  EXPECT_EQ(run(R"({"listCollections": 1, "$db": "t"})").at("cursor.firstBatch.0").type(), bson::Type::missing)
      << "nothing was written by all that";
}

TEST_F(Crud, CursorsHandOutBatches) {
  fill(300);
  bson::Document first = run(R"({"find": "c", "sort": {"_id": 1}, "batchSize": 2, "$db": "t"})");
  EXPECT_EQ(first.at("cursor.firstBatch").as_document().count(), 2u);
  const std::int64_t id = first.at("cursor.id").as_int64();
  ASSERT_NE(id, 0);
  const auto get_more = [&](std::int64_t size) {
    return world.run(1,
                     bson::Builder().append("getMore", id).append("collection", "c").append("batchSize", size).append("$db", "t").finish());
  };
  bson::Document next = get_more(3);
  EXPECT_EQ(next.at("cursor.nextBatch.0._id").integer(), 2);
  EXPECT_EQ(next.at("cursor.nextBatch").as_document().count(), 3u);
  EXPECT_EQ(next.at("cursor.id").as_int64(), id);
  next = get_more(1000);
  EXPECT_EQ(next.at("cursor.nextBatch").as_document().count(), 295u);
  EXPECT_EQ(next.at("cursor.id").as_int64(), 0);
  EXPECT_EQ(get_more(1)["code"].integer(), 43);
  EXPECT_EQ(run(R"({"find": "c", "$db": "t"})").at("cursor.firstBatch").as_document().count(), 101u);
  EXPECT_EQ(run(R"({"find": "c", "limit": 5, "singleBatch": true, "batchSize": 2, "$db": "t"})").at("cursor.id").as_int64(), 0);
  // Killed, of another namespace, and forgotten after ten minutes.
  const std::int64_t other = run(R"({"find": "c", "batchSize": 0, "$db": "t"})").at("cursor.id").as_int64();
  ASSERT_NE(other, 0);
  EXPECT_EQ(world.run(1, bson::Builder().append("getMore", other).append("collection", "d").append("$db", "t").finish())["code"].integer(),
            13);
  const bson::Document killed = world.run(1, bson::Builder()
                                                 .append("killCursors", "c")
                                                 .open_array("cursors")
                                                 .append("0", other)
                                                 .append("1", id)
                                                 .close()
                                                 .append("$db", "t")
                                                 .finish());
  EXPECT_EQ(killed.at("cursorsKilled.0").as_int64(), other);
  EXPECT_EQ(killed.at("cursorsNotFound.0").as_int64(), id);
  const std::int64_t idle = run(R"({"find": "c", "batchSize": 2, "$db": "t"})").at("cursor.id").as_int64();
  world.pass(std::chrono::minutes(11));
  EXPECT_EQ(world.run(1, bson::Builder().append("getMore", idle).append("collection", "c").append("$db", "t").finish())["code"].integer(),
            43);
}

TEST_F(Crud, CollectionsAndIndexesComeAndGo) {
  EXPECT_TRUE(run(R"({"create": "c", "$db": "t"})")["ok"].truthy());
  EXPECT_EQ(code(R"({"create": "c", "capped": true, "size": 100, "$db": "t"})"), 48);
  EXPECT_EQ(relaxed(R"({"createIndexes": "c", "indexes": [{"key": {"x": 1}, "name": "x_1", "unique": true}], "$db": "t"})"),
            R"({ "numIndexesBefore" : 1, "numIndexesAfter" : 2, "createdCollectionAutomatically" : false, "ok" : 1.0 })");
  run(R"({"insert": "c", "documents": [{"x": 1}], "$db": "t"})");
  EXPECT_EQ(run(R"({"insert": "c", "documents": [{"x": 1}], "$db": "t"})").at("writeErrors.0.code").integer(), 11000);
  EXPECT_EQ(run(R"({"listIndexes": "c", "$db": "t"})").at("cursor.firstBatch.1.name").string(), "x_1");
  EXPECT_EQ(run(R"({"dropIndexes": "c", "index": "x_1", "$db": "t"})")["nIndexesWas"].integer(), 2);
  EXPECT_EQ(run(R"({"listCollections": 1, "nameOnly": true, "$db": "t"})").at("cursor.firstBatch.0.name").string(), "c");
  EXPECT_TRUE(run(R"({"renameCollection": "t.c", "to": "t.d", "$db": "admin"})")["ok"].truthy());
  EXPECT_EQ(run(R"({"count": "d", "$db": "t"})")["n"].integer(), 1);
  EXPECT_EQ(run(R"({"listDatabases": 1, "$db": "admin"})").at("databases.0.name").string(), "t");
  EXPECT_EQ(run(R"({"drop": "d", "$db": "t"})")["ns"].string(), "t.d");
  EXPECT_EQ(code(R"({"listIndexes": "d", "$db": "t"})"), 26);
  run(R"({"insert": "e", "documents": [{}], "$db": "t"})");
  EXPECT_EQ(run(R"({"dropDatabase": 1, "$db": "t"})")["dropped"].string(), "t");
  EXPECT_EQ(run(R"({"count": "e", "$db": "t"})")["n"].integer(), 0);
}

TEST_F(Crud, RestartsWithItsData) {
  fill(10);
  run(R"({"update": "c", "updates": [{"q": {"_id": 3}, "u": {"$set": {"x": 99}}}], "writeConcern": {"j": true}, "$db": "t"})");
  world.kill(1);
  world.start(1);
  EXPECT_EQ(run(R"({"count": "c", "$db": "t"})")["n"].integer(), 10);
  EXPECT_EQ(run(R"({"find": "c", "filter": {"_id": 3}, "$db": "t"})").at("cursor.firstBatch.0.x").integer(), 99);
}

TEST_F(Crud, JournaledWritesWaitForTheDisk) {
  world.disk_time = std::chrono::milliseconds(50);
  const Nanos before = world.now();
  run(R"({"insert": "c", "documents": [{}], "$db": "t"})");
  EXPECT_LT(world.now() - before, std::chrono::milliseconds(10));
  run(R"({"insert": "c", "documents": [{}], "writeConcern": {"j": true}, "$db": "t"})");
  EXPECT_GE(world.now() - before, std::chrono::milliseconds(50));
}

TEST_F(Crud, SequencesUnacknowledgedAndPipelinedMessages) {
  const ConnectionId connection = world.connect(1);
  const bson::Document first = json(R"({"_id": 1})"), second = json(R"({"_id": 2})");
  world.send(connection, json(R"({"insert": "c", "$db": "t"})"), wire::kMoreToCome, {{"documents", {first.bytes(), second.bytes()}}});
  world.send(connection, json(R"({"count": "c", "$db": "t"})"), wire::kChecksumPresent);
  world.send(connection, json(R"({"ping": 1, "$db": "t"})"));
  world.pass(std::chrono::milliseconds(10));
  ASSERT_EQ(world.replies(connection).size(), 2u) << "the insert wanted no answer";
  EXPECT_EQ(world.replies(connection)[0].document["n"].integer(), 2);
  EXPECT_EQ(world.replies(connection)[0].flags, wire::kChecksumPresent);
  EXPECT_EQ(world.replies(connection)[0].header.response_to, 2);
  world.send_bytes(connection, std::string("\x11\0\0\0\0\0\0\0\0\0\0\0\xdd\7\0\0\0", 17));
  world.pass(std::chrono::milliseconds(10));
  EXPECT_TRUE(world.closed(connection));
}

TEST_F(Crud, ShutsDown) {
  const ConnectionId connection = world.connect(1);
  EXPECT_EQ(world.ask(connection, json(R"({"shutdown": 1, "$db": "admin"})"), std::chrono::seconds(1)), std::nullopt);
  EXPECT_EQ(world.exited(1), 0);
}

TEST(Start, RefusesUnknownParametersAndVersions) {
  World world;
  world.add(1, {"", "8.0", {{"frobnicate", "1"}}});
  EXPECT_EQ(world.exited(1), 2);
  world.add(2, {"", "3.6", {}});
  EXPECT_EQ(world.exited(2), 2);
  world.add(3, {"", "8.0", {{"testAckMajorityEarly", "1"}}});
  EXPECT_EQ(world.exited(3), 2);
  world.add(4, {"", "8.0", {{"testAckMajorityEarly", "1"}, {"enableTestCommands", "1"}}});
  EXPECT_EQ(world.exited(4), std::nullopt);
}

TEST(Start, ReportsTheVersionItIsTold) {
  const std::vector<std::pair<std::string, int>> cases = {{"4.0", 7},  {"4.2", 8},  {"4.4", 9},   {"5.0", 13},
                                                          {"6.0", 17}, {"7.0", 21}, {"8.0.4", 25}};
  World world;
  int port = 1;
  for (const auto& [version, wire] : cases) {
    world.add(port, {"", version, {}});
    EXPECT_EQ(world.run(port, R"({"hello": 1, "$db": "admin"})")["maxWireVersion"].integer(), wire) << version;
    EXPECT_TRUE(world.run(port, R"({"buildInfo": 1, "$db": "admin"})")["version"].as_string().starts_with(version));
    ++port;
  }
}

}  // namespace
}  // namespace failc::mongod
