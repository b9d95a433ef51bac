#include "interpreter/resolve/unit.hpp"

#include <filesystem>

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"
#include "grammar/parse/parse.hpp"

namespace failc::resolve {

Unit::Unit(const SourceMap& sources, FileId id, std::uint32_t file) : path(sources[id].path), text(sources[id].text), places(sources[id].text, file) {
  diag::Sink ignored;  // what it said was said when the plan was made
  tokens = parse::lex(sources, id, ignored);
  tree = parse::file(sources, id, tokens, ignored);
}

std::string Unit::whole_path(const std::string& named) const {
  std::error_code ignored;
  const std::string whole = std::filesystem::absolute(std::filesystem::path(path).parent_path() / named, ignored).lexically_normal().string();
  return show(Value(whole), {}, whole.size() * 4 + 2);
}

Span Unit::declaration_of(const ast::StepDef& step) const {
  for (const ast::Declaration& one : tree.declarations)
    if (std::get_if<ast::StepDef>(&one.node) == &step) return one.span;
  FAILC_BUG("a step of another file");
}

Units::Units(const plan::Plan& plan, const SourceMap& sources) : plan_(plan), sources_(sources), units_(plan.files.size()) {}

const Unit* Units::unit(std::uint32_t file) {
  if (file >= units_.size()) return nullptr;
  if (units_[file]) return units_[file].get();
  for (std::uint32_t i = 0; i < sources_.size(); ++i) {
    if (sources_[FileId{i}].path != plan_.files[file]) continue;
    units_[file] = std::make_unique<Unit>(sources_, FileId{i}, file);
    return units_[file].get();
  }
  return nullptr;
}

std::pair<const Unit*, const ast::StepDef*> Units::step(std::string_view name) {
  for (std::uint32_t file = 0; file < units_.size(); ++file) {
    const Unit* found = unit(file);
    if (!found) continue;
    for (const ast::Declaration& declaration : found->tree.declarations)
      if (const auto* step = std::get_if<ast::StepDef>(&declaration.node); step && step->name.text == name) return {found, step};
  }
  return {nullptr, nullptr};
}

}  // namespace failc::resolve
