#pragma once
// The journal in a folder: `journal.jsonl`, `history.jsonl` and `lock`.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {

struct FileOptions {
  std::int64_t pid = 0;  // of the writer, for the message that another one gets
  bool sync = true;      // false where nothing real is touched: durable records are not forced to the disk, others are written together, at the ends of scenarios, every tenth of a second at most
};

/// Holds the folder until it is destroyed.
class FileJournal : public Journal {
 public:
  /// Makes `folder` (and its parents) or takes over one whose run has ended. Errors: another run holds it, a run in it died and was not
  /// recovered, it was no run's and is not empty, no permission.
  static Result<std::unique_ptr<FileJournal>> open(const std::string& folder, const FileOptions& options);

  ~FileJournal() override;
  FileJournal(const FileJournal&) = delete;
  FileJournal& operator=(const FileJournal&) = delete;

  Status write(const std::string& record, bool durable) override;
  Status history(const nlohmann::ordered_json& record) override;
  Status flush() override;
  Status scenario_ended() override;

  /// Removes what it holds: for a run that came to nothing before its first record could be written. Nothing is to follow but the end.
  Status discard();

  const std::string& folder() const { return folder_; }

 private:
  FileJournal(std::string folder, bool sync, int lock);
  Status write_pending();

  std::string folder_;
  bool sync_;
  int lock_;
  int journal_ = -1;
  int history_ = -1;
  std::uint64_t written_ = 0;
  std::string pending_;  // records that are not in the file yet
  std::string buffer_;   // of the history
  std::chrono::steady_clock::time_point flushed_{};
};

}  // namespace failc::journal
