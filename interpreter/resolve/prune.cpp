#include "interpreter/resolve/prune.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "interpreter/resolve/edits.hpp"
#include "interpreter/resolve/unit.hpp"
#include "interpreter/resolve/walk.hpp"

namespace failc::resolve {
namespace {

/// Picks that are still there, wherever.
std::size_t picks_in(const ast::Expr& expr) {
  std::size_t count = std::holds_alternative<ast::Pick>(expr.node);
  for_each_part(expr, [&](const ast::Expr& part) { count += picks_in(part); });
  return count;
}

std::size_t roles_in(const ast::Expr& expr) {
  std::size_t count = std::holds_alternative<ast::RoleOf>(expr.node);
  for_each_part(expr, [&](const ast::Expr& part) { count += roles_in(part); });
  return count;
}

std::size_t choices_in(const ast::Block& block) {
  std::size_t count = 0;
  for (const ast::Statement& tree : block.statements) {
    for_each_expression(tree, [&](const ast::Expr& expr, Stands stands) { count += picks_in(expr) + (stands == Stands::decides ? roles_in(expr) : 0); });
    for_each_block(tree, [&](const ast::Block& inner) { count += choices_in(inner); });
    if (const auto* repeat = std::get_if<ast::Repeat>(&tree.node)) count += choices_in(*repeat->body);
    if (const auto* loop = std::get_if<ast::For>(&tree.node)) count += choices_in(*loop->body);
  }
  return count;
}

std::size_t choices_in(const ast::Declaration& declaration) {
  std::size_t count = 0;
  const auto block = [&](const ast::BlockPtr& one) { count += one ? choices_in(*one) : 0; };
  if (const auto* scenario = std::get_if<ast::Scenario>(&declaration.node)) block(scenario->body);
  if (const auto* hook = std::get_if<ast::Hook>(&declaration.node)) block(hook->body);
  if (const auto* step = std::get_if<ast::StepDef>(&declaration.node)) {
    block(step->body);
    block(step->undo);
  }
  if (const auto* workload = std::get_if<ast::Workload>(&declaration.node)) for_each_argument(*workload, [&](const ast::Expr& expr) { count += picks_in(expr) + roles_in(expr); });
  if (const auto* check = std::get_if<ast::CheckDef>(&declaration.node); check && check->body) count += picks_in(*check->body);
  return count;
}

/// What it is called, where it may go.
std::string_view name_of(const ast::Declaration& declaration) {
  if (const auto* step = std::get_if<ast::StepDef>(&declaration.node)) return step->name.text;
  if (const auto* workload = std::get_if<ast::Workload>(&declaration.node)) return workload->name.text;
  if (const auto* check = std::get_if<ast::CheckDef>(&declaration.node)) return check->name.text;
  return {};
}

}  // namespace

Pruned pruned(const std::string& text) {
  SourceMap sources;
  const Unit unit(sources, sources.add("the resolved schedule", text), 0);
  struct One {
    const ast::Declaration* declaration;
    std::size_t choices;
    std::set<std::string_view> words;  // enough to say what it names: a step that is kept for a name that means something else is only superfluous
    bool chooses, needed;
  };
  std::vector<One> all;
  std::uint32_t token = 0;
  for (const ast::Declaration& declaration : unit.tree.declarations) {
    One one{&declaration, choices_in(declaration), {}, false, name_of(declaration).empty()};
    const auto& tokens = unit.tokens.tokens;
    for (; token < tokens.size() && tokens[token].span.begin < declaration.span.end; ++token) one.words.insert(unit.tokens.of(token));
    const auto* check = std::get_if<ast::CheckDef>(&declaration.node);
    one.chooses = one.choices > 0 || (check && !check->condition && roles_in(*check->body) > 0);
    all.push_back(std::move(one));
  }
  // What names one that chooses does so too; what does not stays, and all that is named by what stays.
  const auto spread = [&](bool One::*mark, const auto& reaches) {
    for (bool more = true; more;) {
      more = false;
      for (One& one : all) {
        if (one.*mark || std::none_of(all.begin(), all.end(), [&](const One& other) { return other.*mark && reaches(other, one); })) continue;
        one.*mark = more = true;
      }
    }
  };
  const auto names = [](const One& one, const One& other) { return one.words.contains(name_of(*other.declaration)); };
  spread(&One::chooses, [&](const One& other, const One& one) { return names(one, other); });
  for (One& one : all) one.needed = one.needed || !one.chooses;
  spread(&One::needed, names);
  Pruned out;
  Edits edits;
  for (const One& one : all) {
    if (one.needed) out.left += one.choices;
    else edits.replace(unit.with_comments(one.declaration->span), "");
  }
  out.text = edits.applied(text, {0, static_cast<std::uint32_t>(text.size())});
  return out;
}

}  // namespace failc::resolve
