#pragma once
// A scenario's body with what its choices came to in their places.
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "interpreter/resolve/edits.hpp"
#include "interpreter/resolve/unit.hpp"
#include "interpreter/resolve/walk.hpp"
#include "interpreter/run/run.hpp"

namespace failc::resolve {

/// How the nodes of a `random` are written. `as_picks`: `random 2 of [kv[0], kv[1]]`, which are those and no others, but which proofs do not follow: what is certain of
/// one run, a kill of what was stopped or a claim that did not hold, would else be taken for a mistake of the file.
enum class Form : std::uint8_t { as_nodes, as_picks };

class BodyWriter {
 public:
  /// `around`: what the file's setup and cleanup chose.
  BodyWriter(Units& units, const plan::Plan& plan, const run::ScenarioResult& result, const std::vector<run::Choice>& around, Form form);

  /// The text between the braces of the scenario's block.
  std::string scenario(const Unit& unit, const ast::Block& block, const plan::Body& body);
  /// Scoped steps that chose, under names of their own: declarations that the bodies' text needs.
  const std::string& steps() const { return steps_; }
  /// How many loops and steps would have had to be written out, and are too large for that.
  std::size_t given_up() const { return given_up_; }

 private:
  using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // file, line, column
  /// The plan's nodes by where they were written: what a statement became, and below it what its blocks did.
  using Index = std::map<Place, std::vector<const plan::BodyNode*>>;
  /// Where statements stand: which of the plan's nodes are theirs, in which iteration, and what names are called that would be taken.
  struct Around {
    const Unit& unit;
    const Index& index;
    std::uint64_t path = 0;
    std::map<std::string_view, std::string> names = {};
  };

  static Place place(const plan::Source& at) { return {at.file, at.line, at.column}; }
  static void add(Index& index, const plan::Body& body);

  std::string inner(const Around& around, const ast::Block& block);
  void statements(const Around& around, const ast::Block& block, Edits& edits);
  void statement(const Around& around, const ast::Statement& statement, Edits& edits);
  void actors(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Parallel& tree, Edits& edits);
  void expression(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Expr& expr, Stands stands, Edits& edits);
  void loop(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Statement& whole, const ast::Block& body, const ast::Name* variable, Edits& edits);
  /// True where the step was written out in place of its call. One that is scoped gets a copy of its own, and its call that one's name.
  bool call(const Around& around, const std::vector<const plan::BodyNode*>& nodes, const ast::Statement& whole, const ast::VerbStep& tree, Edits& edits);

  void scoped(const Around& in, const ast::StepDef& step, const ast::VerbStep& tree, Edits& edits);

  const Value* chosen(const std::vector<const plan::BodyNode*>& nodes, std::uint64_t path, const plan::Source& at) const;
  const Value* constant(const std::vector<const plan::BodyNode*>& nodes, const plan::Source& at) const;
  bool has_choice(const ast::Block& block, std::set<std::string_view>& seen);
  bool has_choice(const ast::Expr& expr) const;
  bool spend(std::size_t size);
  /// Names that are bound in it get others.
  void rename(const ast::Block& block, std::map<std::string_view, std::string>& names) const;
  void rename(const ast::Expr& expr, std::map<std::string_view, std::string>& names) const;
  void bound(const Around& around, const ast::Name& name, Edits& edits) const;

  Units& units_;
  const plan::Plan& plan_;
  const Form form_;
  std::map<std::tuple<const plan::BodyNode*, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, Value> choices_;
  std::size_t written_ = 0, given_up_ = 0;
  unsigned calls_ = 0;
  std::string steps_;
};

/// The span of `expr`, and of brackets around it that its replacement does not need.
Span with_brackets(std::string_view text, Span span);

}  // namespace failc::resolve
