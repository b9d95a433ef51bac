#include "tools/failc/queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace failc::tools {
namespace {

std::vector<Work> work(std::initializer_list<Work> all) { return all; }

TEST(Queue, HandsOutInOrderAndOnce) {
  Queue queue(work({{0, 0, 1, {}}, {0, 1, 1, {}}, {1, 0, 1, {}}}));
  EXPECT_EQ(queue.take()->scenario, 0u);
  EXPECT_EQ(queue.take_of(0)->scenario, 1u);
  EXPECT_FALSE(queue.take_of(0)) << "the next one is of another file";
  EXPECT_EQ(queue.take()->file, 1u);
  EXPECT_FALSE(queue.take());
}

TEST(Queue, WhatClaimsTheSamePortWaits) {
  Queue queue(work({{0, 0, 1, {80, 81}}, {0, 1, 1, {81}}, {0, 2, 1, {82}}}));
  const auto first = queue.take();
  EXPECT_EQ(queue.take()->scenario, 2u) << "the second one waits";
  EXPECT_FALSE(queue.take_of(0));
  std::atomic<bool> taken{false};
  std::thread waiting([&] {
    EXPECT_EQ(queue.take()->scenario, 1u);
    taken = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(taken);
  queue.finish(*first, false);
  waiting.join();
  EXPECT_TRUE(taken);
}

TEST(Queue, AnotherAttemptComesNextAndAlone) {
  Queue queue(work({{0, 0, 1, {}}, {0, 1, 1, {}}}));
  queue.finish(*queue.take(), true);
  EXPECT_FALSE(queue.take_of(0)) << "it has a session of its own";
  const auto again = queue.take();
  EXPECT_EQ(again->scenario, 0u);
  EXPECT_EQ(again->attempt, 2u);
  EXPECT_EQ(queue.take()->scenario, 1u);
}

TEST(Queue, StoppedOrDroppedIsNotHandedOut) {
  Queue queue(work({{0, 0, 1, {}}, {0, 1, 1, {}}, {1, 0, 1, {7}}, {1, 1, 1, {7}}}));
  queue.drop(0);
  const auto running = queue.take();
  EXPECT_EQ(running->file, 1u);
  std::thread waiting([&] { EXPECT_FALSE(queue.take()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  queue.stop();
  waiting.join();
  queue.finish(*running, false);
  EXPECT_FALSE(queue.take());
}

}  // namespace
}  // namespace failc::tools
