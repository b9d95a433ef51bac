#pragma once
// The system's time and dice, read once a run; everything below gets them as arguments.
#include <cstdint>
#include <string>

namespace failc::tools {

struct Moment {
  std::string iso;      // "2025-01-31T12:00:00Z"
  std::string compact;  // "20250131T120000Z"
};
Moment now_utc();
/// From the kernel. At most 2^32 - 1, since people type it.
std::uint64_t random_seed();
/// Distinct for every run on this host: the mark that its processes carry.
std::string run_mark(const Moment& moment);

}  // namespace failc::tools
