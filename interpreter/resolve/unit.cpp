#include "interpreter/resolve/unit.hpp"

#include <algorithm>
#include <filesystem>

#include "grammar/base/bug.hpp"
#include "grammar/diag/diagnostic.hpp"
#include "grammar/import/read.hpp"
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

Span Unit::with_comments(Span span) const {
  std::uint32_t begin = span.begin;
  for (auto comment = tokens.comments.rbegin(); comment != tokens.comments.rend(); ++comment) {
    if (!comment->own_line || comment->span.end > begin) continue;
    const std::string_view gap = text.substr(comment->span.end, begin - comment->span.end);
    if (std::count(gap.begin(), gap.end(), '\n') != 1 || gap.find_first_not_of(" \t\r\n") != std::string_view::npos) break;
    begin = comment->span.begin;
  }
  const std::size_t newline = text.find('\n', span.end);
  return {begin, newline == std::string_view::npos ? span.end : static_cast<std::uint32_t>(newline + 1)};
}

Units::Units(const plan::Plan& plan, const SourceMap& sources) : plan_(plan), sources_(sources), units_(plan.files.size()) {}

const Unit* Units::unit(std::uint32_t file) {
  if (file >= units_.size() || spec::is_spec(plan_.files[file])) return nullptr;
  if (units_[file]) return units_[file].get();
  for (std::uint32_t i = 0; i < sources_.size(); ++i) {
    if (sources_[FileId{i}].path != plan_.files[file]) continue;
    units_[file] = std::make_unique<Unit>(sources_, FileId{i}, file);
    return units_[file].get();
  }
  return nullptr;
}

}  // namespace failc::resolve
