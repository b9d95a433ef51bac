#pragma once
// failc's own mistakes stop it at once, with the place in failc's source.
#include <cstdio>
#include <cstdlib>

namespace failc {
[[noreturn]] inline void bug(const char* what, const char* file, int line) {
  std::fprintf(stderr, "failc: internal error: %s (%s:%d); please report it with the input\n", what, file, line);
  std::abort();
}
}  // namespace failc

#define FAILC_BUG(what) ::failc::bug(what, __FILE__, __LINE__)
#define FAILC_ASSERT(condition) ((condition) ? void(0) : ::failc::bug(#condition, __FILE__, __LINE__))
