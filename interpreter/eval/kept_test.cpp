// Loops over long lists: what is the same for each element is found once, and stays what it is.
#include <ctime>

#include <gtest/gtest.h>

#include "interpreter/eval/test_facts.hpp"

namespace failc::eval {
namespace {

using namespace plan::sample;
using plan::Expr;
using plan::Op;

Expr every(std::uint32_t slot, Expr in, Expr holds) { return make(Op::every, args(std::move(in), std::move(holds)), {}, slot); }
Expr in(Expr a, Expr b) { return make(Op::in, args(std::move(a), std::move(b))); }
Value words(int count) {
  List out;
  for (int i = 0; i < count; ++i) out.emplace_back("a key of some length, number " + std::to_string(i));
  return out;
}
std::string is(const Expr& expr, std::vector<Value> frame, const Facts& facts = TestFacts()) {
  frame.resize(8);
  return shown(plan::sample::plan(), expr, facts, std::move(frame));
}

double seconds_of(const Expr& expr, std::vector<Value> frame, const Facts& facts = TestFacts()) {
  const std::clock_t begin = std::clock();
  EXPECT_EQ(is(expr, std::move(frame), facts), "true");
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Copied or searched for each element these would take minutes.
TEST(Kept, ListsAreNeitherCopiedNorSearchedForEachElement) {
  constexpr int kMany = 30'000;
  EXPECT_LT(seconds_of(every(2, local(0), in(local(2), local(1))), {words(kMany), words(kMany)}), 5.0);
  EXPECT_LT(seconds_of(every(2, local(0), make(Op::ge, args(make(Op::call, args(local(1)), "count"), number(kMany)))), {words(kMany), words(kMany)}), 5.0);
  EXPECT_LT(seconds_of(every(2, local(0), make(Op::ne, args(make(Op::index, args(local(1), number(0))), text("")))), {words(kMany), words(kMany)}), 5.0);
  TestFacts facts;
  facts.statistics["acknowledged"] = words(kMany);
  EXPECT_LT(seconds_of(every(2, local(0), in(local(2), make(Op::statistic, {}, "acknowledged", 0))), {words(kMany)}, facts), 5.0);
}

TEST(Kept, WhatDependsOnAnOuterLoopChangesWithIt) {
  // Each inner list has what its own elements are, and not what the other's are.
  const Value first = words(40), second = [] {
    List other;
    for (int i = 0; i < 40; ++i) other.emplace_back("other " + std::to_string(i));
    return Value(std::move(other));
  }();
  EXPECT_EQ(is(every(1, local(0), every(2, local(1), in(local(2), local(1)))), {List{first, second}}), "true");
  EXPECT_EQ(is(every(1, local(0), every(2, local(1), in(local(2), make(Op::index, args(local(0), number(0)))))), {List{first, second}}), "false");
  EXPECT_EQ(is(every(1, local(0), every(2, local(1), in(local(2), make(Op::add, args(local(1), literal(List{std::string("x")})))))), {List{first, second}}), "true");
}

TEST(Kept, MembersOfSeveralKindsAreCompared) {
  List mixed;
  for (int i = 0; i < 40; ++i) mixed.emplace_back(std::int64_t{i});
  EXPECT_EQ(is(every(2, local(0), in(local(2), local(1))), {List{3.0, std::int64_t{4}}, mixed}), "true");
  EXPECT_EQ(is(every(2, local(0), in(local(2), local(1))), {List{std::int64_t{40}}, mixed}), "false");
  mixed.emplace_back(Version{{1, 0}});
  EXPECT_EQ(is(every(2, local(0), in(local(2), local(1))), {List{std::string("1.0")}, mixed}), "true");
  EXPECT_EQ(is(every(2, local(0), make(Op::not_in, args(local(2), local(1)))), {List{std::string("b")}, words(40)}), "true");
}

TEST(Kept, OperandsHoldNoMoreThanIsShown) {
  const Value many = words(10'000);
  const Evaluated out = run(plan::sample::plan(), in(text("x"), local(0)), TestFacts(), {many});
  ASSERT_EQ(out.operands.size(), 1u);
  EXPECT_LT(out.operands[0].value.as<List>()->size(), 100u);
  EXPECT_EQ(show(out.operands[0].value), show(many));
}

TEST(Kept, OperandsAreThoseOfTheElementThatDecided) {
  const Evaluated out = run(plan::sample::plan(), every(2, local(0), in(local(2), local(1))), TestFacts(), {List{std::string("a"), std::string("z")}, List{std::string("a")}, Value()});
  ASSERT_EQ(out.operands.size(), 2u);
  EXPECT_EQ(show(out.operands[0].value), "\"z\"");
  EXPECT_EQ(show(out.operands[1].value), "[\"a\"]");
}

}  // namespace
}  // namespace failc::eval
