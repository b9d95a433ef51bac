#pragma once
// Randomness from a seed and names alone: the same on every machine, and a draw depends on nothing but what it is for.
#include <cstdint>
#include <string_view>
#include <vector>

namespace failc::run {

/// Mixes `value` into `hash`, well enough that near values give unrelated results.
std::uint64_t mix(std::uint64_t hash, std::uint64_t value);
std::uint64_t mix(std::uint64_t hash, std::string_view text);

/// SplitMix64.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [0, bound), without the bias of a remainder; `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// `count` distinct numbers below `size` in ascending order; all of them where there are fewer.
std::vector<std::uint32_t> draw(Dice dice, std::uint32_t size, std::uint32_t count);

}  // namespace failc::run
