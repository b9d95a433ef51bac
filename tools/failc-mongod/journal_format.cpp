#include "tools/failc-mongod/journal_format.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/wire/bytes.hpp"
#include "interpreter/systems/mongodb/wire/crc32c.hpp"

namespace failc::mongod_host {
namespace {

using wire::crc32c;
using wire::put;

constexpr std::string_view kMagic = "FAILCJNL";
constexpr std::size_t kHeaderSize = 16;
constexpr std::size_t kFrameSize = 28;

struct Frame {
  std::uint32_t length = 0, checksum = 0;
  std::uint64_t number = 0, synced = 0;
};

/// The frame at the front of `bytes`, where it is a whole one that was not changed.
bool take_frame(std::string_view bytes, Frame& out) {
  wire::Cursor at(bytes);
  std::uint32_t own = 0;
  return at.take(out.length) && at.take(out.checksum) && at.take(out.number) && at.take(out.synced) && at.take(own) && out.length <= kMaxRecord &&
         crc32c(bytes.substr(0, kFrameSize - 4)) == own;
}

/// Whether a frame in `rest` says that record `number` was on the disk before it.
bool was_synced(std::string_view rest, std::uint64_t number) {
  for (std::size_t at = 0; at + kFrameSize <= rest.size(); ++at) {
    std::uint64_t later = 0;
    wire::Cursor(rest.substr(at + 8)).take(later);
    // Cheap, and false nearly always.
    if (later <= number || later - number > rest.size() / kFrameSize + 1) continue;
    Frame frame;
    if (take_frame(rest.substr(at), frame) && frame.synced >= number) return true;
  }
  return false;
}

Error changed(std::size_t at, std::uint64_t number) {
  return Error{"the journal is damaged at byte " + std::to_string(at) + ", in record " + std::to_string(number) +
               ", and goes on behind it"};
}

}  // namespace

std::string journal_header() {
  std::string out(kMagic);
  put(out, kJournalVersion);
  put(out, crc32c(out));
  return out;
}

void put_frame(std::string& out, std::uint64_t number, std::uint64_t synced, std::string_view record) {
  FAILC_ASSERT(record.size() <= kMaxRecord);
  const std::size_t start = out.size();
  put(out, static_cast<std::uint32_t>(record.size()));
  put(out, crc32c(record));
  put(out, number);
  put(out, synced);
  put(out, crc32c(std::string_view(out).substr(start)));
  out += record;
}

Result<Scanned> scan_journal(std::string_view file) {
  Scanned out;
  const std::string header = journal_header();
  if (file.size() < kHeaderSize) {
    // It was cut off while it was made, or is no journal.
    if (header.starts_with(file) || file.find_first_not_of('\0') == std::string_view::npos) return out;
    return Error{"this is no journal of failc-mongod"};
  }
  if (!file.starts_with(kMagic)) return Error{"this is no journal of failc-mongod"};
  std::uint32_t version = 0, own = 0;
  wire::Cursor at(file.substr(kMagic.size()));
  at.take(version);
  at.take(own);
  if (crc32c(file.substr(0, kHeaderSize - 4)) != own) return Error{"the journal's header is damaged"};
  if (version != kJournalVersion)
    return Error{"a journal of version " + std::to_string(version) + ", where " + std::to_string(kJournalVersion) + " can be read"};
  out.end = kHeaderSize;
  while (out.end < file.size()) {
    const std::string_view rest = file.substr(out.end);
    const std::uint64_t number = out.records.size() + 1;
    Frame frame;
    const bool framed = take_frame(rest, frame);
    if (framed && frame.number != number)
      return Error{"the journal has record " + std::to_string(frame.number) + " at byte " + std::to_string(out.end) + ", where " +
                   std::to_string(number) + " belongs"};
    const bool whole =
        framed && rest.size() - kFrameSize >= frame.length && crc32c(rest.substr(kFrameSize, frame.length)) == frame.checksum;
    if (!whole) {
      // A record may hold bytes that look like a frame: where its length can be believed, the search begins behind it.
      const std::size_t skip = framed ? std::min(rest.size(), kFrameSize + frame.length) : 1;
      if (was_synced(rest.substr(skip), number)) return changed(out.end, number);
      const std::size_t last = rest.find_last_not_of('\0');
      out.torn = last == std::string_view::npos ? 0 : last + 1;
      return out;
    }
    out.records.emplace_back(rest.substr(kFrameSize, frame.length));
    out.end += kFrameSize + frame.length;
  }
  return out;
}

}  // namespace failc::mongod_host
