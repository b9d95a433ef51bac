#include "interpreter/live_cluster/marked.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "interpreter/host/fd.hpp"
#include "interpreter/systems/automation/names.hpp"

namespace failc::live_cluster {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// The value of `name` among NUL-ended KEY=VALUE strings; empty where it is not there.
std::string value_of(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::string_view entry = environment.substr(0, environment.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') return std::string(entry.substr(name.size() + 1));
    environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
  }
  return {};
}

/// Drops those that are gone by `until`.
void await_end(std::vector<host::ProcessStat>& processes, Clock::time_point until) {
  for (;;) {
    std::vector<host::Fd> handles;
    std::vector<pollfd> waits;
    std::erase_if(processes, [&](const host::ProcessStat& process) {
      host::Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
      const auto stat = host::stat_of(process.pid);
      if (!handle || !stat || stat->start_time != process.start_time || !stat->living()) return true;
      waits.push_back({handle.get(), POLLIN, 0});
      handles.push_back(std::move(handle));
      return false;
    });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (processes.empty() || left <= 0) return;
    if (::poll(waits.data(), waits.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000))) < 0 && errno != EINTR) return;
  }
}

}  // namespace

std::string absolute(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(path, failed);
  return (failed ? std::filesystem::path(path) : whole).lexically_normal().string();
}

bool same_file(const std::string& one, const std::string& other) {
  std::error_code absent;
  return absolute(one) == absolute(other) || std::filesystem::equivalent(one, other, absent);
}

std::vector<std::pair<std::string, std::string>> server_marks(const std::string& config, const std::string& process, const std::string& fingerprint) {
  return {{std::string(automation::kConfigMark), config}, {std::string(automation::kProcessMark), process}, {std::string(automation::kFingerprintMark), fingerprint}};
}

std::vector<std::pair<std::string, std::string>> agent_marks(const std::string& config) { return {{std::string(automation::kConfigMark), config}}; }

std::vector<Marked> marked_processes(const std::string& config) {
  std::vector<Marked> found;
  const std::string mark = std::string(automation::kConfigMark) + "=" + config;
  // The environment first: most processes have no such mark, and those of others cannot be read.
  for (const pid_t pid : host::all_pids()) {
    const std::string environment = host::environment_of(pid);
    if (pid == ::getpid() || !host::has_entry(environment, mark) || host::user_of(pid) != ::geteuid()) continue;
    auto stat = host::stat_of(pid);
    if (!stat || !stat->living()) continue;
    found.push_back({std::move(*stat), value_of(environment, automation::kProcessMark), value_of(environment, automation::kFingerprintMark)});
  }
  std::stable_sort(found.begin(), found.end(), [](const Marked& a, const Marked& b) { return a.stat.start_time < b.stat.start_time; });
  return found;
}

Status end_processes(const std::vector<host::ProcessStat>& processes, Nanos grace) {
  std::vector<host::ProcessStat> left = processes;
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (const host::ProcessStat& process : left) host::send_signal(process.pid, process.start_time, signal);
    await_end(left, Clock::now() + (signal == SIGTERM ? grace : Nanos(5s)));
  }
  if (left.empty()) return Done{};
  std::string names;
  for (const host::ProcessStat& process : left) names += (names.empty() ? "" : ", ") + std::to_string(process.pid) + " (" + process.program + ")";
  return Error{"still alive: " + names};
}

}  // namespace failc::live_cluster
