// How long things can take, in one place.
//
//   requests   a query: its arguments, then its own time. Strict operands at once: the longest. `and`, `or`, quantifiers: the sum.
//              A role: the slowest of its nodes' conditions, which are asked at once, each with its term.
//   steps      settle + requests of the arguments + the effect + requests of `expect`. A sample that begins within the settle bound
//              may end after it. A pause that the end of its block undoes counts its resume where it stands.
//   scopes     sums; a branch the longer side; a loop its most iterations; `during` also what drains; a pause its resume.
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

class Requests {
 public:
  explicit Requests(const Plan& plan) : plan_(plan) {}

  Nanos of(const Expr& expr) {
    switch (expr.op) {
      case Op::literal:
      case Op::local: return {};
      case Op::logical_and:
      case Op::logical_or: return all(expr.args);
      case Op::every:
      case Op::any: return quantifier(expr);
      case Op::list_for: return all(expr.args);  // its elements are asked for at once: the set, then the condition, then the body
      case Op::query: return plus(longest(expr.args), expr.index < plan_.operations.size() ? plan_.operations[expr.index].timeout : Nanos());
      case Op::role:
      case Op::role_all:
      case Op::is_state:
      case Op::node_let: return plus(longest(expr.args), asked_of_nodes(expr));
      case Op::node_file: return plus(longest(expr.args), kFileRead);
      case Op::list:
      case Op::doc:
      case Op::member:
      case Op::index:
      case Op::negate:
      case Op::logical_not:
      case Op::eq:
      case Op::ne:
      case Op::lt:
      case Op::le:
      case Op::gt:
      case Op::ge:
      case Op::in:
      case Op::not_in:
      case Op::matches:
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::range:
      case Op::tolerance:
      case Op::then:
      case Op::setting:
      case Op::node_field:
      case Op::node_port:
      case Op::group_nodes:
      case Op::minus:
      case Op::pick:
      case Op::pick_random:
      case Op::call:
      case Op::statistic:
      case Op::log_lines: return longest(expr.args);
    }
    FAILC_BUG("an operator that does not exist");
  }

 private:
  Nanos all(const std::vector<Expr>& exprs) {
    Nanos sum{};
    for (const Expr& expr : exprs) sum = plus(sum, of(expr));
    return sum;
  }
  Nanos longest(const std::vector<Expr>& exprs) {
    Nanos out{};
    for (const Expr& expr : exprs) out = std::max(out, of(expr));
    return out;
  }
  Nanos quantifier(const Expr& expr) {
    if (expr.args.size() != 2) return {};
    const Nanos body = of(expr.args[1]);
    return plus(of(expr.args[0]), body == Nanos() ? Nanos() : times(body, most_for_quantifier(plan_, expr)));
  }
  // Once a component's expression, however many nodes and conditions use it; one that asks for itself has no bound.
  Nanos shared(const Expr& expr) {
    const auto [entry, fresh] = known_.try_emplace(&expr, Nanos::max());
    if (!fresh) return entry->second;
    const Nanos bound = of(expr);
    return known_[&expr] = bound;
  }
  Nanos asked_of_nodes(const Expr& expr) {
    Nanos out{};
    if (expr.args.empty()) return out;
    for (const std::uint32_t component : components_of(plan_, expr.args[0]))
      for (const Expr* part : component_parts(plan_.components[component], expr)) out = std::max(out, shared(*part));
    return out;
  }

  const Plan& plan_;
  std::unordered_map<const Expr*, Nanos> known_;
};

Nanos longest_request(const Plan& plan, const std::vector<Expr>& exprs) {
  Nanos out{};
  for (const Expr& expr : exprs) out = std::max(out, request_bound(plan, expr));
  return out;
}

Nanos effect(const Step& step) {
  switch (step.kind) {
    case StepKind::let:
    case StepKind::log: return {};
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
    case StepKind::operation: return step.timeout;
  }
  FAILC_BUG("a kind of step that does not exist");
}

Nanos bound_of(const Plan& plan, const Step& step) {
  const Nanos before = plus(step.settle, longest_request(plan, step.args));
  const Nanos after = step.expect ? request_bound(plan, *step.expect) : Nanos();
  return plus(plus(before, effect(step)), after);
}

Nanos bound_of(const Plan& plan, const Scope& scope) {
  const Nanos before = plus(scope.settle, scope.value ? request_bound(plan, *scope.value) : Nanos());
  const Nanos body = bound(plan, scope.body);
  switch (scope.kind) {
    case ScopeKind::group: return body;
    case ScopeKind::branch: return plus(before, std::max(body, bound(plan, scope.otherwise)));
    case ScopeKind::loop: return plus(before, times(body, scope.most));
    case ScopeKind::repeat: return times(body, scope.times);
    case ScopeKind::during: return plus(body, scope.drain);
    case ScopeKind::cleanup: return std::min(scope.length, body);
    case ScopeKind::paused: return plus(plus(before, times(scope.timeout, 2)), std::max(scope.length, body));
  }
  FAILC_BUG("a kind of scope that does not exist");
}

Nanos bound_of(const Plan& plan, const Condition& condition) {
  switch (condition.kind) {
    case ConditionKind::expect: return request_bound(plan, condition.condition);
    case ConditionKind::await:
    case ConditionKind::eventually:
    case ConditionKind::never: return condition.upper;
    case ConditionKind::always: return {};
  }
  FAILC_BUG("a kind of condition that does not exist");
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
    node.bound = bound(plan, node);
    if (auto* condition = std::get_if<Condition>(&node.node); condition && condition->kind == ConditionKind::expect) condition->upper = node.bound;
  }
}

}  // namespace

Nanos request_bound(const Plan& plan, const Expr& expr) { return Requests(plan).of(expr); }

Nanos bound(const Plan& plan, const BodyNode& node) {
  return std::visit([&](const auto& kind) { return bound_of(plan, kind); }, node.node);
}

Nanos bound(const Plan& plan, const Body& body) {
  Nanos sum{};
  for (const BodyNode& node : body) sum = plus(sum, bound(plan, node));
  return sum;
}

ScenarioBound scenario_bound(const Plan& plan, const Scenario& scenario) {
  ScenarioBound out;
  for (const BodyNode& node : scenario.body) {
    Nanos& part = is_cleanup(node) ? out.cleanup : out.body;
    part = plus(part, bound(plan, node));
  }
  return out;
}

void fill_bounds(Plan& plan) {
  for (Scenario& scenario : plan.scenarios) {
    fill(plan, scenario.body);
    const ScenarioBound sum = scenario_bound(plan, scenario);
    scenario.body_bound = sum.body;
    scenario.cleanup_bound = sum.cleanup;
  }
}

}  // namespace failc::plan
