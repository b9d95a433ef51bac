#include "interpreter/host/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <climits>
#include <cstdio>
#include <cstring>

#include "interpreter/host/fd.hpp"

namespace failc::host {
namespace {

/// The whole of a small file of /proc.
std::string slurp(const char* path) {
  const Fd file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!file) return text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

std::optional<ProcessStat> parse(const std::string& text) {
  // The program's name may hold spaces and parentheses: the last `)` ends it.
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  ProcessStat stat;
  stat.program = text.substr(open + 1, close - open - 1);
  unsigned long long start = 0;
  long threads = 0;
  int pid = 0, parent = 0, group = 0, session = 0;
  if (std::sscanf(text.c_str(), "%d", &pid) != 1) return std::nullopt;
  if (std::sscanf(text.c_str() + close + 1, " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu", &stat.state,
                  &parent, &group, &session, &threads, &start) != 6) {
    return std::nullopt;
  }
  stat.pid = pid;
  stat.parent = parent;
  stat.group = group;
  stat.session = session;
  stat.threads = static_cast<int>(threads);
  stat.start_time = start;
  return stat;
}

}  // namespace

std::string boot_id() {
  std::string text = slurp("/proc/sys/kernel/random/boot_id");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::optional<ProcessStat> stat_of(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  return parse(slurp(path));
}

ProcessIdentity self() {
  const auto stat = stat_of(::getpid());
  return {::getpid(), stat ? stat->start_time : 0, boot_id()};
}

bool alive(const ProcessIdentity& identity) {
  if (identity.pid <= 0 || identity.boot != boot_id()) return false;
  const auto stat = stat_of(identity.pid);
  return stat && stat->start_time == identity.start_time && stat->living();
}

std::vector<pid_t> all_pids() {
  std::vector<pid_t> found;
  DIR* folder = ::opendir("/proc");
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder)) {
    pid_t pid = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, pid);
    if (parsed.ec != std::errc() || parsed.ptr != end) continue;
    found.push_back(pid);
  }
  ::closedir(folder);
  return found;
}

std::vector<ProcessStat> all_processes() {
  std::vector<ProcessStat> found;
  for (const pid_t pid : all_pids())
    if (auto stat = stat_of(pid)) found.push_back(std::move(*stat));
  return found;
}

std::optional<uid_t> user_of(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d", pid);
  struct stat info;
  if (::stat(path, &info) != 0) return std::nullopt;
  return info.st_uid;
}

std::string environment_of(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/environ", pid);
  return slurp(path);
}

std::string folder_of(pid_t pid) {
  char path[64], target[PATH_MAX];
  std::snprintf(path, sizeof path, "/proc/%d/cwd", pid);
  const ssize_t length = ::readlink(path, target, sizeof target);
  return {target, length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool has_entry(std::string_view environment, std::string_view entry) {
  while (!environment.empty()) {
    const auto end = environment.find('\0');
    if (environment.substr(0, end) == entry) return true;
    if (end == std::string_view::npos) return false;
    environment.remove_prefix(end + 1);
  }
  return false;
}

std::uint64_t ticks_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * ticks + static_cast<std::uint64_t>(now.tv_nsec) * ticks / 1'000'000'000u;
}

bool send_signal(pid_t pid, std::uint64_t start_time, int signal) {
  if (pid <= 1) return false;
  const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!handle) return false;
  const auto stat = stat_of(pid);
  if (!stat || stat->start_time != start_time) return false;
  return ::syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0) == 0;
}

std::optional<int> signal_number(std::string_view name) {
  if (name.starts_with("SIG")) name.remove_prefix(3);
  int number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size()) {
    return number > 0 && number < NSIG ? std::optional<int>(number) : std::nullopt;
  }
  for (int candidate = 1; candidate < NSIG; ++candidate) {
    const char* abbreviation = ::sigabbrev_np(candidate);
    if (abbreviation && name == abbreviation) return candidate;
  }
  return std::nullopt;
}

}  // namespace failc::host
