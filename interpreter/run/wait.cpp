// The loop of every bounded wait: ask, and ask again when something has changed or time has passed.
#include <algorithm>

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

Task<WaitEnd> wait_until(ScenarioRun& run, const CancelScope& scope, const Wait& wait) {
  bool last_asked = false;  // the sample that may end exactly at the bound was taken
  while (true) {
    const std::uint64_t before = changes(run, wait.wakes);
    Task<Sample> asking = sample(run, scope, wait.question, wait.latest, wait.latest, wait.wakes & ~kOwn);
    const Sample taken = co_await asking;
    if (taken.cancelled) co_return WaitEnd::cancelled;
    // An answer that came after the bound proves nothing about the time before it.
    if (taken.at <= wait.latest) {
      const Truth truth = wait.holds(taken);
      if (wait.record) wait.record(taken, truth);
      if (truth == Truth::yes) co_return taken.at < wait.earliest ? WaitEnd::too_early : WaitEnd::held;
    }
    if (wait.stop && wait.stop()) co_return WaitEnd::stopped;
    const Instant now = run.scheduler.now();
    if (now >= wait.latest) co_return WaitEnd::too_late;
    if (changes(run, wait.wakes) != before) continue;
    // Where answers take time, the last question is asked while there is some left for it.
    if (wait.polls && taken.asked && !last_asked && now + wait.every >= wait.latest) {
      last_asked = true;
      continue;
    }
    Waiter waiter;
    waiter.scope = &scope;
    waiter.wakes = taken.asked ? static_cast<std::uint8_t>(wait.wakes & ~kOwn) : wait.wakes;
    waiter.until = wait.polls && !last_asked ? std::min(now + wait.every, wait.latest) : wait.latest;
    const Woken woken = co_await run.scheduler.park(waiter);
    if (woken == Woken::cancelled) co_return WaitEnd::cancelled;
    if (wait.stop && wait.stop()) co_return WaitEnd::stopped;
    // Nothing that is asked now would be answered in time. What needs no answer is looked at once more.
    if (taken.asked && run.scheduler.now() >= wait.latest) co_return WaitEnd::too_late;
  }
}

}  // namespace failc::run
