#include "interpreter/host/interrupts.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string>

namespace failc::host {
namespace {

// A handler of signals has nothing else to go by. Both are lock-free.
std::atomic<int> pipe_end{-1};
std::atomic<bool> came{false};

void note(int) {
  const int before = errno;
  came = true;
  [[maybe_unused]] const ssize_t written = ::write(pipe_end, "!", 1);  // a full pipe has told already
  errno = before;
}

}  // namespace

Result<Fd> catch_interrupts() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return Error{std::string("no pipe can be made: ") + std::strerror(errno)};
  pipe_end = ends[1];
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
  return Fd(ends[0]);
}

bool interrupted() { return came; }

}  // namespace failc::host
