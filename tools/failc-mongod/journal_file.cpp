#include "tools/failc-mongod/journal_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "grammar/base/bug.hpp"
#include "tools/failc-mongod/journal_format.hpp"

namespace failc::mongod_host {
namespace {

constexpr std::size_t kKeep = 1 << 20;  // of the buffer, between two writes

Error wrong(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

/// Writes all of it, or says why not; `done` counts what was.
Status write_at(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return wrong("the journal cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return Done{};
}

Status sync_folder(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const host::Fd opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return wrong("the journal's folder cannot be synced");
  return Done{};
}

Result<Scanned> scan(int file, std::size_t size) {
  if (size == 0) return Scanned{};
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED) return wrong("the journal cannot be read");
  Result<Scanned> out = scan_journal(std::string_view(static_cast<const char*>(mapped), size));
  ::munmap(mapped, size);
  return out;
}

}  // namespace

Result<JournalFile::Opened> JournalFile::open(const std::string& path) {
  host::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return wrong("`" + path + "` cannot be opened");
  const std::size_t size = static_cast<std::size_t>(info.st_size);
  Result<Scanned> scanned = scan(file.get(), size);
  if (!scanned) return Error{"`" + path + "`: " + scanned.error().message};
  std::size_t end = scanned->end, cut = size - end;
  if (cut > 0 && ::ftruncate(file.get(), static_cast<off_t>(end)) != 0) return wrong("`" + path + "` cannot be cut");
  const bool fresh = end == 0;
  if (fresh) {
    if (const Status written = write_at(file.get(), journal_header(), 0); !written) return written.error();
    end = journal_header().size();
  }
  JournalFile out(std::move(file), end, scanned->records.size());
  // What is read below is built upon, so it has to last, also where the last life had not synced it.
  if (const Status synced = out.sync(); !synced) return synced.error();
  if (fresh) {
    if (const Status synced = sync_folder(path); !synced) return synced.error();
  }
  return Opened{std::move(out), std::move(scanned->records), cut};
}

void JournalFile::add(std::uint64_t number, std::string_view record) {
  FAILC_ASSERT(number == last_ + 1);
  put_frame(waiting_, number, record);
  last_ = number;
}

Status JournalFile::write() {
  if (waiting_.empty()) return Done{};
  const Status written = write_at(file_.get(), waiting_, end_);
  if (!written) {
    // Half a record is cut away here, or else when the file is opened next.
    if (::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0) return written;
    return written;
  }
  end_ += waiting_.size();
  waiting_.clear();
  if (waiting_.capacity() > kKeep) waiting_.shrink_to_fit();
  return Done{};
}

Status JournalFile::sync() const {
  if (::fdatasync(file_.get()) != 0) return wrong("the journal cannot be synced");
  return Done{};
}

Syncer::Syncer(const JournalFile& file, std::function<void(std::uint64_t, Status)> done)
    : file_(file), done_(std::move(done)), thread_([this] { work(); }) {}

Syncer::~Syncer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Syncer::want(std::uint64_t record) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wanted_ = record;
  }
  changed_.notify_one();
}

void Syncer::work() {
  std::uint64_t synced = 0;
  while (true) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || wanted_ > synced; });
      if (stopping_) return;
      synced = wanted_;
    }
    const Status status = file_.sync();
    done_(synced, status);
    // The kernel may drop pages it failed to write: a second try that succeeds would prove nothing.
    if (!status) return;
  }
}

}  // namespace failc::mongod_host
