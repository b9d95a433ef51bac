// Requests that no driver sends: whatever comes, there is a reply, and the server lives on.
#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/mongod/world_test.hpp"

namespace failc::mongod {
namespace {

using test::json;
using test::World;

/// One value of many types, and documents that look a little like something.
std::vector<bson::Value> odd_values() {
  const bson::Document rich = json(R"({
    "null": null, "text": "c", "empty": "", "dollar": "$x", "dots": "a..b", "int": 1, "zero": 0, "negative": -7, "huge": {"$numberLong": "9223372036854775807"},
    "least": {"$numberLong": "-9223372036854775808"}, "real": 1.5, "nan": {"$numberDouble": "NaN"}, "infinite": {"$numberDouble": "Infinity"}, "true": true,
    "id": {"$oid": "507f1f77bcf86cd799439011"}, "date": {"$date": {"$numberLong": "-1"}}, "decimal": {"$numberDecimal": "1E+6000"}, "binary": {"$binary": {"base64": "AAEC", "subType": "04"}},
    "time": {"$timestamp": {"t": 4294967295, "i": 4294967295}}, "min": {"$minKey": 1}, "list": [], "lists": [[1], [[]]], "mixed": [1, "a", {"q": 1}, null],
    "document": {}, "filter": {"a": {"$gt": 1}}, "statements": [{"q": {}, "u": {"$set": {"a": 1}}, "limit": 1}], "bad": [{"q": 1, "u": [], "limit": "x"}],
    "stages": [{"$match": {}}, {"$group": {"_id": "$a"}}], "documents": [{"_id": 1}, {"_id": []}], "keys": [{"key": {"a": 1}, "name": "a_1"}, {"key": 5}],
    "config": {"_id": "rs", "version": 1, "members": [{"_id": 0, "host": "localhost:1"}, {"_id": 0, "host": ""}]}, "batch": {"batchSize": -1},
    "version": {"processId": {"$oid": "507f1f77bcf86cd799439011"}, "counter": 5}, "lsid": {"id": 5}, "concern": {"w": -1, "level": "x"}, "mode": {"times": -1}})");
  std::vector<bson::Value> out;
  for (const bson::Element& element : rich) out.emplace_back(element.value);
  return out;
}

void ask_everything(World& world, int port, const std::string& what) {
  const std::vector<bson::Value> values = odd_values();
  const std::vector<std::string_view> generic = {"lsid",      "txnNumber",       "writeConcern", "readConcern",
                                                 "maxTimeMS", "$readPreference", "$clusterTime", "apiVersion"};
  const auto ask = [&](const bson::Document& command) {
    const ConnectionId connection = world.connect(port);
    const std::optional<bson::Document> reply = world.ask(connection, command, std::chrono::milliseconds(60));
    world.disconnect(connection);
    if (reply && !(*reply)["ok"].truthy()) {
      EXPECT_TRUE((*reply)["code"].is(bson::Type::int32)) << what << ": " << bson::relaxed_json(command.view());
      EXPECT_FALSE((*reply)["errmsg"].as_string().empty());
    }
    ASSERT_TRUE(world.alive(port)) << what << ": " << bson::relaxed_json(command.view());
  };
  for (const Spec& spec : all_commands()) {
    if (spec.name == "shutdown") continue;
    for (const char* database : {"t", "admin"}) {
      for (const bson::Value& value : values) ask(bson::Builder().append(spec.name, value.view()).append("$db", database).finish());
      std::vector<std::string_view> fields = spec.fields;
      fields.insert(fields.end(), generic.begin(), generic.end());
      for (const std::string_view name : fields)
        for (const bson::Value& value : values)
          ask(bson::Builder()
                  .append(spec.name, "c")
                  .append(name, value.view())
                  .append("cursor", bson::Document())
                  .append("$db", database)
                  .finish());
    }
  }
  EXPECT_TRUE(world.run(port, R"({"ping": 1, "$db": "t"})")["ok"].truthy());
}

TEST(OddRequests, AreAnsweredByAStandalone) {
  World world;
  world.add(1, {});
  ask_everything(world, 1, "standalone");
}

TEST(OddRequests, AreAnsweredByAPrimary) {
  World world;
  world.add(1, {"rs", "8.0", {}});
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  ASSERT_TRUE(world.until([&] { return world.primary().has_value(); }, std::chrono::seconds(5)));
  ask_everything(world, 1, "primary");
}

TEST(OddRequests, AreAnsweredBeforeThereIsASet) {
  World world;
  world.add(1, {"rs", "8.0", {}});
  ask_everything(world, 1, "uninitiated");
}

/// A record that is not of this program's is an error at the start, at any place of any record.
TEST(OddJournal, IsRefused) {
  World world;
  world.add(1, {"rs", "8.0", {}});
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  world.until([&] { return world.primary().has_value(); }, std::chrono::seconds(5));
  world.run(1, R"({"insert": "c", "documents": [{"_id": 1}], "$db": "t"})");
  const std::vector<std::string> journal = world.journal(1);
  ASSERT_GT(journal.size(), 3u);
  int refused = 0;
  for (std::size_t record = 0; record < journal.size(); ++record) {
    for (std::size_t place = 0; place < journal[record].size(); ++place) {
      std::vector<std::string> broken = journal;
      broken[record][place] = static_cast<char>(broken[record][place] ^ 0x55);
      const std::unique_ptr<Model> model = make_model({"localhost", 1, "rs", "8.0", {}, 1, 1});
      for (const Effect& effect : model->start({std::chrono::seconds(1), std::chrono::seconds(1700000000)}, broken))
        refused += std::holds_alternative<Exit>(effect);
    }
    std::vector<std::string> shorter = journal;
    shorter[record].pop_back();
    const std::unique_ptr<Model> model = make_model({"localhost", 1, "rs", "8.0", {}, 1, 1});
    model->start({std::chrono::seconds(1), std::chrono::seconds(1700000000)}, shorter);
  }
  EXPECT_GT(refused, 0);
}

TEST(OddJournal, ThatBeganAnewIsRefused) {
  World world;
  world.add(1, {"rs", "8.0", {}, 1000});
  world.run(1, R"({"replSetInitiate": {}, "$db": "admin"})");
  world.until([&] { return world.primary().has_value(); }, std::chrono::seconds(5));
  for (int i = 0; i < 200 && world.compactions(1) == 0; ++i) world.run(1, R"({"insert": "c", "documents": [{}], "$db": "t"})");
  ASSERT_GT(world.compactions(1), 0);
  const std::vector<std::string> journal = world.journal(1);
  const auto starts = [](const std::vector<std::string>& records) {
    const std::unique_ptr<Model> model = make_model({"localhost", 1, "rs", "8.0", {}, 1, 1});
    for (const Effect& effect : model->start({std::chrono::seconds(1), std::chrono::seconds(1700000000)}, records))
      if (std::holds_alternative<Exit>(effect)) return false;
    return true;
  };
  EXPECT_TRUE(starts(journal));
  EXPECT_FALSE(starts({journal.begin() + 1, journal.end()})) << "an install without its pieces";
  int refused = 0;
  for (std::size_t record = 0; record < journal.size(); ++record)
    for (std::size_t place = 0; place < journal[record].size(); place += 7) {
      std::vector<std::string> broken = journal;
      broken[record][place] = static_cast<char>(broken[record][place] ^ 0x55);
      refused += !starts(broken);
    }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace failc::mongod
