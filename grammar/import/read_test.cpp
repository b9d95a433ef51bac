// Places, and what is refused.
#include "grammar/import/read.hpp"

#include <gtest/gtest.h>

namespace failc::spec {
namespace {

struct Reading {
  SourceMap sources;
  diag::Sink sink;
  std::optional<Tree> tree;

  Reading(const std::string& name, std::string text) { tree = read(sources, sources.add(name, std::move(text)), sink); }
  Ref root() const { return tree ? Ref(*tree) : Ref(); }
  std::string text_at(const Ref& ref) const { return text_at(ref.place()); }
  std::string text_at(const Place& place) const { return sources[place.file].text.substr(place.span.begin, place.span.end - place.span.begin); }
  std::string error() const { return tree ? "none" : diag::render(sink.all(), sources, diag::Format::text, false); }
};

std::string yaml_error(std::string text) { return Reading("f.yml", std::move(text)).error(); }
std::string json_error(std::string text) { return Reading("f.json", std::move(text)).error(); }
void expect_part(const std::string& text, const std::string& part) { EXPECT_NE(text.find(part), std::string::npos) << text; }

TEST(ReadSpec, PlacesInYaml) {
  const Reading reading("f.yml", "a: &x 'one'  # c\nb: &d\n  k: [1, \"two\", *x]\nc: {<<: *d, e: }\nm: *d\n");
  ASSERT_TRUE(reading.tree) << reading.error();
  const Ref root = reading.root();
  EXPECT_EQ(reading.text_at(root.find("a")), "'one'");
  EXPECT_EQ(reading.text_at(root.find("b")), "k: [1, \"two\", *x");
  auto items = root.find("b").find("k").items();
  EXPECT_EQ(reading.text_at(*items), "1");
  EXPECT_EQ(reading.text_at(*++items), "\"two\"");
  const Ref by_alias = *++items;
  EXPECT_EQ(reading.text_at(by_alias), "'one'") << "a value is where it is written";
  ASSERT_TRUE(by_alias.alias());
  EXPECT_EQ(reading.text_at(*by_alias.alias()), "*x");
  EXPECT_FALSE(root.find("a").alias());

  const Entry merged = root.find("c").entry("k");
  ASSERT_TRUE(merged.key);
  EXPECT_EQ(reading.text_at(merged.key), "k");
  EXPECT_EQ(reading.text_at(*merged.key.alias()), "*d");
  EXPECT_EQ(reading.text_at(root.find("c").find("e")), "e") << "an empty value is where its key is";
  EXPECT_EQ(reading.text_at(*(*root.find("m").find("k").items()).alias()), "*d") << "what is inside of an alias came by it";
}

TEST(ReadSpec, PlacesInJson) {
  const Reading reading("f.json", R"({"a": [1, "t\u0041\n", {"b": null}], "<<": {"c": -1.5e2}})");
  ASSERT_TRUE(reading.tree) << reading.error();
  auto items = reading.root().find("a").items();
  EXPECT_EQ(reading.text_at(*items), "1");
  EXPECT_EQ((*++items).text(), "tA\n");
  EXPECT_EQ(reading.text_at(*items), R"("t\u0041\n")");
  EXPECT_EQ(reading.text_at(*++items), R"({"b": null})");
  EXPECT_EQ(reading.root().find("<<").find("c").real(), -150) << "JSON merges nothing";
  EXPECT_FALSE(reading.root().find("absent"));
  EXPECT_FALSE(reading.root().find("a").find("b")) << "a list has no keys";
}

TEST(ReadSpec, Numbers) {
  const Reading reading("f.yml", "[9223372036854775807, -9223372036854775808, 9223372036854775808, .inf, -.Inf, .NaN, 0x10]");
  ASSERT_TRUE(reading.tree);
  std::vector<Ref> items;
  for (const Ref item : reading.root().items()) items.push_back(item);
  EXPECT_EQ(items[0].integer(), INT64_MAX);
  EXPECT_EQ(items[1].integer(), INT64_MIN);
  EXPECT_FALSE(items[2].integer());
  EXPECT_EQ(items[2].real(), 9223372036854775808.0);
  EXPECT_GT(*items[3].real(), 1e308);
  EXPECT_LT(*items[4].real(), -1e308);
  EXPECT_NE(*items[5].real(), *items[5].real());
  EXPECT_EQ(items[6].integer(), 16);
}

TEST(ReadSpec, KeysStandOnce) {
  expect_part(yaml_error("a: 1\nb: 2\na: 3\n"), "f.yml:3:1: error[F0110]: key `a` stands twice");
  expect_part(json_error("{\"1\": 1,\n \"1\": 3}"), "f.json:2:2: error[F0110]");
  expect_part(yaml_error("{1: x, \"1\": y}"), "key `1` stands twice");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"k" + std::to_string(i) + "\": 0, ";
  expect_part(json_error(many + "\"k7\": 1}"), "key `k7` stands twice");
  EXPECT_EQ(json_error(many + "\"k40\": 1}"), "none");
  EXPECT_EQ(yaml_error("x: &x {a: 1}\ny: {<<: *x, a: 2}"), "none") << "what is merged may be overridden";
}

TEST(ReadSpec, WhatIsNoYaml) {
  expect_part(yaml_error("{a: 1, nested:[]}\n"), "f.yml:1:");
  expect_part(yaml_error("a: [1\nb: 2"), "this is not YAML: ");
  expect_part(yaml_error("a: *nobody"), "error[F0701]");
  expect_part(yaml_error(""), "this file is empty");
  expect_part(yaml_error("# nothing\n"), "this file is empty");
  expect_part(yaml_error("a: 1\n---\nb: 2\n"), "second document");
  expect_part(yaml_error("&a [*a]"), "f.yml:1:5: error[F0701]: this alias stands inside of what it stands for");
  expect_part(yaml_error("a: !!binary aGk="), "tags are not read");
  expect_part(yaml_error("? [a]\n: 1\n"), "a key of a document is a scalar");
  expect_part(yaml_error("<<: 5\n"), "error[F0703]: `<<` merges documents, this is a whole number");
  expect_part(yaml_error("<<: [{a: 1}, b]\n"), "this is a string");
  expect_part(yaml_error("a: \"\xff\""), "error[F0002]");
  expect_part(yaml_error(std::string("a: \x04 b")), "error[F0009]");
  EXPECT_EQ(yaml_error("'<<': 5"), "none") << "in quotes it merges nothing";
  EXPECT_EQ(yaml_error("a: !!str 5"), "none");
}

TEST(ReadSpec, WhatIsNoJson) {
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"", "expected a value, found the end of the file"},
           {"{", "expected a key in double quotes, found the end"},
           {"[1,]", "expected a value, found `]`"},
           {"[1 2]", "expected `,` or `]`, found `2`"},
           {"{\"a\" 1}", "expected `:`"},
           {"{\"a\": 1,}", "expected a key in double quotes"},
           {"{\"a\": 1]", "expected `,` or `}`"},
           {"[1] x", "expected the end of the file"},
           {"nul", "expected a value"},
           {"truex", "expected the end of the file"},
           {"01", "no digit behind a leading zero"},
           {"1.", "expected a digit"},
           {"-", "expected a digit"},
           {"1e", "expected a digit"},
           {"\"a", "expected `\"`"},
           {"\"a\nb\"", "a string has no control characters"},
           {"\"\\x\"", "expected an escape"},
           {"\"\\u12G4\"", "expected a hexadecimal digit"},
           {"\"\\ud800\"", "second half"},
           {"\"\\udc00\"", "first half"},
           {"[\"é\" é]", "found `é`"},
       })
    expect_part(json_error(text), part);
}

/// Wherever it stands: text is looked at in blocks.
TEST(ReadSpec, ControlCharactersAndBrokenUtf8) {
  for (const std::string bad : {"\x01", "\x7f", "\xff", "\xe2\x82"}) {
    for (std::size_t at = 0; at < 150; ++at) {
      std::string text = "{\"a\": \"" + std::string(150, 'x') + "\"}";
      const Reading good("f.json", text + "\n\t\r\n");
      EXPECT_TRUE(good.tree) << good.error();
      text.insert(7 + at, bad);
      expect_part(json_error(text), "f.json:1:" + std::to_string(8 + at));
    }
  }
}

TEST(ReadSpec, Limits) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(json_error(nested(kDeepest)), "none");
  expect_part(json_error(nested(kDeepest + 1)), "error[F0702]: lists and documents nest deeper than the 100 that failc reads");
  EXPECT_EQ(yaml_error(nested(kDeepest)), "none");
  expect_part(yaml_error(nested(kDeepest + 1)), "nest deeper than the 100");
  expect_part(yaml_error(nested(100'000)), "error[F07");
  expect_part(json_error(nested(1'000'000)), "nest deeper");

  EXPECT_EQ(json_error("\"" + std::string(kLongestScalar, 'x') + "\""), "none");
  expect_part(json_error("\"" + std::string(kLongestScalar + 1, 'x') + "\""), "this scalar has more bytes than the 1048576");
  expect_part(yaml_error(std::string(kLongestScalar + 1, 'x')), "this scalar has more bytes");
  expect_part(json_error(std::string(kMostBytes + 1, ' ')), "this file has more bytes than the 16777216");

  // A billion laughs: nine times nine times …
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n", chain = "b0: &b0 []\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1) + ", ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) bomb += before;
    bomb += "]\n";
  }
  expect_part(yaml_error(bomb), "its aliases followed, this stands for more values than the 1000000");
  for (int i = 1; i < 120; ++i) chain += "b" + std::to_string(i) + ": &b" + std::to_string(i) + " [*b" + std::to_string(i - 1) + "]\n";
  expect_part(yaml_error(chain), "its aliases followed, this nests deeper");
  std::string merges = "m0: &m0 {k: 1}\n";
  for (int i = 1; i < 40; ++i) merges += "m" + std::to_string(i) + ": &m" + std::to_string(i) + " {<<: [*m" + std::to_string(i - 1) + ", *m" + std::to_string(i - 1) + "]}\n";
  EXPECT_EQ(yaml_error(merges), "none") << "what is merged twice is there once";
}

}  // namespace
}  // namespace failc::spec
