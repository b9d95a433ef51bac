#pragma once
// A place in the oplog, as MongoDB's replication protocol version 1 names it, and what stands there.
#include <compare>
#include <cstdint>
#include <string>

namespace failc::replication {

/// `timestamp` as BSON's Timestamp: seconds since the Unix epoch << 32 | increment. Ordered by term first: what a later primary wrote is
/// later. The default is before everything: the last place of an empty oplog.
struct OpTime {
  std::uint64_t timestamp = 0;
  std::int64_t term = -1;
  bool is_null() const { return timestamp == 0; }
  friend bool operator==(const OpTime&, const OpTime&) = default;
  friend std::strong_ordering operator<=>(const OpTime& a, const OpTime& b) {
    const std::strong_ordering by_term = a.term <=> b.term;
    return by_term != 0 ? by_term : a.timestamp <=> b.timestamp;
  }
};

/// `(seconds, increment) term`
std::string show(const OpTime& at);

/// One oplog entry. The payload is the owner's; nothing here looks into it.
struct Entry {
  OpTime at;
  std::string payload;
  /// Bytes in memory, with what allocations cost.
  std::int64_t memory() const { return static_cast<std::int64_t>(payload.capacity() + sizeof(Entry)) + 16; }
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace failc::replication
