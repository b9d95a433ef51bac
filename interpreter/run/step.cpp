// Steps: those that only compute are here, those that touch nodes in node_step.cpp, requests in invoke.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

Task<Flow> let(Context context, const plan::BodyNode& node, const plan::Step& step) {
  const std::vector<const plan::Expr*> exprs = pointers(step.args);
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  Arguments taken = co_await asking;
  if (taken.flow == Flow::go_on) context.run.frame[step.slot] = std::move(taken.values.front());
  co_return taken.flow;
}

Task<Flow> log(Context context, const plan::BodyNode& node, const plan::Step& step) {
  const std::vector<const plan::Expr*> exprs = pointers(step.args);
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  std::string line;
  for (const Value& value : taken.values) {
    if (!line.empty()) line += ' ';
    const auto* text = value.as<std::string>();
    line += text ? *text : context.run.text(value);
  }
  context.run.recorder.log(line);
  if (context.run.progress.message) context.run.progress.message(line);
  co_return Flow::go_on;
}

Task<Flow> sleep(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  const std::vector<const plan::Expr*> exprs = pointers(step.args);
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  const Arguments taken = co_await asking;
  if (taken.flow != Flow::go_on) co_return taken.flow;
  const auto* length = taken.values.front().as<Nanos>();
  if (!length) co_return run.fail(run.failure_at(node, fmt::format("`sleep` takes a duration, and this is {}", run.text(taken.values.front())), node.text));
  Waiter waiter;
  waiter.scope = &context.scope;
  waiter.until = run.after(*length);
  if (*length <= Nanos{}) co_return Flow::go_on;
  const Woken woken = co_await run.scheduler.park(waiter);
  co_return woken == Woken::cancelled ? Flow::cancelled : Flow::go_on;
}

Task<Flow> on_nodes(Context context, Block& block, const plan::BodyNode& node, const plan::Step& step) {
  Task<NodeSet> asking = node_set(context, node, step.args.front(), step.random, step.settle);
  const NodeSet set = co_await asking;
  if (set.flow != Flow::go_on) co_return set.flow;
  const Nanos bound = step.timeout > Nanos{} ? step.timeout : kSignal;
  if (step.kind == plan::StepKind::pause) {
    Task<Flow> task = pause_nodes(context, block, node, set.nodes, bound);
    co_return co_await task;
  }
  if (step.kind == plan::StepKind::resume) {
    Task<Flow> task = resume_nodes(context, node, set.nodes, bound);
    co_return co_await task;
  }
  if (step.kind == plan::StepKind::kill || step.kind == plan::StepKind::stop || step.kind == plan::StepKind::restart) {
    Task<Flow> task = end_nodes(context, node, set.nodes, step.kind != plan::StepKind::kill, bound);
    const Flow ended = co_await task;
    if (ended != Flow::go_on || step.kind != plan::StepKind::restart) co_return ended;
  }
  Task<Flow> task = start_nodes(context, node, set.nodes, bound);
  co_return co_await task;
}

}  // namespace

Task<Flow> run_step(Context context, Block& block, const plan::BodyNode& node, const plan::Step& step) {
  switch (step.kind) {
    case plan::StepKind::let: {
      Task<Flow> task = let(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::log: {
      Task<Flow> task = log(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::sleep: {
      Task<Flow> task = sleep(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::start:
    case plan::StepKind::stop:
    case plan::StepKind::kill:
    case plan::StepKind::restart:
    case plan::StepKind::pause:
    case plan::StepKind::resume: {
      Task<Flow> task = on_nodes(context, block, node, step);
      co_return co_await task;
    }
    case plan::StepKind::exec: {
      Task<Flow> task = run_exec(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::play: {
      Task<Flow> task = run_play(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::operation: {
      Task<Flow> task = run_operation(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::meet: {
      Task<Flow> task = run_meet(context, node, step);
      co_return co_await task;
    }
    case plan::StepKind::fault: {
      Task<Flow> task = run_fault(context, node, step);
      co_return co_await task;
    }
  }
  FAILC_BUG("no such step");
}

}  // namespace failc::run
