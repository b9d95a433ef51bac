#include "interpreter/run/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace failc::run {

Scheduler::Scheduler(backend::World& world, std::function<std::uint8_t(const backend::Event&)> observe)
    : world_(world), observe_(std::move(observe)) {}

bool Scheduler::Park::await_suspend(std::coroutine_handle<> handle) noexcept {
  if (waiter.scope && waiter.scope->cancelled() != Reason::none) {
    waiter.woken = Woken::cancelled;
    return false;
  }
  waiter.handle = handle;
  waiter.order = ++scheduler.order_;
  waiter.parked = true;
  scheduler.parked_.push_back(&waiter);
  if (waiter.until) scheduler.timers_.insert(&waiter);
  return true;
}

void Scheduler::unpark(Waiter& waiter, Woken woken) {
  if (!waiter.parked) return;
  waiter.parked = false;
  waiter.woken = woken;
  if (waiter.until) timers_.erase(&waiter);
  parked_.erase(std::find(parked_.begin(), parked_.end(), &waiter));
  ready_.push_back(waiter.handle);
}

void Scheduler::wake(std::uint8_t wakes) {
  if (wakes == kNothing) return;
  const std::vector<Waiter*> waiting = parked_;
  for (Waiter* waiter : waiting) {
    if (waiter->wakes & wakes) unpark(*waiter, Woken::event);
  }
}

void Scheduler::cancel(CancelScope& scope, Reason reason) {
  if (scope.reason == Reason::none) scope.reason = reason;
  const std::vector<Waiter*> waiting = parked_;
  for (Waiter* waiter : waiting) {
    if (waiter->scope && waiter->scope->below(scope)) unpark(*waiter, Woken::cancelled);
  }
}

void Scheduler::set_deadline(CancelScope& scope, Instant at) { deadlines_.push_back({at, &scope}); }

void Scheduler::clear_deadline(CancelScope& scope) {
  std::erase_if(deadlines_, [&](const Deadline& deadline) { return deadline.scope == &scope; });
}

void Scheduler::resume(std::coroutine_handle<> handle) {
  trampoline_.next = handle;
  while (trampoline_.next) std::exchange(trampoline_.next, {}).resume();
}

void Scheduler::drain() {
  while (ready_head_ < ready_.size()) resume(ready_[ready_head_++]);
  ready_.clear();
  ready_head_ = 0;
}

Instant Scheduler::earliest() const {
  Instant at = Instant::max();
  if (!timers_.empty()) at = *(*timers_.begin())->until;
  for (const Deadline& deadline : deadlines_) at = std::min(at, deadline.at);
  return at;
}

void Scheduler::fire_timers(Instant now) {
  while (!timers_.empty() && *(*timers_.begin())->until <= now) unpark(**timers_.begin(), Woken::due);
  for (std::size_t i = 0; i < deadlines_.size();) {
    if (deadlines_[i].at > now) {
      ++i;
      continue;
    }
    CancelScope* scope = deadlines_[i].scope;
    deadlines_.erase(deadlines_.begin() + static_cast<std::ptrdiff_t>(i));
    cancel(*scope, Reason::timeout);
  }
}

void Scheduler::dispatch(backend::Event event) {
  if (auto* reply = std::get_if<backend::Reply>(&event.what)) {
    observe_(event);
    auto found = open_.find(reply->id);
    if (found == open_.end()) return;  // cancelled while its answer was on the way
    auto [batch, position] = found->second;
    open_.erase(found);
    batch->replies[position] = std::move(*reply);
    if (--batch->missing == 0 && batch->waiter) unpark(*batch->waiter, Woken::event);
    return;
  }
  wake(observe_(event));
}

void Scheduler::run(Task<bool>& root) {
  resume(root.prepare(trampoline_));
  drain();
  while (!root.done()) {
    const Instant until = earliest();
    std::optional<backend::Event> event = world_.next(until);
    if (event) dispatch(std::move(*event));
    if (!event && until == Instant::max()) FAILC_BUG("a fiber waits for nothing that could come");
    // Events of one instant come before its timers, but a flood of them does not hold timers back.
    const Instant now = world_.now();
    if (!event || now > until) fire_timers(now);
    drain();
  }
}

Task<bool> Scheduler::follow(Fiber& fiber, Task<bool> task) {
  co_await task;
  fiber.done_ = true;
  for (Waiter* joiner : fiber.joiners_) unpark(*joiner, Woken::event);
  co_return true;
}

std::unique_ptr<Fiber> Scheduler::spawn(Task<bool> task) {
  auto fiber = std::make_unique<Fiber>();
  fiber->task_.emplace(follow(*fiber, std::move(task)));
  ready_.push_back(fiber->task_->prepare(trampoline_));
  return fiber;
}

Task<bool> Scheduler::join(Fiber& fiber) {
  while (!fiber.done_) {
    Waiter waiter;
    fiber.joiners_.push_back(&waiter);
    co_await park(waiter);
    std::erase(fiber.joiners_, &waiter);
  }
  co_return true;
}

void Scheduler::submit(Batch& batch, backend::Request request, Instant deadline, std::optional<Instant> wait_until) {
  const backend::RequestId id = world_.submit(std::move(request), deadline, wait_until);
  open_.emplace(id, std::pair(&batch, batch.replies.size()));
  batch.ids.push_back(id);
  batch.replies.emplace_back();
  ++batch.missing;
}

void Scheduler::drop(Batch& batch, std::size_t at) {
  if (open_.erase(batch.ids[at]) == 0) return;
  world_.cancel(batch.ids[at]);
  --batch.missing;
}

Task<bool> Scheduler::replies(Batch& batch, const CancelScope& scope, std::uint8_t wakes) {
  if (batch.missing > 0) {
    Waiter waiter;
    waiter.scope = &scope;
    waiter.wakes = wakes;
    batch.waiter = &waiter;
    const Woken woken = co_await park(waiter);
    batch.waiter = nullptr;
    if (woken == Woken::cancelled && batch.missing > 0) {
      for (std::size_t i = 0; i < batch.ids.size(); ++i) drop(batch, i);
      co_return false;
    }
  }
  co_return true;
}

}  // namespace failc::run
