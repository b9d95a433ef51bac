#include "tools/failc-mongod/dbpath.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tools/failc-mongod/settings.hpp"

namespace failc::mongod_host {
namespace {

Error failed_with(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

std::string lock_path(const std::string& dbpath) { return dbpath + "/mongod.lock"; }

/// The id in a lock file, or 0.
int pid_in(int file) {
  char text[32] = {};
  if (::pread(file, text, sizeof text - 1, 0) <= 0) return 0;
  std::string word(text);
  while (!word.empty() && (word.back() == '\n' || word.back() == ' ')) word.pop_back();
  const Result<std::uint64_t> pid = to_number(word, "", 1, 1u << 30);
  return pid ? static_cast<int>(*pid) : 0;
}

Error in_use(const std::string& dbpath, int file) {
  const int pid = pid_in(file);
  return Error{"`" + dbpath + "` is in use: `mongod.lock` there is held by " +
               (pid == 0 ? "another process" : "process " + std::to_string(pid))};
}

/// Whether that process has this very file open. An id alone may by now be another program's.
bool has_open(int pid, const struct stat& file) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", none)) {
    struct stat other {};
    if (::stat(entry.path().c_str(), &other) == 0 && other.st_dev == file.st_dev && other.st_ino == file.st_ino) return true;
  }
  return false;
}

}  // namespace

Status DbpathLock::look(const std::string& dbpath) {
  struct stat folder {};
  if (::stat(dbpath.c_str(), &folder) != 0)
    return Error{"the data folder `" + dbpath + "` is not there; create it, or name another with `--dbpath`"};
  if (!S_ISDIR(folder.st_mode)) return Error{"the data folder `" + dbpath + "` is no folder"};
  return Done{};
}

Result<DbpathLock> DbpathLock::take(const std::string& dbpath) {
  if (const Status there = look(dbpath); !there) return there.error();
  const std::string path = lock_path(dbpath);
  host::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) return failed_with("`" + path + "` cannot be written");
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return in_use(dbpath, file.get());
    return failed_with("`" + path + "` cannot be locked");
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return failed_with("`" + path + "` cannot be written");
  return DbpathLock(std::move(file));
}

DbpathLock::~DbpathLock() {
  // An empty lock file says that the last one ended in order.
  if (file_ && ::ftruncate(file_.get(), 0) != 0) return;
}

Result<int> shut_down(const std::string& dbpath, std::chrono::seconds limit) {
  if (const Status there = DbpathLock::look(dbpath); !there) return there.error();
  const host::Fd file(::open(lock_path(dbpath).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  const Error nobody{"no failc-mongod runs on `" + dbpath + "`"};
  if (!file || ::fstat(file.get(), &info) != 0) return nobody;
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return nobody;
  const int pid = pid_in(file.get());
  if (pid == 0) return Error{"`" + lock_path(dbpath) + "` is held, but holds no process id"};
  // From here on the handle is of the process that had the id now; what is checked afterwards is checked of the same one.
  const host::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return failed_with("process " + std::to_string(pid) + " cannot be reached");
  if (!has_open(pid, info)) return Error{"`" + lock_path(dbpath) + "` names process " + std::to_string(pid) + ", which does not hold it"};
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0)
    return failed_with("process " + std::to_string(pid) + " cannot be signalled");
  pollfd gone{process.get(), POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&gone, 1, static_cast<int>(std::chrono::milliseconds(limit).count()));
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return Error{"process " + std::to_string(pid) + " did not end within " + std::to_string(limit.count()) + " s of SIGTERM"};
  return pid;
}

Result<PidFile> PidFile::write(const std::string& path) {
  if (!path.empty()) {
    std::ofstream out(path, std::ios::trunc);
    out << ::getpid() << "\n";
    out.close();
    if (!out) return Error{"the file for the process id, `" + path + "`, cannot be written"};
  }
  return PidFile(path);
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace failc::mongod_host
