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
constexpr std::uint64_t kRoom = 256 << 10;  // that is made at a time
constexpr auto kQuick = std::chrono::milliseconds(1);

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

std::string second_path(const std::string& path) { return path + ".new"; }

}  // namespace

JournalFile::JournalFile(std::string path, host::Fd file, std::uint64_t end, std::uint64_t last)
    : path_(std::move(path)), shared_(std::make_unique<Shared>()), last_(last), synced_(last) {
  first_.end = first_.room = end;
  shared_->first = std::move(file);
}

Result<JournalFile::Opened> JournalFile::open(const std::string& path) {
  host::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return wrong("`" + path + "` cannot be opened");
  const std::size_t size = static_cast<std::size_t>(info.st_size);
  Result<Scanned> scanned = scan(file.get(), size);
  if (!scanned) return Error{"`" + path + "`: " + scanned.error().message};
  std::size_t end = scanned->end;
  if (size > end && ::ftruncate(file.get(), static_cast<off_t>(end)) != 0) return wrong("`" + path + "` cannot be cut");
  const bool fresh = end == 0;
  if (fresh) {
    if (const Status written = write_at(file.get(), journal_header(), 0); !written) return written.error();
    end = journal_header().size();
  }
  if (::unlink(second_path(path).c_str()) != 0 && errno != ENOENT) return wrong("`" + second_path(path) + "` cannot be removed");
  JournalFile out(path, std::move(file), end, scanned->records.size());
  // What is read below is built upon, so it has to last, also where the last life had not synced it.
  if (const Status synced = out.sync(); !synced) return synced.error();
  if (fresh) {
    if (const Status synced = sync_folder(path); !synced) return synced.error();
  }
  return Opened{std::move(out), std::move(scanned->records), fresh ? size : scanned->torn};
}

void JournalFile::add(std::uint64_t number, std::string_view record) {
  FAILC_ASSERT(number == last_ + 1);
  put_frame(first_.waiting, first_.own(number), first_.own(synced_), record);
  // What is on the disk of the first need not be on that of the second yet.
  if (second_) put_frame(second_->waiting, second_->own(number), 0, record);
  last_ = number;
}

Status JournalFile::write() {
  if (const Status written = write(shared_->first.get(), first_); !written) return written;
  return second_ ? write(shared_->second.get(), *second_) : Status(Done{});
}

Status JournalFile::write(int file, Part& part) {
  if (part.waiting.empty()) return Done{};
  const Status written = write_at(file, part.waiting, part.end);
  if (!written) {
    // Half a record is cut away here, or else when the file is opened next.
    if (::ftruncate(file, static_cast<off_t>(part.end)) == 0) part.room = part.end;
    return written;
  }
  part.end += part.waiting.size();
  if (part.end > part.room) {
    // On a disk that has no room for that, records are appended.
    static const std::string zeros(kRoom, '\0');
    part.room = write_at(file, zeros, part.end) ? part.end + kRoom : part.end;
  }
  part.waiting.clear();
  if (part.waiting.capacity() > kKeep) part.waiting.shrink_to_fit();
  return Done{};
}

Status JournalFile::sync() const {
  if (!shared_) return Error{"there is no journal to sync"};
  int file = -1;
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    file = shared_->renamed ? shared_->second.get() : shared_->first.get();
  }
  if (::fdatasync(file) != 0) return wrong("the journal cannot be synced");
  return Done{};
}

Status JournalFile::begin_anew(const Give& give) {
  FAILC_ASSERT(!second_);
  // What was added so far is in what `give` tells of.
  if (const Status written = write(); !written) return written;
  const std::string path = second_path(path_);
  host::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return wrong("`" + path + "` cannot be made");
  Part part;
  part.waiting = journal_header();
  std::uint64_t records = 0;
  Status status = Done{};
  give([&](std::string_view record) {
    put_frame(part.waiting, ++records, 0, record);
    if (status && part.waiting.size() > kKeep) status = write(file.get(), part);
  });
  if (status) status = write(file.get(), part);
  if (!status) {
    ::unlink(path.c_str());
    return status;
  }
  part.before = static_cast<std::int64_t>(last_) - static_cast<std::int64_t>(records);
  part.given = last_;
  second_ = std::move(part);
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->second = std::move(file);
  return Done{};
}

JournalFile::Finished JournalFile::finish_anew() const {
  int file = -1;
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    file = shared_->second.get();
  }
  if (::fdatasync(file) != 0) return {wrong("the new journal cannot be synced")};
  if (::rename(second_path(path_).c_str(), path_.c_str()) != 0) return {wrong("the new journal cannot be renamed")};
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->renamed = true;
  const Status synced = sync_folder(path_);
  return {synced, !synced};
}

void JournalFile::adopt() {
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  FAILC_ASSERT(second_ && shared_->renamed);
  shared_->first = std::move(shared_->second);
  shared_->renamed = false;
  first_ = std::move(*second_);
  second_.reset();
  note_synced(first_.given);
}

void JournalFile::give_up_anew() {
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  FAILC_ASSERT(second_ && !shared_->renamed);
  shared_->second = host::Fd();
  second_.reset();
  ::unlink(second_path(path_).c_str());
}

Syncer::Syncer(const JournalFile& file, std::function<void(std::uint64_t, Status)> done, std::function<void(JournalFile::Finished)> anew)
    : file_(file), done_(std::move(done)), anew_(std::move(anew)), thread_([this] { work(); }) {}

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

void Syncer::want_anew() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    wanted_anew_ = true;
  }
  changed_.notify_one();
}

bool Syncer::quick() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return taken_ < kQuick;
}

std::optional<Status> Syncer::sync_here() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (busy_ || wanted_anew_ || wanted_ > begun_) return std::nullopt;
  }
  return timed_sync();
}

Status Syncer::timed_sync() {
  const auto began = std::chrono::steady_clock::now();
  Status status = file_.sync();
  const auto taken = std::chrono::steady_clock::now() - began;
  const std::lock_guard<std::mutex> lock(mutex_);
  taken_ += (taken - taken_) / 4;
  return status;
}

void Syncer::work() {
  while (true) {
    std::uint64_t wanted = 0;
    bool anew = false, more = false;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || wanted_anew_ || wanted_ > begun_; });
      if (stopping_) return;
      more = wanted_ > begun_;
      wanted = begun_ = wanted_;
      busy_ = true;
      anew = std::exchange(wanted_anew_, false);
    }
    if (more) {
      const Status status = timed_sync();
      done_(wanted, status);
      // The kernel may drop pages it failed to write: a second try that succeeds would prove nothing.
      if (!status) return;
    }
    if (anew) anew_(file_.finish_anew());
    const std::lock_guard<std::mutex> lock(mutex_);
    busy_ = false;
  }
}

}  // namespace failc::mongod_host
