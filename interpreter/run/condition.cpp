// expect, await, eventually, never. `always` runs beside its block: always.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

Truth truth_of(const Sample& sample) { return eval::truth(sample.value()); }

/// The condition's own text, where it stands on the statement's first line.
std::string wanted(const ScenarioRun& run, const plan::BodyNode& node, const plan::Condition& condition) {
  const plan::Source& at = condition.condition.at;
  const bool inside = at.file == node.at.file && at.line == node.at.line && at.column >= node.at.column;
  std::string text = inside ? source_text(run, node, at) : node.text;
  if (!condition.because.empty()) text += " because " + condition.because;
  return text;
}

Flow fail(ScenarioRun& run, const plan::BodyNode& node, const plan::Condition& condition, const SeenLog& log, std::string message, Verdict verdict = Verdict::fail) {
  Failure failure = run.failure_at(node, std::move(message), wanted(run, node, condition));
  failure.seen = log.seen();
  failure.verdict = verdict;
  return run.fail(std::move(failure));
}

std::string undefined_suffix(const SeenLog& log) { return log.reason().empty() ? std::string() : ": " + log.reason(); }

Task<Flow> expect(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  const Question asked = question(context, condition.random, {&condition.condition}, run.frame);
  const Instant deadline = run.after(run.scaled(condition.upper));
  Task<Sample> asking = sample(run, context.scope, asked, deadline, std::nullopt, wakes_of(run.plan, condition.condition) & ~kOwn);
  const Sample taken = co_await asking;
  if (taken.cancelled) co_return Flow::cancelled;
  run.note_condition(node, context.path, taken.evaluated);
  SeenLog log(run, node);
  const Truth truth = truth_of(taken);
  log.add(taken, truth);
  switch (truth) {
    case Truth::yes: co_return Flow::go_on;
    case Truth::no: co_return fail(run, node, condition, log, "the condition does not hold");
    case Truth::undefined: co_return fail(run, node, condition, log, "the condition is undefined" + undefined_suffix(log), taken.told() ? Verdict::fail : Verdict::inconclusive);
  }
  FAILC_BUG("no such truth");
}

Task<Flow> wait(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  SeenLog log(run, node);
  const Instant begin = run.scheduler.now();
  // `lower` is never scaled; what `--time-scale` shortens is the patience behind it.
  const Nanos bound = std::max(run.scaled(condition.upper), condition.lower + run.scaled(condition.upper - condition.lower));
  Wait wait;
  wait.question = question(context, condition.random, {&condition.condition}, run.frame);
  wait.holds = truth_of;
  bool decided = false;
  std::vector<eval::Evaluated> last;
  wait.record = [&](const Sample& sample, Truth truth) {
    log.add(sample, truth);
    decided = decided || truth != Truth::undefined || sample.told();
    if (run.state.chooses) last = sample.evaluated;
  };
  wait.earliest = begin + condition.lower;
  wait.latest = run.after(bound);
  wait.every = condition.every > Nanos{} ? condition.every : kPoll;
  wait.polls = plan::polls(run.plan, condition.condition);
  wait.wakes = wakes_of(run.plan, condition.condition);
  Task<WaitEnd> waiting = wait_until(run, context.scope, wait);
  const WaitEnd end = co_await waiting;
  log.finish();
  run.note_condition(node, context.path, last);
  if (end == WaitEnd::cancelled) co_return Flow::cancelled;
  const Nanos used = std::min(run.scheduler.now() - begin, bound);
  const WaitUsed record{node.at, node.text, used, bound};
  run.result.waits.push_back(record);
  run.recorder.wait(record, end == WaitEnd::held);
  switch (end) {
    case WaitEnd::held: co_return Flow::go_on;
    case WaitEnd::too_early:
      co_return fail(run, node, condition, log, fmt::format("the condition held too early: after {}, and not before {} was wanted", show(used), show(condition.lower)));
    case WaitEnd::too_late:
    case WaitEnd::stopped:
      co_return fail(run, node, condition, log, fmt::format("the condition {} within {}{}", decided ? "did not hold" : "could not be decided", show(bound), undefined_suffix(log)),
                     decided ? Verdict::fail : Verdict::inconclusive);
    case WaitEnd::cancelled: break;
  }
  FAILC_BUG("no such end");
}

Task<Flow> never(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  SeenLog log(run, node);
  const Question asked = question(context, condition.random, {&condition.condition}, run.frame);
  const Instant begin = run.scheduler.now();
  const Nanos bound = condition.upper;  // no patience, but how long it is shown for: `--time-scale` does not touch it
  const Instant end = run.after(bound);
  const Nanos every = condition.every > Nanos{} ? condition.every : kPoll;
  const bool polls = plan::polls(run.plan, condition.condition);
  const std::uint8_t wakes = wakes_of(run.plan, condition.condition);
  bool defined = false, told = false;
  while (true) {
    const Instant started = run.scheduler.now();
    const std::uint64_t own = own_changes(run);
    Task<Sample> asking = sample(run, context.scope, asked, end, std::nullopt, wakes & ~kOwn);
    const Sample taken = co_await asking;
    if (taken.cancelled) break;
    if (taken.at <= end) {
      const Truth truth = truth_of(taken);
      log.add(taken, truth);
      if (!defined) run.note_condition(node, context.path, taken.evaluated);
      defined = defined || truth != Truth::undefined;
      told = told || taken.told();
      if (truth == Truth::yes) {
        co_return fail(run, node, condition, log, fmt::format("the condition held after {}, and should not within {}", show(taken.at - begin), show(bound)));
      }
    }
    const Instant now = run.scheduler.now();
    if (now >= end) break;
    const std::uint8_t own_too = taken.asked ? static_cast<std::uint8_t>(wakes & ~kOwn) : wakes;
    Task<Woken> parked = until_changed(run, context.scope, own_too, polls ? std::min(std::max(started + every, now), end) : end, own);
    const Woken woken = co_await parked;
    if (woken == Woken::cancelled) break;
    // A question that is put at the very end would find no time to be answered.
    if (taken.asked && run.scheduler.now() >= end) break;
  }
  log.finish();
  if (context.scope.cancelled() != Reason::none) co_return Flow::cancelled;
  if (!defined) {
    co_return fail(run, node, condition, log, "every sample was undefined, so nothing was shown" + undefined_suffix(log), told ? Verdict::fail : Verdict::inconclusive);
  }
  co_return Flow::go_on;
}

}  // namespace

Task<Flow> run_condition(Context context, Block& block, const plan::BodyNode& node, const plan::Condition& condition) {
  if (condition.kind != plan::ConditionKind::sometimes) ++context.run.result.assertions;
  switch (condition.kind) {
    case plan::ConditionKind::expect: {
      Task<Flow> task = expect(context, node, condition);
      co_return co_await task;
    }
    case plan::ConditionKind::await:
    case plan::ConditionKind::eventually: {
      Task<Flow> task = wait(context, node, condition);
      co_return co_await task;
    }
    case plan::ConditionKind::never: {
      Task<Flow> task = never(context, node, condition);
      co_return co_await task;
    }
    case plan::ConditionKind::shows: {
      Task<Flow> task = run_shows(context, node, condition);
      co_return co_await task;
    }
    case plan::ConditionKind::sometimes: {
      Task<Flow> task = run_sometimes(context, node, condition);
      co_return co_await task;
    }
    case plan::ConditionKind::always: start_watcher(context, block, node, condition); co_return Flow::go_on;
  }
  FAILC_BUG("no such condition");
}

}  // namespace failc::run
