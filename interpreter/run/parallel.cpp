// `parallel`: actors, each a fiber of its own, joined at the brace; and the barriers at which they meet.
#include <fmt/format.h>

#include <algorithm>
#include <list>

#include "interpreter/run/dice.hpp"
#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

struct Actor {
  const plan::Scope* scope = nullptr;
  Flow flow = Flow::cancelled;
  std::unique_ptr<Fiber> fiber;
};

/// Runs one actor; the first that fails ends the others, which undo what they did.
Task<bool> act(ScenarioRun& run, CancelScope& actors, std::uint64_t path, Actor& actor) {
  Task<Flow> body = run_body(run, actors, run::actor(path, *actor.scope), actor.scope->body);
  actor.flow = co_await body;
  if (actor.flow == Flow::failed) run.scheduler.cancel(actors, Reason::over);
  co_return true;
}

}  // namespace

Task<Flow> run_parallel(Context context, Block& block, const plan::Scope& scope) {
  ScenarioRun& run = context.run;
  CancelScope together(&context.scope);
  std::list<Actor> actors;
  for (const plan::BodyNode& node : scope.body) {
    if (const auto* step = std::get_if<plan::Step>(&node.node)) {  // a barrier: nobody has come
      Task<Flow> task = run_step(context, block, node, *step);
      const Flow flow = co_await task;
      if (flow != Flow::go_on) co_return flow;
      continue;
    }
    run.recorder.step(run.plan, run.scenario, node);
    if (run.progress.step) run.progress.step(run.scenario, node);
    Actor& actor = actors.emplace_back();
    actor.scope = &std::get<plan::Scope>(node.node);
  }
  for (Actor& actor : actors) {
    Task<bool> task = act(run, together, context.path, actor);
    actor.fiber = run.scheduler.spawn(std::move(task));
  }
  for (Actor& actor : actors) {
    Task<bool> joining = run.scheduler.join(*actor.fiber);
    co_await joining;
  }
  const auto any = [&](Flow flow) { return std::any_of(actors.begin(), actors.end(), [flow](const Actor& actor) { return actor.flow == flow; }); };
  if (any(Flow::failed)) co_return Flow::failed;
  co_return any(Flow::cancelled) ? Flow::cancelled : Flow::go_on;
}

Task<Flow> run_meet(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  const auto wanted = static_cast<std::size_t>(*step.args[2].literal.as<std::int64_t>());
  const std::string& actor = *step.args[1].literal.as<std::string>();
  const auto is_actor = [&](const Value& one) { return *one.as<std::string>() == actor; };
  // An open barrier stays open: who comes again passes.
  const auto come = [&]() -> const List& { return *run.frame[step.slot].as<List>(); };
  if (std::none_of(come().begin(), come().end(), is_actor)) {
    List all = come();
    all.emplace_back(actor);
    run.frame[step.slot] = std::move(all);
    if (come().size() == wanted) run.scheduler.wake(kMeet);
  }
  const Nanos bound = run.scaled(step.timeout);
  const Instant until = run.after(bound);
  while (come().size() < wanted) {
    Waiter waiter;
    waiter.scope = &context.scope;
    waiter.until = until;
    waiter.wakes = kMeet;
    const Woken woken = co_await run.scheduler.park(waiter);
    if (woken == Woken::cancelled) co_return Flow::cancelled;
    if (woken != Woken::due || come().size() >= wanted) continue;
    std::string names;
    for (const Value& one : come()) names += (names.empty() ? "" : ", ") + *one.as<std::string>();
    co_return run.fail(run.failure_at(node, fmt::format("barrier `{}` did not open within {}: {} of {} actors came to it ({})", *step.args[0].literal.as<std::string>(),
                                                        show(bound), come().size(), wanted, names), node.text));
  }
  co_return Flow::go_on;
}

}  // namespace failc::run
