// Files and the files that they use.
#include <algorithm>
#include <filesystem>

#include "grammar/parse/parse.hpp"
#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"
#include "stdlib/stdlib.hpp"

namespace failc::check {
namespace {

std::string key_of(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

}  // namespace

std::uint32_t Checker::load(FileId id, std::string folder) {
  const auto index = static_cast<std::uint32_t>(files_.size());
  const SourceFile& source = sources_[id];
  file_by_path_.emplace(key_of(source.path), index);
  plan_->files.push_back(source.path);
  files_.push_back(std::make_unique<LoadedFile>());
  LoadedFile& file = *files_.back();
  file.id = id;
  file.folder = std::move(folder);
  file.places = std::make_unique<Places>(source.text, index);
  {
    const ast::Tokens tokens = parse::lex(sources_, id, sink_);
    file.tree = parse::file(sources_, id, tokens, sink_);
    file.broken = file.tree.broken || !tokens.brackets_match;
  }
  Env env;
  env.file = index;
  EnvScope scope(*this, env);
  loading_.push_back(index);
  for (const ast::Declaration& declaration : file.tree.declarations) {
    if (std::holds_alternative<ast::Broken>(declaration.node)) file.broken = true;
    if (const auto* tree = std::get_if<ast::Use>(&declaration.node)) use(index, *tree, declaration.span);
  }
  loading_.pop_back();
  declare(index);
  collect_used(index);
  return index;
}

void Checker::use(std::uint32_t file, const ast::Use& tree, Span span) {
  std::string path, folder;
  std::optional<std::string_view> embedded;
  std::string written;
  if (tree.file) {
    written = *tree.file;
    const std::filesystem::path relative(*tree.file);
    path = relative.is_absolute() ? *tree.file : (std::filesystem::path(files_[file]->folder) / relative).lexically_normal().string();
    folder = std::filesystem::path(path).parent_path().string();
  } else {
    for (const ast::Name& part : tree.path) written += (written.empty() ? "" : ".") + std::string(part.text);
    if (tree.path.size() == 2 && tree.path.front().text == "std") embedded = stdlib::find(tree.path.back().text);
    if (!embedded) {
      files_[file]->broken = true;  // whatever it was to bring is missing
      const bool std_path = tree.path.size() == 2 && tree.path.front().text == "std";
      const Span where = std_path ? tree.path.back().span : tree.path.empty() ? span : cover(tree.path.front().span, tree.path.back().span);
      std::string all;
      for (std::string_view name : stdlib::names()) all += (all.empty() ? "it has `std." : ", `std.") + std::string(name) + "`";
      report_unknown(diag::Code::unknown_library, where, {written}, std_path ? tree.path.back().text : std::string_view(),
                     std_path ? stdlib::names() : std::vector<std::string_view>{}, all);
      return;
    }
    path = "<stdlib>/" + std::string(tree.path.back().text) + ".fail";
  }
  const auto known = file_by_path_.find(key_of(path));
  std::uint32_t used = kNone;
  if (known != file_by_path_.end()) {
    used = known->second;
    if (std::find(loading_.begin(), loading_.end(), used) != loading_.end()) {
      report(diag::Code::use_cycle, span, {written});
      return;
    }
  } else {
    std::string text;
    if (embedded) {
      text = *embedded;
    } else {
      Result<std::string> read = read_file(path);
      if (!read) {
        files_[file]->broken = true;
        report(diag::Code::unreadable_file, span, {path, read.error().message});
        return;
      }
      text = std::move(*read);
    }
    used = load(sources_.add(path, std::move(text)), folder);
  }
  files_[file]->uses.push_back({used, span});
  if (files_[used]->broken) files_[file]->broken = true;
}

void Checker::declare(std::uint32_t file) {
  for (const ast::Declaration& declaration : files_[file]->tree.declarations) {
    std::visit(Visitor{
                   [](const ast::Broken&) {},
                   [](const ast::Use&) {},
                   [&](const ast::Import& tree) {
                     declare(file, tree.name, SymbolKind::import, static_cast<std::uint32_t>(imports_.size()));
                     imports_.push_back({.tree = &tree, .file = file, .span = declaration.head});
                   },
                   [&](const ast::Param& tree) {
                     declare(file, tree.name, SymbolKind::param, static_cast<std::uint32_t>(params_.size()));
                     params_.push_back({.tree = &tree, .file = file});
                   },
                   [&](const ast::Component& tree) {
                     declare(file, tree.name, SymbolKind::component, static_cast<std::uint32_t>(components_.size()));
                     components_.push_back(std::make_unique<ComponentInfo>());
                     components_.back()->tree = &tree;
                     components_.back()->file = file;
                   },
                   [&](const ast::Cluster& tree) {
                     declare(file, tree.name, SymbolKind::cluster, static_cast<std::uint32_t>(clusters_.size()));
                     clusters_.push_back({.tree = &tree, .file = file});
                   },
                   [&](const ast::Workload& tree) {
                     declare(file, tree.name, SymbolKind::workload, static_cast<std::uint32_t>(workloads_.size()));
                     workloads_.push_back({.tree = &tree, .file = file});
                   },
                   [&](const ast::Client& tree) {
                     declare(file, tree.name, SymbolKind::client, static_cast<std::uint32_t>(clients_.size()));
                     clients_.push_back({.tree = &tree, .file = file});
                   },
                   [&](const ast::StepDef& tree) {
                     declare(file, tree.name, SymbolKind::step, static_cast<std::uint32_t>(definitions_.size()));
                     Definition definition;
                     definition.step = &tree;
                     definition.file = file;
                     definition.span = tree.name.span;
                     definitions_.push_back(std::move(definition));
                   },
                   [&](const ast::CheckDef& tree) {
                     declare(file, tree.name, tree.condition ? SymbolKind::check : SymbolKind::definition, static_cast<std::uint32_t>(definitions_.size()));
                     Definition definition;
                     definition.check = &tree;
                     definition.file = file;
                     definition.span = tree.name.span;
                     definitions_.push_back(std::move(definition));
                   },
                   [&](const ast::Matrix& tree) {
                     declare(file, tree.name, SymbolKind::matrix, static_cast<std::uint32_t>(matrices_.size()));
                     MatrixInfo& info = matrices_.emplace_back();
                     info.tree = &tree;
                     info.file = file;
                   },
                   [](const ast::Scenario&) {},
                   [](const ast::Hook&) {},
                   [](const ast::RunSpec&) {},
               },
               declaration.node);
  }
}

}  // namespace failc::check
