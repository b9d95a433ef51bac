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
  /// A declaration, with its line's end and the comments that stand right above it.
  Span with_comments(Span declaration) const;

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
  std::pair<const Unit*, const ast::StepDef*> step(std::string_view name) { return named<ast::StepDef>(name); }
  /// The same of a `check` or `define`, a `workload`, a `matrix`.
  std::pair<const Unit*, const ast::CheckDef*> definition(std::string_view name) { return named<ast::CheckDef>(name); }
  std::pair<const Unit*, const ast::Workload*> workload(std::string_view name) { return named<ast::Workload>(name); }
  std::pair<const Unit*, const ast::Matrix*> matrix(std::string_view name) { return named<ast::Matrix>(name); }

 private:
  template <class Tree>
  std::pair<const Unit*, const Tree*> named(std::string_view name) {
    for (std::uint32_t file = 0; file < units_.size(); ++file) {
      const Unit* found = unit(file);
      if (!found) continue;
      for (const ast::Declaration& declaration : found->tree.declarations)
        if (const auto* tree = std::get_if<Tree>(&declaration.node); tree && tree->name.text == name) return {found, tree};
    }
    return {nullptr, nullptr};
  }

  const plan::Plan& plan_;
  const SourceMap& sources_;
  std::vector<std::unique_ptr<Unit>> units_;
};

}  // namespace failc::resolve
