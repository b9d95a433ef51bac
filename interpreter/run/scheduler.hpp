#pragma once
// Fibers over one World: resumes those whose wait is over, and asks the World for the next event when none is.
// No clock and no I/O of its own; the order of everything follows from the World's events alone.
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "interpreter/backend/world.hpp"
#include "interpreter/run/cancel.hpp"
#include "interpreter/run/task.hpp"

namespace failc::run {

using backend::Instant;

/// What a parked fiber may be woken by, beside its time and its cancellation.
enum Wake : std::uint8_t { kNothing = 0, kNode = 1, kLog = 2, kFile = 4, kOwn = 8, kStop = 16, kMeet = 32 };

enum class Woken : std::uint8_t { due, event, cancelled };

/// One suspended fiber. Lives in its frame for as long as it is parked.
struct Waiter {
  std::coroutine_handle<> handle;
  const CancelScope* scope = nullptr;
  std::optional<Instant> until;
  std::uint8_t wakes = kNothing;
  Woken woken = Woken::event;
  std::uint64_t order = 0;  // ties between equal instants
  bool parked = false;
};

/// A task of its own, started by `spawn`. Destroyed only when done.
class Fiber {
 public:
  bool done() const { return done_; }

 private:
  friend class Scheduler;
  std::optional<Task<bool>> task_;
  bool done_ = false;
  std::vector<Waiter*> joiners_;
};

/// Requests sent together; complete when each is answered or dropped.
struct Batch {
  std::vector<backend::RequestId> ids;
  std::vector<std::optional<backend::Reply>> replies;
  std::size_t missing = 0;
  Waiter* waiter = nullptr;
};

class Scheduler {
 public:
  /// `observe` sees every event before any fiber does, and says what it wakes, beside who waits for the reply.
  Scheduler(backend::World& world, std::function<std::uint8_t(const backend::Event&)> observe);

  Instant now() { return world_.now(); }
  backend::World& world() { return world_; }

  /// Runs `root`, and every fiber it spawns, until `root` is done.
  void run(Task<bool>& root);

  std::unique_ptr<Fiber> spawn(Task<bool> task);
  /// Ends every wait below `scope` at once. The first reason stays.
  void cancel(CancelScope& scope, Reason reason);
  /// Wakes those that wait for any of `wakes`.
  void wake(std::uint8_t wakes);

  // A deadline on a scope, taken back by `clear_deadline`.
  void set_deadline(CancelScope& scope, Instant at);
  void clear_deadline(CancelScope& scope);

  /// Suspends until `until`, an event of `wakes`, or cancellation.
  struct Park {
    Scheduler& scheduler;
    Waiter& waiter;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) noexcept;
    Woken await_resume() const noexcept { return waiter.woken; }
  };
  Park park(Waiter& waiter) { return Park{*this, waiter}; }

  /// Sends one request as part of `batch`.
  void submit(Batch& batch, backend::Request request, Instant deadline, std::optional<Instant> wait_until);
  /// No reply to request `at` of `batch` is wanted any more.
  void drop(Batch& batch, std::size_t at);
  /// Waits until every request of `batch` is answered, or an event of `wakes` comes; false where `scope` was cancelled first: then what is
  /// open is cancelled too.
  Task<bool> replies(Batch& batch, const CancelScope& scope, std::uint8_t wakes = kNothing);
  /// Waits for `fiber`'s end, whatever is cancelled: a cancelled fiber ends by itself.
  Task<bool> join(Fiber& fiber);

 private:
  friend struct Park;
  void unpark(Waiter& waiter, Woken woken);
  void drain();
  void resume(std::coroutine_handle<> handle);
  void dispatch(backend::Event event);
  Instant earliest() const;
  void fire_timers(Instant now);
  Task<bool> follow(Fiber& fiber, Task<bool> task);

  struct Earlier {
    bool operator()(const Waiter* a, const Waiter* b) const { return *a->until != *b->until ? *a->until < *b->until : a->order < b->order; }
  };
  struct Deadline {
    Instant at;
    CancelScope* scope;
  };

  backend::World& world_;
  std::function<std::uint8_t(const backend::Event&)> observe_;
  Trampoline trampoline_;
  std::vector<std::coroutine_handle<>> ready_;
  std::size_t ready_head_ = 0;
  std::vector<Waiter*> parked_;            // in the order in which they were parked
  std::set<Waiter*, Earlier> timers_;
  std::vector<Deadline> deadlines_;
  std::unordered_map<backend::RequestId, std::pair<Batch*, std::size_t>> open_;
  std::uint64_t order_ = 0;
};

}  // namespace failc::run
