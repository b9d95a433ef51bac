#include "interpreter/run/workload_log.hpp"

#include <algorithm>

namespace failc::run {

using backend::Instant;
using eval::OutcomeKind;

void WorkloadLog::started(Instant at) { periods_.emplace_back(at, Instant::max()); }

void WorkloadLog::stopped(Instant at) {
  if (!periods_.empty()) periods_.back().second = at;
}

void WorkloadLog::ended(Invocation invocation) {
  ++counts_[static_cast<std::size_t>(invocation.outcome)];
  invocations_.push_back(std::move(invocation));
}

std::size_t WorkloadLog::count(OutcomeKind outcome, std::size_t from) const {
  if (from == 0) return counts_[static_cast<std::size_t>(outcome)];
  std::size_t found = 0;
  for (std::size_t i = from; i < invocations_.size(); ++i) found += invocations_[i].outcome == outcome;
  return found;
}

Value WorkloadLog::arguments(bool acknowledged, std::size_t from) const {
  List list;
  for (std::size_t i = from; i < invocations_.size(); ++i) {
    if ((invocations_[i].outcome == OutcomeKind::ok) == acknowledged) list.push_back(invocations_[i].first);
  }
  return list;
}

Value WorkloadLog::latency(const std::string& name, std::size_t from) const {
  std::vector<Nanos> taken;
  for (std::size_t i = from; i < invocations_.size(); ++i) {
    if (invocations_[i].outcome == OutcomeKind::ok) taken.push_back(invocations_[i].end - invocations_[i].begin);
  }
  if (taken.empty()) return Undefined{"no operation of " + name_ + " has ended ok"};
  if (name == "max") return *std::max_element(taken.begin(), taken.end());
  const std::size_t percent = name == "p50" ? 50 : name == "p90" ? 90 : 99;
  // The smallest latency that at least `percent` of them do not exceed.
  const std::size_t rank = (taken.size() * percent + 99) / 100;
  std::nth_element(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(rank - 1), taken.end());
  return taken[rank - 1];
}

Nanos WorkloadLog::active(Instant from, Instant now) const {
  Nanos sum{};
  for (const auto& [begin, end] : periods_) sum += std::max(Nanos{}, std::min(end, now) - std::max(begin, from));
  return sum;
}

Value WorkloadLog::statistic(const std::string& name, const Nanos* window, Instant now) const {
  const Instant start = window ? now - *window : Instant::min();
  std::size_t from = 0;
  if (window) {
    const auto first = std::partition_point(invocations_.begin(), invocations_.end(), [&](const Invocation& one) { return one.end < start; });
    from = static_cast<std::size_t>(first - invocations_.begin());
  }
  const auto number = [](std::size_t n) { return Value(static_cast<std::int64_t>(n)); };
  if (name == "ok") return number(count(OutcomeKind::ok, from));
  if (name == "failed") return number(count(OutcomeKind::failed, from));
  if (name == "unknown") return number(count(OutcomeKind::unknown, from));
  if (name == "errors") return number(count(OutcomeKind::failed, from) + count(OutcomeKind::unknown, from));
  if (name == "total") return number(invocations_.size() - from);
  if (name == "missed") {
    const auto first = std::partition_point(missed_.begin(), missed_.end(), [&](const auto& entry) { return entry.first < start; });
    const std::uint64_t before = first == missed_.begin() ? 0 : std::prev(first)->second;
    return number(missed_.empty() ? 0 : missed_.back().second - before);
  }
  if (name == "acknowledged") return arguments(true, from);
  if (name == "unacknowledged") return arguments(false, from);
  if (name == "rate") {
    const Nanos time = active(start, now);
    if (time <= Nanos{}) return Undefined{name_ + " has not run yet"};
    return static_cast<double>(count(OutcomeKind::ok, from)) / std::chrono::duration<double>(time).count();
  }
  return latency(name, from);
}

}  // namespace failc::run
