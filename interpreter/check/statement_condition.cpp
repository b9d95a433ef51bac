// Assertions and waits.
#include "interpreter/check/checker.hpp"

namespace failc::check {

Term Checker::asserted(const ast::Expr& tree, bool wanted) {
  ++assertions_;
  return depending(tree, wanted);
}

Term Checker::depending(const ast::Expr& tree, bool wanted) {
  Term condition = bool_term(tree, "a condition");
  if (condition.error()) {
    doubtful_ = true;
    return condition;
  }
  if (!condition.constant()) return condition;
  const auto* value = condition.value().as<bool>();
  if (value == nullptr) {
    report(diag::Code::wrong_type, tree.span, {"a condition", snippet(tree.span), noun(condition.type.kind), ""});
  } else {
    report(*value == wanted ? diag::Code::never_fails : diag::Code::never_holds, tree.span, {snippet(tree.span)});
  }
  return condition;
}

void Checker::expect(const ast::Expect& tree, const ast::Statement& whole, plan::Body& out) {
  if (shows(tree, whole, out)) return;
  plan::Condition condition;
  condition.kind = plan::ConditionKind::expect;
  condition.condition = asserted(*tree.condition, true).expr;
  condition.because = tree.because.value_or("");
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
}

void Checker::wait(const ast::Wait& tree, const ast::Statement& whole, plan::Body& out) {
  const auto* name = std::get_if<ast::Ref>(&tree.condition->node);
  const Local* found = name != nullptr && !tree.eventually ? local(name->name.text) : nullptr;
  if (found != nullptr && found->type.is(Kind::barrier)) return meet(tree, *found, whole, out);
  plan::Condition condition;
  condition.kind = tree.eventually ? plan::ConditionKind::eventually : plan::ConditionKind::await;
  const Bound within = interval_bound(*tree.within, "the time of `within`");
  condition.lower = within.lower;
  condition.upper = within.upper;
  condition.every = every(tree.every.get(), &within);
  condition.condition = asserted(*tree.condition, true).expr;
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
}

void Checker::always(const ast::Always& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Condition condition;
  condition.kind = plan::ConditionKind::always;
  condition.every = every(tree.every.get(), nullptr);
  condition.condition = asserted(*tree.condition, true).expr;
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
}

void Checker::never(const ast::Never& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Condition condition;
  condition.kind = plan::ConditionKind::never;
  const Bound during = duration(*tree.during, "the time of `during`");
  condition.upper = during.upper;
  condition.every = every(tree.every.get(), &during);
  condition.condition = asserted(*tree.condition, false).expr;
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
}

/// It is no assertion of its scenario: where it is never true, the run fails.
void Checker::sometimes(const ast::Sometimes& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Condition condition;
  condition.kind = plan::ConditionKind::sometimes;
  condition.title = tree.title;
  if (tree.title.empty()) report(diag::Code::empty_text, whole.head, {"the title of `sometimes`"});
  condition.condition = depending(*tree.condition, true).expr;
  condition.random = salt(whole.span);
  add(out, whole, std::move(condition));
}

}  // namespace failc::check
