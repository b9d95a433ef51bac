#include "interpreter/host/locks.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

#include "interpreter/host/fd.hpp"

namespace failc::host {

std::optional<pid_t> lock_holder(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!file || ::fstat(file.get(), &info) != 0) return std::nullopt;
  // Inode numbers alone could mean another file system's file.
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  std::ifstream locks("/proc/locks");
  std::string line;
  while (std::getline(locks, line)) {
    // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF; those that wait for it have a `->` before the kind.
    unsigned major = 0, minor = 0;
    unsigned long inode = 0;
    int pid = 0;
    if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major, &minor, &inode) != 4) continue;
    if (inode == info.st_ino && pid > 0) return pid;
  }
  return std::nullopt;
}

}  // namespace failc::host
