#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/decimal.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/bson/path.hpp"

namespace failc::bson {
namespace {

Document doc(std::string_view json) {
  Result<Document> out = from_json(json);
  EXPECT_TRUE(out) << json;
  return out ? *out : Document{};
}

Value decimal(const char* text) { return *Decimal128::parse(text); }

/// One of each type.
Document everything() {
  Builder out;
  out.append("double", 1.5).append("string", std::string_view("a\0b", 3)).append("int", 7).append("long", std::int64_t{5000000000});
  out.open("object").append("x", 1).open_array("list").append("0", true).close().close();
  out.append("binary", BinaryView{4, "0123456789abcdef"}).append("id", ObjectId{{1, 2, 3}}).append("no", false);
  out.append("date", Date{std::chrono::milliseconds(1577836800123)}).append("null", Null{}).append("regex", RegexView{"^a", "i"});
  out.append("code", Code{"f()"}).append("symbol", Symbol{"s"}).append("time", Timestamp{7, 8}).append("decimal", decimal("1.50"));
  out.append("min", MinKey{}).append("max", MaxKey{}).append("undefined", Undefined{});
  std::string scoped("\x16\0\0\0\x02\0\0\0f\0", 10);
  scoped += Builder().append("x", 1).finish().bytes();
  out.append("scoped", Value(Type::code_with_scope, scoped));
  std::string pointer("\x04\0\0\0a.b\0", 8);
  pointer.append(12, 'p');
  out.append("pointer", Value(Type::db_pointer, pointer));
  return out.finish();
}

TEST(Document, HoldsEveryTypeAndGivesItBack) {
  const Document all = everything();
  EXPECT_EQ(invalid(all.bytes()), std::nullopt);
  EXPECT_EQ(all["double"].as_double(), 1.5);
  EXPECT_EQ(all["string"].as_string(), std::string_view("a\0b", 3));
  EXPECT_EQ(all["int"].as_int32(), 7);
  EXPECT_EQ(all["long"].as_int64(), 5000000000);
  EXPECT_EQ(all.at("object.list.0").as_bool(), true);
  EXPECT_EQ(all["binary"].as_binary().subtype, 4);
  EXPECT_EQ(all["binary"].as_binary().bytes, "0123456789abcdef");
  EXPECT_EQ(all["id"].as_object_id().hex(), "010203000000000000000000");
  EXPECT_EQ(all["date"].as_date().since_epoch.count(), 1577836800123);
  EXPECT_EQ(all["regex"].as_regex().pattern, "^a");
  EXPECT_EQ(all["regex"].as_regex().options, "i");
  EXPECT_EQ(all["code"].as_string(), "f()");
  EXPECT_EQ(all["time"].as_timestamp(), (Timestamp{7, 8}));
  EXPECT_EQ(all["decimal"].as_decimal().text(), "1.50");
  EXPECT_TRUE(all["undefined"].is(Type::undefined));
  EXPECT_FALSE(all["nothing"].exists());
  EXPECT_EQ(all.view().count(), 20u);
}

TEST(Document, IsReadByLibbsonAsWell) {
  const std::string json = canonical_json(everything());
  for (const char* part : {"\"$numberDouble\" : \"1.5\"", "\"$numberLong\" : \"5000000000\"", "\"$date\"", "\"$dbPointer\"", "\"$scope\"",
                           "\"$numberDecimal\" : \"1.50\"", "\"a\\u0000b\"", "\"$timestamp\" : { \"t\" : 7, \"i\" : 8 }"})
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  const std::string round = canonical_json(doc(json));
  EXPECT_EQ(round, json);
  EXPECT_NE(relaxed_json(everything()).find("\"2020-01-01T00:00:00.123Z\""), std::string::npos);
  EXPECT_FALSE(from_json("{\"a\": }"));
}

TEST(Builder, KeepsWhatItIsGiven) {
  const Document base = doc(R"({"a": 1, "b": 2})");
  EXPECT_EQ(show(with(base, "a", Value("x"))), "{ a: \"x\", b: 2 }");
  EXPECT_EQ(show(with(base, "c", Value(3))), "{ a: 1, b: 2, c: 3 }");
  EXPECT_EQ(show(without(base, "a")), "{ b: 2 }");
  EXPECT_EQ(show(Builder().append_all(base).append("gone", Value()).finish()), "{ a: 1, b: 2 }");
  EXPECT_EQ(show(ArrayBuilder().push(1).push("a").push(Value()).finish()), "[ 1, \"a\", null ]");
  EXPECT_TRUE(Builder().finish().empty());
  EXPECT_EQ(Builder().append("n", std::uint64_t{3}).finish()["n"].type(), Type::int64);
  EXPECT_EQ(Builder().append("n", std::uint16_t{3}).finish()["n"].type(), Type::int32);
}

TEST(Value, NumbersOfAnyType) {
  EXPECT_EQ(Value(5.0).view().integer(), 5);
  EXPECT_EQ(Value(5.5).view().integer(), std::nullopt);
  EXPECT_EQ(Value(0x1p63).view().integer(), std::nullopt);
  EXPECT_EQ(decimal("12").view().integer(), 12);
  EXPECT_EQ(Value("5").view().number(), std::nullopt);
  EXPECT_TRUE(Value("").view().truthy());
  EXPECT_FALSE(Value(0.0).view().truthy());
  EXPECT_FALSE(Value(Null{}).view().truthy());
}

TEST(Compare, OrdersEveryBracket) {
  const std::vector<Value> ascending = {
      MinKey{}, Undefined{}, Null{}, std::numeric_limits<double>::quiet_NaN(), -HUGE_VAL, -1, decimal("-0.5"), 0, decimal("0.1"), 0.1, 1, 1.5,
      std::int64_t{9007199254740992}, std::int64_t{9007199254740993}, 1e300, HUGE_VAL, "", "a", "aa", "b", doc("{}"), doc(R"({"a": 1})"),
      doc(R"({"a": 2})"), doc(R"({"b": 1})"), doc(R"({"a": "x"})"), Value(Type::array, doc("[]").bytes()), Value(Type::array, doc("[1]").bytes()),
      Value(Type::array, doc("[1, 2]").bytes()), Value(Type::array, doc("[2]").bytes()), BinaryView{0, "zz"}, BinaryView{5, "aa"},
      BinaryView{0, "aaa"}, ObjectId{{1}}, ObjectId{{2}}, false, true, Date{std::chrono::milliseconds(-5)}, Date{std::chrono::milliseconds(5)},
      Timestamp{1, 9}, Timestamp{2, 1}, RegexView{"a", ""}, RegexView{"a", "i"}, Code{"f"}, MaxKey{}};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(compare(ascending[i].view(), ascending[j].view()), std::weak_ordering(i <=> j)) << show(ascending[i]) << " and " << show(ascending[j]);
      std::string x, y;
      append_equality_key(x, ascending[i]);
      append_equality_key(y, ascending[j]);
      EXPECT_EQ(x == y, i == j) << show(ascending[i]) << " and " << show(ascending[j]);
    }
}

TEST(Compare, NumbersAreOneKind) {
  const std::vector<std::vector<Value>> same = {{1, 1.0, std::int64_t{1}, decimal("1.00")}, {0, -0.0, decimal("-0")}, {2.5, decimal("2.5")},
                                                {HUGE_VAL, decimal("Infinity")}, {std::int64_t{1} << 60, 0x1p60}, {1e25, decimal("10000000000000000905969664")},
                                                {std::nan(""), decimal("NaN")}, {std::int64_t{1000}, decimal("1E+3")}};
  for (const std::vector<Value>& group : same)
    for (const Value& a : group)
      for (const Value& b : group) {
        EXPECT_TRUE(equal(a, b)) << show(a) << " and " << show(b);
        std::string x, y;
        append_equality_key(x, a);
        append_equality_key(y, b);
        EXPECT_EQ(x, y) << show(a) << " and " << show(b);
      }
  EXPECT_TRUE(compare(Value(INT64_MAX), Value(0x1p63)) < 0);
  EXPECT_TRUE(compare(Value(0x1p63), Value(INT64_MAX)) > 0);
}

TEST(Decimal, Arithmetic) {
  const auto digits = [](const char* text) { return Digits::of(std::string_view(text)); };
  EXPECT_EQ(add(digits("1.1"), digits("2.25")).decimal().text(), "3.35");
  EXPECT_EQ(add(digits("1"), digits("-1.5")).decimal().text(), "-0.5");
  EXPECT_EQ(add(digits("9.99"), digits("0.01")).decimal().text(), "10");
  EXPECT_EQ(multiply(digits("-1.5"), digits("12")).decimal().text(), "-18");
  EXPECT_EQ(divide(digits("1"), digits("8")).decimal().text(), "0.125");
  EXPECT_EQ(divide(digits("9"), digits("3")).decimal().text(), "3");
  EXPECT_EQ(divide(digits("1"), digits("3")).decimal().text(), "0.3333333333333333333333333333333333");
  EXPECT_EQ(divide(digits("2"), digits("3")).decimal().text(), "0.6666666666666666666666666666666667");
  EXPECT_EQ(remainder(digits("-7.5"), digits("2")).decimal().text(), "-1.5");
  EXPECT_EQ(divide(digits("1"), digits("0")).decimal().text(), "NaN");
  EXPECT_EQ(add(digits("Infinity"), digits("-Infinity")).decimal().text(), "NaN");
  EXPECT_EQ(multiply(digits("1E+6000"), digits("1E+6000")).decimal().text(), "Infinity");
}

std::string values_at(const char* json, const char* path, Leaf leaf) {
  const Document document = doc(json);
  const std::vector<std::string> parts = split_path(path);
  std::string out;
  visit_path(document, parts, leaf, [&](ValueView value, Position position) {
    out += (out.empty() ? "" : " ") + show(value) + (position ? "@" + std::to_string(*position) : "");
    return false;
  });
  return out;
}

TEST(Path, GoesThroughArrays) {
  EXPECT_EQ(values_at(R"({"a": {"b": 1}})", "a.b", Leaf::spread), "1");
  EXPECT_EQ(values_at(R"({"a": [{"b": 1}, 5, {"c": 2}]})", "a.b", Leaf::spread), "1@0 EOO@2");
  EXPECT_EQ(values_at(R"({"a": [1, 2]})", "a", Leaf::spread), "[ 1, 2 ] 1@0 2@1");
  EXPECT_EQ(values_at(R"({"a": [1, 2]})", "a", Leaf::whole), "[ 1, 2 ]");
  EXPECT_EQ(values_at(R"({"a": [1, 2]})", "a.1", Leaf::spread), "2");
  EXPECT_EQ(values_at(R"({"a": []})", "a.b", Leaf::spread), "");
  EXPECT_EQ(values_at(R"({"a": 1})", "a.b", Leaf::spread), "EOO");
  EXPECT_EQ(values_at(R"({})", "a.b", Leaf::spread), "EOO");
  EXPECT_EQ(array_index("01"), std::nullopt);
  EXPECT_EQ(array_index("12"), 12u);
}

std::string nested(int depth) {
  std::string inner("\5\0\0\0\0", 5);
  for (int i = 1; i < depth; ++i) inner = Builder().append("a", View(std::string_view(inner))).finish().bytes();
  return inner;
}

TEST(Validation, RefusesWhatIsNotWellFormed) {
  EXPECT_EQ(invalid(nested(200)), std::nullopt);
  EXPECT_NE(invalid(nested(201)), std::nullopt);
  EXPECT_NE(invalid(nested(20), 19), std::nullopt);
  EXPECT_TRUE(deeper_than(View(std::string_view(nested(20))), 19));
  EXPECT_FALSE(deeper_than(View(std::string_view(nested(20))), 20));
  EXPECT_NE(invalid(""), std::nullopt);
  EXPECT_NE(invalid(std::string_view("\4\0\0\0", 4)), std::nullopt);
  EXPECT_NE(invalid(std::string_view("\6\0\0\0\0\0", 6)), std::nullopt) << "a zero byte inside";
  EXPECT_NE(invalid(std::string_view("\5\0\0\0\0\0", 6)), std::nullopt) << "bytes after it";
  const auto refuses = [](const Value& value) { return invalid(Builder().append("a", value).finish().bytes()).has_value(); };
  EXPECT_FALSE(refuses(Value("ok")));
  EXPECT_TRUE(refuses(Value("\xC0\x80"))) << "overlong";
  EXPECT_TRUE(refuses(Value("\xED\xA0\x80"))) << "a surrogate";
  EXPECT_TRUE(refuses(Value(Type::boolean, "\2")));
  EXPECT_TRUE(refuses(Value(Type::int64, "1234")));
  EXPECT_TRUE(refuses(Value(Type::string, std::string("\0\0\0\0", 4))));
  EXPECT_TRUE(refuses(Value(Type::string, std::string("\xff\xff\xff\x7f" "a\0", 6))));
  EXPECT_TRUE(refuses(Value(Type::binary, std::string("\xff\xff\xff\xff\0", 5))));
  EXPECT_TRUE(refuses(Value(Type::binary, std::string("\4\0\0\0\2\1\0\0\0", 9))));
  EXPECT_TRUE(refuses(Value(Type::regex, "abc")));
  EXPECT_TRUE(refuses(Value(static_cast<Type>(0x20), "")));
  EXPECT_TRUE(refuses(Value(Type::document, std::string("\4\0\0\0\0", 5))));
  EXPECT_TRUE(invalid(Builder().append("\xff", 1).finish().bytes()));
}

/// Whatever passes can be walked, shown and compared without a fault (run it under ASan for the rest).
TEST(Validation, HoldsAgainstRandomBytes) {
  std::mt19937 dice(42);
  const std::string original = everything().bytes();
  std::size_t passed = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string bytes = original;
    for (int changes = 1 + static_cast<int>(dice() % 3); changes > 0; --changes) bytes[dice() % bytes.size()] = static_cast<char>(dice());
    if (dice() % 4 == 0) bytes.resize(dice() % (bytes.size() + 1));
    Result<Document> document = Document::from_bytes(bytes);
    if (!document) continue;
    ++passed;
    EXPECT_FALSE(show(document->view()).empty());
    EXPECT_TRUE(compare(document->view(), document->view()) == 0);
    if (round % 16 == 0) {
      EXPECT_FALSE(canonical_json(*document).empty());
    }
  }
  EXPECT_GT(passed, 1000u);
  EXPECT_LT(passed, 90000u);
}

}  // namespace
}  // namespace failc::bson
