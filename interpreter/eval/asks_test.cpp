// What has to be asked, in which order, and what roles make of the answers.
#include <gtest/gtest.h>

#include "interpreter/eval/test_facts.hpp"

namespace failc::eval {
namespace {

using namespace plan::sample;
using plan::Expr;
using plan::Op;

class Asks : public testing::Test {
 protected:
  plan::Plan plan_ = plan::sample::plan();
  TestFacts facts_;

  std::string is(const Expr& expr) { return shown(plan_, expr, facts_); }
  std::size_t asks(const Expr& expr) { return run(plan_, expr, facts_).asks.size(); }
  static Expr member(Expr of, const char* name) { return make(Op::member, args(std::move(of)), name); }
  static Expr leaders() { return make(Op::role_all, args(all_nodes()), "leaders"); }
};

TEST_F(Asks, StrictOperandsAreAskedTogether) {
  EXPECT_EQ(asks(eq(info(node(0)), info(node(1)))), 2u);
  EXPECT_EQ(asks(eq(info(node(0)), info(node(0)))), 1u);
  EXPECT_EQ(asks(make(Op::list_for, args(all_nodes(), info(local(0))), {}, 0)), 3u);
}

TEST_F(Asks, LogicAsksOneAfterTheOther) {
  const Expr both = make(Op::logical_and, args(eq(member(info(node(0)), "role"), text("leader")), eq(member(info(node(1)), "role"), text("leader"))));
  Evaluated first = run(plan_, both, facts_);
  ASSERT_EQ(first.asks.size(), 1u);
  EXPECT_EQ(first.asks[0].node, 0u);
  facts_.info(0, "leader", std::int64_t{1});
  first = run(plan_, both, facts_);
  ASSERT_EQ(first.asks.size(), 1u);
  EXPECT_EQ(first.asks[0].node, 1u);
  facts_.info(0, "follower", std::int64_t{1});
  EXPECT_EQ(is(both), "false");
}

TEST_F(Asks, WhatDecidesWithoutAskingDoesSoAtOnce) {
  const Expr leads = eq(member(info(node(0)), "role"), text("leader"));
  const Expr stopped = make(Op::is_state, args(node(1)), "stopped");
  const Expr either = make(Op::logical_or, args(leads, stopped));
  EXPECT_EQ(asks(either), 1u);
  facts_.states[1] = NodeState::stopped;
  EXPECT_EQ(is(either), "true");
  EXPECT_EQ(asks(make(Op::logical_and, args(leads, stopped))), 1u);
  const Expr any = make(Op::any, args(all_nodes(), make(Op::logical_or, args(make(Op::is_state, args(local(0)), "stopped"), eq(member(info(local(0)), "role"), text("leader"))))), {}, 0);
  EXPECT_EQ(is(any), "true");
  facts_.states[1] = NodeState::running;
  EXPECT_EQ(asks(any), 1u);
}

TEST_F(Asks, QuantifiersAskOneAfterTheOther) {
  const Expr every = make(Op::every, args(all_nodes(), eq(member(info(local(0)), "role"), text("leader"))), {}, 0);
  EXPECT_EQ(asks(every), 1u);
  facts_.info(0, "leader", std::int64_t{1});
  EXPECT_EQ(run(plan_, every, facts_).asks.at(0).node, 1u);
  facts_.info(1, "follower", std::int64_t{1});
  EXPECT_EQ(is(every), "false");  // node 2 need not be asked
}

TEST_F(Asks, ArgumentsComeBeforeTheirQuery) {
  const Expr expr = get(text("k"), leader());
  Evaluated out = run(plan_, expr, facts_);
  EXPECT_EQ(out.asks.size(), 3u);
  for (const Ask& ask : out.asks) EXPECT_EQ(ask.operation, 0u);
  facts_.info(0, "follower", std::int64_t{2});
  facts_.info(1, "leader", std::int64_t{2});
  facts_.info(2, "follower", std::int64_t{2});
  out = run(plan_, expr, facts_);
  ASSERT_EQ(out.asks.size(), 1u);
  EXPECT_EQ(out.asks[0].operation, 1u);
  EXPECT_EQ(out.asks[0].node, 1u);
  facts_.answers[out.asks[0].key()] = {std::string("v"), Instant(5), Instant(9)};
  out = run(plan_, expr, facts_);
  EXPECT_EQ(show(out.value), "\"v\"");
  EXPECT_EQ(out.sent, Instant(1));
  EXPECT_EQ(out.received, Instant(9));
}

TEST_F(Asks, KeysAreEqualForEqualQuestionsOnly) {
  const Ask a{Ask::Kind::query, 1, 0, {std::string("k"), NodeRef{0}}};
  Ask b = a;
  EXPECT_EQ(a.key(), b.key());
  b.arguments[0] = std::string("\xff");
  EXPECT_NE(a.key(), b.key());
  b = a;
  b.operation = 0;
  EXPECT_NE(a.key(), b.key());
  b = a;
  b.kind = Ask::Kind::node_file;
  EXPECT_NE(a.key(), b.key());
}

TEST_F(Asks, AStoppedNodeIsNotAsked) {
  facts_.states[1] = NodeState::stopped;
  EXPECT_EQ(is(info(node(1))), "undefined (kv.store[1] is not running)");
  facts_.states[1] = NodeState::paused;
  EXPECT_EQ(is(info(node(1))), "asks 1");
}

TEST_F(Asks, UndefinedArgumentsAskNothing) {
  for (NodeIndex i = 0; i < 3; ++i) facts_.info(i, "follower", std::int64_t{1});
  EXPECT_EQ(is(get(text("k"), leader())), "undefined (no node of kv holds `leader`)");
}

TEST_F(Asks, OneNodeIsWanted) {
  EXPECT_EQ(is(info(make(Op::pick, args(all_nodes(), number(1))))), "asks 1");
  EXPECT_EQ(is(info(all_nodes())), "undefined (`info`: one node is wanted, and the set has 3)");
  EXPECT_EQ(is(make(Op::node_field, args(literal(List{})), "name")), "undefined (one node is wanted, and the set has none)");
}

// ---- roles

TEST_F(Asks, RoleOfNobodyAndOfSeveral) {
  facts_.info(0, "leader", std::int64_t{2});
  facts_.info(1, "follower", std::int64_t{2});
  facts_.info(2, "leader", std::int64_t{2});
  EXPECT_EQ(is(leader()), "undefined (kv.store[0] and kv.store[2] both hold `leader`)");
  EXPECT_EQ(is(leaders()), "[kv.store[0], kv.store[2]]");
  facts_.info(1, "leader", std::int64_t{2});
  EXPECT_EQ(is(leader()), "undefined (kv.store[0], kv.store[1] and kv.store[2] all hold `leader`)");
}

TEST_F(Asks, ClaimsCountWithinOneTerm) {
  facts_.info(0, "leader", std::int64_t{4});  // believes it still
  facts_.info(1, "leader", std::int64_t{5});
  facts_.info(2, "follower", std::int64_t{5});
  EXPECT_EQ(is(leader()), "kv.store[1]");
  facts_.info(2, "leader", std::int64_t{4});  // two of the older term outweigh one of the newer
  EXPECT_EQ(is(leader()), "undefined (kv.store[0] and kv.store[2] both hold `leader`)");
}

TEST_F(Asks, WithoutTermsReadingsMustOverlap) {
  plan_.components[0].roles[0].term.reset();
  facts_.info(0, "leader", Null{}, Instant(0), Instant(10));
  facts_.info(1, "leader", Null{}, Instant(20), Instant(30));
  facts_.info(2, "follower", Null{});
  EXPECT_EQ(is(leader()), "kv.store[1]");  // the latest
  facts_.info(1, "leader", Null{}, Instant(10), Instant(30));
  EXPECT_EQ(is(leader()), "undefined (kv.store[0] and kv.store[1] both hold `leader`)");
  // A chain of overlaps is not an overlap of all.
  facts_.info(2, "leader", Null{}, Instant(25), Instant(40));
  EXPECT_EQ(is(leaders()), "[kv.store[1], kv.store[2]]");
}

TEST_F(Asks, SilenceIsNoProofThatNobodyHoldsIt) {
  facts_.info(0, "follower", std::int64_t{2});
  facts_.silent(1, "kv.store[1] did not answer: connection refused");
  facts_.info(2, "follower", std::int64_t{2});
  EXPECT_EQ(is(leader()), "undefined (no node of kv holds `leader`; kv.store[1] did not answer: connection refused)");
  EXPECT_EQ(is(leaders()), "undefined (no node of kv holds `leaders`; kv.store[1] did not answer: connection refused)");
  facts_.info(0, "leader", std::int64_t{2});
  EXPECT_EQ(is(leader()), "kv.store[0]");
  // What does not run holds nothing, and that is certain.
  facts_.info(0, "follower", std::int64_t{2});
  facts_.states[1] = NodeState::stopped;
  EXPECT_EQ(is(leaders()), "[]");
  EXPECT_EQ(is(leader()), "undefined (no node of kv holds `leader`; kv.store[1] is not running)");
}

TEST_F(Asks, ARoleThatIsNoConditionIsSilence) {
  plan_.components[0].roles[0].holds = member(info(local(0)), "term");
  for (NodeIndex i = 0; i < 3; ++i) facts_.info(i, "leader", std::int64_t{1});
  EXPECT_EQ(is(leaders()), "undefined (no node of kv holds `leaders`; what kv.store[0] says of it is an int, and no condition)");
  EXPECT_EQ(is(leader()), "undefined (no node of kv holds `leader`; what kv.store[0] says of it is an int, and no condition)");
}

TEST_F(Asks, RoleThatNoComponentDeclares) {
  EXPECT_EQ(is(make(Op::role, args(all_nodes()), "king")), "undefined (no component of kv has a role `king`)");
  EXPECT_EQ(is(make(Op::role, args(literal(List{})), "leader")), "undefined (`leader` of an empty set)");
}

// ---- states, sets, fields

TEST_F(Asks, States) {
  const auto state = [&](Expr of, const char* name) { return is(make(Op::is_state, args(std::move(of)), name)); };
  EXPECT_EQ(state(all_nodes(), "running"), "true");
  EXPECT_EQ(state(literal(List{}), "running"), "false");
  facts_.states[0] = NodeState::stopped;
  facts_.states[1] = NodeState::paused;
  EXPECT_EQ(state(all_nodes(), "running"), "false");
  EXPECT_EQ(state(node(0), "stopped"), "true");
  EXPECT_EQ(state(node(1), "paused"), "true");
  EXPECT_EQ(state(node(0), "ready"), "false");
  EXPECT_EQ(state(node(2), "ready"), "asks 1");
  facts_.info(2, "leader", std::int64_t{1});
  EXPECT_EQ(state(node(2), "ready"), "true");
  EXPECT_EQ(state(node(2), "healthy"), "true");
  facts_.info(2, "sick", std::int64_t{1});
  EXPECT_EQ(state(node(2), "healthy"), "false");
  EXPECT_EQ(state(node(0), "healthy"), "undefined (kv.store[0] is not running)");
  EXPECT_EQ(state(literal(List{NodeRef{0}, NodeRef{2}}), "healthy"), "false");
  EXPECT_EQ(state(node(0), "happy"), "undefined (component `store` has no state `happy`)");
}

TEST_F(Asks, Sets) {
  const auto pick = [&](Op op, Value amount) { return is(make(op, args(all_nodes(), literal(std::move(amount))))); };
  EXPECT_EQ(pick(Op::pick, std::int64_t{2}), "[kv.store[0], kv.store[1]]");
  EXPECT_EQ(pick(Op::pick, std::int64_t{4}), "undefined (4 of a set of 3)");
  EXPECT_EQ(pick(Op::pick, std::int64_t{-1}), "undefined (-1 of a set)");
  EXPECT_EQ(pick(Op::pick, Percent{50}), "[kv.store[0], kv.store[1]]");
  EXPECT_EQ(pick(Op::pick, Percent{1}), "[kv.store[0]]");
  EXPECT_EQ(pick(Op::pick, Percent{101}), "undefined (101% of a set is no share of it)");
  EXPECT_EQ(pick(Op::pick_random, std::int64_t{1}), "[kv.store[2]]");
  EXPECT_EQ(is(make(Op::then, args(node(2), all_nodes()))), "[kv.store[2], kv.store[0], kv.store[1]]");
  EXPECT_EQ(is(make(Op::minus, args(all_nodes(), node(1)))), "[kv.store[0], kv.store[2]]");
  EXPECT_EQ(is(make(Op::group_nodes, args(node(1)))), "[kv.store[0], kv.store[1], kv.store[2]]");
}

TEST_F(Asks, WhatANodeHas) {
  EXPECT_EQ(is(make(Op::node_field, args(node(1)), "name")), "\"kv.store[1]\"");
  EXPECT_EQ(is(make(Op::node_field, args(node(1)), "index")), "1");
  EXPECT_EQ(is(make(Op::node_field, args(node(1)), "pid")), "undefined (`pid` is not known)");
  EXPECT_EQ(is(make(Op::node_port, args(node(1)), "api")), "7001");
  EXPECT_EQ(is(make(Op::setting, args(node(1)), "slow_log")), "10ms");
  EXPECT_EQ(is(make(Op::setting, args(node(1)), "x")), "undefined (component `store` has no parameter `x`)");
  EXPECT_EQ(is(make(Op::node_let, args(node(1)), {}, 0)), "\"http://10.0.0.1\"");
}

TEST_F(Asks, Statistics) {
  facts_.statistics["ok"] = std::int64_t{5};
  EXPECT_EQ(is(make(Op::statistic, args(literal(Nanos(1s))), "ok")), "5");
  EXPECT_EQ(facts_.windows.at("ok"), Nanos(1s));
  EXPECT_EQ(is(make(Op::statistic, {}, "p99")), "undefined (nothing yet)");
}

// ---- operands

TEST_F(Asks, OperandsAreWhatDecided) {
  facts_.info(0, "follower", std::int64_t{2});
  facts_.info(1, "leader", std::int64_t{2});
  facts_.info(2, "follower", std::int64_t{2});
  Expr compared = eq(leader(), local(3));
  compared.args[0].at = {0, 5, 10, 12};
  compared.args[1].at = {0, 5, 26, 3};
  std::vector<Value> frame(8);
  frame[3] = NodeRef{1};
  const Evaluated out = evaluate(plan_, compared, frame, facts_);
  ASSERT_EQ(out.operands.size(), 2u);
  EXPECT_EQ(out.operands[0].at.column, 10u);
  EXPECT_EQ(show(out.operands[0].value), "node 1");
  EXPECT_EQ(out.operands[1].at.column, 26u);
}

TEST_F(Asks, OperandsOfTheElementThatDecided) {
  for (NodeIndex i = 0; i < 3; ++i) facts_.info(i, i == 1 ? "sick" : "follower", std::int64_t{2});
  const Evaluated out = run(plan_, make(Op::every, args(all_nodes(), member(info(local(0)), "healthy")), {}, 0), facts_);
  EXPECT_EQ(show(out.value), "false");
  ASSERT_EQ(out.operands.size(), 1u);
  EXPECT_NE(show(out.operands[0].value).find("sick"), std::string::npos);
}

TEST_F(Asks, ACallIsShownBesideItsLeaves) {
  facts_.statistics["acknowledged"] = List{std::string("w/1"), std::string("w/2")};
  const Expr lost = make(Op::call, args(make(Op::statistic, {}, "acknowledged"), literal(List{std::string("w/1")})), "missing");
  const Evaluated out = run(plan_, eq(lost, literal(List{})), facts_);
  EXPECT_EQ(show(out.value), "false");
  ASSERT_EQ(out.operands.size(), 2u);
  EXPECT_EQ(show(out.operands[0].value), "[\"w/2\"]");
}

TEST_F(Asks, FilesOfANode) {
  const Expr file = make(Op::node_file, args(node(0), text("a.log")));
  const Evaluated out = run(plan_, file, facts_);
  ASSERT_EQ(out.asks.size(), 1u);
  const auto request = make_request(plan_, out.asks[0], facts_);
  ASSERT_TRUE(request);
  EXPECT_EQ(std::get<backend::ReadNodeFile>(*request).path, "a.log");
  backend::Reply reply;
  EXPECT_EQ(show(read_answer(plan_, out.asks[0], reply, facts_).value), "undefined (kv.store[0] has no file \"a.log\")");
  reply.data.entries.emplace_back("text", std::string("hello"));
  facts_.answers[out.asks[0].key()] = read_answer(plan_, out.asks[0], reply, facts_);
  EXPECT_EQ(is(file), "\"hello\"");
}

}  // namespace
}  // namespace failc::eval
