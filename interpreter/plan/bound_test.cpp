#include <gtest/gtest.h>

#include "interpreter/plan/sample_plan.hpp"

namespace failc::plan {
namespace {

using namespace sample;

Nanos requests(const Expr& expr) { return request_bound(plan(), expr); }
Expr both(Op op, Expr a, Expr b) { return make(op, args(std::move(a), std::move(b))); }

TEST(RequestBound, StrictOperandsAtOnce) {
  EXPECT_EQ(requests(both(Op::add, info(node(0)), get(text("k"), node(1)))), 2s);
  EXPECT_EQ(requests(make(Op::list, args(info(node(0)), info(node(1)), info(node(2))))), 1s);
  EXPECT_EQ(requests(number(1)), 0s);
}

TEST(RequestBound, LogicOneAfterTheOther) {
  EXPECT_EQ(requests(both(Op::logical_and, info(node(0)), get(text("k"), node(1)))), 3s);
  EXPECT_EQ(requests(both(Op::logical_or, info(node(0)), info(node(1)))), 2s);
}

TEST(RequestBound, ArgumentsBeforeTheirQuery) {
  EXPECT_EQ(requests(get(text("k"), leader())), 3s);
  EXPECT_EQ(requests(get(get(text("k"), leader()), leader())), 5s);
}

TEST(RequestBound, RoundsSideBySide) {
  // Two rounds of 1s (a role, then a query) beside one round of 2s: the first round takes 2s.
  EXPECT_EQ(requests(eq(info(leader()), get(text("k"), node(0)))), 3s);
}

TEST(RequestBound, RolesAndStatesAskAllNodesAtOnce) {
  EXPECT_EQ(requests(leader()), 1s);
  EXPECT_EQ(requests(make(Op::role_all, args(all_nodes()), "leaders")), 1s);
  EXPECT_EQ(requests(make(Op::is_state, args(all_nodes()), "healthy")), 1s);
  EXPECT_EQ(requests(make(Op::is_state, args(all_nodes()), "ready")), 1s);
  EXPECT_EQ(requests(make(Op::is_state, args(all_nodes()), "running")), 0s);
}

TEST(RequestBound, QuantifiersTimesTheirSet) {
  EXPECT_EQ(requests(make(Op::every, args(all_nodes(), info(local(0))), {}, 0)), 3s);
  EXPECT_EQ(requests(make(Op::any, args(make(Op::pick, args(all_nodes(), number(2))), info(local(0))), {}, 0)), 2s);
  Expr said = make(Op::every, args(local(1), info(local(0))), {}, 0);
  EXPECT_EQ(requests(said), 3s);  // a local: as many as there are nodes
  said.literal = Value(std::int64_t{200});
  EXPECT_EQ(requests(said), 200s);
  EXPECT_EQ(requests(make(Op::every, args(local(1), eq(local(0), number(1))), {}, 0)), 0s);
}

TEST(RequestBound, ListsAskForAllElementsAtOnce) { EXPECT_EQ(requests(make(Op::list_for, args(all_nodes(), get(text("k"), local(0)), info(local(0))), {}, 0)), 3s); }

TEST(RequestBound, WhatAsksForItselfHasNoBound) {
  Plan out = plan();
  out.components[0].states[0].holds = make(Op::is_state, args(local(0)), "healthy");
  EXPECT_EQ(request_bound(out, make(Op::is_state, args(all_nodes()), "healthy")), Nanos::max());
  EXPECT_FALSE(verify(out));
}

TEST(Most, ByShape) {
  const Plan out = plan();
  EXPECT_EQ(most(out, all_nodes()), 3u);
  EXPECT_EQ(most(out, node(0)), 1u);
  EXPECT_EQ(most(out, leader()), 1u);
  EXPECT_EQ(most(out, make(Op::role_all, args(all_nodes()), "leaders")), 3u);
  EXPECT_EQ(most(out, make(Op::pick_random, args(all_nodes(), number(1)))), 1u);
  EXPECT_EQ(most(out, make(Op::pick, args(all_nodes(), literal(Percent{50})))), 2u);
  EXPECT_EQ(most(out, both(Op::then, all_nodes(), leader())), 4u);
  EXPECT_EQ(most(out, both(Op::minus, all_nodes(), leader())), 3u);
  EXPECT_EQ(most(out, local(0)), std::nullopt);
  EXPECT_EQ(most(out, make(Op::statistic, {}, "acknowledged")), std::nullopt);
}

Step step(StepKind kind, std::vector<Expr> arguments, Nanos timeout) {
  Step out;
  out.kind = kind;
  out.args = std::move(arguments);
  out.timeout = timeout;
  return out;
}

Nanos of(std::variant<Step, Scope, Condition> what) { return bound(plan(), body_node(std::move(what), 1)); }

TEST(Bound, Steps) {
  Step let = step(StepKind::let, args(leader()), {});
  let.settle = 10s;
  EXPECT_EQ(of(std::move(let)), 11s);
  EXPECT_EQ(of(step(StepKind::kill, args(all_nodes()), 3s)), 3s);
  EXPECT_EQ(of(step(StepKind::stop, args(make(Op::role_all, args(all_nodes()), "leaders")), 5s)), 6s);
  EXPECT_EQ(of(step(StepKind::pause, args(node(0)), 2s)), 4s);  // and its resume
  EXPECT_EQ(of(step(StepKind::resume, args(node(0)), 2s)), 2s);
  EXPECT_EQ(of(step(StepKind::sleep, args(literal(Nanos(7s))), {})), 7s);
  EXPECT_EQ(of(step(StepKind::log, args(info(node(0))), {})), 1s);
  Step exec = step(StepKind::exec, args(node(0), make(Op::list, args(text("ls")))), 4s);
  exec.expect = optional(info(node(0)));
  EXPECT_EQ(of(std::move(exec)), 5s);
}

Scope scope(ScopeKind kind, Nanos inside) {
  Scope out;
  out.kind = kind;
  if (inside > Nanos()) out.body.push_back(body_node(step(StepKind::sleep, args(literal(inside)), {}), 2));
  return out;
}

TEST(Bound, Scopes) {
  EXPECT_EQ(of(scope(ScopeKind::group, 3s)), 3s);
  Scope branch = scope(ScopeKind::branch, 3s);
  branch.value = optional(info(node(0)));
  branch.otherwise.push_back(body_node(step(StepKind::sleep, args(literal(Nanos(5s))), {}), 3));
  EXPECT_EQ(of(std::move(branch)), 6s);
  Scope loop = scope(ScopeKind::loop, 3s);
  loop.value = optional(leader());
  loop.settle = 10s;
  loop.most = 4;
  EXPECT_EQ(of(std::move(loop)), 23s);
  Scope repeat = scope(ScopeKind::repeat, 3s);
  repeat.times = 5;
  EXPECT_EQ(of(std::move(repeat)), 15s);
  Scope during = scope(ScopeKind::during, 3s);
  during.drain = 2s;
  EXPECT_EQ(of(std::move(during)), 5s);
  Scope cleanup = scope(ScopeKind::cleanup, 40s);
  cleanup.length = 30s;
  EXPECT_EQ(of(std::move(cleanup)), 30s);
  Scope paused = scope(ScopeKind::paused, {});
  paused.value = optional(node(0));
  paused.length = 8s;
  paused.timeout = 1s;
  EXPECT_EQ(of(std::move(paused)), 10s);
  Scope block = scope(ScopeKind::paused, 9s);
  block.value = optional(node(0));
  block.timeout = 1s;
  EXPECT_EQ(of(std::move(block)), 11s);
}

TEST(Bound, Conditions) {
  Condition condition;
  condition.condition = info(leader());
  condition.upper = 7s;
  for (const auto& [kind, expected] : {std::pair{ConditionKind::expect, Nanos(2s)}, {ConditionKind::await, Nanos(7s)}, {ConditionKind::eventually, Nanos(7s)},
                                       {ConditionKind::never, Nanos(7s)}, {ConditionKind::always, Nanos(0s)}}) {
    Condition one;
    one.kind = kind;
    one.condition = info(leader());
    one.upper = condition.upper;
    EXPECT_EQ(of(std::move(one)), expected) << static_cast<int>(kind);
  }
}

TEST(Bound, SumsDoNotOverflow) {
  Scope outer = scope(ScopeKind::repeat, Nanos::max() / 2);
  outer.times = 4'000'000'000u;
  EXPECT_EQ(of(std::move(outer)), Nanos::max());
  Scenario scenario;
  scenario.up = scenario.body_bound = Nanos::max();
  EXPECT_EQ(scenario.worst_case(), Nanos::max());
}

TEST(Bound, OnlyCleanupsAtTheTopAreKeptApart) {
  Plan out = plan();
  Scope cleanup = scope(ScopeKind::cleanup, 2s);
  cleanup.length = 30s;
  std::get<Scope>(out.scenarios[0].body[1].node).body.push_back(body_node(std::move(cleanup), 20));
  const Nanos before = out.scenarios[0].body_bound;
  fill_bounds(out);
  EXPECT_EQ(out.scenarios[0].body_bound, before + 2s);
  EXPECT_EQ(out.scenarios[0].cleanup_bound, 1s);
  EXPECT_TRUE(verify(out));
}

TEST(Polls, OnlyWhereNoEventTells) {
  const Plan out = plan();
  EXPECT_TRUE(polls(out, eq(info(node(0)), number(1))));
  EXPECT_TRUE(polls(out, leader()));
  EXPECT_TRUE(polls(out, make(Op::is_state, args(all_nodes()), "healthy")));
  EXPECT_TRUE(polls(out, make(Op::statistic, {}, "ok")));
  EXPECT_FALSE(polls(out, make(Op::is_state, args(all_nodes()), "stopped")));
  EXPECT_FALSE(polls(out, eq(make(Op::call, args(make(Op::log_lines, args(node(0), text("x")))), "count"), number(1))));
}

}  // namespace
}  // namespace failc::plan
