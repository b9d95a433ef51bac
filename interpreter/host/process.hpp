#pragma once
// Processes as /proc tells of them. A pid alone names nobody: it is used again. Pid, start time and boot together do.
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace failc::host {

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // field 22 of /proc/PID/stat: clock ticks since boot
  std::string boot;              // /proc/sys/kernel/random/boot_id
};

struct ProcessStat {
  pid_t pid = 0, parent = 0, group = 0, session = 0;
  char state = '?';
  std::uint64_t start_time = 0;
  int threads = 0;
  std::string program;  // comm, at most 15 bytes

  /// A zombie is over, unless it is only the first thread of a process that goes on.
  bool living() const { return (state != 'Z' && state != 'X') || threads > 1; }
  bool stopped() const { return state == 'T' || state == 't'; }
};

std::string boot_id();
/// This process.
ProcessIdentity self();
std::optional<ProcessStat> stat_of(pid_t pid);
/// Exactly this process, and not a zombie.
bool alive(const ProcessIdentity& identity);
/// Whatever /proc shows, zombies included.
std::vector<pid_t> all_pids();
/// All processes that /proc shows, zombies included.
std::vector<ProcessStat> all_processes();
/// The owner of a process; none where it is gone.
std::optional<uid_t> user_of(pid_t pid);
/// KEY=VALUE strings, each ended by a NUL; empty where it cannot be read, or while the process is inside exec.
std::string environment_of(pid_t pid);
/// Its working folder; empty where that cannot be read.
std::string folder_of(pid_t pid);
/// Whether such an environment holds exactly `entry` ("KEY=VALUE").
bool has_entry(std::string_view environment, std::string_view entry);
/// Clock ticks since boot, to be held against start times.
std::uint64_t ticks_since_boot();

/// Sends `signal` if the pid still belongs to the process that began at `start_time`; through a pidfd, so that no
/// other process can be hit between the look and the signal. False where that process is gone.
bool send_signal(pid_t pid, std::uint64_t start_time, int signal);

/// `TERM`, `SIGTERM` or a number as text.
std::optional<int> signal_number(std::string_view name);

}  // namespace failc::host
