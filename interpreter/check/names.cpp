// Which names a place can see.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {

std::string_view noun(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::param: return "a parameter";
    case SymbolKind::component: return "a component";
    case SymbolKind::cluster: return "a cluster";
    case SymbolKind::workload: return "a workload";
    case SymbolKind::client: return "a client";
    case SymbolKind::step: return "a step";
    case SymbolKind::check: return "a check";
    case SymbolKind::definition: return "a definition";
    case SymbolKind::import: return "an import";
    case SymbolKind::matrix: return "a matrix";
  }
  return "";
}

void Checker::declare(std::uint32_t file, const ast::Name& name, SymbolKind kind, std::uint32_t index) {
  auto& names = kind == SymbolKind::component ? files_[file]->components : files_[file]->names;
  auto [entry, fresh] = names.try_emplace(name.text, Symbol{kind, index, file, name.span});
  if (fresh) return;
  report(diag::Code::duplicate_name, name.span, {name.text})
      .notes.push_back({Place{files_[file]->id, entry->second.span}, "the first one is here"});
}

void Checker::collect_used(std::uint32_t file) {
  for (const auto& [used, span] : files_[file]->uses) {
    collect_used(file, files_[used]->names, files_[file]->names, span);
    collect_used(file, files_[used]->components, files_[file]->components, span);
  }
}

void Checker::collect_used(std::uint32_t file, const Symbols& from, Symbols& into, Span span) {
  for (const auto& [name, symbol] : from) {
    auto [entry, fresh] = into.try_emplace(name, symbol);
    const Symbol& known = entry->second;
    if (fresh || (known.kind == symbol.kind && known.index == symbol.index)) continue;
    if (known.file == file) {
      report(diag::Code::duplicate_name, known.span, {name})
          .notes.push_back({Place{files_[symbol.file]->id, symbol.span}, "the first one is here, in a file that is used"});
    } else {
      diag::Diagnostic& item = report(diag::Code::name_conflict, span, {name});
      item.notes.push_back({Place{files_[known.file]->id, known.span}, "here"});
      item.notes.push_back({Place{files_[symbol.file]->id, symbol.span}, "and here"});
    }
  }
}

void Checker::collect_requests(std::uint32_t file) {
  LoadedFile& into = *files_[file];
  for (const auto& [name, symbol] : into.components) {
    const ComponentInfo& component = *components_[symbol.index];
    if (component.broken) into.broken = true;
    for (std::uint32_t i = 0; i < component.operations.size(); ++i)
      into.requests[component.operations[i].tree->name.text].push_back({symbol.index, i});
  }
  for (auto& [name, found] : into.requests)
    std::sort(found.begin(), found.end(), [](const OperationRef& a, const OperationRef& b) { return a.component < b.component; });
}

const Symbol* Checker::find(std::string_view name) const {
  const LoadedFile& file = *files_[env_->file];
  const auto found = file.names.find(name);
  return found != file.names.end() ? &found->second : find_component(name);
}

const Symbol* Checker::find_component(std::string_view name) const {
  const auto& components = files_[env_->file]->components;
  const auto found = components.find(name);
  return found == components.end() ? nullptr : &found->second;
}

Local* Checker::local(std::string_view name) {
  for (auto at = env_->locals.rbegin(); at != env_->locals.rend(); ++at)
    if (at->name == name) return &*at;
  return nullptr;
}

Local* Checker::bind(const ast::Name& name, Type type, Known known, plan::Expr lowered) {
  if (const Local* before = local(name.text)) {
    diag::Diagnostic& item = report(diag::Code::duplicate_name, name.span, {name.text});
    if (before->span.end > 0) item.notes.push_back({Place{here().id, before->span}, "the first one is here"});
  } else if (const Symbol* symbol = find(name.text); symbol != nullptr && env_->component == kNone) {
    if (symbol->kind == SymbolKind::param || symbol->kind == SymbolKind::cluster || symbol->kind == SymbolKind::workload || symbol->kind == SymbolKind::client)
      report(diag::Code::shadowed_name, name.span, {name.text, noun(symbol->kind)})
          .notes.push_back({Place{files_[symbol->file]->id, symbol->span}, "it is declared here"});
  }
  env_->locals.push_back({name.text, name.span, type, known, std::move(lowered)});
  return &env_->locals.back();
}

std::string listed(std::string_view lead, const std::vector<std::string_view>& names) {
  std::string out;
  for (std::string_view name : names) out += (out.empty() ? std::string(lead) + " `" : std::string(", `")) + std::string(name) + "`";
  return out;
}

std::vector<std::string_view> Checker::names_in_sight() const {
  std::vector<std::string_view> out;
  for (const Local& each : env_->locals) out.push_back(each.name);
  for (const auto& [name, symbol] : files_[env_->file]->names)
    if (symbol.kind == SymbolKind::param || symbol.kind == SymbolKind::cluster || symbol.kind == SymbolKind::workload || symbol.kind == SymbolKind::client) out.push_back(name);
  if (env_->component != kNone) {
    const ComponentInfo& component = *components_[env_->component];
    for (const SettingInfo& each : component.settings) out.push_back(each.tree->name.text);
    for (const NodeLetInfo& each : component.lets) out.push_back(each.tree->name.text);
    for (const ast::ObserverItem* each : component.observers) out.push_back(each->name.text);
    out.push_back("nodes");
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Checker::check_type_name(const ast::Name& name, Type& type) {
  if (const std::optional<Kind> kind = type_of_name(name.text)) {
    type = of(*kind);
    return;
  }
  type = of(Kind::error);
  std::string all;
  for (std::string_view each : type_names()) all += (all.empty() ? "types are " : ", ") + std::string(each);
  report_unknown(diag::Code::unknown_type, name.span, {name.text}, name.text, type_names(), all);
}

std::uint32_t ComponentInfo::setting(std::string_view name) const {
  for (std::uint32_t i = 0; i < settings.size(); ++i)
    if (settings[i].tree->name.text == name) return i;
  return kNone;
}

std::uint32_t ComponentInfo::let(std::string_view name) const {
  for (std::uint32_t i = 0; i < lets.size(); ++i)
    if (lets[i].tree->name.text == name) return i;
  return kNone;
}

std::uint32_t ComponentInfo::observer(std::string_view name) const {
  for (std::uint32_t i = 0; i < observers.size(); ++i)
    if (observers[i]->name.text == name) return i;
  return kNone;
}

std::uint32_t ComponentInfo::operation(std::string_view name) const {
  for (std::uint32_t i = 0; i < operations.size(); ++i)
    if (operations[i].tree->name.text == name) return i;
  return kNone;
}

}  // namespace failc::check
