#include "interpreter/run/scheduler.hpp"

#include <gtest/gtest.h>

#include "interpreter/backend/fake.hpp"

namespace failc::run {
namespace {

using namespace std::chrono_literals;

struct Fixture : ::testing::Test {
  backend::FakeWorld world;
  Scheduler scheduler{world, [](const backend::Event&) -> std::uint8_t { return kNode; }};
  std::vector<std::string> seen;
};

Task<bool> sleep(Scheduler& scheduler, const CancelScope& scope, Nanos length, std::vector<std::string>& seen, const char* name) {
  Waiter waiter;
  waiter.scope = &scope;
  waiter.until = scheduler.now() + length;
  const Woken woken = co_await scheduler.park(waiter);
  seen.push_back(std::string(name) + (woken == Woken::cancelled ? " cancelled" : " due"));
  co_return woken != Woken::cancelled;
}

using Scheduling = Fixture;

TEST_F(Scheduling, ManyTasksThatEndAtOnceNeedNoStack) {
  struct Loop {
    static Task<bool> nothing() { co_return true; }
    static Task<bool> all(int count) {
      for (int i = 0; i < count; ++i) {
        Task<bool> task = nothing();
        co_await task;
      }
      co_return true;
    }
  };
  Task<bool> root = Loop::all(1'000'000);
  scheduler.run(root);
  EXPECT_TRUE(root.result());
}

TEST_F(Scheduling, ManyTasksThatWaitNeedNoStack) {
  struct Loop {
    static Task<bool> all(Scheduler& scheduler, const CancelScope& scope, std::vector<std::string>& seen) {
      for (int i = 0; i < 50'000; ++i) {
        Task<bool> task = sleep(scheduler, scope, 1ms, seen, "x");
        co_await task;
      }
      co_return true;
    }
  };
  const CancelScope scope(nullptr);
  Task<bool> root = Loop::all(scheduler, scope, seen);
  scheduler.run(root);
  EXPECT_EQ(world.now(), 50s);
}

TEST_F(Scheduling, CancellingAScopeLeavesShieldedAndOtherOnesAlone) {
  struct Root {
    static Task<bool> all(Scheduler& scheduler, std::vector<std::string>& seen) {
      CancelScope outer(nullptr), other(nullptr);
      const CancelScope inner(&outer), shield(&outer, true);
      std::vector<std::unique_ptr<Fiber>> fibers;
      Task<bool> a = sleep(scheduler, inner, 9s, seen, "inner");
      Task<bool> b = sleep(scheduler, shield, 2s, seen, "shielded");
      Task<bool> c = sleep(scheduler, other, 3s, seen, "other");
      fibers.push_back(scheduler.spawn(std::move(a)));
      fibers.push_back(scheduler.spawn(std::move(b)));
      fibers.push_back(scheduler.spawn(std::move(c)));
      scheduler.set_deadline(outer, 1s);
      for (auto& fiber : fibers) {
        Task<bool> joining = scheduler.join(*fiber);
        co_await joining;
      }
      co_return true;
    }
  };
  Task<bool> root = Root::all(scheduler, seen);
  scheduler.run(root);
  EXPECT_EQ(seen, (std::vector<std::string>{"inner cancelled", "shielded due", "other due"}));
  EXPECT_EQ(world.now(), 3s);
}

TEST_F(Scheduling, RepliesOfAnInstantComeBeforeItsTimers) {
  struct Root {
    static Task<bool> ask(Scheduler& scheduler, const CancelScope& scope, std::vector<std::string>& seen) {
      Batch batch;
      backend::Request request = backend::Exec{0, {"x"}, {}};
      scheduler.submit(batch, std::move(request), 1s, std::nullopt);
      Task<bool> waiting = scheduler.replies(batch, scope);
      const bool answered = co_await waiting;
      seen.push_back(answered ? "reply" : "cancelled");
      co_return true;
    }
    static Task<bool> all(Scheduler& scheduler, std::vector<std::string>& seen) {
      CancelScope scope(nullptr);
      Task<bool> a = sleep(scheduler, scope, 1s, seen, "timer");
      Task<bool> b = ask(scheduler, scope, seen);
      auto first = scheduler.spawn(std::move(a));
      auto second = scheduler.spawn(std::move(b));
      Task<bool> joining = scheduler.join(*first);
      co_await joining;
      Task<bool> joining_too = scheduler.join(*second);
      co_await joining_too;
      co_return true;
    }
  };
  world.on_request([](const backend::Request&, Nanos) { return backend::exec_reply(0, "", "", 1s); });
  Task<bool> root = Root::all(scheduler, seen);
  scheduler.run(root);
  EXPECT_EQ(seen, (std::vector<std::string>{"reply", "timer due"}));
}

}  // namespace
}  // namespace failc::run
