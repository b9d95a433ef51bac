#include "interpreter/run/dice.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace failc::run {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u;

std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) { return scramble(scramble(hash + kGolden) ^ (value + kGolden)); }

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  std::uint64_t folded = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : text) folded = (folded ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix(mix(hash, folded), text.size());
}

std::uint64_t Dice::next() {
  state_ += kGolden;
  return scramble(state_);
}

std::uint64_t Dice::below(std::uint64_t bound) {
  const std::uint64_t rest = (0 - bound) % bound;  // 2^64 mod bound: that many of the smallest values would be too likely
  std::uint64_t value = next();
  while (value < rest) value = next();
  return value % bound;
}

std::vector<std::uint32_t> draw(Dice dice, std::uint32_t size, std::uint32_t count) {
  std::vector<std::uint32_t> all(size);
  std::iota(all.begin(), all.end(), 0u);
  count = std::min(count, size);
  for (std::uint32_t i = 0; i < count; ++i) std::swap(all[i], all[i + dice.below(size - i)]);
  all.resize(count);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace failc::run
