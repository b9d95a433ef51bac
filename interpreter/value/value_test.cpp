#include "interpreter/value/value.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "interpreter/value/utf8.hpp"

namespace failc {
namespace {

using namespace std::chrono_literals;

Value version(const char* text) { return *parse_version(text); }
Value doc(std::vector<std::pair<std::string, Value>> entries) { return Document{std::move(entries)}; }

TEST(Equal, NumbersMix) {
  EXPECT_EQ(equal(std::int64_t{1}, 1.0), Truth::yes);
  EXPECT_EQ(equal(std::int64_t{1}, 1.5), Truth::no);
  // 2^53 + 1 is no double; a comparison through double would call them equal.
  EXPECT_EQ(equal(std::int64_t{9007199254740993}, 9007199254740992.0), Truth::no);
  EXPECT_EQ(compare(std::int64_t{9007199254740993}, 9007199254740992.0), Order::greater);
  EXPECT_EQ(equal(std::numeric_limits<double>::quiet_NaN(), std::int64_t{1}), Truth::undefined);
}

TEST(Equal, KindsThatCannotBeCompared) {
  EXPECT_EQ(equal(std::string("1"), std::int64_t{1}), Truth::undefined);
  EXPECT_EQ(equal(Nanos(5s), std::int64_t{5}), Truth::undefined);
  EXPECT_EQ(compare(true, false), Order::unordered);
  EXPECT_EQ(equal(Undefined{"why"}, Undefined{"why"}), Truth::undefined);
}

TEST(Equal, NullIsComparable) {
  EXPECT_EQ(equal(Null{}, Null{}), Truth::yes);
  EXPECT_EQ(equal(Null{}, std::string("x")), Truth::no);
  EXPECT_EQ(equal(Undefined{""}, Null{}), Truth::undefined);
}

TEST(Equal, VersionsByPart) {
  EXPECT_EQ(equal(version("4.2"), version("4.2.0")), Truth::yes);
  EXPECT_EQ(compare(version("4.10"), version("4.9.9")), Order::greater);
  EXPECT_EQ(compare(std::string("3.4.23"), version("3.5")), Order::less);
  EXPECT_EQ(compare(std::string("v3.5"), version("3.5")), Order::equal);
  EXPECT_EQ(compare(std::string("three"), version("3.5")), Order::unordered);
  EXPECT_FALSE(parse_version("4..2"));
  EXPECT_FALSE(parse_version(""));
  EXPECT_FALSE(parse_version("99999999999"));
  EXPECT_TRUE(parse_version("3.4.23+dfsg"));
}

TEST(Equal, DocumentsInAnyOrder) {
  EXPECT_EQ(equal(doc({{"a", std::int64_t{1}}, {"b", true}}), doc({{"b", true}, {"a", 1.0}})), Truth::yes);
  EXPECT_EQ(equal(doc({{"a", std::int64_t{1}}}), doc({{"b", std::int64_t{1}}})), Truth::no);
  EXPECT_EQ(equal(doc({{"a", std::int64_t{1}}}), doc({})), Truth::no);
  EXPECT_EQ(equal(doc({{"a", Undefined{"x"}}, {"b", true}}), doc({{"a", true}, {"b", true}})), Truth::undefined);
  EXPECT_EQ(equal(doc({{"a", Undefined{"x"}}, {"b", true}}), doc({{"a", true}, {"b", false}})), Truth::no);
}

TEST(Equal, RangesAreMembership) {
  const Value range = Range{{Nanos(80ms), Nanos(120ms)}};
  EXPECT_EQ(equal(Nanos(100ms), range), Truth::yes);
  EXPECT_EQ(equal(range, Nanos(80ms)), Truth::yes);
  EXPECT_EQ(equal(Nanos(121ms), range), Truth::no);
  EXPECT_EQ(equal(std::int64_t{100}, range), Truth::undefined);
  EXPECT_EQ(equal(range, range), Truth::yes);
}

TEST(Show, DurationsExactly) {
  EXPECT_EQ(show(Nanos(0)), "0s");
  EXPECT_EQ(show(Nanos(1500ms)), "1.5s");
  EXPECT_EQ(show(Nanos(250ms)), "250ms");
  EXPECT_EQ(show(Nanos(130s)), "2m10s");
  EXPECT_EQ(show(Nanos(90s)), "1m30s");
  EXPECT_EQ(show(Nanos(1h)), "1h");
  EXPECT_EQ(show(Nanos(1500us)), "1.5ms");
  EXPECT_EQ(show(Nanos(7)), "7ns");
  EXPECT_EQ(show(Nanos(60'000'000'001)), "1m0.000000001s");
  EXPECT_EQ(show(-Nanos(250ms)), "-250ms");
}

TEST(Show, DurationsReadBack) {
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{1}, std::int64_t{999}, std::int64_t{1001}, std::int64_t{90'000'000'000}, std::int64_t{3'600'000'000'001},
                                   std::int64_t{-1500}, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const auto back = parse_duration(show(Nanos(count)));
    ASSERT_TRUE(back) << show(Nanos(count));
    EXPECT_EQ(back->count(), count) << show(Nanos(count));
  }
  for (const char* bad : {"", "-", "5", "5x", "1.s", ".5s", "99999999999999999999s", "9999999999h", "0.1ns", "5s "}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Show, AsAUserWritesIt) {
  EXPECT_EQ(show(std::string("a\"b\n")), R"("a\"b\n")");
  EXPECT_EQ(show(std::string("\xff")), R"("\xff")");
  EXPECT_EQ(show(List{std::int64_t{1}, 2.0, true, Null{}}), "[1, 2.0, true, null]");
  EXPECT_EQ(show(doc({{"a", std::int64_t{1}}, {"b c", List{}}})), R"({ a: 1, "b c": [] })");
  EXPECT_EQ(show(Undefined{"no node of kv holds `leader`"}), "undefined (no node of kv holds `leader`)");
  EXPECT_EQ(show(Bytes{65536}), "64KiB");
  EXPECT_EQ(show(Bytes{10'000'000}), "10MB");
  EXPECT_EQ(show(Bytes{0}), "0B");
  EXPECT_EQ(show(Percent{12.5}), "12.5%");
  EXPECT_EQ(show(version("4.2.1")), "4.2.1");
  EXPECT_EQ(show(Regex{R"(a"(\S+))", nullptr}), R"x(r"a\"(\S+)")x");
  EXPECT_EQ(show(Range{{Nanos(1s), Nanos(2s)}}), "1s .. 2s");
  EXPECT_EQ(show(NodeRef{1}, {"a", "kv.x[1]"}), "kv.x[1]");
  EXPECT_EQ(show(NodeRef{3}), "node 3");
}

TEST(Show, CutsAtTheLimitAndNotInsideACharacter) {
  const std::string cut = show(std::string("ääääääääää"), {}, 10);
  EXPECT_LE(cut.size(), 10u);
  EXPECT_TRUE(valid_utf8(cut));
  EXPECT_EQ(cut.substr(cut.size() - 3), "…");
  EXPECT_LE(show(List(100'000, std::int64_t{7})).size(), 400u);
}

TEST(Json, TaggedThereAndBack) {
  const std::vector<Value> values = {
      Undefined{"why"}, Null{}, true, std::int64_t{-5}, 3.0, 0.1, std::numeric_limits<double>::infinity(), std::string("text"), std::string("\xff\x00", 2), Nanos(1500ms),
      Bytes{1024}, Percent{50}, version("4.2.0"), NodeRef{3}, List{std::int64_t{1}, List{Nanos(1s)}}, doc({{"b", std::int64_t{1}}, {"a", Nanos(1s)}}),
      doc({{"$node", std::int64_t{1}}}), doc({{"a", std::int64_t{1}}}), doc({}), Range{{std::int64_t{1}, std::int64_t{2}}}, *compile_regex("a(b)")};
  for (const Value& value : values) {
    const std::string text = to_json(value).dump();
    const auto back = read_tagged_json(nlohmann::json::parse(text));
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(show(*back), show(value)) << text;
    EXPECT_EQ(back->data.index(), value.data.index()) << text;
    EXPECT_EQ(to_json(*back).dump(), text);
  }
}

TEST(Json, TagsThatMakeNoSense) {
  for (const char* text : {R"({"$duration":"five"})", R"({"$duration":5})", R"({"$node":-1})", R"({"$node":99999999999})", R"({"$range":[1]})", R"({"$regex":"("})",
                           R"({"$what":1})", R"({"$document":[["a"]]})", R"({"$size":"x"})", R"({"$version":"x"})", R"({"$bytes":"abc"})", R"([{"$percent":null}])"}) {
    EXPECT_FALSE(read_tagged_json(nlohmann::json::parse(text))) << text;
    EXPECT_TRUE(from_tagged_json(nlohmann::json::parse(text)).undefined()) << text;
  }
}

TEST(Json, OfServersIsPlain) {
  const Value value = from_json(nlohmann::json::parse(R"({"$duration": "5s", "n": 18446744073709551615, "f": 1.5, "l": [null]})"));
  const auto* document = value.as<Document>();
  ASSERT_TRUE(document);
  EXPECT_EQ(show(*document->find("$duration")), "\"5s\"");
  EXPECT_TRUE(document->find("n")->is<double>());
  EXPECT_EQ(document->find("absent"), nullptr);
}

TEST(Json, DeepRepliesAreCut) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Value value = from_json(nlohmann::json::parse(deep));
  EXPECT_NE(show(value, {}, 10'000).find("nested"), std::string::npos);
  EXPECT_FALSE(read_tagged_json(nlohmann::json::parse(deep)));
}

TEST(Json, BodiesArePlainAndKeepTheirOrder) {
  const auto body = to_plain_json(doc({{"z", Nanos(5s)}, {"a", Bytes{10}}, {"n", NodeRef{0}}, {"v", version("4.2")}}), {"kv.x[0]"});
  ASSERT_TRUE(body);
  EXPECT_EQ(*body, R"({"z":"5s","a":10,"n":"kv.x[0]","v":"4.2"})");
  EXPECT_FALSE(to_plain_json(List{Undefined{"x"}}));
  EXPECT_FALSE(to_plain_json(List{std::string("\xff")}));
  EXPECT_FALSE(to_plain_json(std::numeric_limits<double>::infinity()));
}

TEST(Regexes, AreRefusedWithTheReason) {
  EXPECT_TRUE(compile_regex("a|b"));
  const auto bad = compile_regex("a(");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("missing"), std::string::npos);
}

}  // namespace
}  // namespace failc
