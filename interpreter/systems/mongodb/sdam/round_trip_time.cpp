#include "interpreter/systems/mongodb/sdam/round_trip_time.hpp"

#include <algorithm>
#include <cmath>

namespace failc::sdam {
namespace {
constexpr double kAlpha = 0.2;
constexpr std::size_t kRecent = 10;
}  // namespace

void RoundTripTime::add(Nanos sample) {
  sample = std::max(sample, Nanos{});
  average_ = average_
                 ? Nanos(std::llround(kAlpha * static_cast<double>(sample.count()) + (1 - kAlpha) * static_cast<double>(average_->count())))
                 : sample;
  recent_.push_back(sample);
  if (recent_.size() > kRecent) recent_.pop_front();
}

void RoundTripTime::reset() {
  average_.reset();
  recent_.clear();
}

RoundTripTime::Nanos RoundTripTime::min() const { return recent_.size() < 2 ? Nanos{} : *std::min_element(recent_.begin(), recent_.end()); }

}  // namespace failc::sdam
