// Invariants of scenarios: steps, scopes, conditions, and that every bound is what its parts sum to.
#include <algorithm>
#include <set>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/fields.hpp"
#include "interpreter/plan/verify.hpp"

namespace failc::plan {
namespace {

// The language allows 64; steps and checks that are expanded add theirs.
constexpr int kDeepestBody = 200;

}  // namespace

bool Verifier::scenario(const Scenario& one) {
  scenario_ = &one;
  players_ = one.players.size();
  std::set<std::uint32_t> seen;
  for (const std::uint32_t cluster : one.clusters)
    if (!require(cluster < plan_.clusters.size(), "cluster {} does not exist", cluster) || !require(seen.insert(cluster).second, "cluster {} is brought up twice", cluster))
      return false;
  if (!place(one.at) || !body(one.requirements, one.slots, 0) || !body(one.body, one.slots, 0)) return false;
  for (const BodyNode& each : one.requirements) {
    const auto* asked = std::get_if<Condition>(&each.node);
    if (!require(asked != nullptr && asked->kind == ConditionKind::expect, "something else than a condition is required")) return false;
    if (!silent(asked->condition, one.slots, "what is required")) return false;
  }
  const ScenarioBound sum = scenario_bound(one);
  if (!sums_to(one.body_bound, sum.body, "its body's bound is {}, and the parts sum to {}")) return false;
  if (!sums_to(one.cleanup_bound, sum.cleanup, "its cleanups' bound is {}, and the parts sum to {}")) return false;
  if (!require(one.up >= Nanos() && one.down >= Nanos(), "a bound is negative")) return false;
  if (!one.timeout) return true;
  // Without the sum: it may overflow where a part has no bound.
  const bool fits = one.body_bound <= *one.timeout && one.up <= *one.timeout - one.body_bound;
  return fits || require(false, "its worst case {} + {} is above its timeout {}", show(one.up), show(one.body_bound), show(*one.timeout));
}

bool Verifier::body(const Body& nodes, std::uint32_t slots, int depth) {
  if (!require(depth <= kDeepestBody, "its blocks are nested more than {} deep", kDeepestBody)) return false;
  return std::all_of(nodes.begin(), nodes.end(), [&](const BodyNode& one) { return node(one, slots, depth); });
}

bool Verifier::node(const BodyNode& one, std::uint32_t slots, int depth) {
  if (!place(one.at)) return false;
  if (one.at.line > 0) lines_.push_back(one.at.line);
  if (!std::visit([&](const auto& alternative) { return kind(alternative, slots, depth); }, one.node)) return false;
  // Those of the nodes inside were just found to be right.
  if (!sums_to(one.bound, bound_from_inner(plan_, one), "the bound is {}, and the parts sum to {}")) return false;
  if (one.at.line > 0) lines_.pop_back();
  return true;
}

bool Verifier::kind(const Step& step, std::uint32_t slots, int) {
  const char* name = name_of(step.kind);
  const std::size_t count = step.args.size();
  const auto arity = [&](std::size_t least, std::size_t most) { return require(count >= least && count <= most, "`{}` has {} arguments", name, count); };
  const auto lasts = [&] { return require(step.timeout > Nanos(), "`{}` has no timeout", name); };
  if (!require(step.timeout >= Nanos() && step.settle >= Nanos(), "a bound is negative")) return false;
  if (!exprs(step.args, slots)) return false;
  switch (step.kind) {
    case StepKind::let:
      if (!arity(1, 1) || !require(step.slot < slots, "`let` binds slot {} of a frame of {}", step.slot, slots)) return false;
      break;
    case StepKind::start:
    case StepKind::stop:
    case StepKind::kill:
    case StepKind::restart:
    case StepKind::pause:
    case StepKind::resume:
      if (!arity(1, 1) || !lasts()) return false;
      break;
    case StepKind::exec:
      if (!arity(2, 3) || !lasts()) return false;
      break;
    case StepKind::operation: {
      if (!require(step.operation < plan_.operations.size(), "operation {} does not exist", step.operation)) return false;
      const Operation& operation = plan_.operations[step.operation];
      if (!require(!operation.query, "`{}` is a query and stands as a step", operation.name)) return false;
      if (!require(count == operation.parameters.size(), "`{}` takes {} arguments and has {}", operation.name, operation.parameters.size(), count) || !lasts()) return false;
      if (!require(step.fault.empty() || operation.node_parameter != kNoNode, "`{}` arms a failpoint of no node", operation.name)) return false;
      break;
    }
    case StepKind::sleep: {
      const Nanos* length = count == 1 ? step.args[0].literal.as<Nanos>() : nullptr;
      if (!require(length && step.args[0].op == Op::literal && *length >= Nanos(), "`sleep` has no constant length")) return false;
      break;
    }
    case StepKind::meet:
      if (!require(step.slot < slots, "`meet` is of slot {} of a frame of {}", step.slot, slots) || !lasts()) return false;
      if (!require(count == 3 && step.args[0].literal.is<std::string>() && step.args[1].literal.is<std::string>() && step.args[2].literal.is<std::int64_t>(),
                   "`meet` does not say where, who and how many"))
        return false;
      break;
    case StepKind::fault:
      if (!arity(0, 1) || !require(step.slot < slots, "`fault` is of slot {} of a frame of {}", step.slot, slots)) return false;
      if (!require(count == 0 || (step.fault.empty() && !step.takes_back), "only a fault that is in force is proven")) return false;
      break;
    case StepKind::log: break;
    case StepKind::play:
      if (!arity(1, 1) || !require(step.player < players_, "player {} does not exist", step.player)) return false;
      break;
  }
  const bool request = step.kind == StepKind::exec || step.kind == StepKind::operation;
  if (!require(request || (!step.expect && (!step.binds || step.kind == StepKind::play)), "`{}` has no result", name)) return false;
  if (!require(!step.binds || step.kind == StepKind::play || step.slot < slots, "`{}` binds slot {} of a frame of {}", name, step.slot, slots)) return false;
  const bool fits = step.result_slot < slots && slots - step.result_slot >= 3;
  if (!require(step.fault.empty() || step.kind == StepKind::operation || step.kind == StepKind::fault, "`{}` is no failpoint", name)) return false;
  return require(!step.expect || fits, "`expect` has no slots for what it sees") && optional(step.expect, slots);
}

bool Verifier::kind(const Scope& scope, std::uint32_t slots, int depth) {
  const char* name = name_of(scope.kind);
  if (!require(scope.length >= Nanos() && scope.settle >= Nanos() && scope.drain >= Nanos() && scope.timeout >= Nanos(), "a bound is negative")) return false;
  const bool has_value = scope.kind == ScopeKind::branch || scope.kind == ScopeKind::loop || scope.kind == ScopeKind::paused;
  if (!require(has_value == (scope.value != nullptr), "`{}` has {} expression", name, has_value ? "no" : "an")) return false;
  if (!optional(scope.value, slots)) return false;
  switch (scope.kind) {
    case ScopeKind::group:
    case ScopeKind::branch: break;
    case ScopeKind::loop: {
      if (!require(scope.slot < slots, "`loop` binds slot {} of a frame of {}", scope.slot, slots)) return false;
      const auto known = most(plan_, *scope.value);
      if (!require(!known || scope.most <= *known, "a loop over at most {} is counted as {}", known.value_or(0), scope.most)) return false;
      break;
    }
    case ScopeKind::repeat:
      if (!require(scope.times > 0, "`repeat` does nothing")) return false;
      break;
    case ScopeKind::during:
      if (!require(!scope.workloads.empty(), "`during` runs no workload")) return false;
      for (const std::uint32_t workload : scope.workloads)
        if (!require(workload < plan_.workloads.size(), "workload {} does not exist", workload)) return false;
      break;
    case ScopeKind::cleanup:
      if (!require(scope.length > Nanos(), "`cleanup` has no deadline")) return false;
      break;
    case ScopeKind::actor:
      if (!require(!scope.title.empty(), "an actor has no name")) return false;
      break;
    case ScopeKind::parallel: {
      const auto is_actor = [](const BodyNode& one) {
        const auto* inner = std::get_if<Scope>(&one.node);
        return inner && inner->kind == ScopeKind::actor;
      };
      const auto is_barrier = [](const BodyNode& one) {
        const auto* inner = std::get_if<Step>(&one.node);
        return inner && inner->kind == StepKind::let;
      };
      const auto actors = std::find_if_not(scope.body.begin(), scope.body.end(), is_barrier);
      if (!require(actors != scope.body.end() && std::all_of(actors, scope.body.end(), is_actor), "`parallel` is not made of actors")) return false;
      break;
    }
    case ScopeKind::paused:
      if (!require(scope.timeout > Nanos(), "`paused` has no timeout")) return false;
      if (!require(scope.length > Nanos() || !scope.body.empty(), "`paused` ends at once")) return false;
      break;
  }
  if (!require(scope.otherwise.empty() || scope.kind == ScopeKind::branch, "`{}` has an `else`", name)) return false;
  return body(scope.body, slots, depth + 1) && body(scope.otherwise, slots, depth + 1);
}

bool Verifier::kind(const Condition& condition, std::uint32_t slots, int) {
  const char* name = name_of(condition.kind);
  if (!expr(condition.condition, slots)) return false;
  if (!require(condition.lower >= Nanos() && condition.upper >= Nanos() && condition.every >= Nanos(), "a bound is negative")) return false;
  switch (condition.kind) {
    case ConditionKind::shows:
    case ConditionKind::sometimes:
      if (condition.kind == ConditionKind::shows && !require(condition.player < players_, "player {} does not exist", condition.player)) return false;
      if (condition.kind == ConditionKind::sometimes && !require(!condition.title.empty(), "`sometimes` has no title")) return false;
      [[fallthrough]];
    case ConditionKind::expect: {
      const Nanos asked = request_bound(plan_, condition.condition);
      return condition.upper == asked || require(false, "`{}` may take {}, and its requests {}", name, show(condition.upper), show(asked));
    }
    case ConditionKind::await:
    case ConditionKind::eventually:
      if (!require(condition.lower <= condition.upper, "`{}` ends before it may hold", name)) return false;
      [[fallthrough]];
    case ConditionKind::never:
      if (!require(condition.upper > Nanos(), "`{}` has no bound", name)) return false;
      [[fallthrough]];
    case ConditionKind::always: return require(condition.every > Nanos(), "`{}` does not say how often it is asked", name);
  }
  FAILC_BUG("a kind of condition that does not exist");
}

}  // namespace failc::plan
