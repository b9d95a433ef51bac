#include "tools/failc/threads.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace failc::tools {

unsigned processors() { return std::max(1u, std::thread::hardware_concurrency()); }

void in_parallel(unsigned jobs, std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t index = next++; index < count; index = next++) work(index);
  };
  std::vector<std::thread> others;
  const std::size_t wanted = std::min<std::size_t>(jobs, count);
  while (others.size() + 1 < wanted) {
    try {
      others.emplace_back(loop);
    } catch (const std::system_error&) {
      break;
    }
  }
  loop();
  for (std::thread& other : others) other.join();
}

}  // namespace failc::tools
