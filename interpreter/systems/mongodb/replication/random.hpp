#pragma once
// splitmix64 (Steele, Lea, Flood 2014): all the randomness of a replica comes from one seed.
#include <chrono>
#include <cstdint>

namespace failc::replication {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// In [0, bound); 0 when `bound` is.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  std::chrono::nanoseconds below(std::chrono::nanoseconds bound) {
    return std::chrono::nanoseconds(bound.count() <= 0 ? 0 : below(static_cast<std::uint64_t>(bound.count())));
  }

 private:
  std::uint64_t state_;
};

}  // namespace failc::replication
