#include "interpreter/systems/mongodb/query/expression.hpp"

#include <gtest/gtest.h>

#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/test_json.hpp"

namespace failc::query {
namespace {

Constants constants() {
  Constants out;
  out.now = {std::chrono::milliseconds(1577836800000)};
  out.cluster_time = {7, 1};
  out.let = doc("{'v': 5, 'w': {'x': 6}}");
  return out;
}

/// `expression` is the value of `e` in the JSON.
Outcome<bson::Value> evaluate(const std::string& expression, const char* document) {
  return guarded([&] {
    const Constants given = constants();
    const Expression parsed = parse_expression(doc("{'e': " + expression + "}")["e"], names_of(given));
    const bson::Document root = doc(document);
    return parsed.evaluate(Scope{root, &given, nullptr});
  });
}

TEST(Expression, Values) {
  const char* kDocument = "{'a': 1, 'b': 2.5, 's': 'text', 'l': [1, 2, 3], 'd': {'x': 1}, 'dl': [{'x': 1}, {'y': 2}, 5, {'x': 3}], 'n': null, 't': true, 'date': {'$date': {'$numberLong': '1000'}}}";
  struct Case { const char* expression; const char* shown; };
  const Case cases[] = {
      // paths and variables
      {"'$a'", "1"}, {"'$d.x'", "1"}, {"'$dl.x'", "[ 1, 3 ]"}, {"'$nothing'", "EOO"}, {"'$a.x'", "EOO"}, {"'$$ROOT.a'", "1"}, {"'$$CURRENT.a'", "1"}, {"'$$REMOVE'", "EOO"},
      {"'$$NOW'", "new Date(1577836800000)"}, {"'$$CLUSTER_TIME'", "Timestamp(7, 1)"}, {"'$$v'", "5"}, {"'$$w.x'", "6"}, {"'text'", "\"text\""}, {"{'$literal': '$a'}", "\"$a\""},
      {"['$a', '$nothing']", "[ 1, null ]"}, {"{'p': '$a', 'q': '$nothing'}", "{ p: 1 }"},
      // comparison and logic
      {"{'$eq': ['$a', 1.0]}", "true"}, {"{'$ne': ['$a', 1]}", "false"}, {"{'$gt': ['$s', 5]}", "true"}, {"{'$gte': [1, 1]}", "true"}, {"{'$lt': [1, 2]}", "true"},
      {"{'$lte': [3, 2]}", "false"}, {"{'$cmp': [1, 2]}", "-1"}, {"{'$and': [1, '$t']}", "true"}, {"{'$and': [1, 0]}", "false"}, {"{'$or': [0, null]}", "false"}, {"{'$or': [0, 'x']}", "true"},
      {"{'$not': [0]}", "true"}, {"{'$not': '$t'}", "false"}, {"{'$cond': ['$t', 1, 2]}", "1"}, {"{'$cond': {'if': '$n', 'then': 1, 'else': 2}}", "2"}, {"{'$ifNull': ['$n', '$nothing', 7]}", "7"},
      {"{'$switch': {'branches': [{'case': {'$eq': ['$a', 2]}, 'then': 'two'}, {'case': '$t', 'then': 'yes'}], 'default': 'no'}}", "\"yes\""},
      // numbers
      {"{'$add': ['$a', 2]}", "3"}, {"{'$add': ['$a', '$b']}", "3.5"}, {"{'$add': [2147483647, 1]}", "2147483648"}, {"{'$add': ['$date', 5]}", "new Date(1005)"}, {"{'$add': ['$n', 1]}", "null"},
      {"{'$subtract': [5, 3]}", "2"}, {"{'$subtract': ['$date', 1000]}", "new Date(0)"}, {"{'$multiply': [3, 2.5]}", "7.5"}, {"{'$divide': [6, 3]}", "2.0"}, {"{'$mod': [-7, 3]}", "-1"},
      {"{'$mod': [{'$numberLong': '-9223372036854775808'}, -1]}", "0"}, {"{'$abs': -3}", "3"}, {"{'$ceil': 1.2}", "2.0"}, {"{'$floor': -1.2}", "-2.0"}, {"{'$trunc': [-1.7]}", "-1.0"},
      {"{'$add': [{'$numberDecimal': '0.1'}, {'$numberDecimal': '0.2'}]}", "0.3"}, {"{'$multiply': [{'$numberLong': '9223372036854775807'}, 2]}", "18446744073709551616.0"},
      // conversions
      {"{'$toString': 1.5}", "\"1.5\""}, {"{'$toString': true}", "\"true\""}, {"{'$toString': '$date'}", "\"1970-01-01T00:00:01.000Z\""}, {"{'$toInt': '42'}", "42"}, {"{'$toInt': 3.9}", "3"},
      {"{'$toLong': 5}", "5"}, {"{'$toDouble': '2.5'}", "2.5"}, {"{'$toDecimal': '1.10'}", "1.10"}, {"{'$toBool': 'x'}", "true"}, {"{'$toInt': null}", "null"},
      {"{'$type': '$a'}", "\"int\""}, {"{'$type': '$nothing'}", "\"missing\""}, {"{'$isNumber': '$b'}", "true"}, {"{'$isArray': '$l'}", "true"},
      // lists
      {"{'$in': [2, '$l']}", "true"}, {"{'$in': [9, '$l']}", "false"}, {"{'$size': '$l'}", "3"}, {"{'$arrayElemAt': ['$l', -1]}", "3"}, {"{'$arrayElemAt': ['$l', 9]}", "EOO"},
      {"{'$first': '$l'}", "1"}, {"{'$last': '$l'}", "3"}, {"{'$concatArrays': ['$l', [4]]}", "[ 1, 2, 3, 4 ]"}, {"{'$reverseArray': '$l'}", "[ 3, 2, 1 ]"}, {"{'$slice': ['$l', 2]}", "[ 1, 2 ]"},
      {"{'$slice': ['$l', -2]}", "[ 2, 3 ]"}, {"{'$slice': ['$l', 1, 1]}", "[ 2 ]"}, {"{'$indexOfArray': ['$l', 3]}", "2"}, {"{'$range': [0, 6, 2]}", "[ 0, 2, 4 ]"},
      {"{'$sum': '$l'}", "6"}, {"{'$sum': ['$a', '$b', '$s']}", "3.5"}, {"{'$avg': '$l'}", "2.0"}, {"{'$min': '$l'}", "1"}, {"{'$max': ['$a', '$b']}", "2.5"}, {"{'$avg': []}", "null"},
      {"{'$map': {'input': '$l', 'as': 'e', 'in': {'$multiply': ['$$e', 2]}}}", "[ 2, 4, 6 ]"}, {"{'$map': {'input': '$l', 'in': '$$this'}}", "[ 1, 2, 3 ]"},
      {"{'$filter': {'input': '$l', 'cond': {'$gt': ['$$this', 1]}}}", "[ 2, 3 ]"}, {"{'$filter': {'input': '$l', 'cond': true, 'limit': 1}}", "[ 1 ]"},
      {"{'$reduce': {'input': '$l', 'initialValue': 0, 'in': {'$add': ['$$value', '$$this']}}}", "6"}, {"{'$let': {'vars': {'q': 3}, 'in': {'$add': ['$$q', '$a']}}}", "4"},
      // objects and strings
      {"{'$concat': ['$s', '!']}", "\"text!\""}, {"{'$concat': ['$s', '$n']}", "null"}, {"{'$toUpper': '$s'}", "\"TEXT\""}, {"{'$toLower': 'ABC'}", "\"abc\""}, {"{'$strLenCP': 'h\\u00e9'}", "2"},
      {"{'$strLenBytes': 'h\\u00e9'}", "3"}, {"{'$split': ['a-b', '-']}", "[ \"a\", \"b\" ]"}, {"{'$mergeObjects': ['$d', {'x': 2, 'y': 3}, '$n']}", "{ x: 2, y: 3 }"},
      {"{'$setField': {'field': 'y.z', 'input': '$d', 'value': 2}}", "{ x: 1, y.z: 2 }"}, {"{'$setField': {'field': 'x', 'input': '$d', 'value': '$$REMOVE'}}", "{}"},
      {"{'$unsetField': {'field': 'x', 'input': '$d'}}", "{}"}, {"{'$getField': 's'}", "\"text\""}, {"{'$getField': {'field': 'x', 'input': '$d'}}", "1"},
      {"{'$objectToArray': '$d'}", "[ { k: \"x\", v: 1 } ]"}, {"{'$arrayToObject': [[['k', 1]]]}", "{ k: 1 }"}, {"{'$arrayToObject': {'$objectToArray': '$d'}}", "{ x: 1 }"},
  };
  for (const Case& c : cases) {
    const Outcome<bson::Value> value = evaluate(c.expression, kDocument);
    ASSERT_TRUE(value) << c.expression << ": " << value.error().message;
    EXPECT_EQ(bson::show(*value), c.shown) << c.expression;
  }
}

TEST(Expression, Errors) {
  struct Case { const char* expression; int code; const char* part; };
  const Case cases[] = {
      {"{'$foo': 1}", 168, "Unrecognized expression '$foo'"}, {"'$$nope'", 17276, "Use of undefined variable: nope"}, {"'$'", 16872, "FieldPath"}, {"'$a..b'", 15998, "empty"},
      {"{'$eq': [1]}", 16020, "takes exactly 2 arguments. 1 were passed in."}, {"{'$eq': [1, 2], 'x': 1}", 15983, "exactly one field"}, {"{'a.b': 1}", 16405, "dotted"},
      {"{'$divide': [1, 0]}", 2, "can't $divide by zero"}, {"{'$mod': [1, 0]}", 16610, "can't $mod by zero"}, {"{'$add': ['x', 1]}", 14, "only supports numeric or date types, not string"},
      {"{'$subtract': ['x', 1]}", 14, "can't $subtract int from string"}, {"{'$concat': [1]}", 16702, "$concat only supports strings, not int"}, {"{'$size': 1}", 17124, "must be an array"},
      {"{'$in': [1, 2]}", 40081, "$in requires an array"}, {"{'$arrayElemAt': [1, 2]}", 28689, "must be an array"}, {"{'$toInt': 'x'}", 241, "Failed to parse number 'x'"},
      {"{'$toInt': 1e10}", 241, "overflow"}, {"{'$toInt': {'$literal': {}}}", 241, "Unsupported conversion from object to int"}, {"{'$map': {'input': 1, 'in': 1}}", 16883, "must be an array not int"},
      {"{'$map': {'in': 1}}", 16880, "Missing 'input'"}, {"{'$map': {'input': [], 'in': 1, 'z': 1}}", 16879, "Unrecognized parameter"}, {"{'$filter': {'input': 1, 'cond': 1}}", 28651, "must be an array"},
      {"{'$reduce': {'input': 1, 'initialValue': 1, 'in': 1}}", 40080, "must be an array"}, {"{'$switch': {'branches': [{'case': false, 'then': 1}]}}", 40066, "no default"}, {"{'$switch': {'branches': []}}", 40068, "at least one branch"},
      {"{'$mergeObjects': [1]}", 40400, "requires object inputs"}, {"{'$setField': {'field': 1, 'input': {}, 'value': 1}}", 4161107, "String"}, {"{'$range': [0, 1, 0]}", 34449, "non-zero"},
      {"{'$range': [0, 2147483647]}", 96, "too large"}, {"{'$cond': [1]}", 16020, "exactly 3"}, {"{'$arrayToObject': [[1]]}", 40398, "Unrecognised"}, {"{'$ifNull': [1]}", 28667, "at least 2"},
  };
  for (const Case& c : cases) {
    const Outcome<bson::Value> value = evaluate(c.expression, "{}");
    ASSERT_FALSE(value) << c.expression;
    EXPECT_EQ(value.error().code, c.code) << c.expression << ": " << value.error().message;
    EXPECT_NE(value.error().message.find(c.part), std::string::npos) << c.expression << ": " << value.error().message;
  }
}

TEST(Error, NamesAreThePublicOnes) {
  EXPECT_EQ(code_name(2), "BadValue");
  EXPECT_EQ(code_name(64), "WriteConcernFailed");
  EXPECT_EQ(code_name(91), "ShutdownInProgress");
  EXPECT_EQ(code_name(246), "SnapshotUnavailable");
  EXPECT_EQ(code_name(11602), "InterruptedDueToReplStateChange");
  EXPECT_EQ(code_name(40324), "Location40324");
}

}  // namespace
}  // namespace failc::query
