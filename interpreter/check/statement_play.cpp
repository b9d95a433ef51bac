// `play`: a model is made, or something is played to it; and what it must show then.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

/// The part of a document that a path leads to, or as near to it as there is one.
Span part_of(const ast::Expr& whole, const backend::DocumentPath& path) {
  const ast::Expr* at = &whole;
  Span span = whole.span;
  for (const std::string& step : path) {
    const ast::Expr* next = nullptr;
    if (const auto* document = std::get_if<ast::Doc>(&at->node)) {
      for (const ast::DocEntry& entry : document->entries)
        if (entry.key == step) next = entry.value.get(), span = entry.key_span;
    } else if (const auto* list = std::get_if<ast::List>(&at->node)) {
      for (std::size_t i = 0; i < list->items.size(); ++i)
        if (std::to_string(i) == step) next = list->items[i].get(), span = next->span;
    }
    if (next == nullptr) break;
    at = next;
  }
  return span;
}

}  // namespace

Local* Checker::played(const ast::Expr& tree) {
  const auto* name = std::get_if<ast::Ref>(&tree.node);
  Local* found = name != nullptr ? local(name->name.text) : nullptr;
  return found != nullptr && found->player != kNone ? found : nullptr;
}

/// Documents and lists keep their places, where they are written as such; of what is in them, values are elaborated.
plan::Expr Checker::placed(const ast::Expr& tree, bool& constant) {
  plan::Expr out;
  out.at = at(tree.span);
  if (const auto* document = std::get_if<ast::Doc>(&tree.node)) {
    out.op = plan::Op::doc;
    for (const ast::DocEntry& entry : document->entries) {
      out.names.push_back(entry.key);
      out.args.push_back(placed(*entry.value, constant));
    }
    return out;
  }
  if (const auto* list = std::get_if<ast::List>(&tree.node)) {
    out.op = plan::Op::list;
    for (const ast::ExprPtr& item : list->items) out.args.push_back(placed(*item, constant));
    return out;
  }
  Term term = expr(tree);
  constant = constant && term.constant() && !term.error();
  return std::move(term.expr);
}

plan::Expr Checker::played_document(const ast::Expr& tree, backend::PlayerPart which, const std::string& model) {
  bool constant = true;
  if (!std::holds_alternative<ast::Doc>(tree.node)) {
    Term term = expr(tree);
    convert(term, tree, Kind::document);
    return std::move(term.expr);
  }
  plan::Expr out = placed(tree, constant);
  const auto known = std::find_if(options_.players.begin(), options_.players.end(), [&](const backend::PlayerModel& one) { return one.name == model; });
  if (!constant || known == options_.players.end()) return out;
  Term whole = expr(tree);  // its value: what is constant is folded
  const auto* document = whole.constant() ? whole.value().as<Document>() : nullptr;
  if (document == nullptr) return out;
  const backend::PlayerModel::Checked checked = known->check(which, *document);
  for (const backend::PlayerModel::Problem& problem : checked.problems) report(diag::Code::unplayable, part_of(tree, problem.path), {problem.message, problem.help});
  return out;
}

bool Checker::play(const ast::VerbStep& tree, const ast::Statement& whole, plan::Body& out) {
  if (tree.verb.text != "play") return false;
  const auto* name = tree.arguments.size() == 1 && tree.labels.empty() ? std::get_if<ast::Ref>(&tree.arguments.front()->node) : nullptr;
  if (name == nullptr || !tree.with) {
    report(diag::Code::wrong_arguments, tree.verb.span, {"`play` takes one model, and a document", "play MODEL with { … } [as NAME]"});
    if (tree.as) bind(*tree.as, of(Kind::error), Known::runtime, {});
    return true;
  }
  const auto refuse = [&](Span span, std::string_view word) { report(diag::Code::not_taken, span, {"`play`", word}); };
  if (tree.within) refuse(tree.within->span, "within");
  if (tree.expect) refuse(tree.expect->span, "expect");
  if (tree.block) refuse({tree.block->span.begin, tree.block->span.begin + 1}, "{ }");
  plan::Step step;
  step.kind = plan::StepKind::play;
  if (const Local* found = played(*tree.arguments.front())) {
    if (tree.as) refuse(tree.as->span, "as");
    step.player = found->player;
    step.args.push_back(played_document(*tree.with, backend::PlayerPart::step, players_.at(step.player)));
    add(out, whole, std::move(step));
    return true;
  }
  const std::string model(name->name.text);
  const bool known = std::any_of(options_.players.begin(), options_.players.end(), [&](const backend::PlayerModel& one) { return one.name == model; });
  if (!known) {
    std::vector<std::string_view> names;
    for (const Local& each : env_->locals)
      if (each.player != kNone) names.push_back(each.name);
    for (const backend::PlayerModel& each : options_.players) names.push_back(each.name);
    if (local(model) != nullptr || find(model) != nullptr) report(diag::Code::wrong_name, name->name.span, {model, "something else", "a model that can be played"});
    else report_unknown(diag::Code::unknown_name, name->name.span, {model}, model, names, listed("there is", names));
  } else if (!tree.as) {
    report(diag::Code::wrong_arguments, tree.verb.span, {"what is played has a name", "play " + model + " with { … } as NAME"});
  }
  step.binds = true;
  step.player = static_cast<std::uint32_t>(players_.size());
  step.args.push_back(played_document(*tree.with, backend::PlayerPart::options, model));
  players_.push_back(model);
  if (tree.as) bind(*tree.as, of(Kind::error), Known::runtime, {})->player = step.player;
  add(out, whole, std::move(step));
  return true;
}

bool Checker::shows(const ast::Expect& tree, const ast::Statement& whole, plan::Body& out) {
  const auto* matches = std::get_if<ast::Binary>(&tree.condition->node);
  if (matches == nullptr || matches->op != ast::BinaryOp::matches) return false;
  const Local* found = played(*matches->left);
  if (found == nullptr) return false;
  ++assertions_;
  plan::Condition condition;
  condition.kind = plan::ConditionKind::shows;
  condition.player = found->player;
  condition.condition = played_document(*matches->right, backend::PlayerPart::wanted, players_.at(found->player));
  condition.because = tree.because.value_or("");
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
  return true;
}

}  // namespace failc::check
