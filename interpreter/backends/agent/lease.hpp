#pragma once
// The sign of life that keeps the agent from ending a run.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "interpreter/host/fd.hpp"

namespace failc::agent {

/// Says `lease` over a connection of its own, at once and then every third of `length`, until it is destroyed or the agent is gone. It has a
/// thread of its own: a failc that computes for long, or waits until somebody reads what it prints, is not a dead one.
class LeaseKeeper {
 public:
  LeaseKeeper(host::Fd connection, std::chrono::nanoseconds length);

 private:
  void keep(const std::stop_token& over, std::chrono::nanoseconds length);

  host::Fd connection_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last member: it ends before what it uses
};

}  // namespace failc::agent
