#include "interpreter/systems/mongodb/query/update.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/query/test_json.hpp"

namespace failc::query {
namespace {

struct Case {
  const char* document;
  const char* update;  // an array is a pipeline
  const char* shown;   // "=" : nothing changed
  const char* filter = "{}";
  const char* array_filters = "";
};

Outcome<Updated> run(const Case& c, bool insert = false) {
  Constants constants;
  constants.now = {std::chrono::milliseconds(5)};
  constants.cluster_time = {9, 1};
  const bson::Document update = doc(c.update);
  const bson::Value value = c.update[0] == '[' ? bson::Value(bson::Type::array, update.bytes()) : bson::Value(update);
  const bson::Value filters = *c.array_filters ? list(c.array_filters) : bson::Value();
  Outcome<Update> compiled = Update::compile(value, filters, constants);
  if (!compiled) return compiled.error();
  const Outcome<Matcher> matcher = Matcher::compile(doc(c.filter));
  return compiled->apply(doc(c.document), &*matcher, insert);
}

TEST(Update, Operators) {
  const Case cases[] = {
      // replacement
      {"{'_id': 1, 'a': 1}", "{'b': 2}", "{ _id: 1, b: 2 }"}, {"{'_id': 1, 'a': 1}", "{'b': 2, '_id': 1}", "{ _id: 1, b: 2 }"}, {"{'_id': 1}", "{}", "="},
      // $set and $unset
      {"{'a': 1}", "{'$set': {'a': 2}}", "{ a: 2 }"}, {"{'a': 1}", "{'$set': {'a': 1}}", "="}, {"{'a': 1}", "{'$set': {'a': 1.0}}", "{ a: 1.0 }"}, {"{}", "{'$set': {'a.b.c': 1}}", "{ a: { b: { c: 1 } } }"},
      {"{'z': 1}", "{'$set': {'c': 1, 'a': 1, 'b': 1}}", "{ z: 1, a: 1, b: 1, c: 1 }"}, {"{'a': [1]}", "{'$set': {'a.2': 5}}", "{ a: [ 1, null, 5 ] }"}, {"{'a': [{'b': 1}]}", "{'$set': {'a.0.b': 2}}", "{ a: [ { b: 2 } ] }"},
      {"{'a': {'0': 1}}", "{'$set': {'a.1': 2}}", "{ a: { 0: 1, 1: 2 } }"}, {"{}", "{'$set': {'a.10': 1, 'a.9': 2}}", "{ a: { 9: 2, 10: 1 } }"}, {"{}", "{'$set': {}}", "="},
      {"{'a': 1, 'b': 2}", "{'$unset': {'a': ''}}", "{ b: 2 }"}, {"{'a': {'b': 1}}", "{'$unset': {'a.b': 1, 'a.c': 1, 'q.r': 1}}", "{ a: {} }"}, {"{'a': [1, 2]}", "{'$unset': {'a.0': 1}}", "{ a: [ null, 2 ] }"},
      {"{'a': 1}", "{'$unset': {'a.b': 1}}", "="},
      // numbers
      {"{'a': 1}", "{'$inc': {'a': 2}}", "{ a: 3 }"}, {"{}", "{'$inc': {'a.b': 2}}", "{ a: { b: 2 } }"}, {"{'a': 2147483647}", "{'$inc': {'a': 1}}", "{ a: 2147483648 }"}, {"{'a': 1}", "{'$inc': {'a': 0.5}}", "{ a: 1.5 }"},
      {"{'a': 1}", "{'$inc': {'a': 0}}", "="}, {"{'a': 3}", "{'$mul': {'a': 2}}", "{ a: 6 }"}, {"{}", "{'$mul': {'a': 2}}", "{ a: 0 }"}, {"{'a': 3}", "{'$min': {'a': 2}}", "{ a: 2 }"}, {"{'a': 3}", "{'$min': {'a': 5}}", "="},
      {"{}", "{'$min': {'a': 5}}", "{ a: 5 }"}, {"{'a': 3}", "{'$max': {'a': 5}}", "{ a: 5 }"}, {"{'a': 13}", "{'$bit': {'a': {'and': 10}}}", "{ a: 8 }"}, {"{'a': 1}", "{'$bit': {'a': {'or': 4}}}", "{ a: 5 }"},
      {"{'a': 1}", "{'$bit': {'a': {'xor': 3}}}", "{ a: 2 }"}, {"{'a': {'$numberDecimal': '0.1'}}", "{'$inc': {'a': {'$numberDecimal': '0.2'}}}", "{ a: 0.3 }"},
      // $rename, dates, $setOnInsert
      {"{'a': 1}", "{'$rename': {'a': 'b.c'}}", "{ b: { c: 1 } }"}, {"{'a': 1, 'b': 2}", "{'$rename': {'a': 'b'}}", "{ b: 1 }"}, {"{'x': 1}", "{'$rename': {'a': 'b'}}", "="},
      {"{}", "{'$currentDate': {'a': true, 'b': {'@type': 'timestamp'}, 'c': {'@type': 'date'}}}", "{ a: new Date(5), b: Timestamp(9, 1), c: new Date(5) }"}, {"{}", "{'$setOnInsert': {'a': 1}}", "="},
      // arrays
      {"{'a': [1]}", "{'$push': {'a': 2}}", "{ a: [ 1, 2 ] }"}, {"{}", "{'$push': {'a': 2}}", "{ a: [ 2 ] }"}, {"{'a': [3]}", "{'$push': {'a': {'$each': [1, 2]}}}", "{ a: [ 3, 1, 2 ] }"},
      {"{'a': [3]}", "{'$push': {'a': {'$each': [1, 2], '$position': 0}}}", "{ a: [ 1, 2, 3 ] }"}, {"{'a': [1, 2]}", "{'$push': {'a': {'$each': [9], '$position': -1}}}", "{ a: [ 1, 9, 2 ] }"},
      {"{'a': [3]}", "{'$push': {'a': {'$each': [1, 2], '$sort': 1}}}", "{ a: [ 1, 2, 3 ] }"}, {"{'a': [3]}", "{'$push': {'a': {'$each': [1, 2], '$sort': -1, '$slice': 2}}}", "{ a: [ 3, 2 ] }"},
      {"{'a': [1, 2, 3]}", "{'$push': {'a': {'$each': [], '$slice': -2}}}", "{ a: [ 2, 3 ] }"}, {"{'a': [{'x': 2}]}", "{'$push': {'a': {'$each': [{'x': 1}], '$sort': {'x': 1}}}}", "{ a: [ { x: 1 }, { x: 2 } ] }"},
      {"{'a': [1]}", "{'$push': {'a': [2]}}", "{ a: [ 1, [ 2 ] ] }"}, {"{'a': [1]}", "{'$addToSet': {'a': 1.0}}", "="}, {"{'a': [1]}", "{'$addToSet': {'a': {'$each': [2, 1, 2]}}}", "{ a: [ 1, 2 ] }"},
      {"{}", "{'$addToSet': {'a': 1}}", "{ a: [ 1 ] }"}, {"{'a': [1, 2, 1]}", "{'$pull': {'a': 1}}", "{ a: [ 2 ] }"}, {"{'a': [1, 5, 9]}", "{'$pull': {'a': {'$gt': 3}}}", "{ a: [ 1 ] }"},
      {"{'a': [{'x': 1, 'y': 1}, {'x': 2}]}", "{'$pull': {'a': {'x': 1}}}", "{ a: [ { x: 2 } ] }"}, {"{'a': [1]}", "{'$pull': {'a': 7, 'b': 1}}", "="}, {"{'a': [1, 2, 3]}", "{'$pullAll': {'a': [1, 3]}}", "{ a: [ 2 ] }"},
      {"{'a': [1, 2]}", "{'$pop': {'a': 1}}", "{ a: [ 1 ] }"}, {"{'a': [1, 2]}", "{'$pop': {'a': -1}}", "{ a: [ 2 ] }"}, {"{'a': []}", "{'$pop': {'a': 1}}", "="},
      // positions
      {"{'a': [1, 5]}", "{'$set': {'a.$': 9}}", "{ a: [ 1, 9 ] }", "{'a': 5}"}, {"{'a': [{'b': 1}, {'b': 2}]}", "{'$set': {'a.$.c': 3}}", "{ a: [ { b: 1 }, { b: 2, c: 3 } ] }", "{'a.b': 2}"},
      {"{'a': [{'b': 1}, {'b': 2}]}", "{'$inc': {'a.$.b': 3}}", "{ a: [ { b: 1 }, { b: 5 } ] }", "{'a': {'$elemMatch': {'b': {'$gt': 1}}}}"}, {"{'a': [1, 2]}", "{'$inc': {'a.$[]': 1}}", "{ a: [ 2, 3 ] }"},
      {"{'a': [{'b': 1}, {'b': 2}]}", "{'$set': {'a.$[].c': 0}}", "{ a: [ { b: 1, c: 0 }, { b: 2, c: 0 } ] }"}, {"{'a': [1, 5, 9]}", "{'$set': {'a.$[x]': 0}}", "{ a: [ 1, 0, 0 ] }", "{}", "[{'x': {'$gt': 3}}]"},
      {"{'a': [{'b': [1, 2]}, {'b': [2, 3]}]}", "{'$inc': {'a.$[].b.$[q]': 10}}", "{ a: [ { b: [ 1, 12 ] }, { b: [ 12, 3 ] } ] }", "{}", "[{'q': 2}]"},
      {"{'a': [{'n': 1, 'v': 1}, {'n': 2, 'v': 1}]}", "{'$set': {'a.$[e].v': 7}}", "{ a: [ { n: 1, v: 1 }, { n: 2, v: 7 } ] }", "{}", "[{'e.n': 2}]"},
      // pipelines
      {"{'_id': 1, 'a': 1}", "[{'$set': {'b': {'$add': ['$a', 1]}}}, {'$unset': 'a'}]", "{ _id: 1, b: 2 }"}, {"{'_id': 1, 'a': {'x': 1}}", "[{'$replaceWith': '$a'}]", "{ _id: 1, x: 1 }"},
      {"{'_id': 1, 'a': 1, 'b': 2}", "[{'$project': {'a': 1}}]", "{ _id: 1, a: 1 }"}, {"{'_id': 1, 'a': {'x': 1}}", "[{'$replaceRoot': {'newRoot': '$a'}}, {'$addFields': {'y': '$$NOW'}}]", "{ _id: 1, x: 1, y: new Date(5) }"},
  };
  for (const Case& c : cases) {
    const Outcome<Updated> updated = run(c);
    ASSERT_TRUE(updated) << c.update << ": " << updated.error().message;
    const bool same = std::string(c.shown) == "=";
    EXPECT_EQ(updated->changed, !same) << c.update << " on " << c.document;
    EXPECT_EQ(bson::show(updated->document), same ? bson::show(doc(c.document)) : c.shown) << c.update << " on " << c.document;
  }
  EXPECT_EQ(bson::show(run({"{}", "{'$setOnInsert': {'a': 1}, '$set': {'b': 2}}", ""}, true)->document), "{ a: 1, b: 2 }");
}

TEST(Update, Errors) {
  struct Bad { Case c; int code; const char* part; };
  const Bad cases[] = {
      {{"{'_id': 1}", "{'$set': {'_id': 2}}", ""}, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"}, {{"{'_id': 1}", "{'$unset': {'_id': 1}}", ""}, 66, "immutable"},
      {{"{'_id': 1}", "{'_id': 2}", ""}, 66, "the (immutable) field '_id' was found to have been altered to _id: 2"}, {{"{'_id': 1}", "[{'$set': {'_id': 2}}]", ""}, 66, "altered"},
      {{"{}", "{'$set': {'a': 1}, '$inc': {'a': 1}}", ""}, 40, "Updating the path 'a' would create a conflict at 'a'"}, {{"{}", "{'$set': {'a': 1, 'a.b': 1}}", ""}, 40, "Updating the path 'a.b' would create a conflict at 'a'"},
      {{"{}", "{'$rename': {'a': 'b'}, '$set': {'b': 1}}", ""}, 40, "conflict at 'b'"}, {{"{'a': 1}", "{'$set': {'a.b': 1}}", ""}, 28, "Cannot create field 'b' in element {a: 1}"},
      {{"{'a': {'b': 'x'}}", "{'$inc': {'a.b.c': 1}}", ""}, 28, "Cannot create field 'c' in element {b: \"x\"}"}, {{"{'a': [1]}", "{'$set': {'a.x': 1}}", ""}, 28, "Cannot create field 'x' in element {a: [ 1 ]}"},
      {{"{'a': []}", "{'$set': {'a.1500001': 1}}", ""}, 34, "backfill"}, {{"{'_id': 1, 'a': 'x'}", "{'$inc': {'a': 1}}", ""}, 14, "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string"},
      {{"{}", "{'$inc': {'a': 'x'}}", ""}, 14, "Cannot increment with non-numeric argument: {a: \"x\"}"}, {{"{}", "{'$mul': {'a': 'x'}}", ""}, 14, "Cannot multiply"},
      {{"{'_id': 1, 'a': {'$numberLong': '9223372036854775807'}}", "{'$inc': {'a': 1}}", ""}, 2, "Failed to apply $inc operations to current value"}, {{"{}", "{'$foo': {'a': 1}}", ""}, 9, "Unknown modifier: $foo"},
      {{"{}", "{'$set': {'a': 1}, 'b': 2}", ""}, 9, "Unknown modifier: b"}, {{"{}", "{'$set': 5}", ""}, 9, "Modifiers operate on fields but we found type int instead"}, {{"{}", "{'a': 1, '$set': {'b': 1}}", ""}, 52, "$set"},
      {{"{}", "{'$set': {'': 1}}", ""}, 56, "empty"}, {{"{}", "{'$set': {'a..b': 1}}", ""}, 56, "contains an empty field name"}, {{"{}", "{'$set': {'$x': 1}}", ""}, 52, "'$x'"},
      {{"{'a': 1}", "{'$push': {'a': 1}}", ""}, 2, "The field 'a' must be an array but is of type int"}, {{"{}", "{'$push': {'a': {'$each': 1}}}", ""}, 2, "must be an array but it was of type: int"},
      {{"{}", "{'$push': {'a': {'$each': [], '$what': 1}}}", ""}, 2, "Unrecognized clause in $push: $what"}, {{"{}", "{'$push': {'a': {'$each': [], '$slice': 'x'}}}", ""}, 2, "$slice must be an integer"},
      {{"{}", "{'$push': {'a': {'$each': [], '$sort': 3}}}", ""}, 2, "either 1 or -1"}, {{"{'a': 1}", "{'$addToSet': {'a': 1}}", ""}, 2, "Cannot apply $addToSet to non-array field"},
      {{"{'a': 1}", "{'$pull': {'a': 1}}", ""}, 2, "Cannot apply $pull to a non-array value"}, {{"{}", "{'$pullAll': {'a': 1}}", ""}, 2, "$pullAll requires an array argument"}, {{"{'a': 1}", "{'$pop': {'a': 1}}", ""}, 14, "non-array type 'int'"},
      {{"{}", "{'$pop': {'a': 2}}", ""}, 9, "$pop expects 1 or -1, found: 2"}, {{"{}", "{'$bit': {'a': {'nor': 1}}}", ""}, 2, "only supports 'and', 'or', and 'xor'"}, {{"{'a': 1.5}", "{'$bit': {'a': {'or': 1}}}", ""}, 2, "non-integral"},
      {{"{}", "{'$rename': {'a': 1}}", ""}, 2, "must be a string"}, {{"{}", "{'$rename': {'a': 'a'}}", ""}, 2, "must differ"}, {{"{}", "{'$rename': {'a': 'a.b'}}", ""}, 2, "same path"}, {{"{}", "{'$currentDate': {'a': 1}}", ""}, 2, "not valid type for $currentDate"},
      {{"{'a': [1]}", "{'$set': {'a.$': 1}}", ""}, 2, "The positional operator did not find the match needed from the query."}, {{"{}", "{'$set': {'$': 1}}", ""}, 2, "first position"}, {{"{}", "{'$set': {'a.$.b.$': 1}}", ""}, 2, "Too many positional"},
      {{"{}", "{'$set': {'a.$[]': 1}}", ""}, 2, "The path 'a' must exist in the document in order to apply array updates."}, {{"{'a': 1}", "{'$set': {'a.$[]': 1}}", ""}, 2, "Cannot apply array updates to non-array element a: 1"},
      {{"{}", "{'$set': {'a.$[x]': 1}}", ""}, 2, "No array filter found for identifier 'x' in path 'a.$[x]'"}, {{"{}", "{'$set': {'a': 1}}", "", "{}", "[{'x': 1}]"}, 9, "The array filter for identifier 'x' was not used in the update"},
      {{"{}", "{'$set': {'a.$[x]': 1}}", "", "{}", "[{'x': 1}, {'x': 2}]"}, 9, "multiple array filters"}, {{"{}", "{'$set': {'a.$[x]': 1}}", "", "{}", "[{'x': 1, 'y': 1}]"}, 9, "single top-level field name"},
      {{"{}", "{'$set': {'a.$[x]': 1}}", "", "{}", "[{}]"}, 9, "without a top-level field name"}, {{"{}", "{'$set': {'a.$[X]': 1}}", "", "{}", "[{'X': 1}]"}, 2, "beginning with a lowercase letter"},
      {{"{}", "[{'$match': {}}]", ""}, 72, "$match is not allowed to be used within an update"}, {{"{}", "[{'$foo': 1}]", ""}, 40324, "Unrecognized pipeline stage name: '$foo'"}, {{"{}", "[{'$replaceWith': 5}]", ""}, 40228, "must evaluate to an object"},
      {{"{}", "[1]", ""}, 14, "must be an object"}, {{"{}", "[{'$set': {'a': {'$foo': 1}}}]", ""}, 168, "Unrecognized expression '$foo'"}, {{"{}", "{'$pull': {'a': {'$foo': 1}}}", ""}, 2, "unknown operator: $foo"},
  };
  for (const Bad& bad : cases) {
    const Outcome<Updated> updated = run(bad.c);
    ASSERT_FALSE(updated) << bad.c.update << " on " << bad.c.document << ": " << bson::show(updated->document);
    EXPECT_EQ(updated.error().code, bad.code) << bad.c.update << ": " << updated.error().message;
    EXPECT_NE(updated.error().message.find(bad.part), std::string::npos) << bad.c.update << ": " << updated.error().message;
  }
}

TEST(Update, SeedsAnUpsert) {
  const auto seed = [](const char* filter, bool replaces) {
    const Outcome<Matcher> matcher = Matcher::compile(doc(filter));
    const Outcome<bson::Document> out = upsert_seed(*matcher, replaces);
    return out ? bson::show(*out) : out.error().code_name;
  };
  EXPECT_EQ(seed("{'_id': 1, 'a.b': 2, 'c': {'$gt': 3}, '$and': [{'d': {'$eq': 4}}], '$or': [{'e': 5}]}", false), "{ _id: 1, a: { b: 2 }, d: 4, e: 5 }");
  EXPECT_EQ(seed("{'_id': 1, 'a': 2}", true), "{ _id: 1 }");
  EXPECT_EQ(seed("{'a': 1, '$and': [{'a': 2}]}", false), "NotSingleValueField");
  EXPECT_EQ(seed("{'a': 1, 'a.b': 2}", false), "NotSingleValueField");
}

}  // namespace
}  // namespace failc::query
