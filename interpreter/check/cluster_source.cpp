// Clusters whose nodes stand in a file of another tool: `cluster c from SOURCE FILE`.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {

/// By itself: what it makes of a node is known only with a file.
void Checker::source_item(const ast::SourceItem& tree) {
  std::vector<std::string_view> names;
  for (const NodeSource& each : options_.sources) names.push_back(each.name);
  if (std::find(names.begin(), names.end(), tree.source.text) == names.end())
    report_unknown(diag::Code::unknown_word, tree.source.span, {tree.source.text, "a source of nodes"}, tree.source.text, names, listed("there is", names));
  Frame frame;
  Env env;
  env.file = env_->file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = frame.take();
  bind(tree.node, of(Kind::any), Known::runtime, std::move(slot));
  Term settings = expr(*tree.settings);
  convert(settings, *tree.settings, Kind::document);
}

std::optional<List> Checker::read_source(const ast::Cluster& tree, const NodeSource& source, bool& good) {
  Term path = expr(*tree.source_value);
  if (!convert(path, *tree.source_value, Kind::path)) {
    good = false;
    return std::nullopt;
  }
  const auto* written = path.constant() ? path.value().as<std::string>() : nullptr;
  if (written == nullptr && path.known != Known::deferred) {
    report(diag::Code::not_constant, tree.source_value->span, {"the file that a cluster is from"});
    good = false;
    return std::nullopt;
  }
  const std::string whole = written != nullptr ? resolve_path(env_->file, *written) : std::string();
  Result<std::string> text = written != nullptr ? read_file(whole) : Error{"its path is not known yet"};
  if (!text) {
    good = !options_.final && tree.max_nodes;
    if (!good)
      report(diag::Code::unreadable_file, tree.source_value->span, {whole, text.error().message}).help =
          tree.max_nodes ? "" : "to check this file without it, say how many nodes there can be: `nodes <= 7`";
    incomplete_ = true;
    return std::nullopt;
  }
  std::vector<NodeSource::Problem> problems;
  List nodes = source.read(*text, problems);
  if (problems.empty()) return nodes;
  const FileId id = sources_.add(whole, *std::move(text));
  for (NodeSource::Problem& problem : problems) {
    diag::Diagnostic& item = sink_.report(diag::Code::bad_config, Place{id, problem.place}, {problem.message});
    item.help = std::move(problem.help);
    item.notes.push_back({Place{here().id, tree.source_value->span}, "it is read for this cluster"});
  }
  good = false;
  return std::nullopt;
}

bool Checker::nodes_from_source(ClusterInfo& info, plan::Cluster& lowered) {
  const ast::Cluster& tree = *info.tree;
  const auto source = std::find_if(options_.sources.begin(), options_.sources.end(), [&](const NodeSource& each) { return each.name == tree.source->text; });
  if (source == options_.sources.end()) {
    std::vector<std::string_view> names;
    for (const NodeSource& each : options_.sources) names.push_back(each.name);
    report_unknown(diag::Code::unknown_word, tree.source->span, {tree.source->text, "a source of nodes"}, tree.source->text, names, listed("there is", names));
    return false;
  }
  GroupInfo group;
  const ast::SourceItem* item = nullptr;
  for (const auto& [name, symbol] : here().components) {
    for (const ast::SourceItem* each : components_[symbol.index]->sources) {
      if (each->source.text != source->name) continue;
      if (item != nullptr) {
        report(diag::Code::ambiguous_name, tree.source->span, {source->name, "nodes of `" + std::string(group.name) + "`", "of `" + std::string(name) + "`", "use only one of the files that declare them"});
        return false;
      }
      item = each;
      group.name = components_[symbol.index]->tree->name.text;
      group.component = symbol.index;
    }
  }
  if (item == nullptr) {
    if (!silent()) report(diag::Code::unknown_word, tree.source->span, {tree.source->text, "what a component here is made from", "`use` the library whose component is: it says `source " + source->name + " as …`"});
    return false;
  }
  bool good = true;
  const std::optional<List> nodes = read_source(tree, *source, good);
  if (!good) return false;
  if (nodes && nodes->empty()) {
    report(diag::Code::empty_cluster, tree.name.span, {tree.name.text}).help = "its file names none";
    return false;
  }
  const std::int64_t most = std::min<std::int64_t>(tree.max_nodes.value_or(kMostNodes), kMostNodes);
  if (nodes && static_cast<std::int64_t>(nodes->size()) > most) {
    report(diag::Code::out_of_range, tree.source_value->span, {"this cluster", "it has " + std::to_string(nodes->size()) + " nodes, and `nodes <= " + std::to_string(most) + "` was said"});
    return false;
  }
  group.count = static_cast<std::uint32_t>(nodes ? nodes->size() : static_cast<std::size_t>(most));
  std::vector<std::vector<Value>> settings;
  if (nodes) {
    for (const Value& node : *nodes) {
      auto values = settings_from(group.component, *item, node, tree.source->span);
      if (!values) return false;
      settings.push_back(std::move(*values));
    }
  }
  plan::Group out;
  for (const SettingInfo& setting : components_[group.component]->settings) out.settings.push_back(setting.value);
  add_group(info, lowered, group, std::move(out), std::move(settings), tree.name.span);
  return true;
}

/// What the component makes of one of the file's nodes: its defaults, and over them the document that its `source` says.
std::optional<std::vector<Value>> Checker::settings_from(std::uint32_t component, const ast::SourceItem& tree, const Value& node, Span span) {
  const ComponentInfo& info = *components_[component];
  Frame frame;
  Env env;
  env.file = info.file;
  env.frame = &frame;
  EnvScope scope(*this, env);
  env.locals.push_back({tree.node.text, tree.node.span, of(Kind::any), Known::constant, literal(node, of(Kind::any), tree.node.span).expr});
  Term made = expr(*tree.settings);
  if (made.error()) return std::nullopt;
  std::vector<Value> values;
  for (const SettingInfo& setting : info.settings) values.push_back(setting.value);
  const auto* document = made.constant() ? made.value().as<Document>() : nullptr;
  if (document == nullptr) {
    report(diag::Code::not_constant, tree.settings->span, {"what a node is made of"});
    return std::nullopt;
  }
  for (const auto& [key, value] : document->entries) {
    const std::uint32_t found = info.setting(key);
    if (found == kNone) {
      std::vector<std::string_view> known;
      for (const SettingInfo& setting : info.settings) known.push_back(setting.tree->name.text);
      report_unknown(diag::Code::unknown_setting, tree.settings->span, {info.tree->name.text, key}, key, known, listed("there are", known));
      return std::nullopt;
    }
    Term term = literal(value, type_of(value), tree.settings->span);
    if (!convert(term, *tree.settings, info.settings[found].type.kind)) return std::nullopt;
    values[found] = std::move(term.expr.literal);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const SettingInfo& setting = info.settings[i];
    if (setting.known != Known::runtime || document->find(setting.tree->name.text) != nullptr) continue;
    report(diag::Code::missing_setting, span, {info.tree->name.text, setting.tree->name.text});
    return std::nullopt;
  }
  return values;
}

}  // namespace failc::check
