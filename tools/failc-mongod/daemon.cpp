#include "tools/failc-mongod/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tools/failc-mongod/exit_code.hpp"

namespace failc::mongod_host {
namespace {

constexpr int kPatience = 600000;  // milliseconds; a long journal takes its time

void leave_terminal() {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) return;
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  ::close(nothing);
}

int wait_for(pid_t child, int pipe) {
  char byte;
  pollfd ready{pipe, POLLIN, 0};
  int answered = 0;
  do answered = ::poll(&ready, 1, kPatience);
  while (answered < 0 && errno == EINTR);
  if (answered > 0 && ::read(pipe, &byte, 1) == 1) {
    std::printf("child process started successfully, parent exiting\n");
    return kClean;
  }
  if (answered == 0) {
    std::fprintf(stderr, "failc-mongod: the child process, %d, was not ready within %d s\n", static_cast<int>(child), kPatience / 1000);
    return kFailure;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kFailure;
  std::fprintf(stderr, "failc-mongod: the child process failed, exited with %d\n", code);
  return code == 0 ? kFailure : code;
}

}  // namespace

void Readiness::declare() {
  if (pipe_ < 0) return;
  leave_terminal();
  const ssize_t told = ::write(pipe_, "r", 1);
  static_cast<void>(told);  // a parent that is gone need not be told
  ::close(pipe_);
  pipe_ = -1;
}

int run_as_daemon(const std::function<int(Readiness)>& serve) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    std::fprintf(stderr, "failc-mongod: no pipe to be had: %s\n", std::strerror(errno));
    return kFailure;
  }
  std::printf("about to fork child process, waiting until server is ready for connections.\n");
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    std::fprintf(stderr, "failc-mongod: no process to be had: %s\n", std::strerror(errno));
    return kFailure;
  }
  if (child == 0) {
    ::close(ends[0]);
    ::setsid();
    if (::chdir("/") != 0) return kFailure;
    return serve(Readiness(ends[1]));
  }
  ::close(ends[1]);
  std::printf("forked process: %d\n", static_cast<int>(child));
  std::fflush(stdout);
  const int code = wait_for(child, ends[0]);
  ::close(ends[0]);
  return code;
}

}  // namespace failc::mongod_host
