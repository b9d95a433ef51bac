#pragma once
// The bytes of `journal.failc`: a header of 16 bytes ("FAILCJNL", version, CRC-32C of both), then frames of 20 bytes (length, CRC-32C of
// the record, number of the record in 64 bits, CRC-32C of the 16 bytes before) each followed by its record. All little-endian.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongod_host {

inline constexpr std::uint32_t kJournalVersion = 1;
inline constexpr std::size_t kMaxRecord = std::size_t{1} << 30;

std::string journal_header();
void put_frame(std::string& out, std::uint64_t number, std::string_view record);

struct Scanned {
  std::vector<std::string> records;  // the first has number 1
  std::size_t end = 0;               // where the last whole record ends; 0: not even the header is whole
};

/// All whole records. What stands behind `end` is a write that was cut off: no whole frame follows there. Errors, with their place: a
/// header of another version or program, a record whose bytes changed, a gap.
Result<Scanned> scan_journal(std::string_view file);

}  // namespace failc::mongod_host
