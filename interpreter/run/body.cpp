// A block: its statements in order, and at its end, in whatever way, its watchers, cleanups and undos in reverse.
#include "interpreter/run/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace failc::run {
namespace {

const plan::Scope* as_cleanup(const plan::BodyNode& node) {
  const auto* scope = std::get_if<plan::Scope>(&node.node);
  return scope && scope->kind == plan::ScopeKind::cleanup ? scope : nullptr;
}

/// The names of a block mean nothing yet where it begins: its cleanups run even before they are bound, and must not see an iteration before.
void forget_names(ScenarioRun& run, const plan::Body& body) {
  for (const plan::BodyNode& node : body) {
    const auto* step = std::get_if<plan::Step>(&node.node);
    if (step && step->kind != plan::StepKind::play && (step->kind == plan::StepKind::let || step->binds)) run.frame[step->slot] = not_reached();
  }
}

Task<Flow> run_statement(Context context, Block& block, const plan::BodyNode& node) {
  ScenarioRun& run = context.run;
  block.current = &node;
  run.note_reached(node, context.path);
  run.running.push_back(&node);
  run.recorder.step(run.plan, run.scenario, node);
  if (run.progress.step) run.progress.step(run.scenario, node);
  Flow flow = Flow::cancelled;
  if (context.scope.cancelled() != Reason::none) {
    // The journal could not be written.
  } else if (const auto* step = std::get_if<plan::Step>(&node.node)) {
    Task<Flow> task = run_step(context, block, node, *step);
    flow = co_await task;
  } else if (const auto* scope = std::get_if<plan::Scope>(&node.node)) {
    Task<Flow> task = run_scope(context, block, node, *scope);
    flow = co_await task;
  } else {
    Task<Flow> task = run_condition(context, block, node, std::get<plan::Condition>(node.node));
    flow = co_await task;
  }
  run.running.erase(std::prev(std::find(run.running.rbegin(), run.running.rend(), &node).base()));
  co_return flow;
}

Task<Flow> run_statements(Context context, Block& block, const plan::Body& body) {
  for (std::size_t i = 0; i < body.size(); ++i) {
    block.statement = i;
    if (as_cleanup(body[i])) continue;
    if (context.scope.cancelled() != Reason::none) co_return Flow::cancelled;
    Task<Flow> task = run_statement(context, block, body[i]);
    const Flow flow = co_await task;
    if (flow != Flow::go_on) co_return flow;
    // A watcher may have found a violation at the instant at which the last statement ended.
    if (context.scope.cancelled() != Reason::none) co_return Flow::cancelled;
  }
  co_return Flow::go_on;
}

/// Within its own deadline, whatever was cancelled outside.
Task<Flow> run_cleanup(ScenarioRun& run, std::uint64_t path, const plan::BodyNode& node, const plan::Scope& cleanup) {
  CancelScope shield(nullptr, true);
  const Nanos bound = run.scaled(cleanup.length);
  run.scheduler.set_deadline(shield, run.after(bound));
  run.recorder.step(run.plan, run.scenario, node);
  if (run.progress.step) run.progress.step(run.scenario, node);
  Task<Flow> task = run_body(run, shield, path, cleanup.body);
  const Flow flow = co_await task;
  run.scheduler.clear_deadline(shield);
  if (flow == Flow::cancelled && shield.reason == Reason::timeout) {
    const plan::BodyNode* inner = shield.struck ? shield.struck : &node;
    run.fail(run.failure_at(node, fmt::format("the cleanup did not end within {}; it was at `{}`", show(bound), inner->text), node.text));
  }
  co_return flow == Flow::go_on ? Flow::go_on : Flow::failed;
}

}  // namespace

Task<Flow> run_body(ScenarioRun& run, CancelScope& outer, std::uint64_t path, const plan::Body& body) {
  forget_names(run, body);
  Block block(&outer);
  const Context context{run, block.scope, path};
  Task<Flow> statements = run_statements(context, block, body);
  Flow flow = co_await statements;
  // The innermost block is the first one to know: a timeout's message names the statement that was running.
  if (flow == Flow::cancelled && block.current) {
    block.scope.ended_at(*block.current);
    run.note_timeout();
  }
  Task<bool> ending = end_watchers(run, block, flow == Flow::go_on);
  const bool vacuous = co_await ending;
  if (vacuous) flow = Flow::failed;
  // The violation was recorded by the watcher; outside of the block it is a failure like any other.
  if (flow == Flow::cancelled && block.scope.reason == Reason::violation && outer.cancelled() == Reason::none) flow = Flow::failed;

  for (std::size_t i = body.size(); i-- > 0;) {
    std::vector<backend::NodeIndex> paused;
    for (const auto& [statement, node] : block.pauses) {
      if (statement == i) paused.push_back(node);
    }
    if (!paused.empty()) {
      const plan::Step& step = std::get<plan::Step>(body[i].node);
      Task<bool> undo = undo_pauses(run, body[i], paused, step.timeout);
      const bool undone = co_await undo;
      if (!undone && flow == Flow::go_on) flow = Flow::failed;
    }
    if (const plan::Scope* cleanup = as_cleanup(body[i]); cleanup && !run.keeps()) {
      Task<Flow> task = run_cleanup(run, path, body[i], *cleanup);
      const Flow cleaned = co_await task;
      if (cleaned != Flow::go_on && flow == Flow::go_on) flow = Flow::failed;
    }
  }
  co_return flow;
}

}  // namespace failc::run
