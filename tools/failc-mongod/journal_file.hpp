#pragma once
// The journal on the disk, and the thread that syncs it.
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::mongod_host {

/// One writer. Records are collected, written with one call, and synced from another thread.
class JournalFile {
 public:
  struct Opened;
  /// Opens or creates it. What a write that was cut off left behind is cut away, on the disk too.
  static Result<Opened> open(const std::string& path);
  JournalFile(JournalFile&&) = default;

  /// `number` is the one after the last.
  void add(std::uint64_t number, std::string_view record);
  /// Hands all that was added to the kernel: it survives this process now. After an error the file holds whole records only, as far as it
  /// can.
  Status write();
  /// All that was written survives the machine now. May be called from another thread than `add` and `write`.
  Status sync() const;
  std::uint64_t last() const { return last_; }  // the number of the last record added

 private:
  JournalFile(host::Fd file, std::uint64_t end, std::uint64_t last) : file_(std::move(file)), end_(end), last_(last) {}
  host::Fd file_;
  std::uint64_t end_;
  std::uint64_t last_;
  std::string waiting_;
};

struct JournalFile::Opened {
  JournalFile file;
  std::vector<std::string> records;
  std::size_t cut = 0;  // bytes
};

/// Syncs on a thread of its own. While one runs, wishes are collected; the next covers them all.
class Syncer {
 public:
  /// `done` is called on that thread: everything up to this record is on the disk, or why not, which is the last call then.
  Syncer(const JournalFile& file, std::function<void(std::uint64_t record, Status)> done);
  ~Syncer();
  /// Records up to this one have been written, and are wanted on the disk.
  void want(std::uint64_t record);

 private:
  void work();

  const JournalFile& file_;
  std::function<void(std::uint64_t, Status)> done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace failc::mongod_host
