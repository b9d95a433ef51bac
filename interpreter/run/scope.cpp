// Blocks of statements: groups, branches, loops, pauses. `during` is in during.cpp, `cleanup` in body.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

Task<Flow> branch(Context context, const plan::BodyNode& node, const plan::Scope& scope) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs{scope.value.get()};
  Task<Arguments> asking = arguments(context, node, exprs, scope.random, scope.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const Value& value = taken.values.front();
  if (const auto* undefined = value.as<Undefined>()) {
    co_return run.fail(run.failure_at(node, "neither branch can be taken, the condition is undefined: " + undefined->reason, node.text));
  }
  const Truth truth = eval::truth(value);
  if (truth == Truth::undefined) {
    co_return run.fail(run.failure_at(node, fmt::format("neither branch can be taken: {} is {}, and no condition", run.text(value, 80), kind_of(value)), node.text));
  }
  const plan::Body& body = truth == Truth::yes ? scope.body : scope.otherwise;
  Task<Flow> task = run_body(run, context.scope, context.path, body);
  co_return co_await task;
}

Task<Flow> loop(Context context, const plan::BodyNode& node, const plan::Scope& scope) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs{scope.value.get()};
  Task<Arguments> asking = arguments(context, node, exprs, scope.random, scope.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  List items;
  const Value& value = taken.values.front();
  if (const auto* undefined = value.as<Undefined>()) {
    co_return run.fail(run.failure_at(node, "what `for` runs over is undefined: " + undefined->reason, node.text));
  }
  if (const auto* list = value.as<List>()) {
    items = *list;
  } else {
    items.push_back(value);
  }
  if (items.empty()) co_return run.fail(run.failure_at(node, "`for` ran over nothing", node.text));
  if (items.size() > scope.most) {
    co_return run.fail(run.failure_at(node, fmt::format("`for` would run {} times, and {} is the most that was known before the run", items.size(), scope.most), node.text));
  }
  run.note({&node, context.path, scope.value->at, items});
  for (std::size_t i = 0; i < items.size(); ++i) {
    run.frame[scope.slot] = items[i];
    Task<Flow> task = run_body(run, context.scope, iteration(context.path, i), scope.body);
    const Flow flow = co_await task;
    if (flow != Flow::go_on) co_return flow;
  }
  co_return Flow::go_on;
}

Task<Flow> repeat(Context context, const plan::Scope& scope) {
  for (std::uint32_t i = 0; i < scope.times; ++i) {
    Task<Flow> task = run_body(context.run, context.scope, iteration(context.path, i), scope.body);
    const Flow flow = co_await task;
    if (flow != Flow::go_on) co_return flow;
  }
  co_return Flow::go_on;
}

Task<Flow> paused(Context context, const plan::BodyNode& node, const plan::Scope& scope) {
  ScenarioRun& run = context.run;
  Task<NodeSet> asking = node_set(context, node, *scope.value, scope.random, scope.settle);
  const NodeSet set = co_await asking;
  if (set.flow != Flow::go_on) co_return set.flow;
  const Nanos bound = scope.timeout > Nanos{} ? scope.timeout : kSignal;
  Block pauses(&context.scope);
  Task<Flow> pausing = pause_nodes(context, pauses, node, set.nodes, bound);
  Flow flow = co_await pausing;
  const Instant begin = run.scheduler.now();
  if (flow == Flow::go_on) {
    Task<Flow> body = run_body(run, context.scope, context.path, scope.body);
    flow = co_await body;
  }
  if (flow == Flow::go_on && scope.length > Nanos{}) {
    Waiter waiter;
    waiter.scope = &context.scope;
    waiter.until = begin + scope.length;
    if (*waiter.until > run.scheduler.now()) {
      const Woken woken = co_await run.scheduler.park(waiter);
      if (woken == Woken::cancelled) flow = Flow::cancelled;
    }
  }
  std::vector<backend::NodeIndex> nodes;
  for (const auto& [statement, one] : pauses.pauses) nodes.push_back(one);
  Task<bool> undo = undo_pauses(run, node, nodes, bound);
  const bool undone = co_await undo;
  if (!undone && flow == Flow::go_on) flow = Flow::failed;
  co_return flow;
}

}  // namespace

Task<Flow> run_scope(Context context, Block& block, const plan::BodyNode& node, const plan::Scope& scope) {
  switch (scope.kind) {
    case plan::ScopeKind::group: {
      Task<Flow> task = run_body(context.run, context.scope, context.path, scope.body);
      co_return co_await task;
    }
    case plan::ScopeKind::branch: {
      Task<Flow> task = branch(context, node, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::loop: {
      Task<Flow> task = loop(context, node, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::repeat: {
      Task<Flow> task = repeat(context, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::during: {
      Task<Flow> task = run_during(context, block, node, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::paused: {
      Task<Flow> task = paused(context, node, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::parallel: {
      Task<Flow> task = run_parallel(context, block, scope);
      co_return co_await task;
    }
    case plan::ScopeKind::actor: FAILC_BUG("an actor outside of its `parallel`");
    case plan::ScopeKind::cleanup: co_return Flow::go_on;  // at the block's end: body.cpp
  }
  FAILC_BUG("no such scope");
}

}  // namespace failc::run
