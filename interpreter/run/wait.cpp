// The loop of every bounded wait: ask, and ask again when something has changed or time has passed.
#include <algorithm>
#include <bit>

#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

/// How many events of these kinds have come. Operations of workloads end often: where a sample needs requests, they are no reason for another.
std::uint64_t changes(const ScenarioRun& run, std::uint8_t wakes) {
  std::uint64_t sum = 0;
  for (int bit = 0; bit < 4; ++bit) {
    if (wakes & ~kOwn & (1 << bit)) sum += run.changes[bit];
  }
  return sum;
}

}  // namespace

std::uint64_t own_changes(const ScenarioRun& run) { return run.changes[std::countr_zero(static_cast<unsigned>(kOwn))]; }

Task<Woken> until_changed(ScenarioRun& run, const CancelScope& scope, std::uint8_t wakes, std::optional<Instant> until, std::uint64_t before) {
  Waiter waiter;
  waiter.scope = &scope;
  if (wakes & kOwn) {
    const Instant quiet = run.scheduler.now() + kPoll;
    waiter.wakes = static_cast<std::uint8_t>(wakes & ~kOwn);
    waiter.until = until ? std::min(*until, quiet) : quiet;
    const Woken woken = co_await run.scheduler.park(waiter);
    if (woken != Woken::due || own_changes(run) != before || (until && run.scheduler.now() >= *until)) co_return woken;
  }
  waiter.wakes = wakes;
  waiter.until = until;
  co_return co_await run.scheduler.park(waiter);
}

Task<WaitEnd> wait_until(ScenarioRun& run, const CancelScope& scope, const Wait& wait) {
  bool last_asked = false;  // the sample that may end exactly at the bound was taken
  while (true) {
    const std::uint64_t before = changes(run, wait.wakes), own = own_changes(run);
    const bool beyond = wait.last_may_end_late && run.scheduler.now() >= wait.latest;
    const Instant deadline = beyond ? kNoDeadline : wait.latest;
    const std::optional<Instant> waited = beyond ? std::nullopt : std::optional<Instant>(wait.last_may_end_late ? kNoDeadline : wait.latest);
    Task<Sample> asking = sample(run, scope, wait.question, deadline, waited, wait.wakes & ~kOwn);
    const Sample taken = co_await asking;
    if (taken.cancelled) co_return WaitEnd::cancelled;
    // An answer that came after the bound proves nothing about the time before it.
    if (beyond || taken.at <= wait.latest) {
      const Truth truth = wait.holds(taken);
      if (wait.record) wait.record(taken, truth);
      if (truth == Truth::yes) co_return taken.at < wait.earliest ? WaitEnd::too_early : WaitEnd::held;
    }
    if (wait.stop && wait.stop()) co_return WaitEnd::stopped;
    const Instant now = run.scheduler.now();
    if (beyond || (now >= wait.latest && !wait.last_may_end_late)) co_return WaitEnd::too_late;
    if (now >= wait.latest || changes(run, wait.wakes) != before) continue;
    // Where answers take time, the last question is asked while there is some left for it.
    if (wait.polls && taken.asked && !last_asked && !wait.last_may_end_late && now + wait.every >= wait.latest) {
      last_asked = true;
      continue;
    }
    const std::uint8_t wakes = taken.asked ? static_cast<std::uint8_t>(wait.wakes & ~kOwn) : wait.wakes;
    const Instant until = wait.polls && !last_asked ? std::min(now + wait.every, wait.latest) : wait.latest;
    Task<Woken> parked = until_changed(run, scope, wakes, until, own);
    const Woken woken = co_await parked;
    if (woken == Woken::cancelled) co_return WaitEnd::cancelled;
    if (wait.stop && wait.stop()) co_return WaitEnd::stopped;
    // Nothing that is asked now would be answered in time. What needs no answer is looked at once more.
    if (taken.asked && !wait.last_may_end_late && run.scheduler.now() >= wait.latest) co_return WaitEnd::too_late;
  }
}

}  // namespace failc::run
