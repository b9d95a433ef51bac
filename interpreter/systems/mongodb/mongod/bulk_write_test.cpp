#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using test::World;

/// One node without a set, on port 1.
struct BulkWrite : testing::Test {
  World world;
  BulkWrite() { world.add(1, {}); }
  bson::Document run(const std::string& ops, const std::string& more = "") {
    return world.run(1, R"({"bulkWrite": 1, "nsInfo": [{"ns": "t.a"}, {"ns": "u.b"}], "ops": )" + ops + more + R"(, "$db": "admin"})");
  }
};

TEST_F(BulkWrite, WritesToSeveralCollections) {
  const bson::Document reply = run(R"([{"insert": 0, "document": {"_id": 1, "x": 1}}, {"insert": 1, "document": {"_id": 2}},
      {"update": 0, "filter": {"_id": 1}, "updateMods": {"$inc": {"x": 1}}},
      {"update": 1, "filter": {"_id": 3}, "updateMods": {"y": 1}, "upsert": true},
      {"delete": 1, "filter": {}, "multi": true}])");
  EXPECT_EQ(
      bson::relaxed_json(reply.view()),
      R"({ "cursor" : { "firstBatch" : [ { "ok" : 1.0, "idx" : 0, "n" : 1 }, { "ok" : 1.0, "idx" : 1, "n" : 1 }, )"
      R"({ "ok" : 1.0, "idx" : 2, "n" : 1, "nModified" : 1 }, { "ok" : 1.0, "idx" : 3, "n" : 1, "nModified" : 0, "upserted" : { "_id" : 3 } }, )"
      R"({ "ok" : 1.0, "idx" : 4, "n" : 2 } ], "id" : 0, "ns" : "admin.$cmd.bulkWrite" }, "nErrors" : 0, "nInserted" : 2, "nMatched" : 1, )"
      R"("nModified" : 1, "nUpserted" : 1, "nDeleted" : 2, "ok" : 1.0 })");
  EXPECT_EQ(world.run(1, R"({"count": "a", "query": {"x": 2}, "$db": "t"})")["n"].integer(), 1);
}

TEST_F(BulkWrite, OrderedStopsAtAnErrorAndUnorderedGoesOn) {
  const std::string twice =
      R"([{"insert": 0, "document": {"_id": 1}}, {"insert": 0, "document": {"_id": 1}}, {"insert": 0, "document": {"_id": 2}}])";
  const bson::Document ordered = run(twice, R"(, "errorsOnly": true)");
  EXPECT_EQ(ordered["nInserted"].integer(), 1);
  EXPECT_EQ(ordered["nErrors"].integer(), 1);
  EXPECT_EQ(ordered.at("cursor.firstBatch.0.idx").integer(), 1);
  EXPECT_EQ(ordered.at("cursor.firstBatch.0.code").integer(), 11000);
  EXPECT_FALSE(ordered.at("cursor.firstBatch.1").exists());
  const bson::Document unordered = run(twice, R"(, "ordered": false)");
  EXPECT_EQ(unordered["nInserted"].integer(), 1);
  EXPECT_EQ(unordered["nErrors"].integer(), 2);
  EXPECT_EQ(unordered.at("cursor.firstBatch.2.ok").integer(), 1);
}

TEST_F(BulkWrite, ResultsComeInBatches) {
  const bson::Document reply =
      run(R"([{"insert": 0, "document": {"_id": 1}}, {"insert": 0, "document": {"_id": 2}}])", R"(, "cursor": {"batchSize": 1})");
  const std::int64_t id = reply.at("cursor.id").integer().value_or(0);
  EXPECT_NE(id, 0);
  const bson::Document more =
      world.run(1, bson::Builder().append("getMore", id).append("collection", "$cmd.bulkWrite").append("$db", "admin").finish());
  EXPECT_EQ(more.at("cursor.nextBatch.0.idx").integer(), 1);
  EXPECT_EQ(more.at("cursor.id").integer(), 0);
}

TEST_F(BulkWrite, RefusesWhatItDoesNotKnow) {
  for (const auto& [ops, code] : std::map<std::string, int>{{R"([{"insert": 2, "document": {}}])", 2},
                                                            {R"([{"replace": 0, "document": {}}])", 9},
                                                            {R"([{"insert": 0, "document": {}, "x": 1}])", 40415},
                                                            {R"([{"update": 0, "filter": {}, "updateMods": 1}])", 9},
                                                            {R"([{"delete": 0, "filter": {}, "collation": {"locale": "de"}}])", 238},
                                                            {"[]", 16}})
    EXPECT_EQ(run(ops)["code"].integer(), code) << ops;
  EXPECT_EQ(world.run(1, R"({"bulkWrite": 1, "nsInfo": [{"ns": "t"}], "ops": [{"insert": 0, "document": {}}], "$db": "admin"})")["code"]
                .integer(),
            73);
  EXPECT_EQ(world.run(1, R"({"bulkWrite": 1, "nsInfo": [], "ops": [], "$db": "t"})")["code"].integer(), 13);
  world.add(2, {"", "7.0", {}});
  EXPECT_EQ(world.run(2, R"({"bulkWrite": 1, "nsInfo": [], "ops": [], "$db": "admin"})")["code"].integer(), 59);
}

/// The second time, as after a lost reply, it is answered from what is remembered.
TEST_F(BulkWrite, TriedAgainIsDoneOnce) {
  world.add(3, {"rs", "8.0", {}});
  world.run(3, R"({"replSetInitiate": {}, "$db": "admin"})");
  ASSERT_TRUE(world.until([&] { return world.run(3, R"({"hello": 1, "$db": "admin"})")["isWritablePrimary"].truthy(); }));
  const std::string command = R"({"bulkWrite": 1, "nsInfo": [{"ns": "t.a"}], "ops": [{"insert": 0, "document": {"_id": 1}},
      {"update": 0, "filter": {"_id": 1}, "updateMods": {"$inc": {"x": 1}}}],
      "lsid": {"id": {"$binary": {"base64": "AAAAAAAAAAAAAAAAAAAAAA==", "subType": "04"}}},
      "txnNumber": {"$numberLong": "1"}, "$db": "admin"})";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bson::Document reply = world.run(3, command);
    EXPECT_EQ(reply["nErrors"].integer(), 0) << attempt;
    EXPECT_EQ(reply["nInserted"].integer(), 1) << attempt;
    EXPECT_EQ(reply["nModified"].integer(), 1) << attempt;
  }
  EXPECT_EQ(world.run(3, R"({"find": "a", "$db": "t"})").at("cursor.firstBatch.0.x").integer(), 1);
}

}  // namespace
}  // namespace failc::mongod
