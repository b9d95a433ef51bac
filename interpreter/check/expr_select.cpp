// Sets of nodes: selectors, roles, states.
#include <algorithm>
#include <cmath>

#include "interpreter/check/checker.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::check {
std::vector<std::uint32_t> Checker::candidates(const Type& set) const {
  if (set.component != kNone) return {set.component};
  std::vector<std::uint32_t> out;
  if (set.cluster != kNone) {
    for (const GroupInfo& group : clusters_[set.cluster].groups)
      if (std::find(out.begin(), out.end(), group.component) == out.end()) out.push_back(group.component);
    return out;
  }
  for (std::uint32_t i = 0; i < components_.size(); ++i)
    if (!dry_ && !components_[i]->hidden && !components_[i]->instances.empty()) out.push_back(i);
  if (out.empty())
    for (std::uint32_t i = 0; i < components_.size(); ++i)
      if (!components_[i]->hidden) out.push_back(i);
  return out;
}

std::string Checker::describe(const std::vector<std::uint32_t>& components) const {
  if (components.empty()) return "a node";
  if (components.size() == 1) return "component `" + std::string(components_[components.front()]->tree->name.text) + "`";
  std::string out = "none of the components ";
  for (std::size_t i = 0; i < components.size(); ++i)
    out += (i == 0 ? "`" : i + 1 == components.size() ? " and `" : ", `") + std::string(components_[components[i]]->tree->name.text) + "`";
  return out;
}

Term Checker::node_set(const ast::Expr& tree) {
  Term term = expr(tree);
  if (term.error()) return term;
  if (!term.type.is(Kind::node)) convert(term, tree, Kind::nodes);
  return term;
}

Term Checker::role(const ast::RoleOf& tree, Span span) {
  if (tree.role.text == "others") {
    report(diag::Code::misplaced_others, tree.role.span, {snippet(tree.set->span)});
    return nothing(span);
  }
  Term set = node_set(*tree.set);
  if (set.error()) return nothing(span);
  const std::vector<std::uint32_t> owners = candidates(set.type);
  bool singular = false, plural = false, doubtful = false;
  std::vector<std::string_view> all;
  Nanos settle{};
  for (std::uint32_t each : owners) {
    const ComponentInfo& component = *components_[each];
    doubtful = doubtful || component.broken;
    for (std::size_t i = 0; i < component.roles.size(); ++i) {
      const ast::RoleItem& role = *component.roles[i];
      all.push_back(role.name.text);
      if (role.plural) all.push_back(role.plural->text);
      const bool one = role.name.text == tree.role.text;
      const bool many = role.plural && role.plural->text == tree.role.text;
      singular = singular || one;
      plural = plural || many;
      if ((one || many) && env_->component == each) need(each, item_id(ItemKind::role, i));
    }
    for (const Instance& instance : component.instances) settle = std::max(settle, instance.bounds[2]);
  }
  if (!singular && !plural) {
    if (!doubtful && !silent()) report_unknown(diag::Code::unknown_role, tree.role.span, {describe(owners), tree.role.text}, tree.role.text, all, listed("there are", all));
    return nothing(span);
  }
  ++asks_;
  Type type = of(singular ? Kind::node : Kind::nodes);
  type.component = set.type.component;
  type.cluster = set.type.cluster;
  if (!singular) type.most = set.type.is(Kind::node) ? 1 : set.type.most;
  if (singular) settle_ = std::max(settle_, settle);
  set.known = Known::runtime;
  return make(singular ? plan::Op::role : plan::Op::role_all, type, span, {&set}, std::string(tree.role.text));
}

Term Checker::pick(const ast::Pick& tree, Span span) {
  Term amount = expr(*tree.amount);
  Term set = node_set(*tree.set);
  if (amount.error() || set.error()) return nothing(span);
  Type type = of(Kind::nodes);
  type.component = set.type.component;
  type.cluster = set.type.cluster;
  const std::uint32_t most = set.type.is(Kind::node) ? 1 : set.type.most;
  type.most = most;
  if (const auto* number = amount.value().as<std::int64_t>()) {
    if (*number < 1) {
      report(diag::Code::out_of_range, tree.amount->span, {"this number", "a selection has at least one node"});
      return nothing(span);
    }
    if (most != kUnbounded && *number > static_cast<std::int64_t>(most)) {
      report(diag::Code::out_of_range, tree.amount->span, {"this number", "`" + snippet(tree.set->span) + "` has at most " + std::to_string(most) + (most == 1 ? " node" : " nodes")});
      return nothing(span);
    }
    type.most = static_cast<std::uint32_t>(*number);
  } else if (const auto* part = amount.value().as<Percent>()) {
    if (!(part->value > 0) || part->value > 100) {
      report(diag::Code::out_of_range, tree.amount->span, {"this percentage", "it lies above 0% and is at most 100%"});
      return nothing(span);
    }
    if (most != kUnbounded) type.most = std::max(1u, static_cast<std::uint32_t>(std::ceil(most * part->value / 100 - 1e-9)));
  }
  if (tree.random) {
    random_ = true;
    set.known = Known::runtime;
  }
  return make(tree.random ? plan::Op::pick_random : plan::Op::pick, type, span, {&set, &amount});
}

Term Checker::all(const ast::All& tree, Span span) {
  Term set = node_set(*tree.set);
  set.span = span;
  set.type.whole = false;
  return set;
}

Term Checker::is_state(const ast::Is& tree, Span span) {
  Term subject = node_set(*tree.subject);
  if (subject.error()) return nothing(span);
  const std::vector<std::uint32_t> owners = candidates(subject.type);
  bool found = plan::is_builtin_state(std::string(tree.state.text));
  bool doubtful = false;
  for (std::uint32_t each : owners) {
    const ComponentInfo& component = *components_[each];
    doubtful = doubtful || component.broken;
    for (std::size_t i = 0; i < component.states.size(); ++i) {
      if (component.states[i].first != tree.state.text) continue;
      found = true;
      if (env_->component == each) need(each, item_id(ItemKind::state, i));
    }
    if (tree.state.text == "ready" && env_->component == each) need(each, item_id(ItemKind::ready, 0));
  }
  if (!found) {
    std::vector<std::string_view> all{"running", "stopped", "paused", "ready"};
    for (std::uint32_t each : owners)
      for (const auto& [name, item] : components_[each]->states) all.push_back(name);
    if (!doubtful && !silent()) report_unknown(diag::Code::unknown_state, tree.state.span, {describe(owners), tree.state.text}, tree.state.text, all, listed("states are", all));
    return nothing(span);
  }
  ++asks_;
  subject.known = Known::runtime;
  Term term = make(plan::Op::is_state, of(Kind::boolean), span, {&subject}, std::string(tree.state.text));
  if (!tree.negated) return term;
  return make(plan::Op::logical_not, of(Kind::boolean), span, {&term});
}

}  // namespace failc::check
