// Loops in expressions: `[for x in xs: e]`, `every x in xs: c`, `any x in xs: c`.
#include "interpreter/check/checker.hpp"

namespace failc::check {

std::uint32_t Checker::open_loop(const ast::Name& variable, const Term& in, bool& constant) {
  const std::uint32_t slot = env_->frame->take();
  plan::Expr reference;
  reference.op = plan::Op::local;
  reference.index = slot;
  constant = in.known <= Known::loop;
  if (constant) ++open_loops_;
  bind(variable, item_of(in.type), constant ? Known::loop : in.known == Known::deferred ? Known::deferred : Known::runtime, std::move(reference));
  return slot;
}

void Checker::close_loop(bool constant) {
  env_->locals.pop_back();
  if (constant) --open_loops_;
}

bool Checker::asks_too_often(std::uint64_t asks_before, const Term& in, Span span) {
  if (asks_ == asks_before || in.known == Known::deferred || in.type.is(Kind::node) || in.type.most != kUnbounded) return false;
  report(diag::Code::unbounded, span, {"this is asked: the size of `" + snippet(in.span) + "` is not known before anything runs"});
  return true;
}

Term Checker::list_for(const ast::ListFor& tree, Span span) {
  Term in = expr(*tree.in);
  if (!in.error()) convert(in, *tree.in, Kind::list);
  if (in.error()) in.type = of(Kind::error);
  const std::uint64_t asks = asks_;
  bool constant = false;
  const std::uint32_t slot = open_loop(tree.variable, in, constant);
  Term body = expr(*tree.body);
  Term condition;
  if (tree.condition) condition = bool_term(*tree.condition, "a condition");
  close_loop(constant);
  if (in.error() || body.error() || (tree.condition && condition.error())) return nothing(span);
  if (asks_too_often(asks, in, span)) return nothing(span);
  Type type = of(body.type.is(Kind::node) ? Kind::nodes : Kind::list);
  type.item = body.type.kind;
  type.component = body.type.component;
  type.cluster = body.type.cluster;
  type.most = in.type.is(Kind::node) ? 1 : in.type.most;
  std::vector<Term> arguments;
  arguments.push_back(std::move(in));
  arguments.push_back(std::move(body));
  if (tree.condition) arguments.push_back(std::move(condition));
  return make(plan::Op::list_for, type, span, std::move(arguments), {}, slot);
}

Term Checker::quantified(const ast::Quantified& tree, Span span) {
  Term in = expr(*tree.in);
  if (!in.error()) convert(in, *tree.in, Kind::list);
  const std::uint64_t asks = asks_;
  bool constant = false;
  const std::uint32_t slot = open_loop(tree.variable, in, constant);
  Term condition = bool_term(*tree.condition, "a condition");
  close_loop(constant);
  if (in.error() || condition.error()) return nothing(span);
  if (asks_too_often(asks, in, span)) return nothing(span);
  const bool bounded = asks_ != asks && in.type.most != kUnbounded && !plan::most(*plan_, in.expr);
  const std::uint32_t most = in.type.most;
  Term term = make(tree.quantifier == ast::Quantifier::every ? plan::Op::every : plan::Op::any, of(Kind::boolean), span, {&in, &condition}, {}, slot);
  // How often its condition is asked, for the bound: the plan cannot tell where the set is a local.
  if (bounded && term.expr.op != plan::Op::literal) term.expr.literal = Value(static_cast<std::int64_t>(most));
  return term;
}

}  // namespace failc::check
