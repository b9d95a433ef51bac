#include "interpreter/systems/mongodb/query/pipeline.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/query/output.hpp"
#include "interpreter/systems/mongodb/query/read.hpp"
#include "interpreter/systems/mongodb/query/test_json.hpp"

namespace failc::query {
namespace {

const Namespace kItems{"db", "items"};
const Namespace kOther{"db", "other"};

void apply_all(Catalog& catalog, const Outcome<std::vector<Change>>& changes) {
  ASSERT_TRUE(changes) << changes.error().message;
  for (const Change& change : *changes) {
    const Outcome<Done> done = catalog.apply(change);
    ASSERT_TRUE(done) << done.error().message;
  }
}

Catalog catalog_with(const Namespace& ns, const char* documents) {
  Catalog out;
  for (const bson::Element& element : doc(documents)) apply_all(out, plan_insert(out, ns, element.value.as_document(), {}));
  return out;
}

std::string shown(const std::vector<bson::Document>& documents) {
  std::string out;
  for (const bson::Document& document : documents) out += bson::show(document);
  return out;
}

constexpr const char* kDocuments =
    "[{'_id': 1, 'g': 'a', 'n': 5, 'l': [1, 2]}, {'_id': 2, 'g': 'b', 'n': 3, 'l': []}, {'_id': 3, 'g': 'a', 'n': 1.5}, {'_id': 4, 'n': null, 'l': 7}]";

Outcome<Aggregated> run(const char* pipeline) {
  Catalog catalog = catalog_with(kItems, kDocuments);
  for (const char* other : {"{'_id': 10, 'k': 1, 'v': 'x'}", "{'_id': 11, 'k': [2, 9], 'v': 'y'}"}) apply_all(catalog, plan_insert(catalog, kOther, doc(other), {}));
  return aggregate(catalog, kItems, list(pipeline).view().as_document(), Constants{});
}

TEST(Pipeline, Stages) {
  struct Case { const char* pipeline; const char* shown; };
  const Case cases[] = {
      {"[{'$match': {'g': 'a'}}, {'$project': {'n': 1}}]", "{ _id: 1, n: 5 }{ _id: 3, n: 1.5 }"}, {"[{'$sort': {'n': -1}}, {'$project': {'_id': 1}}]", "{ _id: 1 }{ _id: 2 }{ _id: 3 }{ _id: 4 }"},
      {"[{'$skip': 1}, {'$limit': 2}, {'$project': {'_id': 1}}]", "{ _id: 2 }{ _id: 3 }"}, {"[{'$skip': 9}]", ""}, {"[{'$count': 'c'}]", "{ c: 4 }"}, {"[{'$match': {'z': 1}}, {'$count': 'c'}]", ""},
      {"[{'$match': {'_id': 2}}, {'$addFields': {'x.y': {'$add': ['$n', 1]}, 'g': '$$REMOVE'}}]", "{ _id: 2, n: 3, l: [], x: { y: 4 } }"}, {"[{'$match': {'_id': 3}}, {'$set': {'n': 9}}]", "{ _id: 3, g: \"a\", n: 9 }"},
      {"[{'$match': {'_id': 3}}, {'$unset': ['g', 'n']}]", "{ _id: 3 }"}, {"[{'$match': {'_id': 3}}, {'$replaceRoot': {'newRoot': {'a': '$n'}}}]", "{ a: 1.5 }"}, {"[{'$match': {'_id': 3}}, {'$replaceWith': {'$mergeObjects': ['$$ROOT', {'x': 1}]}}]", "{ _id: 3, g: \"a\", n: 1.5, x: 1 }"},
      {"[{'$unwind': '$l'}, {'$project': {'l': 1}}]", "{ _id: 1, l: 1 }{ _id: 1, l: 2 }{ _id: 4, l: 7 }"},
      {"[{'$unwind': {'path': '$l', 'preserveNullAndEmptyArrays': true, 'includeArrayIndex': 'i'}}, {'$project': {'l': 1, 'i': 1}}]", "{ _id: 1, l: 1, i: 0 }{ _id: 1, l: 2, i: 1 }{ _id: 2, i: null }{ _id: 3, i: null }{ _id: 4, l: 7, i: null }"},
      {"[{'$group': {'_id': '$g', 's': {'$sum': '$n'}, 'a': {'$avg': '$n'}, 'c': {'$sum': 1}}}]", "{ _id: \"a\", s: 6.5, a: 3.25, c: 2 }{ _id: \"b\", s: 3, a: 3.0, c: 1 }{ _id: null, s: 0, a: null, c: 1 }"},
      {"[{'$group': {'_id': null, 'lo': {'$min': '$n'}, 'hi': {'$max': '$n'}, 'f': {'$first': '$_id'}, 'l': {'$last': '$_id'}, 'c': {'$count': {}}}}]", "{ _id: null, lo: 1.5, hi: 5, f: 1, l: 4, c: 4 }"},
      {"[{'$group': {'_id': 1, 'p': {'$push': '$g'}, 's': {'$addToSet': '$g'}, 'm': {'$mergeObjects': {'x': '$_id'}}}}]", "{ _id: 1, p: [ \"a\", \"b\", \"a\" ], s: [ \"a\", \"b\" ], m: { x: 4 } }"},
      {"[{'$group': {'_id': {'g': '$g'}, 'n': {'$sum': 1}}}, {'$match': {'n': 2}}]", "{ _id: { g: \"a\" }, n: 2 }"}, {"[{'$sortByCount': '$g'}, {'$limit': 1}]", "{ _id: \"a\", count: 2 }"},
      {"[{'$documents': [{'a': 1}, {'a': {'$add': [1, 1]}}]}, {'$match': {'a': 2}}]", "{ a: 2 }"}, {"[{'$documents': {'$literal': []}}]", ""},
      {"[{'$match': {'_id': {'$lt': 3}}}, {'$lookup': {'from': 'other', 'localField': '_id', 'foreignField': 'k', 'as': 'o'}}, {'$project': {'o._id': 1}}]", "{ _id: 1, o: [ { _id: 10 } ] }{ _id: 2, o: [ { _id: 11 } ] }"},
      {"[{'$match': {'_id': 1}}, {'$lookup': {'from': 'other', 'let': {'me': '$_id'}, 'pipeline': [{'$match': {'$expr': {'$eq': ['$k', '$$me']}}}, {'$project': {'v': 1, '_id': 0}}], 'as': 'o'}}, {'$project': {'o': 1}}]", "{ _id: 1, o: [ { v: \"x\" } ] }"},
      {"[{'$match': {'_id': 1}}, {'$lookup': {'from': 'nowhere', 'localField': '_id', 'foreignField': 'k', 'as': 'o'}}, {'$project': {'o': 1}}]", "{ _id: 1, o: [] }"},
  };
  for (const Case& c : cases) {
    const Outcome<Aggregated> result = run(c.pipeline);
    ASSERT_TRUE(result) << c.pipeline << ": " << result.error().message;
    EXPECT_EQ(shown(result->documents), c.shown) << c.pipeline;
    EXPECT_FALSE(result->final_stage);
  }
}

TEST(Pipeline, Errors) {
  struct Case { const char* pipeline; int code; const char* part; };
  const Case cases[] = {
      {"[{'$foo': {}}]", 40324, "Unrecognized pipeline stage name: '$foo'"}, {"[{'$project': {'a': {'$foo': 1}}}]", 168, "Unrecognized expression '$foo'"}, {"[1]", 14, "must be an object"}, {"[{}]", 40323, "exactly one field"},
      {"[{'$match': 1}]", 15959, "must be an expression in an object"}, {"[{'$match': {'a': {'$foo': 1}}}]", 2, "unknown operator: $foo"}, {"[{'$limit': 0}]", 15958, "the limit must be positive"}, {"[{'$limit': 'x'}]", 5107201, "Expected a number"},
      {"[{'$skip': -1}]", 5107200, "non-negative"}, {"[{'$sort': 1}]", 15973, "must be an object"}, {"[{'$sort': {}}]", 15976, "at least one sort key"}, {"[{'$sort': {'a': 5}}]", 15975, "1 (for ascending)"}, {"[{'$count': ''}]", 40156, "non-empty"},
      {"[{'$count': '$a'}]", 40158, "$-prefixed"}, {"[{'$group': {}}]", 15955, "must include an _id"}, {"[{'$group': {'_id': 1, 'a': 1}}]", 40234, "accumulator object"}, {"[{'$group': {'_id': 1, 'a': {'$foo': 1}}}]", 15952, "unknown group operator '$foo'"},
      {"[{'$group': {'_id': 1, 'a.b': {'$sum': 1}}}]", 40235, "cannot contain '.'"}, {"[{'$unwind': 1}]", 15981, "expected either a string or an object"}, {"[{'$unwind': 'a'}]", 28818, "prefixed with a '$'"}, {"[{'$unwind': {}}]", 28812, "no path"},
      {"[{'$project': {}}]", 51272, "at least one field"}, {"[{'$addFields': 1}]", 40272, "must be an object"}, {"[{'$unset': 1}]", 31002, "string or an array"}, {"[{'$replaceRoot': {}}]", 40414, "newRoot"}, {"[{'$replaceWith': 1}]", 40228, "must evaluate to an object"},
      {"[{'$out': 'x'}, {'$limit': 1}]", 40601, "can only be the final stage"}, {"[{'$limit': 1}, {'$documents': []}]", 40602, "first stage"}, {"[{'$documents': 1}]", 5858203, "Expected array"}, {"[{'$merge': {}}]", 40414, "into"},
      {"[{'$merge': {'into': 'x', 'whenMatched': 'what'}}]", 2, "not a valid value"}, {"[{'$lookup': {'from': 'x'}}]", 9, "must specify 'as'"}, {"[{'$lookup': {'from': 'x', 'as': 'y', 'q': 1}}]", 9, "unknown argument to $lookup: q"},
      {"[{'$out': ''}]", 73, "Invalid namespace"},
  };
  for (const Case& c : cases) {
    const Outcome<Aggregated> result = run(c.pipeline);
    ASSERT_FALSE(result) << c.pipeline;
    EXPECT_EQ(result.error().code, c.code) << c.pipeline << ": " << result.error().message;
    EXPECT_NE(result.error().message.find(c.part), std::string::npos) << c.pipeline << ": " << result.error().message;
  }
}

std::string all_of(const Catalog& catalog, const Namespace& ns) {
  const Outcome<std::vector<bson::Document>> found = find(catalog, ns, {});
  return found ? shown(*found) : found.error().message;
}

TEST(Pipeline, OutReplacesTheTarget) {
  Catalog catalog = catalog_with(kOther, "[{'_id': 1, 'old': 1}]");
  const Outcome<Aggregated> result = aggregate(catalog, kItems, list("[{'$documents': [{'_id': 7, 'a': 1}, {'a': 2}]}, {'$out': 'other'}]").view().as_document(), Constants{});
  ASSERT_TRUE(result) << result.error().message;
  const OutStage out = std::get<OutStage>(*result->final_stage);
  EXPECT_EQ(out.target.text(), "db.other");
  std::uint8_t next = 0;
  const Outcome<std::vector<Change>> changes = plan_out(catalog, out, result->documents, {}, [&] { return bson::ObjectId{{++next}}; });
  apply_all(catalog, changes);
  EXPECT_EQ(all_of(catalog, kOther), "{ _id: 7, a: 1 }{ _id: ObjectId('010000000000000000000000'), a: 2 }");
  for (auto change = changes->rbegin(); change != changes->rend(); ++change) ASSERT_TRUE(catalog.apply(inverse(*change)));
  EXPECT_EQ(all_of(catalog, kOther), "{ _id: 1, old: 1 }");
}

TEST(Pipeline, MergeByItsRules) {
  struct Case { const char* options; const char* document; const char* shown; };
  const Case cases[] = {
      {"'other'", "{'_id': 1, 'b': 2}", "{ _id: 1, a: 1, b: 2 }"}, {"'other'", "{'_id': 2}", "{ _id: 1, a: 1 }{ _id: 2 }"}, {"{'into': 'other', 'whenMatched': 'replace'}", "{'_id': 1, 'b': 2}", "{ _id: 1, b: 2 }"},
      {"{'into': 'other', 'whenMatched': 'keepExisting'}", "{'_id': 1, 'b': 2}", "{ _id: 1, a: 1 }"}, {"{'into': 'other', 'whenMatched': 'fail'}", "{'_id': 1, 'b': 2}", "DuplicateKey"},
      {"{'into': 'other', 'whenNotMatched': 'discard'}", "{'_id': 2}", "{ _id: 1, a: 1 }"}, {"{'into': 'other', 'whenNotMatched': 'fail'}", "{'_id': 2}", "Location13113"},
      {"{'into': 'other', 'whenMatched': [{'$set': {'s': {'$add': ['$a', '$$new.b']}}}]}", "{'_id': 1, 'b': 2}", "{ _id: 1, a: 1, s: 3 }"}, {"{'into': {'db': 'db', 'coll': 'other'}, 'on': 'a'}", "{'_id': 9, 'a': 1, 'c': 3}", "{ _id: 1, a: 1, c: 3 }"},
  };
  for (const Case& c : cases) {
    Catalog catalog = catalog_with(kOther, "[{'_id': 1, 'a': 1}]");
    const std::string pipeline = std::string("[{'$documents': [") + c.document + "]}, {'$merge': " + c.options + "}]";
    const Outcome<Aggregated> result = aggregate(catalog, kItems, list(pipeline).view().as_document(), Constants{});
    ASSERT_TRUE(result) << c.options << ": " << result.error().message;
    const Outcome<std::vector<Change>> changes = plan_merge(catalog, std::get<MergeStage>(*result->final_stage), result->documents.front(), {});
    if (!changes) {
      EXPECT_EQ(changes.error().code_name, c.shown) << c.options << ": " << changes.error().message;
      continue;
    }
    apply_all(catalog, changes);
    EXPECT_EQ(all_of(catalog, kOther), c.shown) << c.options;
  }
}

}  // namespace
}  // namespace failc::query
