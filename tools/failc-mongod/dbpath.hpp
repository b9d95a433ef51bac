#pragma once
// The folder of a mongod: who has it, and how that one is ended.
#include <chrono>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::mongod_host {

/// Holds `DIR/mongod.lock`, a locked file with the process's id, which is emptied when it is given back.
class DbpathLock {
 public:
  /// Errors: the folder is missing, cannot be written, or is in use.
  static Result<DbpathLock> take(const std::string& dbpath);
  /// Whether `dbpath` could be taken, without taking it.
  static Status look(const std::string& dbpath);
  DbpathLock(DbpathLock&&) = default;
  ~DbpathLock();

 private:
  explicit DbpathLock(host::Fd file) : file_(std::move(file)) {}
  host::Fd file_;
};

/// Sends SIGTERM to the process that holds `dbpath`, and returns its id once it is gone.
Result<int> shut_down(const std::string& dbpath, std::chrono::seconds limit);

/// A file with this process's id, removed with this object. An empty path: none.
class PidFile {
 public:
  static Result<PidFile> write(const std::string& path);
  PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~PidFile();

 private:
  explicit PidFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace failc::mongod_host
