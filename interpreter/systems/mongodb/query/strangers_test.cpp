// Whatever a stranger sends as filter, update, projection, sort, pipeline or index: an answer or an error, never a fault or a hang.
#include <gtest/gtest.h>

#include <random>

#include "interpreter/systems/mongodb/query/define.hpp"
#include "interpreter/systems/mongodb/query/pipeline.hpp"
#include "interpreter/systems/mongodb/query/read.hpp"
#include "interpreter/systems/mongodb/query/test_json.hpp"
#include "interpreter/systems/mongodb/query/update.hpp"
#include "interpreter/systems/mongodb/query/write.hpp"

namespace failc::query {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return random_() % limit; }
  template <class T, std::size_t N>
  T pick(const T (&from)[N]) { return from[below(N)]; }

  std::string key() {
    constexpr const char* kPlain[] = {"a", "b", "_id", "a.b", "a.0", "a.$", "a.$[]", "a.$[x]", "input", "in", "as", "cond", "path", "from", "pipeline", "into", "vars", "branches", "case", "then", "default", "newRoot", "", "a..b", "$", "x", "key", "name", "unique"};
    constexpr const char* kOperators[] = {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$and", "$or", "$nor", "$not", "$exists", "$type", "$size", "$all", "$elemMatch", "$mod", "$regex", "$options", "$expr", "$bitsAllSet", "$bitsAnyClear",
                                          "$set", "$unset", "$inc", "$mul", "$min", "$max", "$rename", "$push", "$each", "$position", "$slice", "$sort", "$addToSet", "$pull", "$pullAll", "$pop", "$currentDate", "$setOnInsert", "$bit", "$match", "$project",
                                          "$addFields", "$limit", "$skip", "$group", "$sum", "$avg", "$count", "$unwind", "$replaceRoot", "$replaceWith", "$documents", "$lookup", "$out", "$merge", "$literal", "$add", "$subtract", "$multiply", "$divide",
                                          "$concat", "$cond", "$ifNull", "$arrayElemAt", "$mergeObjects", "$setField", "$getField", "$toString", "$toInt", "$toDate", "$toDecimal", "$map", "$filter", "$reduce", "$let", "$switch", "$range", "$concatArrays",
                                          "$objectToArray", "$arrayToObject", "$split", "$reverseArray", "$trunc", "$abs", "$first", "$push", "$sortByCount", "$foo"};
    return below(3) == 0 ? pick(kPlain) : pick(kOperators);
  }

  bson::Value scalar() {
    constexpr const char* kTexts[] = {"$a", "$a.b", "$$ROOT", "$$this", "$$value", "$", "$$x", "text", "", "a", "1", "[", "(a", "int", "array", "other"};
    constexpr std::int64_t kNumbers[] = {0, 1, -1, 2, 3, 64, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    constexpr double kDoubles[] = {0.5, -0.0, 1e300, -1e19, 9.3e18};
    switch (below(12)) {
      case 0: case 1: case 2: return pick(kTexts);
      case 3: case 4: return static_cast<std::int32_t>(pick(kNumbers));
      case 5: return pick(kNumbers);
      case 6: return below(4) == 0 ? bson::Value(std::numeric_limits<double>::quiet_NaN()) : bson::Value(pick(kDoubles));
      case 7: return below(2) == 0;
      case 8: return below(2) ? bson::Value(bson::Null{}) : bson::Value(bson::Undefined{});
      case 9: return *bson::Decimal128::parse(below(2) ? "1E+6000" : "-3.5");
      case 10: return below(2) ? bson::Value(bson::RegexView{"a+", "i"}) : bson::Value(bson::MaxKey{});
      default: return bson::Date{std::chrono::milliseconds(below(2) ? INT64_MAX : 5)};
    }
  }

  bson::Value value(int depth) {
    const std::size_t kind = depth == 0 ? 0 : below(3);
    if (kind == 0) return scalar();
    if (kind == 1) return document(depth - 1);
    bson::ArrayBuilder out;
    for (std::size_t count = below(4); count > 0; --count) out.push(value(depth - 1));
    return out.finish();
  }

  bson::Document document(int depth) {
    bson::Builder out;
    for (std::size_t count = below(4); count > 0; --count) out.append(key(), value(depth));
    return out.finish();
  }

 private:
  std::mt19937 random_;
};

/// Counts answers and errors; an error says what it is.
struct Tally {
  std::size_t answers = 0, errors = 0;
  template <class T>
  void add(const Outcome<T>& outcome) {
    if (outcome) {
      ++answers;
      return;
    }
    ++errors;
    EXPECT_NE(outcome.error().code, 0);
    EXPECT_FALSE(outcome.error().message.empty());
    EXPECT_FALSE(outcome.error().code_name.empty());
  }
};

TEST(Strangers, GetAnAnswerOrAnError) {
  Dice dice(11);
  Catalog catalog;
  const Namespace ns{"db", "coll"};
  const char* documents[] = {"{'_id': 1, 'a': [1, {'b': 2}, [3]], 'b': 's'}", "{'_id': 2, 'a': {'b': [1, 2], '0': 5}}", "{'_id': 3, 'a': 5, 'b': null}", "{'_id': 4, 'a': []}"};
  for (const char* document : documents) {
    const Outcome<std::vector<Change>> plan = plan_insert(catalog, ns, doc(document), {});
    for (const Change& change : *plan) ASSERT_TRUE(catalog.apply(change));
  }
  Tally finds, updates, pipelines, indexes, inserts;
  for (int round = 0; round < 10000; ++round) {
    const bson::Document filter = dice.document(3), other = dice.document(3), third = dice.document(2);
    FindRequest request;
    request.filter = filter;
    request.projection = other;
    request.sort = dice.below(2) ? bson::View(third) : bson::View();
    finds.add(find(catalog, ns, request));
    request.projection = bson::View();
    finds.add(count(catalog, ns, request));
    const bson::Value update = dice.below(3) ? bson::Value(other) : dice.value(3);
    const bson::Value filters = dice.below(4) ? bson::Value() : dice.value(2);
    UpdateStatement statement;
    statement.filter = dice.below(2) ? bson::View() : filter;
    statement.update = update;
    statement.array_filters = filters;
    statement.multi = dice.below(2) == 0;
    statement.upsert = true;
    updates.add(plan_update(catalog, ns, statement, {}));
    bson::ArrayBuilder pipeline;
    for (std::size_t stages = dice.below(3); stages > 0; --stages) {
      constexpr const char* kStages[] = {"$match", "$project", "$addFields", "$group", "$unwind", "$sort", "$replaceWith", "$lookup", "$merge", "$documents", "$limit"};
      pipeline.push(bson::Builder().append(dice.pick(kStages), dice.value(3)).finish());
    }
    const bson::Value list = pipeline.finish();
    pipelines.add(aggregate(catalog, ns, list.view().as_document(), Constants{}));
    const bson::Value specs = bson::ArrayBuilder().push(bson::Builder().append("key", dice.value(1)).append_all(dice.document(1)).finish()).finish();
    indexes.add(plan_create_indexes(catalog, ns, specs.view().as_document(), {}));
    inserts.add(plan_insert(catalog, ns, other, {}));
  }
  for (const Tally* tally : {&finds, &updates, &pipelines, &indexes, &inserts}) {
    EXPECT_GT(tally->answers, 10u);
    EXPECT_GT(tally->errors, 100u);
  }
}

TEST(Strangers, CannotMakeValuesWithoutEnd) {
  const auto run = [](const char* expression) {
    const std::string pipeline = std::string("[{'$documents': [{'a': 1}]}, {'$project': {'x': ") + expression + "}}]";
    const Outcome<Aggregated> result = aggregate(Catalog(), {"db", "c"}, list(pipeline).view().as_document(), Constants{});
    return result ? 0 : result.error().code;
  };
  EXPECT_EQ(run("{'$reduce': {'input': {'$range': [0, 1000]}, 'initialValue': [1], 'in': {'$concatArrays': ['$$value', '$$value']}}}"), 10334);
  EXPECT_EQ(run("{'$reduce': {'input': {'$range': [0, 1000]}, 'initialValue': 'x', 'in': {'$concat': ['$$value', '$$value']}}}"), 10334);
  EXPECT_EQ(run("{'$reduce': {'input': {'$range': [0, 1000]}, 'initialValue': [], 'in': ['$$value']}}"), 15);
  EXPECT_EQ(run("{'$map': {'input': {'$range': [0, 3000]}, 'in': {'$range': [0, 100000]}}}"), 10334);
}

TEST(Strangers, CannotNestWithoutEnd) {
  std::string path = "a";
  for (int i = 0; i < 300; ++i) path += ".a";
  const auto code_of = [](const auto& outcome) { return outcome ? 0 : outcome.error().code; };
  const bson::Document set = bson::Builder().open("$set").append(path, 1).finish();
  EXPECT_EQ(code_of(Update::compile(bson::Value(set), {})), 15);
  const bson::Document filter = bson::Builder().append(path, 1).finish();
  EXPECT_EQ(code_of(upsert_seed(*Matcher::compile(filter), false)), 15);
  EXPECT_EQ(code_of(Projection::of_find(filter)), 15);
  bson::Document deep;
  for (int i = 0; i < 190; ++i) deep = bson::Builder().append("a", deep).finish();
  EXPECT_EQ(code_of(plan_insert(Catalog(), {"db", "c"}, deep, {})), 15);
}

}  // namespace
}  // namespace failc::query
