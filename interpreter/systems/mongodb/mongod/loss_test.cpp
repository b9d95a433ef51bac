// Thousands of majority writes while primaries die: none that was acknowledged is lost, none is there twice.
#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::json;
using test::World;

struct Outcome {
  int acknowledged = 0, lost = 0, doubled = 0, retries = 0, compactions = 0;
};

/// A client that inserts one number after the other, each until it is acknowledged, as drivers retry.
struct Writer {
  World& world;
  std::string session;
  int next, end, stride;
  std::set<int>& acknowledged;
  std::optional<ConnectionId> connection;
  int target = 1;
  std::size_t seen = 0;
  bool asked = false, failed_before = false;
  Nanos since{};
  int retries = 0;

  bool done() const { return next >= end; }
  void again() {
    asked = false;
    ++retries;
    if (connection) world.disconnect(*connection);
    connection.reset();
    target = target % 3 + 1;
  }
  void act() {
    if (done()) return;
    if (!connection) {
      if (!world.alive(target)) {
        target = target % 3 + 1;
        return;
      }
      connection = world.connect(target);
      seen = 0;
    }
    if (!asked) {
      bson::Builder out;
      out.append("insert", "c").open_array("documents").open("0").append("n", next).close().close();
      out.open("lsid").append("id", bson::BinaryView{4, session}).close().append("txnNumber", static_cast<std::int64_t>(next));
      out.open("writeConcern").append("w", "majority").close().append("$db", "t");
      asked = true;
      since = world.now();
      world.send(*connection, out.finish());
      return;
    }
    if (world.replies(*connection).size() == seen) {
      if (world.closed(*connection) || world.now() - since > seconds(5)) again();
      return;
    }
    const bson::Document& reply = world.replies(*connection)[seen++].document;
    if (!reply["ok"].truthy() || reply.has("writeConcernError")) return again();
    EXPECT_EQ(reply["n"].integer(), 1);
    acknowledged.insert(next);
    next += stride;
    asked = false;
  }
};

Outcome write_through_kills(std::uint64_t seed, int writes, int kills, const World::Settings& settings) {
  World world(seed);
  replication::Random dice(seed + 1);
  for (int port = 1; port <= 3; ++port) world.add(port, settings);
  world.run(1, R"({"replSetInitiate": {"_id": "rs", "version": 1, "members": [
      {"_id": 0, "host": "localhost:1"}, {"_id": 1, "host": "localhost:2"}, {"_id": 2, "host": "localhost:3"}]}, "$db": "admin"})");
  EXPECT_TRUE(world.until([&] { return world.primary().has_value(); }, seconds(10)));
  std::set<int> acknowledged;
  std::vector<Writer> writers;
  constexpr int kWriters = 8;
  for (int i = 0; i < kWriters; ++i) writers.push_back({world, "session---------" + std::to_string(i), i, writes, kWriters, acknowledged});
  for (Writer& writer : writers) writer.session = writer.session.substr(1, 16);
  int killed = 0;
  std::optional<std::pair<int, Nanos>> dead;
  const Nanos limit = world.now() + seconds(600);
  while (world.now() < limit) {
    bool done = true;
    for (Writer& writer : writers) {
      writer.act();
      done = done && writer.done();
    }
    if (done && killed >= kills) break;
    world.pass(milliseconds(1));
    if (dead && world.now() > dead->second) {
      world.start(dead->first);
      dead.reset();
    }
    if (!dead && killed<kills&& static_cast<int>(acknowledged.size())> writes * (killed + 1) / (kills + 1)) {
      // Some die at once, some are cut off first and go on for a while by themselves.
      const std::optional<int> primary = world.primary();
      if (!primary) continue;
      const bool isolated = killed % 2 == 1;
      if (isolated) {
        world.cut({*primary});
        for (int i = 0; i < 50; ++i) {
          for (Writer& writer : writers) writer.act();
          world.pass(milliseconds(1));
        }
      }
      world.kill(*primary);
      world.heal();
      // Who was alone comes back to another primary; others may come back before there is one.
      dead = {*primary, world.now() + milliseconds((isolated ? 2000 : 600) + dice.below(std::uint64_t{2000}))};
      ++killed;
    }
  }
  if (dead) world.start(dead->first);
  Outcome out;
  out.acknowledged = static_cast<int>(acknowledged.size());
  EXPECT_EQ(killed, kills);
  EXPECT_EQ(out.acknowledged, writes);
  const auto read = [&](int port) {
    std::map<int, int> found;
    bson::Document reply = world.run(port, R"({"find": "c", "batchSize": 100000, "$readPreference": {"mode": "nearest"}, "$db": "t"})");
    const bson::ValueView batch = reply.at("cursor.firstBatch");
    if (batch.exists())
      for (const bson::Element& element : batch.as_document())
        ++found[static_cast<int>(element.value.as_document()["n"].integer().value_or(-1))];
    return found;
  };
  std::map<int, int> found;
  EXPECT_TRUE(world.until(
      [&] {
        if (!world.primary()) return false;
        found = read(1);
        return found == read(2) && found == read(3);
      },
      seconds(60)));
  for (const int number : acknowledged) out.lost += !found.contains(number);
  for (const auto& [number, times] : found) out.doubled += times > 1;
  for (const Writer& writer : writers) out.retries += writer.retries;
  for (int port = 1; port <= 3; ++port) out.compactions += world.compactions(port);
  return out;
}

TEST(Loss, NoAcknowledgedMajorityWriteIsLostOrDoubled) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Outcome outcome = write_through_kills(seed, seed == 1 ? 10000 : 3000, 5, {"rs", "8.0", {}});
    EXPECT_EQ(outcome.lost, 0) << seed;
    EXPECT_EQ(outcome.doubled, 0) << seed;
    EXPECT_GT(outcome.retries, 5) << seed;
  }
}

/// Oplogs of some forty entries, journals that begin anew all the time: who was dead for a second takes over another's state.
TEST(Loss, SmallOplogsLoseNothingEither) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const Outcome outcome = write_through_kills(seed, 2000, 6, {"rs", "8.0", {}, 10000});
    EXPECT_EQ(outcome.lost, 0) << seed;
    EXPECT_EQ(outcome.doubled, 0) << seed;
    EXPECT_GT(outcome.compactions, 5) << seed;
  }
}

/// The tests above can fail: a server that acknowledges too early is caught by it.
TEST(Loss, AnEarlyAcknowledgementIsCaught) {
  int lost = 0;
  for (const std::uint64_t seed : {1, 2, 3})
    lost += write_through_kills(seed, 3000, 5,
                                {"rs", "8.0", {{"enableTestCommands", "1"}, {"testAckMajorityEarly", "1"}}, seed == 3 ? 10000 : 4 << 20})
                .lost;
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace failc::mongod
