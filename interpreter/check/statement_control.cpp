// Statements that hold others.
#include <algorithm>
#include <utility>

#include "interpreter/check/checker.hpp"

namespace failc::check {

void Checker::branch(const ast::If& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::branch;
  Term condition = bool_term(*tree.condition, "a condition");
  const bool* taken = condition.constant() && !condition.error() ? condition.value().as<bool>() : nullptr;
  if (std::holds_alternative<ast::Bool>(tree.condition->node)) warn(diag::Code::constant_branch, tree.condition->span, {snippet(tree.condition->span)});
  scope.value = std::make_unique<plan::Expr>(std::move(condition.expr));
  scope.random = salt(whole.span);
  const auto side = [&](const ast::BlockPtr& block, bool when, plan::Body& body) {
    if (!block) return;
    if (taken != nullptr && *taken != when) dead_block(*block);
    else this->block(*block, body);
  };
  side(tree.then, true, scope.body);
  side(tree.otherwise, false, scope.otherwise);
  add(out, whole, std::move(scope));
}

void Checker::dead_block(const ast::Block& tree) {
  const bool dead = std::exchange(dead_, true), doubtful = doubtful_;
  const std::size_t errors = sink_.errors();
  plan::Body ignored;
  block(tree, ignored);
  dead_ = dead;
  if (sink_.errors() == errors) doubtful_ = doubtful;
}

void Checker::loop(const ast::For& tree, const ast::Statement& whole, plan::Body& out) {
  Term set = expr(*tree.in);
  if (!set.error()) convert(set, *tree.in, Kind::list);
  plan::Scope scope;
  scope.kind = plan::ScopeKind::loop;
  scope.settle = settle_;
  scope.random = salt(whole.span);
  scope.slot = env_->frame->take();
  if (!set.error() && set.known != Known::deferred) {
    const std::uint32_t most = set.type.is(Kind::node) ? 1 : set.type.most;
    if (most == kUnbounded) report(diag::Code::unbounded, tree.in->span, {"this loop goes round: the size of `" + snippet(tree.in->span) + "` is not known before anything runs"});
    else if (most == 0) report(diag::Code::empty_loop, tree.in->span);
    scope.most = most == kUnbounded ? 0 : most;
  }
  if (set.error()) doubtful_ = true;
  const Type item = item_of(set.type);
  scope.value = std::make_unique<plan::Expr>(std::move(set.expr));
  const std::size_t names = env_->locals.size();
  plan::Expr slot;
  slot.op = plan::Op::local;
  slot.index = scope.slot;
  bind(tree.variable, item, set.known == Known::deferred ? Known::deferred : Known::runtime, std::move(slot));
  block(*tree.body, scope.body);
  env_->locals.resize(names);
  add(out, whole, std::move(scope));
}

void Checker::repeat(const ast::Repeat& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::repeat;
  scope.times = static_cast<std::uint32_t>(count(*tree.times, "how often to repeat", 1, 1'000'000).value_or(1));
  block(*tree.body, scope.body);
  add(out, whole, std::move(scope));
}

void Checker::during(const ast::During& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::during;
  for (const ast::Name& name : tree.workloads) {
    const Symbol* symbol = find(name.text);
    if (symbol == nullptr || symbol->kind != SymbolKind::workload) {
      doubtful_ = true;
      std::vector<std::string_view> known;
      for (const auto& [text, each] : here().names)
        if (each.kind == SymbolKind::workload) known.push_back(text);
      if (symbol != nullptr) report(diag::Code::wrong_name, name.span, {name.text, noun(symbol->kind), "a workload"});
      else if (const Local* found = local(name.text)) report(diag::Code::wrong_name, name.span, {name.text, noun(found->type.kind), "a workload"});
      else if (!silent()) report_unknown(diag::Code::unknown_name, name.span, {name.text}, name.text, known, "declare it: `workload " + std::string(name.text) + " = …`");
      continue;
    }
    const WorkloadInfo& info = workloads_[symbol->index];
    if (info.index == kNone) {
      doubtful_ = true;
      continue;
    }
    for (std::uint32_t each : info.clusters) used_cluster(each);
    const auto runs = [&](const std::vector<std::uint32_t>& all) { return std::find(all.begin(), all.end(), info.index) != all.end(); };
    if (runs(scope.workloads) || runs(during_)) {
      report(diag::Code::duplicate_name, name.span, {name.text}).help = "a workload runs once at a time: remove one";
      continue;
    }
    scope.workloads.push_back(info.index);
    scope.drain = std::max(scope.drain, plan_->workloads[info.index].timeout);
  }
  const std::size_t outside = during_.size();
  during_.insert(during_.end(), scope.workloads.begin(), scope.workloads.end());
  block(*tree.body, scope.body);
  during_.resize(outside);
  add(out, whole, std::move(scope));
}

void Checker::group(const ast::Group& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::group;
  scope.title = tree.title;
  block(*tree.body, scope.body);
  add(out, whole, std::move(scope));
}

void Checker::cleanup(const ast::Cleanup& tree, const ast::Statement& whole, plan::Body& out) {
  plan::Scope scope;
  scope.kind = plan::ScopeKind::cleanup;
  scope.length = kDefaultCleanup;
  if (tree.within) {
    const Bound within = duration(*tree.within, "the time of `within`");
    if (within.known) scope.length = within.upper;
  }
  block(*tree.body, scope.body);
  add(out, whole, std::move(scope));
}

}  // namespace failc::check
