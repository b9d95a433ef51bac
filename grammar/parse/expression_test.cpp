#include <gtest/gtest.h>

#include "grammar/parse/testing.hpp"

namespace failc::parse {
namespace {

/// The expression as it is read behind `check x =`, or what was said.
std::string read(const std::string& text) {
  Parsed parsed("check x = " + text);
  if (parsed.sink.has_errors()) return parsed.said();
  return show(*std::get<ast::CheckDef>(parsed.tree.declarations.at(0).node).body);
}

TEST(Expression, LoosestFirst) {
  EXPECT_EQ(read("a or b and c"), "(or a (and b c))");
  EXPECT_EQ(read("a and b or c"), "(or (and a b) c)");
  EXPECT_EQ(read("not a and b"), "(and (not a) b)");
  EXPECT_EQ(read("not a == b"), "(not (== a b))");
  EXPECT_EQ(read("not not a"), "(not (not a))");
  EXPECT_EQ(read("a == b then c"), "(== a (then b c))");
  EXPECT_EQ(read("a then b .. c"), "(then a (.. b c))");
  EXPECT_EQ(read("a .. b + c"), "(.. a (+ b c))");
  EXPECT_EQ(read("a +- b * c"), "(+- a (* b c))");
  EXPECT_EQ(read("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(read("a / b since c"), "(/ a (since b c))");
  EXPECT_EQ(read("-a since b"), "(since (neg a) b)");
  EXPECT_EQ(read("- - a.b"), "(neg (neg (. a b)))");
  EXPECT_EQ(read("(a or b) and c"), "(and (or a b) c)");
  EXPECT_EQ(read("a * -b"), "(* a (neg b))");
}

TEST(Expression, Comparisons) {
  EXPECT_EQ(read("a not in b"), "(not-in a b)");
  EXPECT_EQ(read("a matches r\"x\""), "(matches a /x/)");
  EXPECT_EQ(read("a is ready and b"), "(and (is a ready) b)");
  EXPECT_EQ(read("all kv are healthy"), "(is (all kv) healthy)");
  EXPECT_EQ(read("a is not ready"), "(is-not a ready)");
  EXPECT_EQ(read("a < b < c"), "F0109@16");
  EXPECT_EQ(read("a is b == c"), "F0109@17");
  EXPECT_EQ(read("a == b and c == d"), "(and (== a b) (== c d))");
}

TEST(Expression, Selectors) {
  EXPECT_EQ(read("leader of kv != old"), "(!= (role leader kv) old)");
  EXPECT_EQ(read("2 of c.data"), "(pick 2 (. c data))");
  EXPECT_EQ(read("50% of followers of kv"), "(pick 50% (role followers kv))");
  EXPECT_EQ(read("random 1 of kv"), "(random 1 kv)");
  EXPECT_EQ(read("count(all kv) - 1 of kv"), "(- (call count (all kv)) (pick 1 kv))");
  EXPECT_EQ(read("any of kv"), "(role any kv)");
  EXPECT_EQ(read("random kv"), "F0101@17");
}

TEST(Expression, QuantifiersReachAsFarAsTheyCan) {
  EXPECT_EQ(read("a and every x in xs: x > 0 or b"), "(and a (every x xs (or (> x 0) b)))");
  EXPECT_EQ(read("any x in xs: x"), "(any x xs x)");
  EXPECT_EQ(read("any"), "any");
  EXPECT_EQ(read("any + 1"), "(+ any 1)");
}

TEST(Expression, WhatTouchesBelongs) {
  EXPECT_EQ(read("kv[0].log"), "(. (index kv 0) log)");
  EXPECT_EQ(read("f(a, b)[1]"), "(index (call f a b) 1)");
  EXPECT_EQ(read("kv [0]"), "F0101@13");
  EXPECT_EQ(read("f (a)"), "F0101@12");
  EXPECT_EQ(read("f(a,)"), "F0101@14");
  EXPECT_EQ(read("f()"), "(call f)");
}

TEST(Expression, ListsAndDocuments) {
  EXPECT_EQ(read("[1, [], 2,]"), "[ 1 [ ] 2 ]");
  EXPECT_EQ(read("[for x in xs if x > 1: x * 2]"), "(list-for x xs if (> x 1) (* x 2))");
  EXPECT_EQ(read("{ a: 1, \"b c\": { within: null }, }"), "{ a: 1 b c: { within: null } }");
  EXPECT_EQ(read("{\n a:\n 1\n,\n b: 2 +\n 3\n}"), "{ a: 1 b: (+ 2 3) }");
  EXPECT_EQ(read("(\n a\n or\n b\n)"), "(or a b)");
  EXPECT_EQ(read("[1; 2]"), "F0101@12");
  EXPECT_EQ(read("{ a: 1, a: 2 }"), "F0110@18");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += " k" + std::to_string(i) + ": 1,";
  EXPECT_EQ(read(many + "}").substr(0, 7), "{ k0: 1");
  EXPECT_EQ(read(many + " \"k\\u{33}\": 1 }").substr(0, 5), "F0110");
}

TEST(Expression, Literals) {
  EXPECT_EQ(read("[true, false, null, 4.2.1, 5ms, 64KiB, \"\\u{e9}\", r\"\\d\"]"),
            "[ true false null version 5000000ns 65536B '\u00e9' /\\d/ ]");
  EXPECT_EQ(read("9223372036854775808"), "F0006@10");
  EXPECT_EQ(read("[9999999999999h]"), "F0006@11");
  EXPECT_EQ(read("1.5"), "d1.500000");
}

TEST(Expression, SpansCoverWhatWasWritten) {
  Parsed parsed("check x = (a + b) * c.d");
  const ast::Expr& whole = *std::get<ast::CheckDef>(parsed.tree.declarations.at(0).node).body;
  EXPECT_EQ(whole.span, (Span{10, 23}));
  const auto& product = std::get<ast::Binary>(whole.node);
  EXPECT_EQ(product.left->span, (Span{11, 16}));
  EXPECT_EQ(product.op_span, (Span{18, 19}));
}

std::string times(std::size_t count, const std::string& part) {
  std::string out;
  while (count-- > 0) out += part;
  return out;
}

TEST(Expression, ChainsHaveALimit) {
  for (const char* prefix : {"not ", "- ", "all "}) {
    EXPECT_EQ(read(times(64, prefix) + "x").substr(0, 1), "(") << prefix;
    EXPECT_EQ(read(times(65, prefix) + "x").substr(0, 5), "F0104") << prefix;
    EXPECT_EQ(read(times(200000, prefix) + "x").substr(0, 5), "F0104") << prefix;
  }
  EXPECT_EQ(read("x" + times(65, ".y")).substr(0, 5), "F0104");
  EXPECT_EQ(read("x" + times(65, "[0]")).substr(0, 5), "F0104");
  EXPECT_EQ(read(times(300, "a of ") + "x").substr(0, 5), "F0104");
  EXPECT_EQ(read("1" + times(200, " + 1")).substr(0, 1), "(");
  EXPECT_EQ(read("1" + times(200000, " + 1")).substr(0, 5), "F0104");
  EXPECT_EQ(read(times(200000, "every x in xs: ") + "x").substr(0, 5), "F0104");
  EXPECT_EQ(read(times(64, "(") + "x" + times(64, ")")), "x");
  EXPECT_EQ(read(times(65, "(") + "x" + times(65, ")")), "F0104@74");
  EXPECT_EQ(read(times(100000, "(") + "x" + times(100000, ")")), "F0104@74");
}

}  // namespace
}  // namespace failc::parse
