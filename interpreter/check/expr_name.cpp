// Names in expressions.
#include <algorithm>

#include "interpreter/check/checker.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::check {

Term Checker::reference(const ast::Ref& tree, Span span) {
  const ast::Name& name = tree.name;
  if (const Local* found = local(name.text)) {
    if (found->player != kNone) {
      report(diag::Code::wrong_name, span, {name.text, "a model that is played", "a value"});
      return nothing(span);
    }
    Term term;
    term.expr = found->expr;
    term.expr.at = at(span);
    term.type = found->type;
    term.known = found->known;
    term.depth = found->depth;
    term.span = span;
    if (required_ != nullptr && term.constant()) required_->constants.emplace_back(name.text, term.value());
    return term;
  }
  if (env_->component != kNone) {
    Term own = component_name(name);
    if (own.known != Known::constant || !own.error()) return own;
  }
  if (const Symbol* found = find(name.text)) return symbol(*found, name);
  if (!silent() && !(env_->component != kNone && components_[env_->component]->broken))
    report_unknown(diag::Code::unknown_name, span, {name.text}, name.text, names_in_sight(), unknown_name_hint(name.text));
  return nothing(span);
}

/// A word for a state, or a text without its quotes, is what stands there most often.
std::string Checker::unknown_name_hint(std::string_view name) const {
  const auto declares = [&](const auto& component) {
    return std::any_of(component->states.begin(), component->states.end(), [&](const auto& state) { return state.first == name; });
  };
  if (plan::is_builtin_state(std::string(name)) || std::any_of(components_.begin(), components_.end(), declares))
    return "a state is asked for with `is`: `c[0] is " + std::string(name) + "`";
  for (const ClusterInfo& cluster : clusters_)
    for (const ast::GroupDecl& group : cluster.tree->groups)
      if (cluster.progress == Progress::busy && (group.name ? *group.name : group.component).text == name)
        return "a group is given the nodes of those that stand before it: move `" + std::string(name) + "` up";
  return "a text stands in quotes: `\"" + std::string(name) + "\"`";
}

Term Checker::component_name(const ast::Name& name) {
  const ComponentInfo& component = *components_[env_->component];
  Term node;
  node.expr = env_->node;
  node.expr.at = at(name.span);
  node.type = of(Kind::node);
  node.type.component = env_->component;
  node.span = name.span;
  if (const std::uint32_t setting = component.setting(name.text); setting != kNone) {
    Term term = make(plan::Op::setting, component.settings[setting].type, name.span, {&node}, std::string(name.text));
    term.known = Known::setting;
    return term;
  }
  if (component.let(name.text) != kNone || component.observer(name.text) != kNone) return node_member(std::move(node), name, name.span);
  if (name.text == "nodes") {
    Type type = of(Kind::nodes);
    type.component = env_->component;
    type.most = kMostNodes;
    return make(plan::Op::group_nodes, type, name.span, {&node});
  }
  Term none = nothing(name.span);
  none.known = Known::constant;  // a mark: it is not one of the component's names
  return none;
}

Term Checker::symbol(const Symbol& symbol, const ast::Name& name) {
  switch (symbol.kind) {
    case SymbolKind::param: {
      if (params_[symbol.index].progress != Progress::ready) param(symbol.index);
      const ParamInfo& info = params_[symbol.index];
      if (info.type.error()) return nothing(name.span);
      Term term = literal(info.value, info.type, name.span);
      term.known = info.known;
      if (required_ != nullptr && term.constant()) required_->constants.emplace_back(name.text, term.value());
      return term;
    }
    case SymbolKind::cluster:
      return cluster_term(symbol.index, name.span);
    case SymbolKind::workload: {
      const WorkloadInfo& info = workloads_[symbol.index];
      if (info.index == kNone) {
        doubtful_ = true;
        return nothing(name.span);
      }
      for (std::uint32_t each : info.clusters) used_cluster(each);
      Term term;
      term.type = of(Kind::workload);
      term.type.ref = symbol.index;
      term.span = name.span;
      return term;
    }
    case SymbolKind::client:
      return client_term(symbol.index, name.span);
    case SymbolKind::component:
      if (silent()) return nothing(name.span);  // a parameter of that name may be what did not parse
      break;
    case SymbolKind::step:
    case SymbolKind::check:
    case SymbolKind::definition:
    case SymbolKind::import:
    case SymbolKind::matrix:
      break;
  }
  report(diag::Code::wrong_name, name.span,
         {name.text, noun(symbol.kind), "a value"});
  return nothing(name.span);
}

void Checker::used_cluster(std::uint32_t cluster) {
  if (used_clusters_ == nullptr) return;
  for (std::uint32_t each : clusters_[cluster].needs) used_cluster(each);
  if (std::find(used_clusters_->begin(), used_clusters_->end(), cluster) == used_clusters_->end()) used_clusters_->push_back(cluster);
}

Term Checker::cluster_term(std::uint32_t cluster, Span span) {
  const ClusterInfo& info = clusters_[cluster];
  if (info.progress != Progress::ready) {
    report(diag::Code::cluster_later, span, {info.tree->name.text});
    return nothing(span);
  }
  if (info.index == kNone) {
    doubtful_ = true;
    return nothing(span);
  }
  used_cluster(cluster);
  const plan::Cluster& lowered = plan_->clusters[info.index];
  List nodes;
  nodes.reserve(lowered.node_count);
  for (std::uint32_t i = 0; i < lowered.node_count; ++i) nodes.emplace_back(NodeRef{lowered.first_node + i});
  Type type = of(Kind::nodes);
  type.cluster = cluster;
  type.most = lowered.node_count;
  type.whole = true;
  type.component = info.groups.front().component;
  for (const GroupInfo& group : info.groups)
    if (group.component != type.component) type.component = kNone;
  return literal(Value(std::move(nodes)), type, span);
}

Term Checker::group_term(std::uint32_t cluster, const GroupInfo& group, Span span) {
  List nodes;
  for (std::uint32_t i = 0; i < group.count; ++i) nodes.emplace_back(NodeRef{group.first + i});
  Type type = of(Kind::nodes);
  type.cluster = cluster;
  type.component = group.component;
  type.most = group.count;
  return literal(Value(std::move(nodes)), type, span);
}

}  // namespace failc::check
