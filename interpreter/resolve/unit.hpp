#pragma once
// A source file of a plan, read again: what its places in the plan mean in its tree.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/ast/ast.hpp"
#include "grammar/source/source.hpp"
#include "interpreter/check/places.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::resolve {

struct Unit {
  Unit(const SourceMap& sources, FileId id, std::uint32_t file);
  /// What names the same file wherever the text stands, as a string's literal.
  std::string whole_path(const std::string& path) const;
  /// Where a step of `tree` is declared.
  Span declaration_of(const ast::StepDef& step) const;

  std::string_view path, text;
  ast::Tokens tokens;
  ast::File tree;
  check::Places places;
};

/// The files of a plan, each read when it is first asked for.
class Units {
 public:
  /// Both outlive it. The texts in `sources` are those that the plan was made from.
  Units(const plan::Plan& plan, const SourceMap& sources);
  /// Null where the file is not at hand.
  const Unit* unit(std::uint32_t file);
  /// The `step` of that name, the first file's before those that it uses, and its unit; null where there is none.
  std::pair<const Unit*, const ast::StepDef*> step(std::string_view name);

 private:
  const plan::Plan& plan_;
  const SourceMap& sources_;
  std::vector<std::unique_ptr<Unit>> units_;
};

}  // namespace failc::resolve
