// Components: what they declare.
#include <algorithm>
#include <array>

#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

constexpr std::array<std::string_view, 9> kOfEveryNode{"name", "index", "dir", "address", "pid", "version", "ports", "settings", "node"};

}  // namespace

void Checker::component_heads(std::uint32_t index) {
  ComponentInfo& info = *components_[index];
  const std::size_t errors = sink_.errors();
  Env env;
  env.file = info.file;
  EnvScope scope(*this, env);
  std::unordered_map<std::string_view, Span> values, ports, states, roles, requests, sources;
  std::unordered_map<std::string_view, Span> single;
  const auto once = [&](std::unordered_map<std::string_view, Span>& names, const ast::Name& name) {
    const auto [entry, fresh] = names.try_emplace(name.text, name.span);
    if (!fresh) report(diag::Code::duplicate_name, name.span, {name.text}).notes.push_back({Place{here().id, entry->second}, "the first one is here"});
    return fresh;
  };
  const auto value_name = [&](const ast::Name& name) {
    if (std::find(kOfEveryNode.begin(), kOfEveryNode.end(), name.text) != kOfEveryNode.end() || name.text == "nodes") {
      report(diag::Code::shadowed_name, name.span, {name.text, "something every node has"});
      return false;
    }
    return once(values, name);
  };
  const auto single_item = [&](std::string_view word, Span span) {
    const auto [entry, fresh] = single.try_emplace(word, span);
    if (!fresh)
      report(diag::Code::duplicate_item, span, {info.tree->name.text, word}).notes.push_back({Place{here().id, entry->second}, "the first one is here"});
  };
  for (const ast::ComponentItem& item : info.tree->items) {
    std::visit(Visitor{
                   [&](const ast::Broken&) { info.broken = true; },
                   [&](const ast::Param& tree) {
                     if (value_name(tree.name)) info.settings.push_back({.tree = &tree});
                   },
                   [&](const ast::PortItem& tree) {
                     if (once(ports, tree.name)) info.ports.push_back(tree.name.text);
                   },
                   [&](const ast::LetItem& tree) {
                     if (value_name(tree.name)) info.lets.push_back({.tree = &tree});
                   },
                   [&](const ast::ObserverItem& tree) {
                     if (value_name(tree.name)) info.observers.push_back(&tree);
                   },
                   [&](const ast::SourceItem& tree) {
                     if (once(sources, tree.source)) info.sources.push_back(&tree);
                   },
                   [](const ast::FileItem&) {},
                   [&](const ast::RunItem&) { single_item("run", item.head); },
                   [&](const ast::VersionItem&) { single_item("version", item.head); },
                   [&](const ast::ReadyItem&) { single_item("ready", item.head); },
                   [&](const ast::StopItem&) { single_item("stop", item.head); },
                   [&](const ast::SettleItem&) { single_item("settle", item.head); },
                   [&](const ast::StateItem& tree) {
                     const std::string_view name = tree.name.text;
                     if (name == "running" || name == "stopped" || name == "paused" || name == "ready")
                       report(diag::Code::shadowed_name, tree.name.span, {name, "a state that every node has"});
                     else if (once(states, tree.name))
                       info.states.emplace_back(name, &tree);
                   },
                   [&](const ast::RoleItem& tree) {
                     bool fresh = once(roles, tree.name);
                     if (tree.plural) fresh = once(roles, *tree.plural) && fresh;
                     if (fresh) info.roles.push_back(&tree);
                   },
                   [&](const ast::OperationItem& tree) {
                     if (once(requests, tree.name)) operation_head(index, tree, item.span);
                   },
               },
               item.node);
  }
  // One that is nothing but requests to no node has nothing to run.
  info.nodeless = single.empty() && !info.operations.empty() && info.operations.size() == info.tree->items.size() &&
                  std::all_of(info.operations.begin(), info.operations.end(), [](const OperationInfo& each) { return each.node_parameter == plan::kNoNode; });
  const bool unsure = info.broken || std::any_of(info.operations.begin(), info.operations.end(), [](const OperationInfo& each) { return each.broken; });
  if (single.find("run") == single.end() && !unsure && !info.nodeless) report(diag::Code::missing_item, info.tree->name.span, {info.tree->name.text});
  info.good = sink_.errors() == errors && !info.broken;
}

void Checker::component_settings(std::uint32_t index) {
  ComponentInfo& info = *components_[index];
  const std::size_t errors = sink_.errors();
  Env env;
  Frame frame;
  env.file = info.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  for (SettingInfo& setting : info.settings) {
    check_type_name(setting.tree->type, setting.type);
    if (!setting.tree->initial) continue;
    Term initial = expr(*setting.tree->initial);
    if (!convert(initial, *setting.tree->initial, setting.type.kind) || setting.type.error()) {
      setting.known = Known::deferred;
      continue;
    }
    if (initial.known > Known::deferred) {
      report(diag::Code::not_constant, setting.tree->initial->span, {"the default of a parameter"});
      initial.known = Known::deferred;
    }
    setting.known = initial.known;
    setting.value = std::move(initial.expr.literal);
    if (setting.type.is(Kind::path) && setting.known == Known::constant)
      if (const auto* text = setting.value.as<std::string>()) setting.value = Value(resolve_path(info.file, *text));
  }
  info.good = info.good && sink_.errors() == errors;
}

Env Checker::component_env(std::uint32_t component, Frame* frame, std::uint32_t item) const {
  Env env;
  env.file = components_[component]->file;
  env.frame = frame;
  env.component = component;
  env.item = item;
  env.node.op = plan::Op::local;
  env.node.index = 0;
  Type type = of(Kind::node);
  type.component = component;
  env.locals.push_back({"node", {}, type, Known::runtime, env.node});
  return env;
}

void Checker::need(std::uint32_t component, std::uint32_t item) {
  if (env_->item == kNone) return;
  std::vector<std::uint32_t>& needs = components_[component]->needs[env_->item];
  if (std::find(needs.begin(), needs.end(), item) == needs.end()) needs.push_back(item);
}

std::optional<plan::Expr> Checker::component_bound(const ast::Expr& tree, std::string_view what) {
  Term term = expr(tree);
  if (!convert(term, tree, Kind::duration)) return std::nullopt;
  if (term.known > Known::setting) {
    report(diag::Code::bound_not_constant, tree.span, {what});
    return std::nullopt;
  }
  if (term.constant() && !positive(term.value(), tree, what)) return std::nullopt;
  return std::move(term.expr);
}

void Checker::node_let(std::uint32_t component, std::uint32_t let) {
  ComponentInfo& info = *components_[component];
  NodeLetInfo& found = info.lets[let];
  if (found.progress != Progress::untouched) return;
  found.progress = Progress::busy;
  found.type = of(Kind::any);  // what a cycle sees of it; the cycle is reported on its own
  Frame frame{info.lowered.slots};
  Env env = component_env(component, &frame, item_id(ItemKind::let, let));
  EnvScope scope(*this, env);
  const std::uint64_t asks = asks_;
  Term term = expr(*found.tree->value);
  if (!term.error() && asks_ != asks) {
    report(diag::Code::cannot_ask, found.tree->value->span, {"a `let` of a component"}).help = "make it a query, or a state";
    term = nothing(found.tree->value->span);
  }
  found.type = term.type;
  found.progress = Progress::ready;
  info.lowered.slots = std::max(info.lowered.slots, frame.next);
  if (info.lowered.lets.size() < info.lets.size()) info.lowered.lets.resize(info.lets.size());
  info.lowered.lets[let] = {std::string(found.tree->name.text), std::move(term.expr)};
}

void Checker::component_bodies(std::uint32_t index) {
  ComponentInfo& info = *components_[index];
  const std::size_t errors = sink_.errors();
  info.lowered.name = std::string(info.tree->name.text);
  info.lowered.ready_within = kDefaultReady;
  info.lowered.stop_within = kDefaultStop;
  info.lowered.settle = kDefaultSettle;
  info.lowered.lets.resize(info.lets.size());
  info.requests.resize(info.operations.size());
  info.timeouts.resize(info.operations.size());
  for (const SettingInfo& setting : info.settings) info.lowered.settings.push_back({std::string(setting.tree->name.text), std::string(name_of(setting.type.kind))});
  for (std::uint32_t i = 0; i < info.lets.size(); ++i) node_let(index, i);
  for (const ast::ComponentItem& item : info.tree->items) component_item(index, item);
  for (std::uint32_t i = 0; i < info.operations.size(); ++i) operation_body(index, i);
  if (sink_.errors() == errors) find_cycles(index);
  info.good = info.good && sink_.errors() == errors;
}

}  // namespace failc::check
