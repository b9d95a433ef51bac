#pragma once
// A scenario's body with what its choices came to in their places.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "interpreter/resolve/draws.hpp"
#include "interpreter/resolve/edits.hpp"
#include "interpreter/resolve/taken.hpp"
#include "interpreter/resolve/unit.hpp"
#include "interpreter/resolve/walk.hpp"

namespace failc::resolve {

/// How nodes that were chosen are written. `opaque`: `opaque([kv[0], kv[1]])`, which proofs do not follow: what is certain of one run, a kill of what was stopped or a
/// claim that did not hold, would else be taken for a mistake of the file. `claiming`: the same, with a claim at its end that holds: of what the scenario claims nothing
/// was reached.
enum class Form : std::uint8_t { as_nodes, opaque, claiming };

/// A statement that was not reached, and that chooses, becomes a `log` that says so; one that found nothing to choose becomes the question whether there is something.
class BodyWriter {
 public:
  /// All but `form` outlive it.
  BodyWriter(Units& units, const plan::Plan& plan, const Taken& taken, const Draws& draws, Form form) : units_(units), plan_(plan), taken_(taken), draws_(draws), form_(form) {}

  /// The workload `from` is called `to` in what is written from now on.
  void give_name(std::string_view from, std::string to) { names_[from] = std::move(to); }
  /// What its invocations chose, in the place of their choices.
  void workload(const Unit& unit, const ast::Workload& tree, Edits& edits);
  /// Whether its invocations choose, each for itself.
  bool chooses(const ast::Workload& tree) const;
  /// The text between the braces of the scenario's block.
  std::string scenario(const Unit& unit, const ast::Block& block, const plan::Body& body);
  /// Scoped steps that chose, under names of their own: declarations that the bodies' text needs.
  const std::string& steps() const { return steps_; }
  /// Whether it would be too long: what it gave is no use then.
  bool too_long() const { return written_ > kMostWritten; }
  static constexpr std::size_t kMostWritten = 64 << 20;  // bytes of what is written out

 private:
  using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // file, line, column
  /// The plan's nodes by where they were written: what a statement became, and below it what its blocks did.
  using Index = std::map<Place, Nodes>;
  /// Where statements stand: which of the plan's nodes are theirs, in which iteration, what names are called that would be taken, and which stand for nothing
  /// any more, since what bound them was not reached.
  struct Around {
    const Unit& unit;
    const Index& index;
    std::uint64_t path = 0;
    std::map<std::string_view, std::string> names = {};
    std::set<std::string_view> gone = {};
    const ast::Workload* workload = nullptr;   // whose invocations choose
    std::set<std::string_view> elements = {};  // names of what is another thing for each element of a list
  };

  static Place place(const plan::Source& at) { return {at.file, at.line, at.column}; }
  static void add(Index& index, const plan::Body& body);
  const Nodes& nodes_of(const Around& around, Span span) const;

  std::string inner(const Around& around, const ast::Block& block);
  void statements(const Around& around, const ast::Block& block, Edits& edits);
  void statement(const Around& around, const ast::Statement& statement, Edits& edits);
  void actors(const Around& around, const Nodes& nodes, const ast::Parallel& tree, Edits& edits);
  void loop(const Around& around, const Nodes& nodes, const ast::Statement& whole, const ast::Block& body, const ast::Name* variable, Edits& edits);
  /// True where the step was written out in place of its call. One that is scoped gets a copy of its own, and its call that one's name.
  bool call(const Around& around, const Nodes& nodes, const ast::Statement& whole, const ast::VerbStep& tree, Edits& edits);
  void scoped(const Around& in, const ast::StepDef& step, const ast::VerbStep& tree, Edits& edits);

  /// What stands in the place of a statement that was not reached, or that found nothing to choose.
  std::optional<std::string> in_place_of(const Around& around, const ast::Statement& tree);
  std::string question(const Around& around, const Nodes& nodes, const ast::Expr& expr);
  std::string where(const Around& around, const ast::Statement& tree) const;

  /// False where something in it is not known. Of one that decides and is not known in parts, the whole is written.
  bool expression(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands, Edits& edits);
  bool parts(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands, Edits& edits);
  std::optional<std::string> written(const Value* value) const;
  std::optional<std::string> in_form(const Value& value) const;
  /// The first choice in it that is not known; null where there is none.
  const ast::Expr* unknown(const Around& around, const Nodes& nodes, const ast::Expr& expr) const;
  /// What it came to when it ran, or before anything ran. Null where neither tells.
  const Value* chosen(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands = Stands::decides) const;
  const Taken::Came* came(const Around& around, const Nodes& nodes, const ast::Expr& expr, Stands stands = Stands::decides) const;
  /// The members of its set that a pick took, by their places: of a set that is another one each time.
  std::string by_place(const Around& around, const Nodes& nodes, const ast::Pick& pick, const std::vector<eval::Drawn>& drawn);
  /// Whether it runs workloads that choose and of which no invocation did.
  bool idle(const ast::During& tree) const;

  bool has_choice(const ast::Block& block) const {
    std::set<std::string_view> seen;
    return has_choice(block, seen);
  }
  bool has_choice(const ast::Block& block, std::set<std::string_view>& seen) const;
  bool has_choice(const ast::Expr& expr, Stands stands) const;
  /// Names that are bound in it get others.
  void rename(const ast::Block& block, std::map<std::string_view, std::string>& names) const;
  void rename(const ast::Expr& expr, std::map<std::string_view, std::string>& names) const;
  void bound(const Around& around, const ast::Name& name, Edits& edits) const;

  Units& units_;
  const plan::Plan& plan_;
  const Taken& taken_;
  const Draws& draws_;
  const Form form_;
  std::map<std::string_view, std::string> names_;
  std::size_t written_ = 0;
  unsigned calls_ = 0;
  std::string steps_;
};

/// The span of `expr`, and of brackets around it that its replacement does not need.
Span with_brackets(std::string_view text, Span span);

}  // namespace failc::resolve
