// `failpoint`: written out in terms of what its component declares for it: the operations `arm_failpoint` and `disarm_failpoint`, and the
// query `failpoint_hits`. A failpoint of a node that dies is gone with it, so the dead are neither disarmed nor asked.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

constexpr Nanos kDisarm = std::chrono::seconds(30);

plan::Expr slot(std::uint32_t index, plan::Source at) {
  plan::Expr out;
  out.op = plan::Op::local;
  out.index = index;
  out.at = at;
  return out;
}

plan::Expr constant(Value value, plan::Source at) {
  plan::Expr out;
  out.literal = std::move(value);
  out.at = at;
  return out;
}

template <class... Args>
plan::Expr of_op(plan::Op op, plan::Source at, std::string name, Args... args) {
  plan::Expr out;
  out.op = op;
  out.at = at;
  out.name = std::move(name);
  (out.args.push_back(std::move(args)), ...);
  return out;
}

plan::Expr alive(std::uint32_t node, plan::Source at) { return of_op(plan::Op::logical_not, at, "", of_op(plan::Op::is_state, at, "stopped", slot(node, at))); }

}  // namespace

std::optional<Checker::FailpointParts> Checker::failpoint_parts(const Type& nodes, Span span, bool counted) {
  if (nodes.component == kNone) {
    report(diag::Code::wrong_type, span, {"nodes of one component", snippet(span), "a set of several, or of an unknown one", ""});
    return std::nullopt;
  }
  const ComponentInfo& component = *components_[nodes.component];
  const Instance* instance = pick_instance(nodes.component, nodes, span);
  if (instance == nullptr) return std::nullopt;
  FailpointParts parts;
  const auto find = [&](std::string_view name, std::initializer_list<std::string_view> parameters, std::uint32_t& index, std::vector<std::size_t>& order, Nanos& within) {
    const std::uint32_t which = component.operation(name);
    if (which == kNone || !component.operations[which].good) return false;
    const std::vector<ParameterInfo>& declared = component.operations[which].parameters;
    if (declared.size() != parameters.size()) return false;
    for (const ParameterInfo& parameter : declared) {
      const auto at = std::find(parameters.begin(), parameters.end(), parameter.name);
      if (at == parameters.end()) return false;
      order.push_back(static_cast<std::size_t>(at - parameters.begin()));
    }
    index = instance->first_operation + which;
    within = instance->bounds[3 + which];
    return true;
  };
  Nanos ignored{};
  const bool arms = find("arm_failpoint", {"name", "mode", "data", "node"}, parts.arm, parts.arm_order, parts.arm_within) &&
                    find("disarm_failpoint", {"name", "node"}, parts.disarm, parts.disarm_order, parts.disarm_within);
  const std::string owner = "component `" + std::string(component.tree->name.text) + "`";
  if (!arms) {
    report(diag::Code::no_failpoints, span, {owner});
    return std::nullopt;
  }
  if (counted && !find("failpoint_hits", {"name", "node"}, parts.hits, parts.hits_order, ignored)) {
    report(diag::Code::uncounted_hits, span, {owner});
    return std::nullopt;
  }
  return parts;
}

void Checker::failpoint(const ast::Failpoint& tree, const ast::Statement& whole, const Rest& rest, plan::Body& out) {
  const plan::Source place = at(whole.head);
  Term name = expr(*tree.name);
  bool good = convert(name, *tree.name, Kind::string) && !name.error();
  Term nodes = node_set(*tree.on);
  good = good && !nodes.error();
  const Nanos settle = settle_;
  plan::Expr mode = constant(Value(std::string("alwaysOn")), place);
  const auto counted = [&](const ast::ExprPtr& part, const char* what) {
    if (!part) return;
    const std::optional<std::int64_t> number = count(*part, what, 1, 1'000'000'000);
    if (number) mode = constant(Value(Document{{{what == std::string_view("`skip`") ? "skip" : "times", Value(*number)}}}), place);
    good = good && (number || incomplete_);
  };
  if (tree.times && tree.skip) report(diag::Code::not_taken, tree.skip->span, {"a failpoint with `times`", "skip"});
  counted(tree.times, "`times`");
  counted(tree.skip, "`skip`");
  Term data = tree.with ? expr(*tree.with) : literal(Value(Document{}), of(Kind::document), whole.head);
  if (tree.with) good = convert(data, *tree.with, Kind::document) && good;
  std::optional<std::int64_t> exactly;
  if (tree.hits) exactly = count(*tree.hits, "`hits`", 1, 1'000'000'000);

  plan::Scope scope;
  scope.kind = plan::ScopeKind::group;
  scope.title = snippet(whole.head.end > whole.head.begin ? Span{whole.head.begin, tree.on->span.end} : tree.on->span);
  const auto body = [&] {
    if (tree.block) block(*tree.block, scope.body);
    else statements(rest, scope.body);
  };
  const std::optional<FailpointParts> parts = good && complete() ? failpoint_parts(nodes.type, tree.on->span, !tree.hits_any) : std::nullopt;
  if (!parts) {
    if (!good) doubtful_ = true;
    body();
    add(out, whole, std::move(scope));
    return;
  }

  const std::uint32_t set = env_->frame->take();
  const std::uint32_t one = env_->frame->take();
  const std::uint32_t outcome = env_->frame->take();
  env_->frame->take();
  env_->frame->take();
  const std::uint32_t most = nodes.type.is(Kind::node) ? 1 : std::min<std::uint32_t>(nodes.type.most, static_cast<std::uint32_t>(plan_->nodes.size()));
  const auto in_order = [](const std::vector<std::size_t>& order, std::vector<plan::Expr> given) {
    std::vector<plan::Expr> sorted;
    for (const std::size_t which : order) sorted.push_back(given[which]);
    return sorted;
  };
  const auto loop = [&](plan::Body inner) {
    plan::Scope each;
    each.kind = plan::ScopeKind::loop;
    each.slot = one;
    each.most = most;
    each.value = std::make_unique<plan::Expr>(slot(set, place));
    each.body = std::move(inner);
    return each;
  };

  plan::Step pin;
  pin.kind = plan::StepKind::let;
  pin.slot = set;
  pin.settle = settle;
  pin.random = salt(whole.span);
  pin.args.push_back(std::move(nodes.expr));
  add(scope.body, whole, std::move(pin));

  plan::Step disarm;
  disarm.kind = plan::StepKind::operation;
  disarm.operation = parts->disarm;
  disarm.fault = "failpoint " + snippet(tree.name->span);
  disarm.takes_back = true;
  disarm.timeout = parts->disarm_within;
  disarm.args = in_order(parts->disarm_order, {name.expr, slot(one, place)});
  disarm.result_slot = outcome;
  disarm.expect = std::make_unique<plan::Expr>(
      of_op(plan::Op::logical_or, place, "", of_op(plan::Op::is_state, place, "stopped", slot(one, place)),
            of_op(plan::Op::eq, place, "", slot(outcome + 2, place), constant(Value(std::string("ok")), place))));
  plan::Scope if_alive;
  if_alive.kind = plan::ScopeKind::branch;
  if_alive.value = std::make_unique<plan::Expr>(alive(one, place));
  add(if_alive.body, whole, std::move(disarm));
  plan::Body to_disarm;
  add(to_disarm, whole, std::move(if_alive));
  plan::Scope cleanup;
  cleanup.kind = plan::ScopeKind::cleanup;
  cleanup.length = kDisarm;
  add(cleanup.body, whole, loop(std::move(to_disarm)));
  add(scope.body, whole, std::move(cleanup));

  plan::Step arm;
  arm.kind = plan::StepKind::operation;
  arm.operation = parts->arm;
  arm.fault = "failpoint " + snippet(tree.name->span);
  arm.timeout = parts->arm_within;
  arm.args = in_order(parts->arm_order, {name.expr, std::move(mode), std::move(data.expr), slot(one, place)});
  plan::Body to_arm;
  add(to_arm, whole, std::move(arm));
  add(scope.body, whole, loop(std::move(to_arm)));

  body();

  if (!tree.hits_any) {
    plan::Expr hits = of_op(plan::Op::query, place, "");
    hits.index = parts->hits;
    hits.args = in_order(parts->hits_order, {name.expr, slot(one, place)});
    plan::Expr all = of_op(plan::Op::list_for, place, "", slot(set, place), std::move(hits), alive(one, place));
    all.index = one;
    plan::Condition hit;
    hit.kind = plan::ConditionKind::expect;
    hit.condition = of_op(exactly ? plan::Op::eq : plan::Op::ge, place, "", of_op(plan::Op::call, place, "sum", std::move(all)), constant(Value(exactly.value_or(1)), place));
    hit.because = exactly ? "its hits were counted otherwise" : "a failpoint that is never hit shows nothing";
    add(scope.body, whole, std::move(hit));
  }
  add(out, whole, std::move(scope));
}

}  // namespace failc::check
