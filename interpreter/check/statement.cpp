// Statements: blocks, and the simple ones.
#include "interpreter/check/checker.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {

void Checker::block(const ast::Block& tree, plan::Body& out) {
  const std::size_t names = env_->locals.size();
  inside(tree, out);
  env_->locals.resize(names);
}

void Checker::inside(const ast::Block& tree, plan::Body& out, const Then& then) {
  const bool broken = env_->broken;
  if (tree.broken) {
    env_->broken = true;
    doubtful_ = true;
  }
  if (++blocks_ > kDeepestBlocks) {
    too_large("its blocks, steps written out, nest more than " + std::to_string(kDeepestBlocks) + " deep");
  } else {
    out.reserve(out.size() + tree.statements.size());
    statements({tree.statements, then}, out);
  }
  --blocks_;
  env_->broken = broken;
}

void Checker::statements(const Rest& rest, plan::Body& out) {
  for (std::size_t i = 0; i < rest.trees.size(); ++i) {
    statement(rest.trees[i], {rest.trees.subspan(i + 1), rest.then}, out);
    if (takes_rest(rest.trees[i])) return;
  }
  if (rest.then) rest.then(out);
}

bool Checker::takes_rest(const ast::Statement& tree) const {
  if (const auto* failpoint = std::get_if<ast::Failpoint>(&tree.node)) return !failpoint->block;
  const auto* verb = std::get_if<ast::VerbStep>(&tree.node);
  const Symbol* symbol = verb != nullptr && !verb->block ? find(verb->verb.text) : nullptr;
  return symbol != nullptr && symbol->kind == SymbolKind::step && definitions_[symbol->index].step->scoped;
}

void Checker::statement(const ast::Statement& tree, const Rest& rest, plan::Body& out) {
  if (++statements_ > kMostStatements) {
    too_large("it has more than " + std::to_string(kMostStatements) + " statements, steps written out");
  }
  if (too_large_) return;
  settle_ = Nanos{};
  random_ = false;
  std::visit(Visitor{
                 [](const ast::Broken&) {},
                 [&](const ast::Let& node) { let(node, tree, out); },
                 [&](const ast::NodeStep& node) { node_step(node, tree, out); },
                 [&](const ast::Fault& node) { fault(node, tree, out); },
                 [&](const ast::Failpoint& node) { failpoint(node, tree, rest, out); },
                 [&](const ast::ExecStep& node) { exec(node, tree, out); },
                 [&](const ast::VerbStep& node) { verb(node, tree, rest, out); },
                 [&](const ast::Sleep& node) { sleep(node, tree, out); },
                 [&](const ast::If& node) { branch(node, tree, out); },
                 [&](const ast::For& node) { loop(node, tree, out); },
                 [&](const ast::Repeat& node) { repeat(node, tree, out); },
                 [&](const ast::Parallel& node) { parallel(node, tree, out); },
                 [&](const ast::During& node) { during(node, tree, out); },
                 [&](const ast::Group& node) { group(node, tree, out); },
                 [&](const ast::Cleanup& node) { cleanup(node, tree, out); },
                 [&](const ast::Log& node) { log(node, tree, out); },
                 [&](const ast::Expect& node) { expect(node, tree, out); },
                 [&](const ast::Wait& node) { wait(node, tree, out); },
                 [&](const ast::Always& node) { always(node, tree, out); },
                 [&](const ast::Never& node) { never(node, tree, out); },
                 [&](const ast::Sometimes& node) { sometimes(node, tree, out); },
                 [&](const ast::RunImport&) { not_yet(tree.head, "run"); },
             },
             tree.node);
}

void Checker::too_large(const std::string& why) {
  doubtful_ = true;
  if (!too_large_) sink_.report(diag::Code::too_large, scenario_place_, {why});
  too_large_ = true;
}

void Checker::place(plan::BodyNode& node, Span whole) const {
  node.at = at(whole);
  node.text = places().first_line(whole);
}

std::uint64_t Checker::salt(Span span) { return random_ ? salt_of(places().first_line(span)) : 0; }

std::uint64_t Checker::salt_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3u; };
  for (char byte : text) mix(static_cast<unsigned char>(byte));
  const std::uint32_t ordinal = drawn_texts_[hash]++;
  for (int i = 0; i < 4; ++i) mix(static_cast<unsigned char>(ordinal >> (8 * i)));
  return hash;
}

void Checker::let(const ast::Let& tree, const ast::Statement& whole, plan::Body& out) {
  Term value = expr(*tree.value);
  if (value.type.no_value()) {
    report(diag::Code::wrong_type, tree.value->span, {"a value", snippet(tree.value->span), noun(value.type.kind), ""});
    value = nothing(tree.value->span);
  }
  plan::Step step;
  step.kind = plan::StepKind::let;
  step.slot = env_->frame->take();
  step.settle = settle_;
  step.random = salt(whole.span);
  plan::Expr bound;
  if (value.known <= Known::deferred && !value.error()) {
    bound = value.expr;
  } else {
    bound.op = plan::Op::local;
    bound.index = step.slot;
    value.known = Known::runtime;
  }
  value.type.whole = value.type.whole && value.constant();
  bind(tree.name, value.type, value.known, std::move(bound));
  step.args.push_back(std::move(value.expr));
  add(out, whole, std::move(step));
}

void Checker::sleep(const ast::Sleep& tree, const ast::Statement& whole, plan::Body& out) {
  const Bound length = duration(*tree.duration, "the length of a sleep");
  if (!tree.because) warn(diag::Code::unexplained_sleep, whole.head);
  plan::Step step;
  step.kind = plan::StepKind::sleep;
  step.args.push_back(literal(Value(length.upper), of(Kind::duration), tree.duration->span).expr);
  add(out, whole, std::move(step));
}

void Checker::log(const ast::Log& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Step step;
  step.kind = plan::StepKind::log;
  for (const ast::ExprPtr& each : tree.values) {
    Term value = expr(*each);
    if (value.type.no_value())
      report(diag::Code::wrong_type, each->span, {"a value", snippet(each->span), noun(value.type.kind), ""});
    step.args.push_back(std::move(value.expr));
  }
  step.random = salt(whole.span);
  add(out, whole, std::move(step));
}

}  // namespace failc::check
