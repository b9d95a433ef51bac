#include "interpreter/plan/sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>


namespace failc::plan {
namespace {

using Size = std::optional<std::uint32_t>;

Size size_of(const Value& literal) {
  if (const auto* list = literal.as<List>()) return static_cast<std::uint32_t>(std::min<std::size_t>(list->size(), std::numeric_limits<std::uint32_t>::max()));
  if (literal.is<NodeRef>()) return 1;
  return std::nullopt;
}

Size picked(Size size, const Expr& amount) {
  if (amount.op != Op::literal) return size;
  if (const auto* number = amount.literal.as<std::int64_t>()) {
    const auto count = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*number, 0, std::numeric_limits<std::uint32_t>::max()));
    return size ? std::min(*size, count) : count;
  }
  const auto* percent = amount.literal.as<Percent>();
  if (!percent || !size || !(percent->value >= 0 && percent->value <= 100)) return size;
  return std::min(*size, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(std::ceil(percent->value * *size / 100 - 1e-9))));
}

Size sum(Size a, Size b) {
  if (!a || !b) return std::nullopt;
  return *a > std::numeric_limits<std::uint32_t>::max() - *b ? std::numeric_limits<std::uint32_t>::max() : *a + *b;
}

// A set of node literals, or of what is picked from them. False where some node is not known.
bool collect(const Plan& plan, const Expr& expr, std::set<std::uint32_t>& out);

bool collect(const Plan& plan, const Value& literal, std::set<std::uint32_t>& out) {
  if (const auto* node = literal.as<NodeRef>()) {
    if (node->index >= plan.nodes.size() || plan.nodes[node->index].group >= plan.groups.size()) return false;
    const Group& group = plan.groups[plan.nodes[node->index].group];
    if (group.component >= plan.components.size()) return false;
    out.insert(group.component);
    return true;
  }
  const auto* list = literal.as<List>();
  return list && std::all_of(list->begin(), list->end(), [&](const Value& item) { return collect(plan, item, out); });
}

bool collect(const Plan& plan, const Expr& expr, std::set<std::uint32_t>& out) {
  switch (expr.op) {
    case Op::literal: return collect(plan, expr.literal, out);
    case Op::list:
    case Op::then: return std::all_of(expr.args.begin(), expr.args.end(), [&](const Expr& item) { return collect(plan, item, out); });
    case Op::index:
    case Op::group_nodes:
    case Op::role:
    case Op::role_all:
    case Op::minus:
    case Op::pick:
    case Op::pick_random: return !expr.args.empty() && collect(plan, expr.args[0], out);
    case Op::call: return expr.name == "opaque" && !expr.args.empty() && collect(plan, expr.args[0], out);
    default: return false;
  }
}

}  // namespace

Size most(const Plan& plan, const Expr& expr) {
  const auto argument = [&](std::size_t i) { return i < expr.args.size() ? most(plan, expr.args[i]) : Size(); };
  switch (expr.op) {
    case Op::literal: return size_of(expr.literal);
    case Op::list: return static_cast<std::uint32_t>(expr.args.size());
    case Op::role: return 1;
    case Op::then:
    case Op::add: return sum(argument(0), argument(1));
    case Op::list_for:
    case Op::role_all:
    case Op::minus: return argument(0);
    case Op::pick:
    case Op::pick_random: return expr.args.size() < 2 ? argument(0) : picked(argument(0), expr.args[1]);
    case Op::group_nodes: {
      std::uint32_t largest = 0;
      for (const Group& group : plan.groups) largest = std::max(largest, group.count);
      return largest;
    }
    case Op::call: return expr.name == "sort" || expr.name == "distinct" || expr.name == "missing" || expr.name == "opaque" ? argument(0) : Size();
    default: return std::nullopt;
  }
}

std::vector<std::uint32_t> components_of(const Plan& plan, const Expr& set) {
  std::set<std::uint32_t> out;
  if (!collect(plan, set, out)) {
    out.clear();
    for (const Group& group : plan.groups)
      if (group.component < plan.components.size()) out.insert(group.component);
  }
  return {out.begin(), out.end()};
}

bool is_builtin_state(const std::string& name) { return name == "running" || name == "stopped" || name == "paused" || name == "ready"; }

bool has_component_parts(const Expr& expr) {
  if (expr.op == Op::is_state) return expr.name == "ready" || !is_builtin_state(expr.name);
  return expr.op == Op::role || expr.op == Op::role_all || expr.op == Op::node_let;
}

std::vector<const Expr*> component_parts(const Component& component, const Expr& expr) {
  std::vector<const Expr*> out;
  if (expr.op == Op::role || expr.op == Op::role_all) {
    for (const Role& role : component.roles) {
      if (role.name != expr.name && role.plural != expr.name) continue;
      out.push_back(&role.holds);
      if (role.term) out.push_back(role.term.get());
      break;
    }
  } else if (expr.op == Op::is_state) {
    if (expr.name == "ready" && component.ready) out.push_back(component.ready.get());
    if (is_builtin_state(expr.name)) return out;
    for (const State& state : component.states)
      if (state.name == expr.name) out.push_back(&state.holds);
  } else if (expr.op == Op::node_let && expr.index < component.lets.size()) {
    out.push_back(&component.lets[expr.index].value);
  }
  return out;
}

std::uint32_t most_for_quantifier(const Plan& plan, const Expr& expr) {
  if (const auto* said = expr.literal.as<std::int64_t>()) return static_cast<std::uint32_t>(std::clamp<std::int64_t>(*said, 0, std::numeric_limits<std::uint32_t>::max()));
  const Size size = expr.args.empty() ? Size() : most(plan, expr.args[0]);
  return size.value_or(static_cast<std::uint32_t>(plan.nodes.size()));
}

}  // namespace failc::plan
