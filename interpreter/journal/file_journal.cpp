#include "interpreter/journal/file_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "interpreter/journal/folder.hpp"

namespace failc::journal {
namespace {

constexpr std::size_t kBuffer = 64 << 10;

/// All of `text`, in one write(2) unless the kernel takes less. A record that could not be written whole is cut off again, so that
/// the file ends with a whole one.
Status write_whole(int file, const std::string& text, const std::string& folder, const char* name) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t size = ::write(file, text.data() + written, text.size() - written);
    if (size >= 0) {
      written += static_cast<std::size_t>(size);
      continue;
    }
    if (errno == EINTR) continue;
    const std::string why = std::strerror(errno);
    // Where even this fails, a torn last line is left, which readers ignore.
    const off_t end = written > 0 ? ::lseek(file, 0, SEEK_END) : -1;
    if (end >= 0 && ::ftruncate(file, end - static_cast<off_t>(written)) != 0) errno = 0;
    return Error{fmt::format("cannot write `{}/{}`: {}", folder, name, why)};
  }
  return Done{};
}

}  // namespace

FileJournal::FileJournal(std::string folder, bool sync, int lock) : folder_(std::move(folder)), sync_(sync), lock_(lock) {}

FileJournal::~FileJournal() {
  static_cast<void>(flush());
  if (journal_ >= 0) ::close(journal_);
  if (history_ >= 0) ::close(history_);
  ::close(lock_);
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const std::string& folder, const FileOptions& options) {
  const Result<Folder> claimed = claim(folder, options.pid);
  if (!claimed) return claimed.error();
  std::unique_ptr<FileJournal> journal(new FileJournal(folder, options.sync, claimed->lock));
  for (auto [name, file] : {std::pair("journal.jsonl", &journal->journal_), std::pair("history.jsonl", &journal->history_)}) {
    const std::string path = folder + "/" + name;
    *file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*file < 0) return Error{fmt::format("cannot make `{}`: {}", path, std::strerror(errno))};
  }
  return journal;
}

Status FileJournal::write(const std::string& record, bool durable) {
  write_numbered(pending_, record, written_ + 1);
  pending_ += '\n';
  // Without effects there is nothing that a record would have to be ahead of.
  if (sync_ || durable || pending_.size() >= kBuffer)
    if (const Status status = write_pending(); !status) return status;
  ++written_;
  if (durable && sync_ && ::fdatasync(journal_) != 0) return Error{fmt::format("cannot write `{}/journal.jsonl`: {}", folder_, std::strerror(errno))};
  return Done{};
}

Status FileJournal::discard() {
  for (int* file : {&journal_, &history_}) {
    if (*file >= 0) ::close(*file);
    *file = -1;
  }
  buffer_.clear();
  pending_.clear();
  return sweep(folder_);
}

Status FileJournal::history(const nlohmann::ordered_json& record) {
  buffer_ += text_of(record);
  buffer_ += '\n';
  return buffer_.size() < kBuffer ? Status(Done{}) : flush();
}

Status FileJournal::write_pending() {
  if (pending_.empty()) return Done{};
  const Status status = write_whole(journal_, pending_, folder_, "journal.jsonl");
  pending_.clear();
  return status;
}

Status FileJournal::scenario_ended() {
  if (!sync_ && std::chrono::steady_clock::now() - flushed_ < std::chrono::milliseconds(100)) return Done{};
  return flush();
}

Status FileJournal::flush() {
  flushed_ = std::chrono::steady_clock::now();
  if (const Status status = write_pending(); !status) return status;
  if (buffer_.empty()) return Done{};
  Status status = write_whole(history_, buffer_, folder_, "history.jsonl");
  buffer_.clear();
  return status;
}

}  // namespace failc::journal
