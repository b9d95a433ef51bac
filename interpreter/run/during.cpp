// Workloads: invocations on a fixed schedule beside a block.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <list>

#include "interpreter/run/dice.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/facts.hpp"

namespace failc::run {
namespace {

/// A workload while its block runs.
struct Generator {
  std::uint32_t index = 0;  // into Plan::workloads
  Context context;          // of the invocations
  bool stopping = false;
  std::uint32_t in_flight = 0;
  std::list<std::unique_ptr<Fiber>> invocations;
};

/// An invocation that did not get as far as a reply.
eval::Outcome not_made(eval::OutcomeKind kind, const char* error_kind, const std::string& message) {
  Document error;
  error.entries = {{"kind", std::string(error_kind)}, {"code", Value()}, {"codeName", std::string()}, {"labels", List()}, {"message", message}};
  return {kind, Value(), std::move(error)};
}

void finish(ScenarioRun& run, std::uint32_t index, std::int64_t counter, Instant begin, const Value& first, const std::optional<backend::NodeIndex>& node,
            const eval::Outcome& outcome) {
  const Instant end = run.scheduler.now();
  run.workloads[index].ended({begin, end, outcome.kind, first});
  Recorder::Json record = Recorder::Json::object();
  record["w"] = run.plan.workloads[index].name;
  record["i"] = counter;
  record["argument"] = to_json(first);
  record["node"] = node && *node != backend::kNoNode ? Recorder::Json(run.names[*node]) : Recorder::Json(nullptr);
  record["begin"] = begin.count();
  record["end"] = end.count();
  record["outcome"] = name_of(outcome.kind);
  record["error"] = to_json(outcome.error);
  run.recorder.history(record);
  run.changed(kOwn);
}

Task<bool> invoke(Generator& generator, std::int64_t counter) {
  const Context context = generator.context;
  ScenarioRun& run = context.run;
  const plan::Workload& workload = run.plan.workloads[generator.index];
  const Instant begin = run.scheduler.now();
  const Instant deadline = run.after(run.scaled(workload.timeout));

  std::vector<Value> frame(std::max<std::size_t>(workload.slots, workload.counter_slot + 1u), Value());
  frame[workload.counter_slot] = counter;
  std::vector<const plan::Expr*> exprs;
  for (const plan::Expr& expr : workload.args) exprs.push_back(&expr);
  const Context own{run, context.scope, mix(context.path, static_cast<std::uint64_t>(counter))};
  const Question asked = question(own, mix(0, workload.name), exprs, frame);
  Task<Sample> asking = sample(run, context.scope, asked, deadline, std::nullopt);
  const Sample taken = co_await asking;

  Value first;
  std::vector<Value> values;
  std::optional<backend::NodeIndex> node;
  eval::Outcome outcome;
  if (taken.cancelled) {
    outcome = not_made(eval::OutcomeKind::failed, "unreachable", "the workload ended before it was sent");
  } else {
    for (const eval::Evaluated& evaluated : taken.evaluated) {
      values.push_back(evaluated.value);
      for (const eval::Choice& choice : evaluated.choices)
        if (run.result.drawn.size() < kMostDrawn) run.result.drawn.push_back({generator.index, counter, choice.at, choice.value});
    }
    if (!values.empty()) first = values.front();
    const SampleFacts facts(run, asked.draws);
    Result<backend::Request> made = eval::make_request(run.plan, workload.operation, values, facts);
    if (!made) {
      outcome = not_made(eval::OutcomeKind::failed, "unreachable", made.error().message);
    } else {
      node = std::visit([](const auto& one) { return one.node; }, *made);
      Batch batch;
      run.scheduler.submit(batch, std::move(*made), deadline, std::nullopt);
      Task<bool> waiting = run.scheduler.replies(batch, context.scope);
      const bool answered = co_await waiting;
      if (answered) {
        outcome = eval::read_reply(run.plan, workload.operation, values, *batch.replies.front(), facts);
      } else {
        outcome = not_made(eval::OutcomeKind::unknown, "timeout", "it was not answered before the workload's end");
      }
    }
  }
  --generator.in_flight;
  finish(run, generator.index, counter, begin, first, node, outcome);
  co_return true;
}

/// Starts what is due at `now`, as far as `concurrency` allows; the rest is missed, all at once.
void start_due(Generator& generator, Instant& due, Instant now) {
  ScenarioRun& run = generator.context.run;
  const plan::Workload& workload = run.plan.workloads[generator.index];
  WorkloadLog& log = run.workloads[generator.index];
  // Rarely, since it looks at every one in flight.
  if (generator.invocations.size() > 2 * static_cast<std::size_t>(workload.concurrency)) {
    generator.invocations.remove_if([](const std::unique_ptr<Fiber>& fiber) { return fiber->done(); });
  }
  for (; due <= now && generator.in_flight < workload.concurrency; due += workload.every) {
    ++generator.in_flight;
    Task<bool> task = invoke(generator, log.next_counter());
    generator.invocations.push_back(run.scheduler.spawn(std::move(task)));
  }
  if (due > now) return;
  const std::int64_t missed = (now - due) / workload.every + 1;
  log.missed(now, static_cast<std::uint64_t>(missed));
  due += missed * workload.every;
  run.changed(kOwn);
}

/// Starts an invocation every `every`, counted from the block's begin whatever each of them takes.
Task<bool> generate(Generator& generator) {
  ScenarioRun& run = generator.context.run;
  Instant due = run.scheduler.now();
  while (generator.context.scope.cancelled() == Reason::none) {
    const Instant now = run.scheduler.now();
    // One that is due at the very instant of the end is still started.
    if (generator.stopping && due != now) break;
    if (due <= now) start_due(generator, due, now);
    if (generator.stopping) break;
    // Each step ends here, however much was due: the others have their turn.
    Waiter waiter;
    waiter.scope = &generator.context.scope;
    waiter.until = due;
    waiter.wakes = kStop;
    const Woken woken = co_await run.scheduler.park(waiter);
    if (woken == Woken::cancelled) break;
  }
  co_return true;
}

}  // namespace

Task<Flow> run_during(Context context, Block&, const plan::BodyNode&, const plan::Scope& scope) {
  ScenarioRun& run = context.run;
  CancelScope in_flight(&context.scope);
  std::list<Generator> generators;
  std::vector<std::unique_ptr<Fiber>> fibers;
  for (const std::uint32_t index : scope.workloads) {
    generators.push_back(Generator{index, Context{run, in_flight, context.path}});
    run.workloads[index].started(run.scheduler.now());
    Task<bool> task = generate(generators.back());
    fibers.push_back(run.scheduler.spawn(std::move(task)));
  }
  Task<Flow> body = run_body(run, context.scope, context.path, scope.body);
  const Flow flow = co_await body;
  for (Generator& generator : generators) {
    generator.stopping = true;
    run.workloads[generator.index].stopped(run.scheduler.now());
  }
  run.scheduler.set_deadline(in_flight, run.after(run.scaled(scope.drain)));
  run.scheduler.wake(kStop);
  for (const std::unique_ptr<Fiber>& fiber : fibers) {
    Task<bool> joining = run.scheduler.join(*fiber);
    co_await joining;
  }
  for (Generator& generator : generators) {
    for (const std::unique_ptr<Fiber>& fiber : generator.invocations) {
      Task<bool> joining = run.scheduler.join(*fiber);
      co_await joining;
    }
  }
  run.scheduler.clear_deadline(in_flight);
  co_return flow;
}

}  // namespace failc::run
