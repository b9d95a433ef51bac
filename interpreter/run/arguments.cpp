// What a step is given: its arguments, with the roles that it needs one holder of waited for.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

Truth all_defined(const Sample& sample) {
  const bool undefined = std::any_of(sample.evaluated.begin(), sample.evaluated.end(), [](const eval::Evaluated& one) { return one.value.undefined(); });
  return undefined ? Truth::no : Truth::yes;
}

std::string first_reason(const Sample& sample) {
  for (const eval::Evaluated& one : sample.evaluated) {
    if (const auto* undefined = one.value.as<Undefined>()) return undefined->reason;
  }
  return {};
}

}  // namespace

std::vector<const plan::Expr*> pointers(const std::vector<plan::Expr>& exprs) {
  std::vector<const plan::Expr*> all;
  for (const plan::Expr& expr : exprs) all.push_back(&expr);
  return all;
}

Task<Arguments> arguments(Context context, const plan::BodyNode& node, const std::vector<const plan::Expr*>& exprs, std::uint64_t salt, Nanos settle) {
  ScenarioRun& run = context.run;
  Arguments result;
  const Question all = question(context, salt, exprs, run.frame);
  const auto take = [&](Sample sample) {
    run.note(node, context.path, exprs, sample.evaluated);
    for (eval::Evaluated& one : sample.evaluated) result.values.push_back(std::move(one.value));
  };
  if (settle <= Nanos{} || singular_roles(exprs).empty()) {
    Task<Sample> asking = sample(run, context.scope, all, kNoDeadline, std::nullopt);
    Sample taken = co_await asking;
    result.flow = taken.cancelled ? Flow::cancelled : Flow::go_on;
    if (!taken.cancelled) take(std::move(taken));
    co_return result;
  }
  // The values are those of the very sample in which none was undefined.
  SeenLog log(run, node);
  std::string reason;
  const Nanos bound = run.scaled(settle);
  const Instant begin = run.scheduler.now();
  Wait wait;
  wait.question = all;
  wait.holds = all_defined;
  wait.record = [&](const Sample& sample, Truth truth) {
    reason = first_reason(sample);
    log.add(sample, truth);
    if (truth == Truth::yes) take(sample);
  };
  wait.latest = run.after(bound);
  wait.last_may_end_late = true;
  for (const plan::Expr* expr : exprs) wait.wakes |= wakes_of(run.plan, *expr);
  Task<WaitEnd> waiting = wait_until(run, context.scope, wait);
  const WaitEnd end = co_await waiting;
  log.finish();
  if (end == WaitEnd::cancelled) {
    result.flow = Flow::cancelled;
    co_return result;
  }
  const WaitUsed used{node.at, node.text, std::min(run.scheduler.now() - begin, bound), bound};
  run.result.waits.push_back(used);
  run.recorder.wait(used, end == WaitEnd::held);
  if (end == WaitEnd::held) co_return result;
  Failure failure = run.failure_at(node, fmt::format("the step needs one node, and there was none within {}: {}", show(bound), reason), node.text);
  failure.seen = log.seen();
  result.flow = run.fail(std::move(failure));
  co_return result;
}

Task<NodeSet> node_set(Context context, const plan::BodyNode& node, const plan::Expr& expr, std::uint64_t salt, Nanos settle) {
  NodeSet set;
  const std::vector<const plan::Expr*> exprs{&expr};
  Task<Arguments> asking = arguments(context, node, exprs, salt, settle);
  const Arguments taken = co_await asking;
  set.flow = taken.flow;
  if (set.flow != Flow::go_on) co_return set;
  if (const auto* undefined = taken.values.front().as<Undefined>()) {
    set.flow = context.run.fail(context.run.failure_at(node, "the nodes are undefined: " + undefined->reason, node.text));
    co_return set;
  }
  Result<std::vector<backend::NodeIndex>> nodes = eval::nodes_of(taken.values.front());
  if (!nodes) {
    set.flow = context.run.fail(context.run.failure_at(node, nodes.error().message, node.text));
    co_return set;
  }
  for (const backend::NodeIndex one : *nodes) {
    if (std::find(set.nodes.begin(), set.nodes.end(), one) == set.nodes.end()) set.nodes.push_back(one);
  }
  if (set.nodes.empty()) set.flow = context.run.fail(context.run.failure_at(node, "the set of nodes is empty, so the step would do nothing", node.text));
  for (const backend::NodeIndex one : set.nodes) {
    if (context.run.nodes[one].taking_part) continue;
    set.flow = context.run.fail(context.run.failure_at(node, fmt::format("{} is not part of this scenario", context.run.names[one]), node.text));
    break;
  }
  co_return set;
}

}  // namespace failc::run
