#pragma once
// A server's round trip time: an exponentially weighted average, and the least of the last ten samples.
#include <chrono>
#include <deque>
#include <optional>

namespace failc::sdam {

class RoundTripTime {
 public:
  using Nanos = std::chrono::nanoseconds;

  RoundTripTime() = default;
  /// Goes on from an average, 0 included, without its samples.
  explicit RoundTripTime(std::optional<Nanos> average) : average_(average) {}

  /// A negative sample (a clock that is not monotonic) counts as 0.
  void add(Nanos sample);
  void reset();

  std::optional<Nanos> average() const { return average_; }
  /// 0 until there are two samples.
  Nanos min() const;

 private:
  std::optional<Nanos> average_;
  std::deque<Nanos> recent_;  // at most ten
};

}  // namespace failc::sdam
