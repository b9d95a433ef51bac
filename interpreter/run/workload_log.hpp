#pragma once
// What a workload has done so far, and what can be asked of it.
#include <string>
#include <vector>

#include "interpreter/backend/world.hpp"
#include "interpreter/eval/eval.hpp"
#include "interpreter/value/value.hpp"

namespace failc::run {

/// One invocation that has ended.
struct Invocation {
  backend::Instant begin{}, end{};
  eval::OutcomeKind outcome = eval::OutcomeKind::ok;
  Value first;  // its first argument
};

class WorkloadLog {
 public:
  explicit WorkloadLog(std::string name) : name_(std::move(name)) {}

  void started(backend::Instant at);
  void stopped(backend::Instant at);
  /// `count` invocations that could not begin when they were due.
  void missed(backend::Instant at, std::uint64_t count) { missed_.emplace_back(at, (missed_.empty() ? 0 : missed_.back().second) + count); }
  void ended(Invocation invocation);
  std::int64_t next_counter() { return ++counter_; }

  /// ok failed unknown errors total missed acknowledged unacknowledged rate p50 p90 p99 max, over all or over the last `window`.
  Value statistic(const std::string& name, const Nanos* window, backend::Instant now) const;

 private:
  std::size_t count(eval::OutcomeKind outcome, std::size_t from) const;
  Value arguments(bool acknowledged, std::size_t from) const;
  Value latency(const std::string& name, std::size_t from) const;
  Nanos active(backend::Instant from, backend::Instant now) const;

  std::string name_;
  std::vector<Invocation> invocations_;  // by their ends
  std::vector<std::pair<backend::Instant, std::uint64_t>> missed_;      // when, and how many until then
  std::vector<std::pair<backend::Instant, backend::Instant>> periods_;  // in which it ran; the last may be open (max)
  std::size_t counts_[3] = {0, 0, 0};
  std::int64_t counter_ = 0;
};

}  // namespace failc::run
