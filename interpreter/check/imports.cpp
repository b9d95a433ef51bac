// `import`ed spec files, and the `run` that adds their scenarios.
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "grammar/import/read.hpp"
#include "interpreter/check/checker.hpp"
#include "interpreter/check/spec.hpp"

namespace failc::check {
namespace {

std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// The files that a pattern means, sorted; relative to `folder`.
std::vector<std::string> files_of(const std::string& folder, const std::string& pattern) {
  const bool absolute = std::filesystem::path(pattern).is_absolute();
  const std::string whole = absolute || folder.empty() ? pattern : escaped(folder) + "/" + pattern;
  glob_t found{};
  std::vector<std::string> out;
  if (::glob(whole.c_str(), 0, nullptr, &found) == 0) out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

/// `*` any text, `?` any character.
bool title_matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip)
      if (title_matches(pattern.substr(1), text.substr(skip))) return true;
    return false;
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) && title_matches(pattern.substr(1), text.substr(1));
}

}  // namespace

void Checker::import(ImportInfo& info, plan::Plan& plan) {
  Env env;
  env.file = info.file;
  EnvScope scope(*this, env);
  const std::vector<std::string> files = files_of(files_[info.file]->folder, info.tree->pattern);
  if (files.empty()) {
    report(diag::Code::nothing_imported, info.span, {info.tree->pattern, "no file is called so"});
    return;
  }
  Specs specs;
  const auto first = static_cast<std::ptrdiff_t>(plan.scenarios.size());
  for (const std::string& path : files) {
    Result<std::string> text = spec::is_spec(path) ? read_file(path) : Error{"`" + path + "` is no `.yml`, `.yaml` or `.json`"};
    if (!text) report(diag::Code::unreadable_file, info.span, {path, text.error().message});
    else add_spec(sources_.add(path, std::move(*text)), options_, sources_, sink_, plan, specs);
  }
  for (const NotRun& one : specs.not_run) report(diag::Code::not_run, info.span, {sources_[one.file].path, one.format, one.reason});
  auto& scenarios = plan.scenarios;
  if (info.tree->only) scenarios.erase(std::remove_if(scenarios.begin() + first, scenarios.end(), [&](const plan::Scenario& one) { return !title_matches(*info.tree->only, one.title); }), scenarios.end());
  if (info.tree->only && scenarios.size() == static_cast<std::size_t>(first))
    report(diag::Code::nothing_imported, info.span, {*info.tree->only, "no scenario of these files has such a title"});
  // A scenario is known by its file and title: it may be in one import that is run.
  std::set<std::string_view> ids;
  for (auto at = scenarios.begin(); at != scenarios.end(); ++at)
    if (!ids.insert(at->id).second && at - scenarios.begin() >= first)
      report(diag::Code::duplicate_title, info.span, {at->title}).notes.push_back({std::nullopt, "`" + at->id + "` is run by an import before this one"});
}

void Checker::imports(std::uint32_t file) {
  for (const ast::Declaration& declaration : files_[file]->tree.declarations)
    if (const auto* tree = std::get_if<ast::RunSpec>(&declaration.node)) run_import(*tree);
  // What nothing runs is checked all the same.
  for (ImportInfo& info : imports_) {
    plan::Plan ignored;
    if (!info.run) import(info, ignored);
  }
  timeouts_.resize(plan_->scenarios.size());
}

void Checker::run_import(const ast::RunSpec& tree) {
  Env env;
  EnvScope scope(*this, env);
  const Symbol* symbol = find(tree.name.text);
  if (symbol == nullptr || symbol->kind != SymbolKind::import) {
    std::vector<std::string_view> names;
    for (const auto& [name, each] : here().names)
      if (each.kind == SymbolKind::import) names.push_back(name);
    if (symbol != nullptr) report(diag::Code::wrong_name, tree.name.span, {tree.name.text, noun(symbol->kind), "an import"});
    else if (!silent()) report_unknown(diag::Code::unknown_name, tree.name.span, {tree.name.text}, tree.name.text, names, listed("there is", names));
    return;
  }
  if (tree.on) report(diag::Code::not_taken, tree.on->span, {"`run` of these files, which need no cluster,", "on"});
  if (tree.with) report(diag::Code::not_taken, tree.with->span, {"`run` of these files", "with"});
  ImportInfo& info = imports_[symbol->index];
  if (info.run) {
    report(diag::Code::duplicate_name, tree.name.span, {tree.name.text}).notes.push_back({std::nullopt, "it is run already"});
    return;
  }
  info.run = true;
  import(info, *plan_);
}

}  // namespace failc::check
