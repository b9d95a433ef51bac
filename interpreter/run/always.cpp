// `always`: watches beside its block, and ends it at a violation.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

Task<bool> watch(ScenarioRun& run, Block& block, Watcher& watcher, const plan::Condition& condition) {
  SeenLog log(run, *watcher.node);
  const Context context{run, watcher.scope, watcher.path};
  const Question asked = question(context, condition.random, {&condition.condition}, run.frame);
  const Nanos every = condition.every > Nanos{} ? condition.every : kPoll;
  const bool polls = plan::polls(run.plan, condition.condition);
  const std::uint8_t wakes = wakes_of(run.plan, condition.condition);
  while (true) {
    const Instant started = run.scheduler.now();
    const std::uint64_t own = own_changes(run);
    Task<Sample> asking = sample(run, watcher.scope, asked, kNoDeadline, std::nullopt, wakes & ~kOwn);
    const Sample taken = co_await asking;
    if (taken.cancelled) break;
    const Truth truth = eval::truth(taken.value());
    log.add(taken, truth);
    if (watcher.samples == 0) run.note_condition(*watcher.node, watcher.path, taken.evaluated);
    ++watcher.samples;
    watcher.defined += truth != Truth::undefined;
    if (truth == Truth::undefined) watcher.last_reason = log.reason();
    if (truth == Truth::no) {
      const plan::Source& at = condition.condition.at;
      const bool inside = at.line == watcher.node->at.line && at.file == watcher.node->at.file;
      Failure failure = run.failure_at(*watcher.node, fmt::format("the condition was violated, in sample {}", watcher.samples),
                                       inside ? source_text(run, *watcher.node, at) : watcher.node->text);
      failure.seen = log.seen();
      run.fail(std::move(failure));
      run.scheduler.cancel(block.scope, Reason::violation);
      break;
    }
    const std::uint8_t own_too = taken.asked ? static_cast<std::uint8_t>(wakes & ~kOwn) : wakes;
    const std::optional<Instant> next = polls ? std::optional(std::max(started + every, run.scheduler.now())) : std::nullopt;
    Task<Woken> parked = until_changed(run, watcher.scope, own_too, next, own);
    const Woken woken = co_await parked;
    if (woken == Woken::cancelled) break;
  }
  log.finish();
  co_return true;
}

}  // namespace

void start_watcher(Context context, Block& block, const plan::BodyNode& node, const plan::Condition& condition) {
  // Below the block's scope: what ends the block ends its watchers.
  block.watchers.push_back(std::make_unique<Watcher>(&block.scope));
  Watcher& watcher = *block.watchers.back();
  watcher.node = &node;
  watcher.path = context.path;
  Task<bool> task = watch(context.run, block, watcher, condition);
  watcher.fiber = context.run.scheduler.spawn(std::move(task));
}

Task<bool> end_watchers(ScenarioRun& run, Block& block, bool judge) {
  bool failed = false;
  for (const std::unique_ptr<Watcher>& watcher : block.watchers) {
    run.scheduler.cancel(watcher->scope, Reason::over);
    Task<bool> joining = run.scheduler.join(*watcher->fiber);
    co_await joining;
  }
  for (const std::unique_ptr<Watcher>& watcher : block.watchers) {
    if (!judge || watcher->defined > 0) continue;
    const std::string message =
        watcher->samples == 0
            ? std::string("the block ended before a single sample was complete, so nothing was shown")
            : fmt::format("all {} samples were undefined, so nothing was shown: {}", watcher->samples, watcher->last_reason);
    run.fail(run.failure_at(*watcher->node, message, watcher->node->text));
    failed = true;
  }
  co_return failed;
}

}  // namespace failc::run
