// How long things can take, in one place.
//
//   requests   come in rounds: all that can be asked is asked at once, and a round ends with its slowest reply. A query's round comes after
//              those of its arguments. The rounds of strict operands go side by side, those of `and`, `or` and quantifiers one after the
//              other. A role's nodes are asked side by side, each for its condition and its term.
//   steps      settle + requests of the arguments + the effect + requests of `expect`. A sample that begins within the settle bound
//              may end after it. A pause that the end of its block undoes counts its resume where it stands.
//   scopes     sums; a branch the longer side; `parallel` its longest actor; a loop its most iterations; `during` also what drains; a pause its resume.
//   clusters   the versions of all their programs at once, then all nodes at once; at the end all stops at once, then kills.
//   cleanups   the shorter of deadline and body, where they stand; those at the top level of a scenario are kept apart.
//   conditions `upper`; an `always` runs beside and takes nothing.
#include <algorithm>
#include <limits>
#include <unordered_map>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::plan {
namespace {

Nanos plus(Nanos a, Nanos b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a.count(), b.count(), &sum) ? Nanos::max() : Nanos(sum);
}

Nanos times(Nanos a, std::uint64_t count) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a.count(), count, &product) ? Nanos::max() : Nanos(product);
}

// The rounds of requests, each as long as its slowest. `rest` is what comes in more rounds than are worth keeping apart.
struct Rounds {
  std::vector<Nanos> each;
  Nanos rest{};

  Nanos total() const {
    Nanos sum = rest;
    for (const Nanos round : each) sum = plus(sum, round);
    return sum;
  }
};

constexpr std::size_t kMostRounds = 64;

Rounds side_by_side(Rounds a, const Rounds& b) {
  a.each.resize(std::max(a.each.size(), b.each.size()));
  for (std::size_t i = 0; i < b.each.size(); ++i) a.each[i] = std::max(a.each[i], b.each[i]);
  a.rest = plus(a.rest, b.rest);
  return a;
}

Rounds one_after_the_other(Rounds a, const Rounds& b) {
  for (const Nanos round : b.each) {
    if (a.each.size() < kMostRounds) a.each.push_back(round);
    else a.rest = plus(a.rest, round);
  }
  a.rest = plus(a.rest, b.rest);
  return a;
}

Rounds again(const Rounds& body, std::uint32_t count) {
  Rounds out;
  const std::size_t kept = body.each.empty() ? 0 : std::min<std::size_t>(count, kMostRounds / body.each.size());
  for (std::size_t i = 0; i < kept; ++i) out = one_after_the_other(std::move(out), {body.each, {}});
  out.rest = plus(times(Rounds{body.each, {}}.total(), count - kept), times(body.rest, count));
  return out;
}

class Requests {
 public:
  explicit Requests(const Plan& plan) : plan_(plan) {}

  Rounds of(const Expr& expr) {
    switch (expr.op) {
      case Op::literal:
      case Op::local: return {};
      case Op::logical_and:
      case Op::logical_or:
      case Op::list_for: {  // its elements side by side: the set, then the body, then the condition
        Rounds sum;
        for (const Expr& part : expr.args) sum = one_after_the_other(std::move(sum), of(part));
        return sum;
      }
      case Op::every:
      case Op::any: return expr.args.size() != 2 ? Rounds() : one_after_the_other(of(expr.args[0]), again(of(expr.args[1]), most_for_quantifier(plan_, expr)));
      case Op::query: return one_after_the_other(all(expr.args), {{expr.index < plan_.operations.size() ? plan_.operations[expr.index].timeout : Nanos()}, {}});
      case Op::role:
      case Op::role_all:
      case Op::is_state:
      case Op::node_let: return one_after_the_other(all(expr.args), asked_of_nodes(expr));
      case Op::node_file: return one_after_the_other(all(expr.args), {{kNodeFileTimeout}, {}});
      default: return all(expr.args);  // asks nothing itself
    }
  }

  Rounds all(const std::vector<Expr>& exprs) {
    Rounds out;
    for (const Expr& expr : exprs) out = side_by_side(std::move(out), of(expr));
    return out;
  }

 private:
  // Once a component's expression, however many nodes and conditions use it; one that asks for itself has no bound.
  Rounds shared(const Expr& expr) {
    const auto [entry, fresh] = known_.try_emplace(&expr, Rounds{{}, Nanos::max()});
    if (!fresh) return entry->second;
    const Rounds rounds = of(expr);
    return known_[&expr] = rounds;
  }
  Rounds asked_of_nodes(const Expr& expr) {
    Rounds out;
    if (expr.args.empty() || !has_component_parts(expr)) return out;
    for (const std::uint32_t component : components_of(plan_, expr.args[0]))
      for (const Expr* part : component_parts(plan_.components[component], expr)) out = side_by_side(std::move(out), shared(*part));
    return out;
  }

  const Plan& plan_;
  std::unordered_map<const Expr*, Rounds> known_;
};

Nanos effect(const Step& step) {
  switch (step.kind) {
    case StepKind::let:
    case StepKind::fault:
    case StepKind::log:
    case StepKind::play: return {};
    case StepKind::sleep: {
      const Nanos* length = step.args.empty() ? nullptr : step.args[0].literal.as<Nanos>();
      return length ? *length : Nanos();
    }
    case StepKind::pause: return times(step.timeout, 2);
    case StepKind::start:
    case StepKind::stop:
    case StepKind::kill:
    case StepKind::restart:
    case StepKind::resume:
    case StepKind::exec:
    case StepKind::meet:
    case StepKind::operation: return step.timeout;
  }
  FAILC_BUG("a kind of step that does not exist");
}

Nanos own_bound(const Plan& plan, const Step& step) {
  const Nanos before = plus(step.settle, Requests(plan).all(step.args).total());
  const Nanos after = step.expect ? request_bound(plan, *step.expect) : Nanos();
  return plus(plus(before, effect(step)), after);
}

Nanos own_bound(const Plan& plan, const Condition& condition) {
  switch (condition.kind) {
    case ConditionKind::expect:
    case ConditionKind::sometimes:
    case ConditionKind::shows: return request_bound(plan, condition.condition);
    case ConditionKind::await:
    case ConditionKind::eventually:
    case ConditionKind::never: return condition.upper;
    case ConditionKind::always: return {};
  }
  FAILC_BUG("a kind of condition that does not exist");
}

/// `inner` says how long a node inside takes.
template <class Inner>
Nanos sum_of(const Body& body, const Inner& inner) {
  Nanos sum{};
  for (const BodyNode& node : body) sum = plus(sum, inner(node));
  return sum;
}

template <class Inner>
Nanos scope_bound(const Plan& plan, const Scope& scope, const Inner& inner) {
  const Nanos before = plus(scope.settle, scope.value ? request_bound(plan, *scope.value) : Nanos());
  const Nanos body = sum_of(scope.body, inner);
  switch (scope.kind) {
    case ScopeKind::group:
    case ScopeKind::actor: return body;
    case ScopeKind::parallel: {
      Nanos longest{};
      for (const BodyNode& actor : scope.body) longest = std::max(longest, inner(actor));
      return longest;
    }
    case ScopeKind::branch: return plus(before, std::max(body, sum_of(scope.otherwise, inner)));
    case ScopeKind::loop: return plus(before, times(body, scope.most));
    case ScopeKind::repeat: return times(body, scope.times);
    case ScopeKind::during: return plus(body, scope.drain);
    case ScopeKind::cleanup: return std::min(scope.length, body);
    case ScopeKind::paused: return plus(plus(before, times(scope.timeout, 2)), std::max(scope.length, body));
  }
  FAILC_BUG("a kind of scope that does not exist");
}

template <class Inner>
Nanos node_bound(const Plan& plan, const BodyNode& node, const Inner& inner) {
  if (const auto* scope = std::get_if<Scope>(&node.node)) return scope_bound(plan, *scope, inner);
  if (const auto* step = std::get_if<Step>(&node.node)) return own_bound(plan, *step);
  return own_bound(plan, std::get<Condition>(node.node));
}

bool is_cleanup(const BodyNode& node) {
  const auto* scope = std::get_if<Scope>(&node.node);
  return scope && scope->kind == ScopeKind::cleanup;
}

void fill(const Plan& plan, Body& body) {
  for (BodyNode& node : body) {
    if (auto* scope = std::get_if<Scope>(&node.node)) {
      fill(plan, scope->body);
      fill(plan, scope->otherwise);
    }
    node.bound = bound_from_inner(plan, node);
    auto* condition = std::get_if<Condition>(&node.node);
    if (condition && (condition->kind == ConditionKind::expect || condition->kind == ConditionKind::shows || condition->kind == ConditionKind::sometimes)) condition->upper = node.bound;
  }
}

}  // namespace

Nanos request_bound(const Plan& plan, const Expr& expr) { return Requests(plan).of(expr).total(); }

Nanos bound(const Plan& plan, const BodyNode& node) {
  return node_bound(plan, node, [&](const BodyNode& inner) { return bound(plan, inner); });
}

Nanos bound_from_inner(const Plan& plan, const BodyNode& node) {
  return node_bound(plan, node, [](const BodyNode& inner) { return inner.bound; });
}

Nanos up_bound(const Plan& plan, const std::vector<std::uint32_t>& clusters) {
  Nanos versions{}, ready{};
  for (const std::uint32_t index : clusters) {
    const Cluster& cluster = plan.clusters[index];
    ready = std::max(ready, cluster.up);
    for (const std::uint32_t group : cluster.groups)
      if (!plan.components[plan.groups[group].component].version_argv.empty()) versions = kVersionTimeout;
  }
  return plus(versions, ready);
}

Nanos down_bound(const Plan& plan, const std::vector<std::uint32_t>& clusters) {
  Nanos stop{};
  for (const std::uint32_t index : clusters) stop = std::max(stop, plan.clusters[index].down);
  return clusters.empty() ? stop : plus(stop, kSignalTimeout);
}

Nanos Scenario::worst_case() const { return plus(plus(up, body_bound), plus(cleanup_bound, down)); }

ScenarioBound scenario_bound(const Scenario& scenario) {
  ScenarioBound out;
  for (const BodyNode& node : scenario.body) {
    Nanos& part = is_cleanup(node) ? out.cleanup : out.body;
    part = plus(part, node.bound);
  }
  return out;
}

void fill_bounds(Plan& plan) {
  for (std::vector<Scenario>* part : {&plan.setup, &plan.scenarios, &plan.cleanup})
    for (Scenario& scenario : *part) {
      fill(plan, scenario.requirements);
      fill(plan, scenario.body);
      const ScenarioBound sum = scenario_bound(scenario);
      scenario.body_bound = sum.body;
      scenario.cleanup_bound = sum.cleanup;
    }
}

bool shared(const Plan& plan, std::uint32_t cluster) {
  if (plan.setup.empty()) return false;
  const std::vector<std::uint32_t>& all = plan.setup.front().clusters;
  return std::find(all.begin(), all.end(), cluster) != all.end();
}

}  // namespace failc::plan
