#include "tools/failc/queue.hpp"

#include <algorithm>
#include <utility>

namespace failc::tools {

std::list<Work>::iterator Queue::first_free() {
  return std::find_if(waiting_.begin(), waiting_.end(), [this](const Work& work) {
    return std::none_of(work.claims.begin(), work.claims.end(), [this](std::int64_t claim) { return claimed_.contains(claim); });
  });
}

Work Queue::hand_out(std::list<Work>::iterator at) {
  Work work = std::move(*at);
  waiting_.erase(at);
  claimed_.insert(work.claims.begin(), work.claims.end());
  return work;
}

std::optional<Work> Queue::take() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty()) {
    // Something is claimed where nothing is free, and its end is told.
    if (const auto at = first_free(); at != waiting_.end()) return hand_out(at);
    changed_.wait(lock);
  }
  return std::nullopt;
}

std::optional<Work> Queue::take_of(std::size_t file) {
  const std::lock_guard lock(mutex_);
  const auto at = first_free();
  if (at == waiting_.end() || at->file != file || at->attempt > 1) return std::nullopt;
  return hand_out(at);
}

void Queue::finish(const Work& work, bool again) {
  const std::lock_guard lock(mutex_);
  for (const std::int64_t claim : work.claims) claimed_.erase(claim);
  if (again) {
    waiting_.push_front(work);
    ++waiting_.front().attempt;
  }
  changed_.notify_all();
}

void Queue::add(Work work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_front(std::move(work));
  changed_.notify_all();
}

void Queue::stop() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  changed_.notify_all();
}

void Queue::drop(std::size_t file) {
  const std::lock_guard lock(mutex_);
  waiting_.remove_if([file](const Work& work) { return work.file == file; });
  changed_.notify_all();
}

}  // namespace failc::tools
