#include "interpreter/systems/mongodb/query/matcher.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/query/test_json.hpp"

namespace failc::query {
namespace {

struct Case { const char* filter; const char* document; bool matches; };

TEST(Matcher, Operators) {
  const Case cases[] = {
      {"{}", "{'a': 1}", true},
      // equality
      {"{'a': 1}", "{'a': 1}", true}, {"{'a': 1}", "{'a': 1.0}", true}, {"{'a': 1}", "{'a': '1'}", false}, {"{'a': 1}", "{'a': [3, 1]}", true},
      {"{'a': [1, 2]}", "{'a': [1, 2]}", true}, {"{'a': [1, 2]}", "{'a': [[1, 2]]}", true}, {"{'a': [1, 2]}", "{'a': [1, 2, 3]}", false},
      {"{'a': {'b': 1}}", "{'a': {'b': 1}}", true}, {"{'a': {'b': 1}}", "{'a': {'b': 1, 'c': 2}}", false},
      {"{'a': {'b': 1, 'c': 2}}", "{'a': {'c': 2, 'b': 1}}", false}, {"{'a': null}", "{}", true}, {"{'a': null}", "{'a': null}", true},
      {"{'a': null}", "{'a': 0}", false}, {"{'a': null}", "{'a': [1, null]}", true}, {"{'a.b': 1}", "{'a': {'b': 1}}", true},
      {"{'a.b': 1}", "{'a': [{'b': 2}, {'b': 1}]}", true}, {"{'a.1.b': 1}", "{'a': [{'b': 2}, {'b': 1}]}", true},
      {"{'a.0.b': 1}", "{'a': [{'b': 2}, {'b': 1}]}", false}, {"{'a.b': null}", "{'a': []}", false}, {"{'a.b': null}", "{'a': [1]}", false},
      {"{'a.b': null}", "{'a': [{}]}", true}, {"{'a.b': null}", "{'a': 1}", true}, {"{'a': {}}", "{'a': {}}", true},
      {"{'a': {'$oid': '0102030405060708090a0b0c'}}", "{'a': {'$oid': '0102030405060708090a0b0c'}}", true},
      {"{'a': {'$numberDecimal': '1.0'}}", "{'a': 1}", true}, {"{'a': 1, 'b': 2}", "{'a': 1, 'b': 3}", false},
      // comparison, within the type's bracket
      {"{'a': {'$eq': 1}}", "{'a': 1}", true}, {"{'a': {'$ne': 1}}", "{'a': 1}", false}, {"{'a': {'$ne': 1}}", "{}", true},
      {"{'a': {'$ne': 1}}", "{'a': [1, 2]}", false}, {"{'a': {'$gt': 1}}", "{'a': 2}", true}, {"{'a': {'$gt': 1}}", "{'a': 'x'}", false},
      {"{'a': {'$gt': 1}}", "{}", false}, {"{'a': {'$gte': 2}}", "{'a': 2}", true}, {"{'a': {'$lt': 2}}", "{'a': 2}", false},
      {"{'a': {'$lte': 2}}", "{'a': 2}", true}, {"{'a': {'$gt': 1, '$lt': 3}}", "{'a': 2}", true}, {"{'a': {'$gt': 1, '$lt': 3}}", "{'a': 3}", false},
      {"{'a': {'$gt': 4, '$lt': 2}}", "{'a': [1, 5]}", true}, {"{'a': {'$gte': null}}", "{}", true}, {"{'a': {'$gt': null}}", "{'a': null}", false},
      {"{'a': {'$lt': {'$maxKey': 1}}}", "{'a': 'x'}", true}, {"{'a': {'$gt': 'a'}}", "{'a': 'b'}", true},
      {"{'a': {'$lt': 5}}", "{'a': {'$numberDouble': 'NaN'}}", false}, {"{'a': {'$lte': {'$numberDouble': 'NaN'}}}", "{'a': {'$numberDouble': 'NaN'}}", true},
      {"{'a': {'$gt': {'b': 1}}}", "{'a': {'b': 2}}", true},
      // lists
      {"{'a': {'$in': [1, 2]}}", "{'a': 2}", true}, {"{'a': {'$in': [1, 2]}}", "{'a': [5, 1]}", true}, {"{'a': {'$in': []}}", "{'a': 1}", false},
      {"{'a': {'$in': [null]}}", "{}", true}, {"{'a': {'$nin': [1, 2]}}", "{'a': 3}", true}, {"{'a': {'$nin': [1, 2]}}", "{'a': [3, 1]}", false},
      {"{'a': {'$in': [{'$regularExpression': {'pattern': '^x', 'options': ''}}]}}", "{'a': 'xy'}", true},
      // logic
      {"{'$and': [{'a': 1}, {'b': 2}]}", "{'a': 1, 'b': 2}", true}, {"{'$and': [{'a': 1}, {'b': 2}]}", "{'a': 1}", false},
      {"{'$or': [{'a': 1}, {'b': 2}]}", "{'b': 2}", true}, {"{'$or': [{'a': 1}, {'b': 2}]}", "{}", false},
      {"{'$nor': [{'a': 1}, {'b': 2}]}", "{'a': 2}", true}, {"{'$nor': [{'a': 1}, {'b': 2}]}", "{'a': 1}", false},
      {"{'a': {'$not': {'$gt': 5}}}", "{'a': 3}", true}, {"{'a': {'$not': {'$gt': 5}}}", "{}", true}, {"{'a': {'$not': {'$gt': 5}}}", "{'a': [1, 6]}", false},
      {"{'a': {'$not': {'$regularExpression': {'pattern': 'x', 'options': ''}}}}", "{'a': 'y'}", true},
      // elements
      {"{'a': {'$exists': true}}", "{'a': null}", true}, {"{'a': {'$exists': true}}", "{}", false}, {"{'a': {'$exists': false}}", "{}", true},
      {"{'a.b': {'$exists': true}}", "{'a': [{'b': 1}]}", true}, {"{'a.b': {'$exists': false}}", "{'a': []}", true},
      {"{'a': {'@type': 'string'}}", "{'a': 'x'}", true}, {"{'a': {'@type': 'number'}}", "{'a': {'$numberLong': '1'}}", true},
      {"{'a': {'@type': 2}}", "{'a': 'x'}", true}, {"{'a': {'@type': 'array'}}", "{'a': []}", true}, {"{'a': {'@type': 'int'}}", "{'a': ['x', 1]}", true},
      {"{'a': {'@type': ['int', 'bool']}}", "{'a': true}", true}, {"{'a': {'@type': 'null'}}", "{}", false},
      // arrays
      {"{'a': {'$size': 2}}", "{'a': [1, 2]}", true}, {"{'a': {'$size': 2}}", "{'a': [[1, 2]]}", false}, {"{'a': {'$size': 0}}", "{'a': []}", true},
      {"{'a': {'$all': [1, 2]}}", "{'a': [2, 1, 3]}", true}, {"{'a': {'$all': [1, 2]}}", "{'a': [1]}", false}, {"{'a': {'$all': [1]}}", "{'a': 1}", true},
      {"{'a': {'$all': []}}", "{'a': []}", false},
      {"{'a': {'$all': [{'$elemMatch': {'b': 1}}, {'$elemMatch': {'b': 2}}]}}", "{'a': [{'b': 1}, {'b': 2}]}", true},
      {"{'a': {'$elemMatch': {'$gt': 4, '$lt': 2}}}", "{'a': [1, 5]}", false}, {"{'a': {'$elemMatch': {'$gt': 1, '$lt': 4}}}", "{'a': [1, 3]}", true},
      {"{'a': {'$elemMatch': {'b': 1, 'c': 2}}}", "{'a': [{'b': 1, 'c': 3}, {'b': 2, 'c': 2}]}", false},
      {"{'a': {'$elemMatch': {'b': 1, 'c': 2}}}", "{'a': [{'b': 1, 'c': 2}]}", true}, {"{'a': {'$elemMatch': {'b': 1}}}", "{'a': {'b': 1}}", false},
      {"{'a': {'$elemMatch': {'$not': {'$gt': 5}}}}", "{'a': [9, 3]}", true}, {"{'a': {'$elemMatch': {'$or': [{'b': 1}, {'b': 2}]}}}", "{'a': [{'b': 2}]}", true},
      // numbers
      {"{'a': {'$mod': [4, 1]}}", "{'a': 5}", true}, {"{'a': {'$mod': [4, 1]}}", "{'a': 5.7}", true}, {"{'a': {'$mod': [4, 1]}}", "{'a': 6}", false},
      {"{'a': {'$mod': [-1, 0]}}", "{'a': {'$numberLong': '-9223372036854775808'}}", true},
      {"{'a': {'$bitsAllSet': 5}}", "{'a': 7}", true}, {"{'a': {'$bitsAllSet': [0, 3]}}", "{'a': 7}", false}, {"{'a': {'$bitsAnySet': 8}}", "{'a': 7}", false},
      {"{'a': {'$bitsAllClear': 8}}", "{'a': 7}", true}, {"{'a': {'$bitsAnyClear': 9}}", "{'a': 7}", true}, {"{'a': {'$bitsAllSet': [70]}}", "{'a': -1}", true},
      // regular expressions
      {"{'a': {'@regex': '^A', '@options': 'i'}}", "{'a': 'abc'}", true}, {"{'a': {'@regex': '^A'}}", "{'a': 'abc'}", false},
      {"{'a': {'@regex': 'a.c', '@options': 's'}}", "{'a': 'a\\nc'}", true}, {"{'a': {'@regex': '^c$', '@options': 'm'}}", "{'a': 'b\\nc'}", true},
      {"{'a': {'@regex': ' a b # c', '@options': 'x'}}", "{'a': 'ab'}", true}, {"{'a': {'$regularExpression': {'pattern': 'b', 'options': ''}}}", "{'a': ['x', 'abc']}", true},
      {"{'a': {'$regularExpression': {'pattern': 'b', 'options': ''}}}", "{'a': 5}", false}, {"{'a': {'@regex': 'a', '$ne': 'ab'}}", "{'a': 'ab'}", false},
      // the rest
      {"{'$expr': {'$gt': ['$a', '$b']}}", "{'a': 2, 'b': 1}", true}, {"{'$expr': {'$gt': ['$a', '$b']}}", "{'a': 1, 'b': 1}", false},
      {"{'$comment': 'why', 'a': 1}", "{'a': 1}", true}, {"{'a': {'$eq': 1, '$comment': 'x'}}", "{'a': 1}", true}, {"{'$alwaysFalse': 1}", "{}", false},
      {"{'a': {'$ref': 'c', '$id': 1}}", "{'a': {'$ref': 'c', '$id': 1}}", true},
  };
  for (const Case& c : cases) {
    const Outcome<bool> result = match(doc(c.filter), doc(c.document));
    ASSERT_TRUE(result) << c.filter << ": " << result.error().message;
    EXPECT_EQ(*result, c.matches) << c.filter << " on " << c.document;
  }
}

TEST(Matcher, Errors) {
  struct Bad { const char* filter; int code; const char* part; };
  const Bad cases[] = {
      {"{'$foo': 1}", 2, "unknown top level operator: $foo"}, {"{'a': {'$foo': 1}}", 2, "unknown operator: $foo"},
      {"{'a': {'$gt': 1, 'b': 2}}", 2, "unknown operator: b"}, {"{'$and': 1}", 2, "must be an array"}, {"{'$or': []}", 2, "nonempty array"},
      {"{'$nor': [1]}", 2, "full objects"}, {"{'a': {'$in': 1}}", 2, "$in needs an array"}, {"{'a': {'$in': [{'$gt': 1}]}}", 2, "cannot nest $ under $in"},
      {"{'a': {'$not': 1}}", 2, "$not needs a regex or a document"}, {"{'a': {'$not': {}}}", 2, "$not cannot be empty"},
      {"{'a': {'$size': 'x'}}", 2, "Failed to parse $size"}, {"{'a': {'$size': -1}}", 2, "non-negative"}, {"{'a': {'$size': 1.5}}", 2, "integer"},
      {"{'a': {'$mod': [0, 1]}}", 2, "divisor cannot be 0"}, {"{'a': {'$mod': [1]}}", 2, "not enough elements"}, {"{'a': {'$mod': 1}}", 2, "needs to be an array"},
      {"{'a': {'$all': 1}}", 2, "$all needs an array"}, {"{'a': {'$all': [{'$gt': 1}]}}", 2, "no $ expressions in $all"},
      {"{'a': {'$elemMatch': 1}}", 2, "$elemMatch needs an Object"}, {"{'a': {'@type': 'what'}}", 2, "Unknown type name alias: what"},
      {"{'a': {'@type': 99}}", 2, "Invalid numerical type code: 99"}, {"{'a': {'@type': true}}", 14, "number or a string"},
      {"{'a': {'@regex': 1}}", 2, "$regex has to be a string"}, {"{'a': {'@options': 'i'}}", 2, "$options needs a $regex"},
      {"{'a': {'@regex': '('}}", 51091, "Regular expression is invalid"}, {"{'a': {'@regex': 'a', '@options': 'q'}}", 51108, "invalid flag in regex options: q"},
      {"{'a': {'$ne': {'$regularExpression': {'pattern': 'b', 'options': ''}}}}", 2, "Can't have regex as arg to $ne"},
      {"{'$where': 'sleep(1)'}", 2, "$where"}, {"{'$expr': {'$foo': 1}}", 168, "Unrecognized expression '$foo'"},
      {"{'a': {'$bitsAllSet': 'x'}}", 2, "takes an Array"}, {"{'a': {'$elemMatch': {'$foo': 1}}}", 2, "unknown operator: $foo"},
      {"{'$and': [{'$foo': 1}]}", 2, "unknown top level operator: $foo"}, {"{'a': {'$not': {'$foo': 1}}}", 2, "unknown operator: $foo"},
  };
  for (const Bad& c : cases) {
    const Outcome<Matcher> result = Matcher::compile(doc(c.filter));
    ASSERT_FALSE(result) << c.filter;
    EXPECT_EQ(result.error().code, c.code) << c.filter;
    EXPECT_NE(result.error().message.find(c.part), std::string::npos) << c.filter << ": " << result.error().message;
    EXPECT_EQ(result.error().code_name, code_name(c.code));
  }
  EXPECT_EQ(match(doc("{'$expr': {'$divide': [1, 0]}}"), doc("{}")).error().code, 2);
}

TEST(Matcher, GivesThePositionAndTheEqualities) {
  const auto position = [](const char* filter, const char* document) {
    bson::Position where;
    EXPECT_TRUE(Matcher::compile(doc(filter))->test(doc(document), &where)) << filter;
    return where;
  };
  EXPECT_EQ(position("{'a': 3}", "{'a': [1, 3]}"), 1u);
  EXPECT_EQ(position("{'a.b': 3}", "{'a': [{'b': 1}, {'b': [2, 3]}]}"), 1u);
  EXPECT_EQ(position("{'a': {'$elemMatch': {'b': 3}}}", "{'a': [{'b': 1}, 7, {'b': 3}]}"), 2u);
  EXPECT_EQ(position("{'a': 3}", "{'a': 3}"), std::nullopt);
  const Outcome<Matcher> matcher = Matcher::compile(doc("{'a': 1, 'b': {'$gt': 1}, '$and': [{'c.d': {'$eq': 'x'}}], '$or': [{'e': 1}, {'f': 1}]}"));
  ASSERT_EQ(matcher->equalities().size(), 2u);
  EXPECT_EQ(matcher->equalities()[1].path, "c.d");
  EXPECT_EQ(bson::show(matcher->equalities()[1].value), "\"x\"");
}

}  // namespace
}  // namespace failc::query
