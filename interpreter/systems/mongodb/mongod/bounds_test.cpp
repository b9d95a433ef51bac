// A small oplog and a journal that begins anew: what they forget is found elsewhere, and nothing is forgotten that counts.
#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/snapshot.hpp"
#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::json;
using test::World;

const World::Settings kSmall{"rs", "8.0", {}, 4000};

struct Bounds : testing::Test {
  World world{11};

  void begin() {
    for (int port = 1; port <= 3; ++port) world.add(port, kSmall);
    world.run(1, R"({"replSetInitiate": {"_id": "rs", "version": 1, "members": [
        {"_id": 0, "host": "localhost:1"}, {"_id": 1, "host": "localhost:2"}, {"_id": 2, "host": "localhost:3"}]}, "$db": "admin"})");
    ASSERT_TRUE(world.until([&] { return world.primary().has_value(); }, seconds(10)));
  }
  int primary() {
    world.until([&] { return world.primary().has_value(); }, seconds(10));
    return world.primary().value_or(0);
  }
  /// Some more than an oplog's worth.
  void fill(int port, int first = 0, int count = 60) {
    for (int i = first; i < first + count; ++i) {
      const bson::Document reply = world.run(port, R"({"insert": "c", "documents": [{"_id": )" + std::to_string(i) + R"(, "pad": ")" +
                                                       std::string(100, 'x') + R"("}], "writeConcern": {"w": "majority"}, "$db": "t"})");
      ASSERT_EQ(reply["n"].integer(), 1) << bson::relaxed_json(reply.view());
    }
  }
  /// Updates of one document.
  void churn(int port, int times) {
    for (int i = 0; i < times; ++i)
      world.run(port, R"({"update": "u", "updates": [{"q": {"_id": 1}, "u": {"$set": {"n": )" + std::to_string(i) +
                          R"(}}, "upsert": true}], "writeConcern": {"w": 3}, "$db": "t"})");
  }
  std::optional<std::int64_t> count(int port, const std::string& collection = "c") {
    return world.run(port, R"({"count": ")" + collection + R"(", "$readPreference": {"mode": "nearest"}, "$db": "t"})")["n"].integer();
  }
  std::int64_t state(int port) { return world.run(port, R"({"replSetGetStatus": 1, "$db": "admin"})")["myState"].integer().value_or(-1); }
  bson::Document increment(int port, std::int64_t number, const char* concern = "majority") {
    bson::Builder out;
    out.append_all(json(R"({"update": "s", "updates": [{"q": {"_id": 1}, "u": {"$inc": {"n": 1}}, "upsert": true}]})").view());
    out.open("lsid").append("id", bson::BinaryView{4, "0123456789abcdef"}).close().append("txnNumber", number);
    return world.run(port, out.open("writeConcern").append("w", concern).close().append("$db", "t").finish());
  }
  std::optional<std::int64_t> incremented(int port) {
    return world.run(port, R"({"find": "s", "$readPreference": {"mode": "nearest"}, "$db": "t"})").at("cursor.firstBatch.0.n").integer();
  }
};

TEST_F(Bounds, AnEmptyMemberComesBackWithDataAndSessions) {
  begin();
  const int old = primary(), lost = old % 3 + 1;
  EXPECT_EQ(increment(old, 1)["n"].integer(), 1);
  world.run(old, R"({"createIndexes": "c", "indexes": [{"key": {"pad": 1}, "name": "pad"}], "$db": "t"})");
  fill(old);
  world.kill(lost);
  world.wipe(lost);
  world.start(lost);
  bool seen = false;
  ASSERT_TRUE(world.until([&] {
    const std::int64_t now = state(lost);
    seen = seen || now == 5;
    return now == 2;
  }));
  EXPECT_TRUE(seen) << "STARTUP2 until it is there";
  ASSERT_TRUE(world.until([&] { return count(lost) == 60; }, seconds(5)));
  EXPECT_EQ(world.run(lost, R"({"listIndexes": "c", "$readPreference": {"mode": "nearest"}, "$db": "t"})")
                .at("cursor.firstBatch.1.name")
                .string(),
            "pad");
  world.run(lost, R"({"replSetStepUp": 1, "$db": "admin"})");
  ASSERT_TRUE(world.until([&] { return world.primary() == lost; }, seconds(10)));
  EXPECT_EQ(increment(lost, 1)["n"].integer(), 1) << "answered from the record";
  EXPECT_EQ(incremented(lost), 1);
  EXPECT_EQ(increment(lost, 2)["n"].integer(), 1);
  EXPECT_EQ(incremented(lost), 2);
}

/// The entry with the session's record is long dropped, everywhere, also from the journals.
TEST_F(Bounds, RetryableWritesOutliveTheirEntries) {
  begin();
  EXPECT_EQ(increment(primary(), 1)["n"].integer(), 1);
  churn(primary(), 200);
  for (int port = 1; port <= 3; ++port) EXPECT_GT(world.compactions(port), 0) << port;
  for (int port = 1; port <= 3; ++port) world.kill(port);
  for (int port = 1; port <= 3; ++port) world.start(port);
  const int leader = primary();
  EXPECT_EQ(increment(leader, 1)["n"].integer(), 1);
  EXPECT_EQ(incremented(leader), 1);
}

TEST_F(Bounds, ARollbackForgetsOnlyWhatItUndoes) {
  begin();
  const int old = primary();
  EXPECT_EQ(increment(old, 1)["n"].integer(), 1);
  fill(old);
  world.cut({old});
  EXPECT_EQ(world.run(old, R"({"insert": "c", "documents": [{"_id": "gone"}], "writeConcern": {"w": 1}, "$db": "t"})")["n"].integer(), 1);
  ASSERT_TRUE(world.until([&] { return world.primary().value_or(old) != old; }, seconds(5)));
  world.heal();
  ASSERT_TRUE(world.until([&] { return count(old) == 60; }, seconds(5))) << "rolled back";
  // It is not voted for before it has all.
  ASSERT_TRUE(world.until([&] { return world.primary() == old || (world.run(old, R"({"replSetStepUp": 1, "$db": "admin"})"), false); }, seconds(10)));
  EXPECT_EQ(increment(old, 1)["n"].integer(), 1);
  EXPECT_EQ(incremented(old), 1) << "it was done, and its entry is no longer in the oplog";
}

TEST_F(Bounds, JournalsStayShort) {
  begin();
  const int leader = primary();
  const auto size = [&](int port) {
    std::size_t bytes = 0;
    for (const std::string& record : world.journal(port)) bytes += record.size();
    return bytes;
  };
  churn(leader, 400);
  world.pass(seconds(1));
  for (int port = 1; port <= 3; ++port) {
    EXPECT_GT(world.compactions(port), 2) << port;
    EXPECT_LT(size(port), 25000u) << port;
  }
  EXPECT_EQ(count(leader, "u"), 1);
}

TEST_F(Bounds, ReplaysByteForByte) {
  world.recording = true;
  begin();
  const int old = primary(), lost = old % 3 + 1;
  increment(old, 1);
  fill(old);
  world.kill(lost);
  world.wipe(lost);
  world.start(lost);
  ASSERT_TRUE(world.until([&] { return state(lost) == 2; }));
  world.pass(seconds(3));  // the state that was given is forgotten, and what followed it
  churn(old, 300);
  EXPECT_GT(world.compactions(old), 0);
  for (const int port : {1, 2, 3}) EXPECT_TRUE(world.replays(port)) << port;
}

TEST_F(Bounds, AStandaloneKeepsAllItHas) {
  world.add(1, {"", "8.0", {}, 2000});
  world.run(1, R"({"create": "k", "capped": true, "size": 4096, "max": 3, "$db": "t"})");
  world.run(1, R"({"create": "v", "validator": {"x": {"$gt": 0}}, "$db": "t"})");
  world.run(1, R"({"insert": "own", "documents": [{"_id": 1}], "$db": "local"})");
  world.run(1, R"({"createIndexes": "c", "indexes": [{"key": {"n": 1}, "name": "n", "unique": true}], "$db": "t"})");
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    world.run(1, R"({"insert": "c", "documents": [{"_id": )" + n + R"(, "n": )" + n + R"(}], "writeConcern": {"j": true}, "$db": "t"})");
    world.run(1, R"({"insert": "k", "documents": [{"_id": )" + n + R"(}], "writeConcern": {"j": true}, "$db": "t"})");
    world.run(1, R"({"delete": "c", "deletes": [{"q": {"_id": )" + std::to_string(i - 20) +
                     R"(}, "limit": 1}], "writeConcern": {"j": true}, "$db": "t"})");
  }
  EXPECT_GT(world.compactions(1), 1);
  world.kill(1);
  world.start(1);
  EXPECT_EQ(count(1), 20);
  EXPECT_EQ(count(1, "k"), 3);
  EXPECT_EQ(world.run(1, R"({"insert": "c", "documents": [{"n": 190}], "$db": "t"})").at("writeErrors.0.code").integer(), 11000);
  EXPECT_EQ(world.run(1, R"({"insert": "v", "documents": [{"x": 0}], "$db": "t"})").at("writeErrors.0.code").integer(), 121);
  EXPECT_EQ(world.run(1, R"({"count": "own", "$db": "local"})")["n"].integer(), 1);
  world.run(1, R"({"insert": "k", "documents": [{"_id": "next"}], "$db": "t"})");
  EXPECT_EQ(count(1, "k"), 3);
}

/// What a member has of its own stays when its set's data comes from another.
TEST_F(Bounds, TheDatabaseLocalIsNobodyElses) {
  begin();
  const int old = primary(), away = old % 3 + 1;
  world.run(old, R"({"insert": "own", "documents": [{"_id": "primary"}], "$db": "local"})");
  world.run(away, R"({"insert": "own", "documents": [{"_id": "away"}], "writeConcern": {"j": true}, "$db": "local"})");
  world.pass(milliseconds(50));
  world.kill(away);
  fill(old, 0, 150);
  world.start(away);
  ASSERT_TRUE(world.until([&] { return state(away) == 2 && count(away) == 150; }));
  EXPECT_EQ(
      world.run(away, R"({"find": "own", "$readPreference": {"mode": "nearest"}, "$db": "local"})").at("cursor.firstBatch.0._id").string(),
      "away");
  world.kill(away);
  world.start(away);
  EXPECT_EQ(
      world.run(away, R"({"find": "own", "$readPreference": {"mode": "nearest"}, "$db": "local"})").at("cursor.firstBatch.0._id").string(),
      "away");
}

TEST(Snapshot, OfWhatWasCutOrChangedIsReadToItsEndOrRefused) {
  query::Catalog catalog;
  const query::Namespace ns{"t", "c"};
  ASSERT_TRUE(catalog.apply({query::Change::Kind::create, ns, 0, {}, query::empty_image({}, bson::View()), {}}));
  for (int i = 1; i <= 5; ++i)
    ASSERT_TRUE(catalog.apply({query::Change::Kind::insert, ns, i * 2, {}, bson::Builder().append("_id", i).finish(), {}}));
  const std::vector<SessionMark> sessions{{"0123456789abcdef", 7, {{0, bson::Builder().append("n", 1).finish()}}}};
  std::vector<std::string> pieces;
  write_snapshot(catalog, sessions, true, 30, [&](std::string piece) { pieces.push_back(std::move(piece)); });
  EXPECT_GT(pieces.size(), 3u);
  const auto whole = [](const SnapshotReader& reader) {
    std::string out;
    write_snapshot(reader.catalog, reader.sessions, true, 1 << 20, [&](std::string piece) { out += piece; });
    return out;
  };
  SnapshotReader reader;
  std::string all;
  for (const std::string& piece : pieces) {
    ASSERT_TRUE(reader.add(piece));
    all += piece;
  }
  EXPECT_EQ(whole(reader), all);
  EXPECT_FALSE(SnapshotReader().add(pieces[1])) << "records of no collection";
  EXPECT_TRUE(SnapshotReader().add(""));
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    SnapshotReader some;
    if (some.add(all.substr(0, cut))) {
      EXPECT_LT(whole(some).size(), all.size());
    }
  }
  std::size_t refused = 0;
  for (std::size_t place = 0; place < all.size(); ++place) {
    std::string changed = all;
    changed[place] = static_cast<char>(changed[place] ^ 0x55);
    SnapshotReader other;
    if (other.add(changed))
      whole(other);
    else
      ++refused;
  }
  EXPECT_GT(refused, all.size() / 3);
}

}  // namespace
}  // namespace failc::mongod
