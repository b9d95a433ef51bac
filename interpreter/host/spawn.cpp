#include "interpreter/host/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <cstring>
#include <map>

#include "interpreter/host/fd.hpp"

namespace failc::host {
namespace {

namespace bp = boost::process;

struct Setup {
  const char* folder;
  int input, output, error;
  int report;  // takes errno when a step fails; closed by a successful exec
};

/// In the child, between fork and exec: system calls only.
void set_up(const Setup& setup) {
  const auto check = [&](bool done) {
    if (done) return;
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(setup.report, &reason, sizeof reason);
    ::_exit(127);
  };
  check(::setsid() != -1);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int ignored : {SIGPIPE, SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGQUIT}) ::signal(ignored, SIG_DFL);
  // What this process itself inherited must not go on.
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  check(::dup2(setup.input, 0) == 0);
  check(::dup2(setup.output, 1) == 1);
  check(::dup2(setup.error, 2) == 2);
  if (*setup.folder) check(::chdir(setup.folder) == 0);
}

bool executable(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

bool holds_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

/// Above 2, so that moving it onto 0, 1 or 2 cannot overwrite another.
Fd above_standard(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

}  // namespace

Result<std::string> find_program(const std::string& program, const std::string& search_path, const std::string& folder) {
  if (program.empty()) return Error{"the program's name is empty"};
  if (program.find('/') != std::string::npos) {
    const std::string path = program[0] == '/' || folder.empty() ? program : folder + "/" + program;
    if (::access(path.c_str(), F_OK) != 0) return Error{"`" + program + "` was not found: " + std::strerror(errno)};
    struct stat info;
    if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return Error{"`" + program + "` cannot be executed: it is a folder"};
    if (!executable(path)) return Error{"`" + program + "` cannot be executed: permission denied"};
    return path;
  }
  std::string refused;
  std::size_t begin = 0;
  while (begin <= search_path.size()) {
    const std::size_t end = std::min(search_path.find(':', begin), search_path.size());
    const std::string entry = search_path.substr(begin, end - begin);
    begin = end + 1;
    if (entry.empty()) continue;  // the working folder is never searched
    const std::string path = entry + "/" + program;
    if (executable(path)) return path;
    if (::access(path.c_str(), F_OK) == 0 && refused.empty()) refused = path;
  }
  if (!refused.empty()) return Error{"`" + refused + "` cannot be executed: permission denied"};
  return Error{"`" + program + "` was not found in PATH; install it, or name it with its whole path"};
}

std::string beside_this(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return program;
  const std::string self(path, static_cast<std::size_t>(length));
  const std::string candidate = self.substr(0, self.rfind('/') + 1) + program;
  return executable(candidate) ? candidate : program;
}

Result<pid_t> spawn(const SpawnOptions& options) {
  if (options.argv.empty()) return Error{"the argument list is empty"};
  for (const std::string& argument : options.argv) {
    if (holds_nul(argument)) return Error{"an argument of `" + options.argv[0] + "` holds a NUL byte"};
  }
  std::map<std::string, std::string> merged;
  for (char** entry = ::environ; *entry; ++entry) {
    const char* equals = std::strchr(*entry, '=');
    if (equals) merged[std::string(*entry, static_cast<std::size_t>(equals - *entry))] = equals + 1;
  }
  for (const auto& [key, value] : options.environment) {
    if (key.empty() || key.find('=') != std::string::npos || holds_nul(key) || holds_nul(value)) {
      return Error{"the environment of `" + options.argv[0] + "` holds a name or value that cannot be passed on"};
    }
    merged[key] = value;
  }
  const auto found = find_program(options.argv[0], merged["PATH"], options.folder);
  if (!found) return found.error();

  std::vector<std::string> entries;
  for (const auto& [key, value] : merged) entries.push_back(key + "=" + value);
  std::vector<char*> environment, arguments;
  for (std::string& entry : entries) environment.push_back(entry.data());
  environment.push_back(nullptr);
  std::vector<std::string> argv = options.argv;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  const Fd null_device(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device) return Error{std::string("`/dev/null` cannot be opened: ") + std::strerror(errno)};
  const Fd input = above_standard(options.input < 0 ? null_device.get() : options.input);
  const Fd output = above_standard(options.output < 0 ? null_device.get() : options.output);
  const Fd error = above_standard(options.error < 0 ? null_device.get() : options.error);
  int ends[2];
  if (!input || !output || !error || ::pipe2(ends, O_CLOEXEC) != 0) {
    return Error{"`" + options.argv[0] + "` cannot be started: " + std::strerror(errno)};
  }
  const Fd report_read(ends[0]);
  Fd report_write(ends[1]);
  const Setup setup{options.folder.c_str(), input.get(), output.get(), error.get(), report_write.get()};

  // Boost.Process forks, executes and tells why exec failed. What it would ignore (a folder that cannot be entered)
  // is reported by `set_up`.
  std::error_code failed;
  pid_t pid = -1;
  try {
    bp::child child(bp::exe = *found, bp::args = std::vector<std::string>{}, failed, bp::extend::on_exec_setup = [&](auto& executor) {
      executor.cmd_line = arguments.data();
      executor.env = environment.data();
      set_up(setup);
    });
    pid = child.id();
    child.detach();
  } catch (const std::exception& problem) {
    return Error{"`" + options.argv[0] + "` cannot be started: " + problem.what()};
  }
  report_write.reset();
  if (failed) return Error{"`" + options.argv[0] + "` cannot be executed: " + failed.message()};
  int reason = 0;
  ssize_t got;
  do got = ::read(report_read.get(), &reason, sizeof reason);
  while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof reason)) {
    ::waitpid(pid, nullptr, 0);
    return Error{"`" + options.argv[0] + "` cannot be started in `" + options.folder + "`: " + std::strerror(reason)};
  }
  return pid;
}

}  // namespace failc::host
