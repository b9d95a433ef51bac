// `parallel`: actors that run at once, and the barriers at which they meet.
#include <algorithm>
#include <utility>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

/// The workloads that run somewhere in `body`.
void workloads_of(const plan::Body& body, std::vector<std::uint32_t>& out) {
  for (const plan::BodyNode& node : body) {
    const auto* scope = std::get_if<plan::Scope>(&node.node);
    if (scope == nullptr) continue;
    out.insert(out.end(), scope->workloads.begin(), scope->workloads.end());
    workloads_of(scope->body, out);
    workloads_of(scope->otherwise, out);
  }
}

}  // namespace

void Checker::barrier(const ast::Barrier& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Step step;
  step.kind = plan::StepKind::let;
  step.slot = env_->frame->take();
  step.args.push_back(literal(Value(List{}), of(Kind::list), tree.span).expr);
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = step.slot;
  Type type = of(Kind::barrier);
  type.ref = static_cast<std::uint32_t>(barriers_.size());
  BarrierInfo& info = barriers_.emplace_back();
  info.tree = &tree;
  info.of = count(*tree.of, "how many actors open a barrier", 2, 1'000'000).value_or(0);
  bind(tree.name, type, Known::runtime, std::move(slot));
  plan::BodyNode& added = add(out, whole, std::move(step));
  added.at = at(tree.span);
  added.text = snippet(tree.span);
}

void Checker::parallel(const ast::Parallel& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::parallel;
  const std::size_t names = env_->locals.size(), barriers = barriers_.size(), outside = during_.size();
  for (const ast::Barrier& each : tree.barriers) barrier(each, whole, scope.body);
  bool whole_actors = true;
  for (auto actor = tree.actors.begin(); actor != tree.actors.end(); ++actor) {
    const auto same = std::find_if(tree.actors.begin(), actor, [&](const ast::Actor& other) { return other.name.text == actor->name.text; });
    if (same != actor)
      report(diag::Code::duplicate_name, actor->name.span, {actor->name.text}).notes.push_back({Place{here().id, same->name.span}, "the first one is here"});
    for (std::size_t i = barriers; i < barriers_.size(); ++i) barriers_[i].actor = actor->name.text;
    plan::Scope inner;
    inner.kind = plan::ScopeKind::actor;
    inner.title = std::string(actor->name.text);
    inner.random = salt_of("actor " + inner.title);
    // What it draws hangs on nothing outside of it.
    auto drawn = std::exchange(drawn_texts_, {});
    block(*actor->body, inner.body);
    drawn_texts_ = std::move(drawn);
    workloads_of(inner.body, during_);
    whole_actors = whole_actors && !actor->body->broken;
    plan::BodyNode& added = add(scope.body, whole, std::move(inner));
    added.at = at(actor->span);
    added.text = std::string(places().first_line(actor->span));
  }
  if (tree.actors.size() < 2) report(diag::Code::too_few_actors, whole.head, {tree.actors.empty() ? "no actor" : "one actor"});
  for (std::size_t i = barriers; i < barriers_.size(); ++i) {
    const BarrierInfo& info = barriers_[i];
    if (info.of == 0 || !whole_actors || static_cast<std::int64_t>(info.met_by.size()) >= info.of) continue;
    report(diag::Code::barrier_never_opens, info.tree->name.span,
           {info.tree->name.text, std::to_string(info.of), info.met_by.empty() ? std::string("none") : std::to_string(info.met_by.size())});
  }
  barriers_.resize(barriers);
  during_.resize(outside);
  env_->locals.resize(names);
  add(out, whole, std::move(scope));
}

void Checker::meet(const ast::Wait& tree, const Local& barrier, const ast::Statement& whole, plan::Body& out) {
  BarrierInfo& info = barriers_[barrier.type.ref];
  if (std::find(info.met_by.begin(), info.met_by.end(), info.actor) == info.met_by.end()) info.met_by.push_back(info.actor);
  if (tree.every) report(diag::Code::not_taken, tree.every->span, {"waiting for a barrier", "every"});
  plan::Step step;
  step.kind = plan::StepKind::meet;
  step.slot = barrier.expr.index;
  const auto constant = [&](Value value, Kind kind) { step.args.push_back(literal(std::move(value), of(kind), tree.condition->span).expr); };
  constant(Value(std::string(info.tree->name.text)), Kind::string);
  constant(Value(std::string(info.actor)), Kind::string);
  constant(Value(info.of), Kind::integer);
  const Bound within = duration(*tree.within, "the time of `within`");
  if (within.known) step.timeout = within.upper;
  add(out, whole, std::move(step));
}

}  // namespace failc::check
