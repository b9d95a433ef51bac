// Steps that act on nodes: start, stop, kill, restart, pause, resume; and the faults of networks, which no backend here can do.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

Nanos sum(Nanos a, Nanos b) { return a > Nanos::max() - b ? Nanos::max() : a + b; }

}  // namespace

Nanos Checker::ready_bound(const Type& set) const {
  Nanos out = Nanos(1);
  for (std::uint32_t each : candidates(set))
    for (const Instance& instance : components_[each]->instances) out = std::max(out, instance.bounds[0]);
  return out;
}

Nanos Checker::stop_bound(const Type& set) const {
  Nanos out = Nanos(1);
  for (std::uint32_t each : candidates(set))
    for (const Instance& instance : components_[each]->instances) out = std::max(out, instance.bounds[1]);
  return out;
}

void Checker::node_step(const ast::NodeStep& tree, const ast::Statement& whole, plan::Body& out) {
  Term nodes = node_set(*tree.nodes);
  if (nodes.error()) {
    doubtful_ = true;
    return;
  }
  able(nodes.type, Ability::processes, whole.head);
  plan::Step step;
  switch (tree.action) {
    case ast::NodeAction::start:
      step.kind = plan::StepKind::start;
      step.timeout = ready_bound(nodes.type);
      break;
    case ast::NodeAction::stop:
      step.kind = plan::StepKind::stop;
      step.timeout = stop_bound(nodes.type);
      break;
    case ast::NodeAction::kill:
      step.kind = plan::StepKind::kill;
      step.timeout = kSignal;
      break;
    case ast::NodeAction::restart:
      step.kind = plan::StepKind::restart;
      step.timeout = sum(stop_bound(nodes.type), ready_bound(nodes.type));
      break;
  }
  step.settle = settle_;
  step.random = salt(whole.span);
  step.args.push_back(std::move(nodes.expr));
  add(out, whole, std::move(step));
}

void Checker::fault(const ast::Fault& tree, const ast::Statement& whole, plan::Body& out) {
  switch (tree.kind) {
    case ast::FaultKind::pause:
    case ast::FaultKind::resume:
      pause(tree, whole, out);
      return;
    case ast::FaultKind::isolate:
    case ast::FaultKind::partition:
    case ast::FaultKind::slow:
    case ast::FaultKind::drop:
      network_fault(tree, whole);
      if (tree.block) {
        plan::Body ignored;
        block(*tree.block, ignored);
      }
      return;
  }
}

void Checker::pause(const ast::Fault& tree, const ast::Statement& whole, plan::Body& out) {
  Term nodes = node_set(*tree.a);
  Bound length;
  if (tree.length) length = duration(*tree.length, "the time of `for`");
  const Nanos settle = settle_;
  const std::uint64_t random = salt(whole.span);
  if (!nodes.error()) able(nodes.type, Ability::pause, whole.head);
  else doubtful_ = true;
  const bool resume = tree.kind == ast::FaultKind::resume;
  if (resume && (tree.length || tree.block)) {
    report(diag::Code::not_taken, tree.length ? tree.length->span : Span{tree.block->span.begin, tree.block->span.begin + 1},
           {"`resume`", tree.length ? std::string_view("for") : std::string_view("{ }")});
    return;
  }
  if (tree.length && tree.block) {
    report(diag::Code::two_ends, whole.head);
    return;
  }
  if (tree.block && tree.block->statements.empty() && !tree.block->broken) {
    report(diag::Code::empty_pause, whole.head);
    return;
  }
  if (!tree.length && !tree.block) {
    plan::Step step;
    step.kind = resume ? plan::StepKind::resume : plan::StepKind::pause;
    step.timeout = kSignal;
    step.settle = settle;
    step.random = random;
    step.args.push_back(std::move(nodes.expr));
    add(out, whole, std::move(step));
    return;
  }
  plan::Scope scope;
  scope.kind = plan::ScopeKind::paused;
  scope.timeout = kSignal;
  scope.settle = settle;
  scope.random = random;
  scope.length = length.upper;
  scope.value = std::make_unique<plan::Expr>(std::move(nodes.expr));
  if (tree.block) block(*tree.block, scope.body);
  add(out, whole, std::move(scope));
}

void Checker::network_fault(const ast::Fault& tree, const ast::Statement& whole) {
  std::string_view word;
  Ability ability = Ability::partition;
  switch (tree.kind) {
    case ast::FaultKind::isolate: word = "isolate"; break;
    case ast::FaultKind::partition: word = "partition"; break;
    case ast::FaultKind::slow:
      word = "slow";
      ability = Ability::shape;
      break;
    case ast::FaultKind::drop:
      word = "drop";
      ability = Ability::shape;
      break;
    case ast::FaultKind::pause:
    case ast::FaultKind::resume: return;
  }
  Term a = node_set(*tree.a);
  bool good = !a.error();
  if (tree.b && tree.kind == ast::FaultKind::partition) {
    const auto* role = std::get_if<ast::RoleOf>(&tree.b->node);
    const Term b = role != nullptr && role->role.text == "others" ? node_set(*role->set) : node_set(*tree.b);
    good = good && !b.error();
  } else if (tree.b && tree.kind == ast::FaultKind::slow) {
    const std::size_t errors = sink_.errors();
    interval_bound(*tree.b, "the delay");
    good = good && errors == sink_.errors();
  } else if (tree.b) {
    Term part = expr(*tree.b);
    good = convert(part, *tree.b, Kind::percent) && good;
  }
  if (tree.length) {
    const std::size_t errors = sink_.errors();
    duration(*tree.length, "the time of `for`");
    good = good && errors == sink_.errors();
  }
  doubtful_ = true;
  if (good && able(a.type, ability, whole.head)) not_yet(whole.head, word);
}

}  // namespace failc::check
