#pragma once
// Work for several threads.
#include <cstddef>
#include <functional>

namespace failc::tools {

inline constexpr unsigned kMostJobs = 1000;

/// How many this process may use: at least one.
unsigned processors();

/// Calls `work` for each number below `count`, on up to `jobs` threads: each takes the next number when it is free. The caller's is one of them, so that one
/// job needs no other. Where the system gives fewer threads, those it gave do all. `work` does not throw.
void in_parallel(unsigned jobs, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace failc::tools
