// `requires`: a clause that is decided before anything starts. Parameters are known now, versions once the clusters' programs were asked for them.
#include <set>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

bool known_before_start(const plan::Expr& expr) {
  switch (expr.op) {
    case plan::Op::role:
    case plan::Op::role_all:
    case plan::Op::is_state:
    case plan::Op::observed:
    case plan::Op::query:
    case plan::Op::statistic:
    case plan::Op::log_lines:
    case plan::Op::node_file: return false;
    default: return expr.op != plan::Op::node_field || expr.name != "pid";
  }
}

}  // namespace

Term Checker::version_of_each(Term set, const ast::Name& name, Span span) {
  for (const std::uint32_t each : candidates(set.type))
    if (const ComponentInfo& component = *components_[each]; !component.version_argv && !component.broken) {
      report(diag::Code::unknown_member, name.span, {describe({each}), name.text, "its component says how: `version [\"program\", \"--version\"] matches r\"(\\S+)\"`"});
      return nothing(span);
    }
  Term node;
  node.type = item_of(set.type);
  node.expr.op = plan::Op::local;
  node.expr.index = env_->frame->take();
  node.expr.at = at(set.span);
  node.span = set.span;
  required_->sets.emplace_back(std::move(set), node.expr.index);
  return node_member(std::move(node), name, span);
}

bool Checker::requirement(const ast::Expr& tree, plan::Scenario& out) {
  Required required;
  required_ = &required;
  Term condition = bool_term(tree, "a condition");
  required_ = nullptr;
  if (condition.error() || condition.known == Known::deferred) return true;
  if (condition.constant()) {
    const bool* holds = condition.value().as<bool>();
    if (holds == nullptr || *holds) return true;
    std::string why = "it requires `" + snippet(tree.span) + "`";
    std::set<std::string_view> said;
    for (const auto& [name, value] : required.constants)
      if (said.insert(name).second) why += ", and " + std::string(name) + " is " + show(value);
    if (out.skip.empty()) out.skip = std::move(why);
    return false;
  }
  for (auto set = required.sets.rbegin(); set != required.sets.rend(); ++set) {
    condition = make(plan::Op::every, of(Kind::boolean), tree.span, {&set->first, &condition}, {}, set->second);
  }
  bool known = true;
  if (complete()) plan::visit_all(*plan_, condition.expr, [&](const plan::Expr& part) { known = known && known_before_start(part); });
  if (!known) {
    report(diag::Code::cannot_ask, tree.span, {"what a scenario requires"}).help = "it may name parameters and versions; what a node says can be asked in the scenario";
    return true;
  }
  plan::Condition wanted;
  wanted.kind = plan::ConditionKind::expect;
  wanted.condition = std::move(condition.expr);
  plan::BodyNode& added = out.requirements.emplace_back();
  added.node = std::move(wanted);
  added.at = at(tree.span);
  added.text = std::string(places().first_line(tree.span));
  return true;
}

}  // namespace failc::check
