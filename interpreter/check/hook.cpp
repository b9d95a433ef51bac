// What a file does around its scenarios: around each (`before each`, `after each`) and around all of them (`setup`, `cleanup`).
#include <algorithm>

#include "interpreter/check/checker.hpp"

namespace failc::check {

void Checker::around_each(plan::Body& out) {
  // Its assertions are not the scenario's own, and the scenario's axes mean nothing in it.
  const std::size_t assertions = assertions_;
  std::vector<Local> axes;
  std::swap(env_->locals, axes);
  for (const ast::Declaration* each : hooks_) {
    const auto& hook = std::get<ast::Hook>(each->node);
    plan::Scope scope;
    switch (hook.kind) {
      case ast::HookKind::setup:
      case ast::HookKind::cleanup: continue;
      case ast::HookKind::before_each:
        scope.kind = plan::ScopeKind::group;
        scope.title = "before each";
        break;
      case ast::HookKind::after_each:
        scope.kind = plan::ScopeKind::cleanup;
        scope.length = kDefaultCleanup;
        break;
    }
    block(*hook.body, scope.body);
    add(out, each->span, std::move(scope));
  }
  std::swap(env_->locals, axes);
  assertions_ = assertions;
}

void Checker::around_all() {
  Env env;
  Frame frame;
  env.frame = &frame;
  EnvScope scope(*this, env);
  std::vector<std::uint32_t> used;
  begin_scenario(used, {});
  plan::Body setup, cleanup;
  Span first{};
  for (const ast::Declaration* each : hooks_) {
    const auto& hook = std::get<ast::Hook>(each->node);
    plan::Scope part;
    switch (hook.kind) {
      case ast::HookKind::before_each:
      case ast::HookKind::after_each: continue;
      case ast::HookKind::setup:
        part.kind = plan::ScopeKind::group;
        part.title = "setup";
        break;
      case ast::HookKind::cleanup:
        part.kind = plan::ScopeKind::cleanup;
        part.length = kDefaultCleanup;
        if (!hook.within) break;
        if (const Bound within = duration(*hook.within, "the time of `within`"); within.known) part.length = within.upper;
        break;
    }
    if (first.end == 0) first = each->head;
    scenario_place_ = {here().id, each->head};
    block(*hook.body, part.body);
    add(hook.kind == ast::HookKind::setup ? setup : cleanup, each->span, std::move(part));
  }
  used_clusters_ = nullptr;
  if (setup.empty() && cleanup.empty()) return;
  const auto lowered = [&](const char* title, plan::Body body) {
    plan::Scenario out;
    out.title = title;
    out.id = plan_->files[0] + "::(" + title + ")";
    out.at = at(first);
    out.slots = frame.next;
    out.players = players_;
    out.body = std::move(body);
    out.clusters = plan_clusters(used);
    return out;
  };
  plan_->setup.push_back(lowered("setup", std::move(setup)));
  plan_->setup.back().up = plan::up_bound(*plan_, plan_->setup.back().clusters);
  plan_->cleanup.push_back(lowered("cleanup", std::move(cleanup)));
  plan_->cleanup.back().down = plan::down_bound(*plan_, plan_->cleanup.back().clusters);
}

std::vector<std::uint32_t> Checker::plan_clusters(std::vector<std::uint32_t> used) const {
  std::sort(used.begin(), used.end());
  std::vector<std::uint32_t> out;
  for (const std::uint32_t cluster : used) out.push_back(clusters_[cluster].index);
  return out;
}

}  // namespace failc::check
