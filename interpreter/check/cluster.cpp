// Clusters: groups of nodes of a component.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {

void Checker::cluster(std::uint32_t index) {
  ClusterInfo& info = clusters_[index];
  const ast::Cluster& tree = *info.tree;
  Env env;
  Frame frame;
  env.file = info.file;
  env.frame = &frame;
  env.broken = tree.broken;
  EnvScope scope(*this, env);
  info.progress = Progress::busy;
  used_clusters_ = &info.needs;
  bool good = !tree.broken;
  if (tree.max_nodes && !tree.source) {
    report(diag::Code::not_taken, tree.name.span, {"a cluster that says what it is made of", "nodes <="});
    good = false;
  }
  if (tree.source && !tree.groups.empty()) {
    report(diag::Code::not_taken, tree.source->span, {"a cluster with groups of its own", "from"});
    good = false;
  }
  if (tree.with) {
    report(diag::Code::not_taken, tree.with->span, {"a cluster", "with"}).help = "give it to a group: `" + std::string(tree.name.text) + " { component[3] with { … } }`";
    good = false;
  }
  info.backend = backend_of(tree);
  good = good && !info.backend.empty();
  if (!tree.broken && !tree.source && tree.groups.empty()) {
    report(diag::Code::empty_cluster, tree.name.span, {tree.name.text});
    good = false;
  }
  plan::Cluster lowered;
  std::size_t before = 0;
  for (std::uint32_t i = 0; i < index; ++i) before += clusters_[i].tree == &tree;
  info.name = std::string(tree.name.text) + (before > 0 ? "#" + std::to_string(before + 1) : "");
  lowered.name = info.name;
  lowered.backend = info.backend;
  lowered.at = at(tree.name.span);
  lowered.first_node = static_cast<std::uint32_t>(plan_->nodes.size());
  const auto cluster_index = static_cast<std::uint32_t>(plan_->clusters.size());
  for (const ast::GroupDecl& each : tree.groups) good = group(info, lowered, each) && good;
  if (tree.source && good) good = nodes_from_source(info, lowered);
  lowered.node_count = static_cast<std::uint32_t>(plan_->nodes.size()) - lowered.first_node;
  plan_->clusters.push_back(std::move(lowered));
  used_clusters_ = nullptr;
  info.progress = Progress::ready;
  if (good) info.index = cluster_index;
}

bool Checker::group(ClusterInfo& info, plan::Cluster& lowered, const ast::GroupDecl& tree) {
  const ast::Name& name = tree.name ? *tree.name : tree.component;
  for (const GroupInfo& before : info.groups)
    if (before.name == name.text) {
      report(diag::Code::duplicate_name, name.span, {name.text}).help = "name the groups: `data = " + std::string(tree.component.text) + "[3]`";
      return false;
    }
  std::optional<std::int64_t> count = 1;
  if (tree.count) {
    const std::size_t errors = sink_.errors();
    count = this->count(*tree.count, "the number of nodes", 1, kMostNodes);
    if (!count && sink_.errors() == errors) count = kMostNodes;  // a parameter without a value: it may be any
  }
  const Symbol* symbol = find_component(tree.component.text);
  if (symbol == nullptr) {
    symbol = find(tree.component.text);
    std::vector<std::string_view> known;
    for (const auto& [text, each] : here().components) known.push_back(text);
    std::string hint;
    for (std::string_view each : known) hint += (hint.empty() ? "there are `" : ", `") + std::string(each) + "`";
    if (hint.empty()) hint = "declare it, or `use` the file that does";
    if (symbol != nullptr) report(diag::Code::wrong_name, tree.component.span, {tree.component.text, noun(symbol->kind), "a component"});
    else if (!silent()) report_unknown(diag::Code::unknown_component, tree.component.span, {tree.component.text}, tree.component.text, known, hint);
    return false;
  }
  if (!count) return false;
  if (components_[symbol->index]->nodeless) {
    report(diag::Code::missing_item, tree.component.span, {tree.component.text});
    return false;
  }
  GroupInfo group;
  group.name = name.text;
  group.component = symbol->index;
  group.count = static_cast<std::uint32_t>(*count);
  plan::Group out;
  group_settings(tree, group.component, out);
  add_group(info, lowered, group, std::move(out), {}, tree.span);
  // The groups behind it may be given its nodes.
  const Term nodes = group_term(static_cast<std::uint32_t>(&info - clusters_.data()), info.groups.back(), name.span);
  env_->locals.push_back({name.text, name.span, nodes.type, Known::constant, nodes.expr});
  return true;
}

void Checker::add_group(ClusterInfo& info, plan::Cluster& lowered, const GroupInfo& wanted, plan::Group out, std::vector<std::vector<Value>> settings, Span span) {
  GroupInfo group = wanted;
  group.group = static_cast<std::uint32_t>(plan_->groups.size());
  group.first = static_cast<std::uint32_t>(plan_->nodes.size());
  out.name = std::string(group.name);
  out.cluster = static_cast<std::uint32_t>(plan_->clusters.size());
  out.first_node = group.first;
  out.count = group.count;
  plan_->groups.push_back(std::move(out));
  for (std::uint32_t i = 0; i < group.count; ++i)
    plan_->nodes.push_back({info.name + "." + std::string(group.name) + "[" + std::to_string(i) + "]", group.group, i, settings.empty() ? std::vector<Value>() : std::move(settings[i])});
  lowered.groups.push_back(group.group);
  group.instance = instance_of(group.component, group.group, span);
  const Instance& instance = components_[group.component]->instances[group.instance];
  plan_->groups[group.group].component = instance.component;
  lowered.up = std::max(lowered.up, instance.bounds[0]);
  lowered.down = std::max(lowered.down, instance.bounds[1]);
  lowered.settle = std::max(lowered.settle, instance.bounds[2]);
  info.groups.push_back(group);
}

void Checker::group_settings(const ast::GroupDecl& tree, std::uint32_t component, plan::Group& group) {
  const ComponentInfo& info = *components_[component];
  std::vector<bool> given(info.settings.size());
  for (const SettingInfo& setting : info.settings) group.settings.push_back(setting.value);
  bool doubtful = info.broken;
  if (tree.with) {
    const auto* document = std::get_if<ast::Doc>(&tree.with->node);
    if (document == nullptr) {
      report(diag::Code::wrong_type, tree.with->span, {"a document that is written out", snippet(tree.with->span), "something else", "write `with { name: value }`"});
      return;
    }
    for (const ast::DocEntry& entry : document->entries) {
      const std::uint32_t found = info.setting(entry.key);
      if (found == kNone) {
        (void)expr(*entry.value);
        if (info.broken) continue;
        std::vector<std::string_view> known;
        std::string hint;
        for (const SettingInfo& setting : info.settings) {
          known.push_back(setting.tree->name.text);
          hint += (hint.empty() ? "there are `" : ", `") + std::string(setting.tree->name.text) + "`";
        }
        report_unknown(diag::Code::unknown_setting, entry.key_span, {info.tree->name.text, entry.key}, entry.key, known, hint);
        continue;
      }
      given[found] = true;
      Term value = expr(*entry.value);
      if (!convert(value, *entry.value, info.settings[found].type.kind)) continue;
      if (value.known > Known::deferred) {
        report(diag::Code::not_constant, entry.value->span, {"a setting of a cluster"});
        continue;
      }
      group.settings[found] = std::move(value.expr.literal);
      if (info.settings[found].type.is(Kind::path) && value.constant())
        if (const auto* text = group.settings[found].as<std::string>()) group.settings[found] = Value(resolve_path(env_->file, *text));
    }
  }
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!given[i] && info.settings[i].known == Known::runtime && !doubtful)
      report(diag::Code::missing_setting, tree.component.span, {info.tree->name.text, info.settings[i].tree->name.text});
}

}  // namespace failc::check
