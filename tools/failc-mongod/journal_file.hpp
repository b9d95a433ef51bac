#pragma once
// The journal on the disk, and the thread that syncs it.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::mongod_host {

/// One writer. Records are collected, written with one call, and synced by a `Syncer`. They are written into room that is there already,
/// filled with zeros: where a file grows, a sync has to write its size too.
///
/// A journal that became long begins anew: `begin_anew` writes a second file, PATH.new, whose first records stand for all there were, and
/// from then on records go to both. `finish_anew`, on the thread that syncs, syncs the second file and renames it over the first; `adopt`
/// lets go of the first. A process that is killed at any moment finds either the one or the other, whole, when it starts again.
class JournalFile {
 public:
  using Give = std::function<void(const std::function<void(std::string_view)>& keep)>;
  struct Opened;
  /// Opens or creates it. What a write that was cut off left behind is cut away, on the disk too; a second file is removed.
  static Result<Opened> open(const std::string& path);
  JournalFile(JournalFile&&) = default;

  /// `number` is the one after the last.
  void add(std::uint64_t number, std::string_view record);
  /// Hands all that was added to the kernel: it survives this process now. After an error the file holds whole records only, as far as it
  /// can.
  Status write();
  /// All that was written survives the machine now. On the thread of `finish_anew`, or where that is over.
  Status sync() const;
  std::uint64_t last() const { return last_; }  // the number of the last record added
  /// Everything up to this record is on the disk. Records that follow say so, by which damage is told from a write that was cut off.
  void note_synced(std::uint64_t record) { synced_ = std::max(synced_, record); }

  bool anew() const { return second_.has_value(); }
  /// An error: there is no second file, and the first goes on.
  Status begin_anew(const Give& give);
  struct Finished {
    Status status;       // an error: the second file did not take the first one's place ...
    bool fatal = false;  // ... or nobody can tell which of them would be found
  };
  Finished finish_anew() const;
  /// After `finish_anew` without an error.
  void adopt();
  /// After `finish_anew` with one that is not fatal.
  void give_up_anew();

 private:
  /// One of the files: what was written, and how the numbers of its own records lag behind those of `add`.
  struct Part {
    std::uint64_t end = 0, room = 0;  // behind the last record; and how far the file goes
    std::int64_t before = 0;
    std::uint64_t given = 0;          // the last record that `begin_anew` was given all of
    std::string waiting;
    /// The number here of what `add` calls `number`; 0 for what is older than this file.
    std::uint64_t own(std::uint64_t number) const { return static_cast<std::uint64_t>(std::max<std::int64_t>(static_cast<std::int64_t>(number) - before, 0)); }
  };
  /// What two threads look at.
  struct Shared {
    std::mutex mutex;
    host::Fd first, second;
    bool renamed = false;  // the second is the journal
  };
  JournalFile(std::string path, host::Fd file, std::uint64_t end, std::uint64_t last);
  static Status write(int file, Part& part);

  std::string path_;
  std::unique_ptr<Shared> shared_;
  Part first_;
  std::optional<Part> second_;
  std::uint64_t last_, synced_;
};

struct JournalFile::Opened {
  JournalFile file;
  std::vector<std::string> records;
  std::size_t cut = 0;  // bytes of a write that was cut off
};

/// Syncs on a thread of its own, or on the caller's where that is quicker. While one runs, wishes are collected; the next covers them all.
class Syncer {
 public:
  /// Both are called on that thread. `done`: everything up to this record is on the disk, or why not, which is the last call then.
  /// `anew`: how `JournalFile::finish_anew` ended.
  Syncer(const JournalFile& file, std::function<void(std::uint64_t record, Status)> done,
         std::function<void(JournalFile::Finished)> anew = {});
  ~Syncer();
  /// Records up to this one have been written, and are wanted on the disk.
  void want(std::uint64_t record);
  /// `JournalFile::begin_anew` was called.
  void want_anew();
  /// Lately a sync took less than a millisecond: to wait for it costs less than to hand it to a thread and to be woken by that.
  bool quick() const;
  /// Syncs on the caller's thread all that was written. Nothing: the other one is at it, or failed. Not before what `want_anew` began is
  /// over.
  std::optional<Status> sync_here();

 private:
  void work();
  Status timed_sync();

  const JournalFile& file_;
  std::function<void(std::uint64_t, Status)> done_;
  std::function<void(JournalFile::Finished)> anew_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::nanoseconds taken_{0};  // by a sync: a mean in which the last ones count most
  std::uint64_t wanted_ = 0, begun_ = 0;
  bool busy_ = false;
  bool wanted_anew_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace failc::mongod_host
