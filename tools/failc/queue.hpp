#pragma once
// The scenarios of a run, for several threads to take.
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace failc::tools {

/// One scenario to be run. `claims`: the ports that it needs, of which the host has one each.
struct Work {
  std::size_t file = 0;
  std::uint32_t scenario = 0;
  unsigned attempt = 1;
  std::set<std::int64_t> claims;
};

/// Hands each out once, in order, but for those that claim what a running one has: they wait for it.
class Queue {
 public:
  explicit Queue(const std::vector<Work>& work) : waiting_(work.begin(), work.end()) {}

  /// The next one; waits where all that is left has to wait. Nothing: there is none any more.
  std::optional<Work> take();
  /// The same, without waiting, for whoever is at `file`: nothing where the next one is of another, or was begun before.
  std::optional<Work> take_of(std::size_t file);
  /// What was taken does not run any more. With `again`, its next attempt is the next to be taken.
  void finish(const Work& work, bool again);
  /// It is the next to be taken.
  void add(Work work);
  /// Nothing is handed out any more.
  void stop();
  /// Nothing of `file` is.
  void drop(std::size_t file);

 private:
  std::list<Work>::iterator first_free();
  Work hand_out(std::list<Work>::iterator at);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Work> waiting_;
  std::set<std::int64_t> claimed_;
};

}  // namespace failc::tools
