#pragma once
// Coroutines for the single-threaded runner: a Task runs when it is awaited and is destroyed by whoever holds it.
// Nothing here recurses when tasks finish one after the other: a finished task hands its awaiter to the trampoline.
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "grammar/base/bug.hpp"

namespace failc::run {

/// Whom to resume next. The scheduler owns it and resumes what it finds until it is empty.
struct Trampoline {
  std::coroutine_handle<> next;
};

struct PromiseBase {
  std::coroutine_handle<> awaiter;   // empty: nobody waits yet, or a root
  Trampoline* trampoline = nullptr;  // set by whoever starts the task

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) const noexcept {
      PromiseBase& promise = self.promise();
      if (promise.awaiter) promise.trampoline->next = promise.awaiter;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept { FAILC_BUG("an exception reached the scheduler"); }
};

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : PromiseBase {
    std::optional<T> value;
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_value(T result) { value.emplace(std::move(result)); }
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  /// Runs the task at once; goes on without suspending where it finishes at once.
  template <class P>
  bool await_suspend(std::coroutine_handle<P> parent) noexcept {
    start(*parent.promise().trampoline);
    if (handle_.done()) return false;
    handle_.promise().awaiter = parent;
    return true;
  }
  T await_resume() { return std::move(*handle_.promise().value); }

  // For roots, which nobody awaits.
  void start(Trampoline& trampoline) {
    handle_.promise().trampoline = &trampoline;
    handle_.resume();
  }
  /// The handle that starts it when resumed.
  std::coroutine_handle<> prepare(Trampoline& trampoline) {
    handle_.promise().trampoline = &trampoline;
    return handle_;
  }
  bool done() const { return handle_.done(); }
  T& result() { return *handle_.promise().value; }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace failc::run
