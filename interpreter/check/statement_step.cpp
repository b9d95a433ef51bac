// Steps that a file declares, written out where they are used; those that are scoped are faults of their own.
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {

const Definition* Checker::use_of_step(const ast::VerbStep& tree, std::uint32_t which, const ast::Statement& whole, plan::Body& out, Env& env) {
  Definition& definition = definitions_[which];
  if (definition.progress == Progress::untouched) this->definition(definition);
  if (definition.progress == Progress::busy) {
    report(diag::Code::recursion, tree.verb.span, {"step `" + std::string(tree.verb.text) + "`", "a step is written out where it is used"});
    return nullptr;
  }
  const auto refuse = [&](Span span, std::string_view word) { report(diag::Code::not_taken, span, {"step `" + std::string(tree.verb.text) + "`", word}); };
  if (tree.with) refuse(tree.with->span, "with");
  if (tree.within) refuse(tree.within->span, "within");
  if (tree.as) refuse(tree.as->span, "as");
  if (tree.expect) refuse(tree.expect->span, "expect");
  if (tree.block && !definition.step->scoped) refuse({tree.block->span.begin, tree.block->span.begin + 1}, "{ }");
  const std::size_t reported = sink_.errors();
  const std::vector<const ast::Expr*> arguments = match(tree.verb.text, definition.parameters, tree.arguments, tree.labels, tree.verb.span);
  if (sink_.errors() != reported) return nullptr;
  env.file = definition.file;
  env.frame = env_->frame;
  bool good = definition.good;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    settle_ = Nanos{};
    random_ = false;
    Term term = expr(*arguments[i]);
    good = convert(term, *arguments[i], definition.parameters[i].type) && good && !term.error();
    if (!good) continue;
    const bool plain = term.known <= Known::deferred || term.expr.op == plan::Op::local;
    plan::Expr value = term.expr;
    if (!plain) {
      plan::Step step;
      step.kind = plan::StepKind::let;
      step.slot = env_->frame->take();
      step.settle = settle_;
      step.random = salt(whole.span);
      step.args.push_back(std::move(term.expr));
      value = plan::Expr{};
      value.op = plan::Op::local;
      value.index = step.slot;
      add(out, whole, std::move(step));
    }
    env.locals.push_back({definition.parameters[i].name, definition.parameters[i].span, term.type, term.known, std::move(value)});
  }
  if (good && !dry_) return &definition;
  doubtful_ = true;
  return nullptr;
}

void Checker::expand(const ast::VerbStep& tree, std::uint32_t which, const ast::Statement& whole, plan::Body& out) {
  Env env;
  plan::Scope scope;
  scope.kind = plan::ScopeKind::group;
  scope.title = snippet(whole.span);
  const Definition* definition = use_of_step(tree, which, whole, scope.body, env);
  if (definition == nullptr) return;
  {
    EnvScope inside(*this, env);
    block(*definition->step->body, scope.body);
  }
  add(out, whole, std::move(scope));
}

void Checker::scoped(const ast::VerbStep& tree, std::uint32_t which, const ast::Statement& whole, const Rest& rest, plan::Body& out) {
  Env& outside = *env_;
  const auto meanwhile = [&](plan::Body& body) {
    EnvScope scope(*this, outside);
    if (tree.block) block(*tree.block, body);
    else statements(rest, body);
  };
  Span head = tree.verb.span;
  for (const ast::ExprPtr& each : tree.arguments) head.end = std::max(head.end, each->span.end);
  for (const ast::Labelled& each : tree.labels) head.end = std::max(head.end, each.value->span.end);
  Env env;
  plan::Scope scope;
  scope.kind = plan::ScopeKind::group;
  scope.title = snippet(head);
  const Definition* definition = use_of_step(tree, which, whole, scope.body, env);
  if (definition == nullptr || definition->step->broken) {
    doubtful_ = true;
    meanwhile(scope.body);
    add(out, whole, std::move(scope));
    return;
  }
  const ast::StepDef& step = *definition->step;
  const auto phase = [&](std::uint32_t slot) {
    plan::Step one;
    one.kind = plan::StepKind::fault;
    one.slot = slot;
    return one;
  };
  const std::uint32_t slot = outside.frame->take();
  plan::Step begin = phase(slot);
  begin.fault = scope.title;
  add(scope.body, whole, std::move(begin));
  // A block of its own: what has not begun is not undone.
  plan::Scope begun;
  begun.kind = plan::ScopeKind::group;
  begun.title = scope.title;
  plan::Scope undo;
  undo.kind = plan::ScopeKind::cleanup;
  undo.length = kDefaultCleanup;
  {
    EnvScope in_definition(*this, env);
    inside(*step.body, begun.body, [&](plan::Body& body) {
      settle_ = Nanos{};
      random_ = false;
      plan::Step installed = phase(slot);
      if (step.evidence) installed.args.push_back(expr(*step.evidence).expr);
      installed.settle = settle_;
      {
        EnvScope at_use(*this, outside);
        installed.random = salt(whole.span);
        add(body, whole, std::move(installed));
      }
      if (step.undo_within) {
        const Bound within = duration(*step.undo_within, "the time of `undo within`");
        if (within.known) undo.length = within.upper;
      }
      // Here, since it may use the names of `do`.
      block(*step.undo, undo.body);
      meanwhile(body);
    });
  }
  plan::Step reverted = phase(slot);
  reverted.takes_back = true;
  add(undo.body, whole, std::move(reverted));
  add(begun.body, whole, std::move(undo));
  std::rotate(begun.body.begin(), begun.body.end() - 1, begun.body.end());
  add(scope.body, whole, std::move(begun));
  add(out, whole, std::move(scope));
}

}  // namespace failc::check
