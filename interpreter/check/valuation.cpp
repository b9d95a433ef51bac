// What a file means where some of its parameters have other values: what rests on them is elaborated anew, and its names lead there for a while.
#include <map>

#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

const ast::Name* name_of(const ast::Declaration& declaration) {
  return std::visit(Visitor{
                        [](const ast::Param& tree) { return &tree.name; },
                        [](const ast::Component& tree) { return &tree.name; },
                        [](const ast::Cluster& tree) { return &tree.name; },
                        [](const ast::Workload& tree) { return &tree.name; },
                        [](const ast::Client& tree) { return &tree.name; },
                        [](const ast::StepDef& tree) { return &tree.name; },
                        [](const ast::CheckDef& tree) { return &tree.name; },
                        [](const auto&) -> const ast::Name* { return nullptr; },
                    },
                    declaration.node);
}

bool in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// The words of a text, be they names or not.
std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

/// By the words of their declarations, and so on: rather too much than too little.
std::set<Declared> Checker::resting_on(std::set<Declared> out) const {
  struct One { Declared what; std::uint32_t file; std::vector<std::string_view> words; };
  std::vector<One> all;
  for (std::uint32_t f = 0; f < files_.size(); ++f)
    for (const ast::Declaration& declaration : files_[f]->tree.declarations) {
      const ast::Name* name = name_of(declaration);
      if (name == nullptr) continue;
      const Symbols& table = std::holds_alternative<ast::Component>(declaration.node) ? files_[f]->components : files_[f]->names;
      const auto found = table.find(name->text);
      if (found != table.end() && found->second.file == f) all.push_back({{found->second.kind, found->second.index}, f, words(files_[f]->places->text(declaration.span))});
    }
  const auto leads = [&](std::string_view word, const LoadedFile& file) {
    for (const Symbols* table : {&file.names, &file.components})
      if (const auto found = table->find(word); found != table->end() && out.contains({found->second.kind, found->second.index})) return true;
    const auto requests = file.requests.find(word);
    return requests != file.requests.end() &&
           std::any_of(requests->second.begin(), requests->second.end(), [&](const OperationRef& ref) { return out.contains({SymbolKind::component, ref.component}); });
  };
  for (bool grown = true; std::exchange(grown, false);)
    for (const One& one : all)
      if (!out.contains(one.what) && std::any_of(one.words.begin(), one.words.end(), [&](std::string_view word) { return leads(word, *files_[one.file]); })) {
        out.insert(one.what);
        grown = true;
      }
  return out;
}

Valuation* Checker::valuation(MatrixInfo& info, const Combination& one) {
  std::map<std::uint32_t, Value> given;
  std::string key;
  bool other = false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const AxisInfo& axis = info.axes[i];
    if (axis.param == kNone) continue;
    given[axis.param] = axis.values[one[i]];
    key += std::to_string(one[i]) + " ";
    const ParamInfo& before = params_[axis.param];
    other = other || before.known != Known::constant || show(before.value, {}, 10'000) != show(axis.values[one[i]], {}, 10'000);
  }
  if (!other) return nullptr;  // it is what the file means anyway
  const auto [entry, fresh] = info.valuations.try_emplace(key);
  if (fresh) entry->second = elaborate(given);
  return entry->second.get();
}

std::unique_ptr<Valuation> Checker::elaborate(const std::map<std::uint32_t, Value>& given) {
  auto out = std::make_unique<Valuation>();
  std::set<Declared> start;
  for (const auto& [param, value] : given) start.insert({SymbolKind::param, param});
  std::map<Declared, std::uint32_t> anew;
  const auto next = [](const auto& all) { return static_cast<std::uint32_t>(all.size()); };
  for (const Declared& each : resting_on(start)) {
    const auto& [kind, index] = each;
    switch (kind) {
      case SymbolKind::param: {
        anew[each] = next(params_);
        ParamInfo info{.tree = params_[index].tree, .file = params_[index].file};
        if (const auto value = given.find(index); value != given.end()) {
          info.type = params_[index].type;
          if (info.type.is(Kind::list)) info.type = type_of(value->second);
          info.value = value->second;
          info.progress = Progress::ready;
        }
        params_.push_back(std::move(info));
        break;
      }
      case SymbolKind::component: {
        anew[each] = next(components_);
        out->components.emplace_back(index, next(components_));
        auto info = std::make_unique<ComponentInfo>();
        info->tree = components_[index]->tree;
        info->file = components_[index]->file;
        components_.push_back(std::move(info));
        break;
      }
      case SymbolKind::cluster:
        anew[each] = next(clusters_);
        clusters_.push_back({.tree = clusters_[index].tree, .file = clusters_[index].file, .base = index});
        break;
      case SymbolKind::workload:
        anew[each] = next(workloads_);
        workloads_.push_back({.tree = workloads_[index].tree, .file = workloads_[index].file});
        break;
      case SymbolKind::client:
        anew[each] = next(clients_);
        clients_.push_back({.tree = clients_[index].tree, .file = clients_[index].file});
        break;
      case SymbolKind::step:
      case SymbolKind::check:
      case SymbolKind::definition:  // written out anew wherever they are used
      case SymbolKind::import:
      case SymbolKind::matrix: break;
    }
  }
  for (const auto& file : files_) {
    Valuation::Names& names = out->files.emplace_back(Valuation::Names{file->names, file->components, file->requests});
    for (Symbols* table : {&names.values, &names.components})
      for (auto& [name, symbol] : *table)
        if (const auto found = anew.find({symbol.kind, symbol.index}); found != anew.end()) symbol.index = found->second;
    for (auto& [name, refs] : names.requests)
      for (OperationRef& ref : refs)
        if (const auto found = anew.find({SymbolKind::component, ref.component}); found != anew.end()) ref.component = found->second;
  }
  ValuationScope scope(*this, out.get());
  const auto each = [&](SymbolKind kind, const auto& what) {
    for (const auto& [declared, index] : anew)
      if (declared.first == kind) what(index);
  };
  each(SymbolKind::param, [&](std::uint32_t index) { param(index); });
  each(SymbolKind::component, [&](std::uint32_t index) { component_heads(index); });
  each(SymbolKind::component, [&](std::uint32_t index) { component_settings(index); });
  each(SymbolKind::component, [&](std::uint32_t index) { component_bodies(index); });
  each(SymbolKind::cluster, [&](std::uint32_t index) { cluster(index); });
  each(SymbolKind::client, [&](std::uint32_t index) {
    if (clients_[index].progress == Progress::untouched) client(index);
  });
  each(SymbolKind::workload, [&](std::uint32_t index) { workload(index); });
  return out;
}

void Checker::exchange_names(Valuation& valuation) {
  for (std::size_t f = 0; f < files_.size(); ++f) {
    std::swap(files_[f]->names, valuation.files[f].values);
    std::swap(files_[f]->components, valuation.files[f].components);
    std::swap(files_[f]->requests, valuation.files[f].requests);
  }
  valuation.in_place = !valuation.in_place;
  for (const auto& [base, anew] : valuation.components) {
    components_[base]->hidden = valuation.in_place;
    components_[anew]->hidden = !valuation.in_place;
  }
}

}  // namespace failc::check
