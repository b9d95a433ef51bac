#include "tools/failc/moment.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"

namespace failc::tools {
namespace {

std::uint32_t random_word() {
  std::uint32_t word = 0;
  while (::getrandom(&word, sizeof word, 0) != sizeof word)
    if (errno != EINTR) FAILC_BUG("the kernel has no random bytes");
  return word;
}

}  // namespace

Moment now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  const auto date = [&](const char* pattern) {
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, pattern, &parts));
  };
  return {date("%Y-%m-%dT%H:%M:%SZ"), date("%Y%m%dT%H%M%SZ")};
}

std::uint64_t random_seed() { return random_word(); }

std::string run_mark(const Moment& moment) { return fmt::format("{}-{}-{:08x}", moment.compact, ::getpid(), random_word()); }

}  // namespace failc::tools
