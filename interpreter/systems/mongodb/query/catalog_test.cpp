#include "interpreter/systems/mongodb/query/catalog.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "interpreter/systems/mongodb/query/define.hpp"
#include "interpreter/systems/mongodb/query/read.hpp"
#include "interpreter/systems/mongodb/query/test_json.hpp"
#include "interpreter/systems/mongodb/query/write.hpp"

namespace failc::query {
namespace {

const Namespace kNs{"db", "coll"};

/// A catalog whose every change goes through its bson, as a log's would, and is kept so that it can be undone.
struct Store {
  Catalog catalog;
  std::vector<Change> log;
  std::vector<std::string> states;  // before and after each change, where there is a first
  WriteContext context;

  void apply(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      const Result<Change> back = from_bson(to_bson(change));
      ASSERT_TRUE(back) << back.error().message;
      ASSERT_TRUE(*back == change);
      const Outcome<Done> done = catalog.apply(*back);
      ASSERT_TRUE(done) << done.error().message;
      log.push_back(change);
      if (!states.empty()) states.push_back(state());
    }
  }
  /// "" or the error's message.
  std::string apply(const Outcome<std::vector<Change>>& plan) {
    if (!plan) return plan.error().message;
    apply(*plan);
    return "";
  }
  std::string insert(const char* document) { return apply(plan_insert(catalog, kNs, doc(document), context)); }
  std::string index(const char* spec) { return apply(plan_create_indexes(catalog, kNs, list(std::string("[") + spec + "]").view().as_document(), {})); }
  Outcome<UpdatePlan> update(const char* filter, const char* update, bool multi = false, bool upsert = false) {
    const bson::Document query = doc(filter);
    const bson::Value what = doc(update);
    UpdateStatement statement{query, what, {}, multi, upsert, {}};
    Outcome<UpdatePlan> plan = plan_update(catalog, kNs, statement, context);
    if (plan) apply(plan->changes);
    return plan;
  }
  std::string all(const char* filter = "{}", const char* sort = "{}", std::int64_t skip = 0, std::int64_t limit = 0, const char* projection = "{}") const {
    const bson::Document a = doc(filter), b = doc(sort), c = doc(projection);
    const Outcome<std::vector<bson::Document>> found = find(catalog, kNs, {a, b, c, skip, limit, {}, {}});
    if (!found) return found.error().message;
    std::string out;
    for (const bson::Document& document : *found) out += bson::show(document);
    return out;
  }
  /// Everything there is that a reader can rely on: not the order of indexes, nor the next record's number.
  std::string state() const {
    std::string out;
    for (const std::string& database : catalog.databases())
      for (const auto& [name, collection] : catalog.collections(database)) {
        std::set<std::string> indexes;
        for (const Index& index : collection->indexes()) indexes.insert(bson::show(index.spec()) + " of " + std::to_string(index.size()));
        out += database + "." + name + std::string(collection->uuid().begin(), collection->uuid().end()) + bson::show(collection->options());
        for (const std::string& index : indexes) out += index;
        for (const auto& [record, document] : collection->records()) out += std::to_string(record) + bson::show(document);
        out += std::to_string(collection->bytes());
      }
    return out;
  }
};

TEST(Catalog, InsertsAndFinds) {
  Store store;
  store.context.new_id = {{9}};
  EXPECT_EQ(store.insert("{'_id': 2, 'a': 1}"), "");
  EXPECT_EQ(store.insert("{'a': 2}"), "");
  EXPECT_EQ(store.insert("{'a': 3, '_id': 1}"), "");
  EXPECT_EQ(store.log.front().kind, Change::Kind::create);
  EXPECT_EQ(store.all(), "{ _id: 2, a: 1 }{ _id: ObjectId('090000000000000000000000'), a: 2 }{ _id: 1, a: 3 }");
  EXPECT_EQ(store.all("{'_id': 1.0}"), "{ _id: 1, a: 3 }") << "by the index, across number types";
  EXPECT_EQ(store.all("{'a': {'$gte': 2}}", "{'a': -1}", 0, 1), "{ _id: 1, a: 3 }");
  EXPECT_EQ(store.all("{}", "{'a': 1}", 1, -1, "{'_id': 0}"), "{ a: 2 }");
  EXPECT_EQ(store.all("{}", "{'$natural': -1}", 2), "{ _id: 2, a: 1 }");
  EXPECT_EQ(store.all("{}", "{}", -1), "Skip value must be non-negative, but received: -1");
  const bson::Document filter = doc("{'a': {'$gt': 1}}");
  FindRequest request;
  request.filter = filter;
  EXPECT_EQ(*count(store.catalog, kNs, request), 2);
  request.skip = 1;
  EXPECT_EQ(*count(store.catalog, kNs, request), 1);
  EXPECT_EQ(*count(store.catalog, {"no", "where"}, {}), 0);
  EXPECT_EQ(store.insert("{'_id': 5, 'a': [1, 3, [4]]}"), "");
  EXPECT_EQ(bson::show(*distinct(store.catalog, kNs, "a", {})), "[ 1, 2, 3, [ 4 ] ]");
}

TEST(Catalog, RefusesBadInserts) {
  Store store;
  EXPECT_EQ(store.insert("{'_id': 1}"), "");
  const Outcome<std::vector<Change>> twice = plan_insert(store.catalog, kNs, doc("{'_id': 1.0, 'x': 1}"), {});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, 11000);
  EXPECT_EQ(twice.error().message, "E11000 duplicate key error collection: db.coll index: _id_ dup key: { _id: 1.0 }");
  EXPECT_EQ(bson::show(*twice.error().extra), "{ keyPattern: { _id: 1 }, keyValue: { _id: 1.0 } }");
  EXPECT_EQ(plan_insert(store.catalog, kNs, doc("{'_id': [1]}"), {}).error().code, 53);
  EXPECT_EQ(plan_insert(store.catalog, kNs, doc("{'_id': {'$x': 1}}"), {}).error().code, 52);
  for (const Namespace& ns : {Namespace{"", "x"}, {"a.b", "x"}, {"db", ""}, {"db", "a$b"}, {"db", ".x"}, {std::string(64, 'x'), "y"}})
    EXPECT_EQ(plan_insert(store.catalog, ns, doc("{}"), {}).error().code, 73) << ns.text();
  EXPECT_EQ(plan_insert(store.catalog, kNs, bson::Builder().append("x", std::string(17 << 20, 'x')).finish(), {}).error().code, 10334);
}

TEST(Catalog, UniqueIndexes) {
  Store store;
  for (const char* document : {"{'_id': 1, 'x': 1}", "{'_id': 2, 'x': 2}", "{'_id': 3, 'x': 2, 'y': 1}"}) EXPECT_EQ(store.insert(document), "");
  EXPECT_EQ(store.index("{'key': {'x': 1}, 'unique': true}"), "E11000 duplicate key error collection: db.coll index: x_1 dup key: { x: 2 }");
  EXPECT_EQ(store.index("{'key': {'x': 1, 'y': -1}, 'unique': true}"), "");
  EXPECT_EQ(store.insert("{'_id': 4, 'x': 2}"), "E11000 duplicate key error collection: db.coll index: x_1_y_-1 dup key: { x: 2, y: null }");
  EXPECT_EQ(store.insert("{'_id': 4, 'x': [5, 6], 'y': 1}"), "");
  EXPECT_EQ(store.insert("{'_id': 5, 'x': [6, 7], 'y': 1}"), "E11000 duplicate key error collection: db.coll index: x_1_y_-1 dup key: { x: 6, y: 1 }");
  EXPECT_EQ(store.insert("{'_id': 5, 'x': [1], 'y': [1]}"), "cannot index parallel arrays [y]");
  EXPECT_EQ(store.all("{'x': 6}", "{}", 0, 0, "{'x': 0}"), "{ _id: 4, y: 1 }") << "through the index, an element of an array";
  EXPECT_EQ(store.update("{'_id': 1}", "{'$set': {'x': 2, 'y': 1}}").error().code, 11000);
  EXPECT_EQ(store.update("{'_id': 1}", "{'$set': {'z': 1}}")->modified, 1) << "its own key is no duplicate";
}

TEST(Catalog, SparseAndPartialIndexes) {
  Store store;
  EXPECT_EQ(store.index("{'key': {'x': 1}, 'unique': true, 'sparse': true}, {'key': {'y': 1}, 'unique': true, 'partialFilterExpression': {'z': 1}}"), "");
  for (const char* document : {"{'_id': 1, 'y': 1}", "{'_id': 2, 'y': 1}", "{'_id': 3, 'y': 1, 'z': 1}"}) EXPECT_EQ(store.insert(document), "");
  EXPECT_NE(store.insert("{'_id': 4, 'y': 1, 'z': 1}"), "");
  EXPECT_EQ(store.all("{'y': 1}", "{}", 0, 0, "{'_id': 1}"), "{ _id: 1 }{ _id: 2 }{ _id: 3 }") << "a partial index must not answer";
  EXPECT_EQ(store.all("{'x': null}", "{}", 0, 0, "{'_id': 1}"), "{ _id: 1 }{ _id: 2 }{ _id: 3 }");
}

/// Whatever the index says, the answer is that of a scan.
TEST(Catalog, IndexesAnswerAsScansDo) {
  std::mt19937 dice(7);
  const char* values[] = {"1", "1.0", "2", "'x'", "null", "[1, 2]", "[]", "[[1]]", "{'a': 1}", "true", "{'$numberDecimal': '1'}", "{'$regularExpression': {'pattern': 'x', 'options': ''}}", "[null]", "[{'a': 1}]"};
  Store plain, indexed;
  indexed.index("{'key': {'x': 1}}, {'key': {'y.z': 1}}");
  for (int i = 0; i < 300; ++i) {
    const std::string document = "{'_id': " + std::to_string(i) + (dice() % 5 ? ", 'x': " + std::string(values[dice() % std::size(values)]) : "") +
                                 (dice() % 2 ? ", 'y': {'z': " + std::string(values[dice() % std::size(values)]) + "}" : ", 'y': [{'z': " + std::string(values[dice() % std::size(values)]) + "}, 3]") + "}";
    EXPECT_EQ(plain.insert(document.c_str()), "");
    EXPECT_EQ(indexed.insert(document.c_str()), "");
  }
  for (const char* value : values)
    for (const char* field : {"x", "y.z"}) {
      const std::string filter = "{'" + std::string(field) + "': " + value + "}";
      EXPECT_EQ(plain.all(filter.c_str()), indexed.all(filter.c_str())) << filter;
    }
  EXPECT_NE(plain.all("{'x': 1}"), "");
}

TEST(Catalog, Updates) {
  Store store;
  for (const char* document : {"{'_id': 1, 'a': 1}", "{'_id': 2, 'a': 1}", "{'_id': 3, 'a': 2}"}) store.insert(document);
  const Outcome<UpdatePlan> one = store.update("{'a': 1}", "{'$inc': {'a': 5}}");
  EXPECT_EQ(one->matched, 1);
  EXPECT_EQ(one->modified, 1);
  const Outcome<UpdatePlan> many = store.update("{}", "{'$set': {'a': 2}}", true);
  EXPECT_EQ(many->matched, 3);
  EXPECT_EQ(many->modified, 2);
  EXPECT_EQ(many->changes.size(), 2u);
  EXPECT_EQ(store.update("{'a': 9}", "{'$set': {'b': 1}}")->matched, 0);
  EXPECT_EQ(store.update("{}", "{'b': 1}", true).error().message, "multi update is not supported for replacement-style update");
  const Outcome<UpdatePlan> fresh = store.update("{'_id': 7, 'c': 'x'}", "{'$set': {'a': 5}, '$setOnInsert': {'d': 1}}", false, true);
  EXPECT_EQ(bson::show(fresh->upserted_id), "7");
  EXPECT_EQ(store.all("{'_id': 7}"), "{ _id: 7, c: \"x\", a: 5, d: 1 }");
  store.context.new_id = {{8}};
  EXPECT_EQ(bson::show(store.update("{'c': 'none'}", "{'e': 1}", false, true)->upserted_id), "ObjectId('080000000000000000000000')");
  EXPECT_EQ(store.all("{'e': 1}"), "{ _id: ObjectId('080000000000000000000000'), e: 1 }");
  EXPECT_EQ(store.update("{'$foo': 1}", "{'e': 1}").error().code, 2);
}

TEST(Catalog, AManyUpdateStopsAtADuplicate) {
  Store store;
  for (const char* document : {"{'_id': 1, 'x': 1}", "{'_id': 2, 'x': 2}", "{'_id': 3, 'x': 3}"}) store.insert(document);
  store.index("{'key': {'x': 1}, 'unique': true}");
  const Outcome<UpdatePlan> plan = store.update("{}", "{'$set': {'x': 9}}", true);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->modified, 1);
  EXPECT_EQ(plan->error->code, 11000);
  EXPECT_EQ(store.all(), "{ _id: 1, x: 9 }{ _id: 2, x: 2 }{ _id: 3, x: 3 }");
  const Outcome<UpdatePlan> shift = store.update("{'x': {'$gt': 5}}", "{'$inc': {'x': -8}}", true);
  EXPECT_FALSE(shift->error) << "a key given up before is free";
}

TEST(Catalog, Deletes) {
  Store store;
  for (const char* document : {"{'_id': 1, 'a': 1}", "{'_id': 2, 'a': 1}", "{'_id': 3, 'a': 2}"}) store.insert(document);
  EXPECT_EQ(plan_delete(store.catalog, kNs, doc("{'a': 1}"), true, {})->size(), 1u);
  store.apply(*plan_delete(store.catalog, kNs, doc("{'a': 1}"), false, {}));
  EXPECT_EQ(store.all(), "{ _id: 3, a: 2 }");
  EXPECT_TRUE(plan_delete(store.catalog, {"no", "where"}, doc("{}"), false, {})->empty());
}

TEST(Catalog, FindsAndModifies) {
  Store store;
  for (const char* document : {"{'_id': 1, 'a': 1, 'l': [1, 2]}", "{'_id': 2, 'a': 3}", "{'_id': 3, 'a': 2}"}) store.insert(document);
  struct Case { const char* filter; const char* sort; const char* update; const char* fields; bool remove, upsert, return_new; const char* value; const char* after; };
  const Case cases[] = {
      {"{}", "{'a': -1}", "{'$inc': {'a': 10}}", "{}", false, false, false, "{ _id: 2, a: 3 }", "{ _id: 2, a: 13 }"}, {"{'_id': 2}", "{}", "{'$inc': {'a': 1}}", "{'a': 1, '_id': 0}", false, false, true, "{ a: 4 }", "{ _id: 2, a: 4 }"},
      {"{'_id': 2}", "{}", "{'b': 1}", "{}", false, false, true, "{ _id: 2, b: 1 }", "{ _id: 2, b: 1 }"}, {"{'_id': 9}", "{}", "{'$set': {'b': 1}}", "{}", false, true, false, "EOO", ""}, {"{'_id': 9}", "{}", "{'$set': {'b': 1}}", "{}", false, true, true, "{ _id: 9, b: 1 }", ""},
      {"{'_id': 9}", "{}", "{'$set': {'b': 1}}", "{}", false, false, true, "EOO", "{ _id: 2, a: 3 }"}, {"{'_id': 2}", "{}", "", "{}", true, false, false, "{ _id: 2, a: 3 }", ""},
  };
  for (const Case& c : cases) {
    const bson::Document filter = doc(c.filter), sort = doc(c.sort), fields = doc(c.fields);
    const bson::Value update = *c.update ? bson::Value(doc(c.update)) : bson::Value();
    const Outcome<FoundPlan> plan = plan_find_and_modify(store.catalog, kNs, {filter, sort, fields, update, {}, {}, c.remove, c.upsert, c.return_new}, {});
    ASSERT_TRUE(plan) << c.filter << ": " << plan.error().message;
    EXPECT_EQ(bson::show(plan->value), c.value) << c.filter << c.update;
    Store copy;
    for (const char* document : {"{'_id': 1, 'a': 1, 'l': [1, 2]}", "{'_id': 2, 'a': 3}", "{'_id': 3, 'a': 2}"}) copy.insert(document);
    copy.apply(plan->changes);
    if (*c.after) {
      EXPECT_EQ(copy.all("{'_id': 2}"), c.after);
    }
  }
  FindAndModify bad;
  EXPECT_EQ(plan_find_and_modify(store.catalog, kNs, bad, {}).error().message, "Either an update or remove=true must be specified");
  const bson::Value update = doc("{'a': 1}");
  bad.update = update;
  bad.remove = true;
  EXPECT_EQ(plan_find_and_modify(store.catalog, kNs, bad, {}).error().code, 9);
}

TEST(Catalog, DefinesCollectionsAndIndexes) {
  Store store;
  EXPECT_EQ(store.apply(plan_create(store.catalog, kNs, doc("{'validator': {'x': {'@type': 'string'}}}"), {})), "");
  EXPECT_TRUE(plan_create(store.catalog, kNs, doc("{'validator': {'x': {'@type': 'string'}}}"), {})->empty());
  EXPECT_EQ(plan_create(store.catalog, kNs, doc("{}"), {}).error().message, "Collection db.coll already exists.");
  EXPECT_EQ(plan_create(store.catalog, kNs, doc("{'validator': {'$foo': 1}}"), {}).error().code, 2);
  EXPECT_EQ(plan_create(store.catalog, {"db", "c"}, doc("{'capped': true}"), {}).error().code, 72);
  const Outcome<std::vector<Change>> refused = plan_insert(store.catalog, kNs, doc("{'_id': 1, 'x': 1}"), {});
  EXPECT_EQ(refused.error().code, 121);
  EXPECT_EQ(bson::show(*refused.error().extra), "{ errInfo: { failingDocumentId: 1, details: { operatorName: \"validator\" } } }");
  EXPECT_EQ(store.insert("{'_id': 1, 'x': 's'}"), "");
  store.context.bypass_validation = true;
  EXPECT_EQ(store.insert("{'_id': 2, 'x': 1}"), "");
  EXPECT_EQ(store.apply(plan_modify(store.catalog, kNs, doc("{'validationAction': 'warn'}"))), "");
  store.context.bypass_validation = false;
  EXPECT_EQ(store.insert("{'_id': 3, 'x': 1}"), "");

  struct Bad { const char* spec; int code; };
  EXPECT_EQ(store.index("{'key': {'a': 1}}, {'key': {'b': 1}, 'name': 'bee'}"), "");
  EXPECT_EQ(store.index("{'key': {'a': 1.0}}, {'key': {'_id': 1}}"), "") << "there already";
  EXPECT_EQ(store.catalog.find(kNs)->indexes().size(), 3u);
  for (const Bad& bad : {Bad{"{'key': {'a': -1}, 'name': 'a_1'}", 86}, {"{'key': {'a': 1}, 'unique': true}", 85}, {"{'key': {'b': 1}, 'name': 'other'}", 85}, {"{'key': {}}", 67}, {"{'key': {'z': 'what'}}", 67}, {"{'key': {'z': 0}}", 67},
                         {"{'key': {'z': true}}", 67}, {"{'key': {'z': 1}, 'huh': 1}", 197}, {"{'name': 'x'}", 9}, {"{'key': {'z': 1}, 'partialFilterExpression': {'$foo': 1}}", 2}, {"1", 14}, {"{'key': {'z': 1}, 'name': '_id_'}", 2},
                         {"{'key': {'z': 1}, 'expireAfterSeconds': -1}", 67}, {"{'key': {'a..b': 1}}", 67}, {"{'key': {'z': 1}, 'unique': 'x'}", 14}}) {
    const Outcome<std::vector<Change>> plan = plan_create_indexes(store.catalog, kNs, list(std::string("[") + bad.spec + "]").view().as_document(), {});
    ASSERT_FALSE(plan) << bad.spec;
    EXPECT_EQ(plan.error().code, bad.code) << bad.spec << ": " << plan.error().message;
  }
  EXPECT_EQ(plan_drop_indexes(store.catalog, kNs, bson::Value("nope")).error().code, 27);
  EXPECT_EQ(plan_drop_indexes(store.catalog, kNs, bson::Value("_id_")).error().code, 72);
  EXPECT_EQ(store.apply(plan_drop_indexes(store.catalog, kNs, bson::Value("bee"))), "");
  EXPECT_EQ(store.apply(plan_drop_indexes(store.catalog, kNs, bson::Value(doc("{'a': 1}")))), "");
  EXPECT_EQ(store.catalog.find(kNs)->indexes().size(), 1u);
  EXPECT_EQ(bson::show(store.catalog.find(kNs)->indexes().front().spec()), "{ v: 2, key: { _id: 1 }, name: \"_id_\" }");

  EXPECT_EQ(plan_rename(store.catalog, kNs, kNs, false).error().code, 20);
  EXPECT_EQ(plan_rename(store.catalog, {"db", "no"}, {"db", "z"}, false).error().code, 26);
  EXPECT_EQ(store.apply(plan_rename(store.catalog, kNs, {"db", "moved"}, false)), "");
  EXPECT_EQ(store.catalog.find(kNs), nullptr);
  EXPECT_EQ(store.insert("{'_id': 1}"), "");
  EXPECT_EQ(plan_rename(store.catalog, kNs, {"db", "moved"}, false).error().code, 48);
  EXPECT_EQ(store.apply(plan_rename(store.catalog, kNs, {"db", "moved"}, true)), "");
  EXPECT_EQ(plan_drop(store.catalog, kNs).error().code, 26);
  EXPECT_EQ(store.apply(plan_drop(store.catalog, {"db", "moved"})), "");
  EXPECT_TRUE(store.catalog.databases().empty());
}

TEST(Catalog, CappedCollectionsLoseTheirOldest) {
  Store store;
  store.apply(plan_create(store.catalog, kNs, doc("{'capped': true, 'size': 100000, 'max': 2}"), {}));
  for (const char* document : {"{'_id': 1}", "{'_id': 2}", "{'_id': 3}"}) EXPECT_EQ(store.insert(document), "");
  EXPECT_EQ(store.all(), "{ _id: 2 }{ _id: 3 }");
}

TEST(Catalog, HintsAreChecked) {
  Store store;
  store.insert("{'_id': 1, 'a': 1}");
  store.index("{'key': {'a': 1}}");
  const auto code_of = [&](const bson::Value& hint) {
    FindRequest request;
    request.hint = hint;
    const Outcome<std::vector<bson::Document>> found = find(store.catalog, kNs, request);
    return found ? 0 : found.error().code;
  };
  EXPECT_EQ(code_of("a_1"), 0);
  EXPECT_EQ(code_of(doc("{'a': 1.0}")), 0);
  EXPECT_EQ(code_of(doc("{'$natural': 1}")), 0);
  EXPECT_EQ(code_of("b_1"), 2);
  EXPECT_EQ(code_of(doc("{'a': -1}")), 2);
  EXPECT_EQ(code_of(5), 9);
}

/// A random history can be taken back step by step to every state it went through, and replayed to the same bytes.
TEST(Change, IsUndoneByItsInverse) {
  std::mt19937 dice(3);
  Store store;
  store.states = {store.state()};
  const auto number = [&](int below) { return std::to_string(dice() % static_cast<unsigned>(below)); };
  while (store.log.size() < 400) {
    switch (dice() % 12) {
      case 0: case 1: case 2: case 3: store.insert(("{'_id': " + number(40) + ", 'x': " + number(9) + "}").c_str()); break;
      case 4: case 5: (void)store.update(("{'x': " + number(9) + "}").c_str(), ("{'$set': {'x': " + number(9) + ", 'y': [1, " + number(9) + "]}}").c_str(), dice() % 2); break;
      case 6: case 7: store.apply(plan_delete(store.catalog, kNs, doc("{'x': " + number(9) + "}"), dice() % 2, {})); break;
      case 8: store.index(dice() % 2 ? "{'key': {'x': 1}}" : "{'key': {'y': 1}, 'name': 'why'}"); break;
      case 9: store.apply(plan_drop_indexes(store.catalog, kNs, bson::Value("*"))); break;
      case 10: store.apply(plan_modify(store.catalog, kNs, doc("{'n': " + number(5) + "}"))); break;
      default:
        if (dice() % 4 == 0) store.apply(dice() % 2 ? plan_drop_database(store.catalog, "db") : plan_drop(store.catalog, kNs));
        else store.apply(plan_rename(store.catalog, kNs, {"db", "other"}, true)), store.apply(plan_rename(store.catalog, {"db", "other"}, kNs, true));
    }
  }
  Catalog replayed;
  for (const Change& change : store.log) ASSERT_TRUE(replayed.apply(change));
  Store other;
  other.catalog = std::move(replayed);
  EXPECT_EQ(other.state(), store.state());
  for (std::size_t i = store.log.size(); i-- > 0;) {
    const Outcome<Done> undone = store.catalog.apply(inverse(store.log[i]));
    ASSERT_TRUE(undone) << undone.error().message;
    ASSERT_EQ(store.state(), store.states[i]) << "step " << i;
  }
  EXPECT_TRUE(store.catalog.databases().empty());
}

TEST(Change, OfAStrangerIsChecked) {
  for (const char* json : {"{}", "{'kind': 'insert'}", "{'kind': 'what', 'ns': 'a.b'}", "{'kind': 'insert', 'ns': 'a.b'}", "{'kind': 'insert', 'ns': 'a', 'record': 1}", "{'kind': 'insert', 'ns': 'a.b', 'record': 0}",
                           "{'kind': 'insert', 'ns': 'a.b', 'record': 1, 'after': 5}", "{'kind': 'rename', 'ns': 'a.b'}", "{'kind': 'rename', 'ns': 'a.b', 'target': 'c'}"})
    EXPECT_FALSE(from_bson(doc(json))) << json;
  Catalog catalog;
  for (const char* json : {"{'kind': 'insert', 'ns': 'a.b', 'record': 1, 'after': {'_id': 1}}", "{'kind': 'create', 'ns': 'a.b'}", "{'kind': 'drop', 'ns': 'a.b'}", "{'kind': 'createIndex', 'ns': 'a.b', 'after': {}}",
                           "{'kind': 'create', 'ns': 'a.b', 'after': {'uuid': {'$uuid': '00112233-4455-6677-8899-aabbccddeeff'}, 'options': {}, 'indexes': [], 'records': []}}",
                           "{'kind': 'create', 'ns': 'a.b', 'after': {'uuid': {'$uuid': '00112233-4455-6677-8899-aabbccddeeff'}, 'options': {}, 'indexes': [{'key': {'_id': 1}, 'name': '_id_'}], 'records': [{'r': 1, 'd': {}}, {'r': 1, 'd': {}}]}}"}) {
    const Result<Change> change = from_bson(doc(json));
    ASSERT_TRUE(change) << json;
    EXPECT_FALSE(catalog.apply(*change)) << json;
  }
  EXPECT_TRUE(catalog.databases().empty()) << "nothing of a change that fails stays";
  Store store;
  store.insert("{'_id': 1}");
  Change twice = store.log.back();
  EXPECT_FALSE(store.catalog.apply(twice)) << "the record is taken";
  twice.record = 7;
  EXPECT_FALSE(store.catalog.apply(twice)) << "the _id is there";
  Change other = inverse(store.log.back());
  other.before = doc("{'_id': 2}");
  EXPECT_FALSE(store.catalog.apply(other)) << "another document";
  EXPECT_EQ(store.all(), "{ _id: 1 }");
}

}  // namespace
}  // namespace failc::query
