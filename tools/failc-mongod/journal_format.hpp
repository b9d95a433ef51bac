#pragma once
// The bytes of `journal.failc`: a header of 16 bytes ("FAILCJNL", version, CRC-32C of both), then frames of 28 bytes (length, CRC-32C of
// the record, number of the record in 64 bits, number of the last record that was known to be on the disk by then in 64 bits, CRC-32C of
// the 24 bytes before) each followed by its record, then zeros. All little-endian.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongod_host {

inline constexpr std::uint32_t kJournalVersion = 2;
inline constexpr std::size_t kMaxRecord = std::size_t{1} << 30;

std::string journal_header();
/// `synced`: all records up to this one are known to be on the disk.
void put_frame(std::string& out, std::uint64_t number, std::uint64_t synced, std::string_view record);

struct Scanned {
  std::vector<std::string> records;  // the first has number 1
  std::size_t end = 0;               // where the last whole record ends; 0: not even the header is whole
  std::size_t torn = 0;              // bytes behind it that are not room that never was filled
};

/// All whole records up to the first that is not. That one is a write that was cut off, in which pages may have come to the disk in any order,
/// where no whole frame behind it says that it was on the disk before. Errors, with their place: a header of another version or program, a
/// record that was on the disk and whose bytes changed, a gap.
Result<Scanned> scan_journal(std::string_view file);

}  // namespace failc::mongod_host
