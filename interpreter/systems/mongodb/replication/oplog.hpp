#pragma once
// The entries in memory, oldest first, strictly increasing.
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "interpreter/systems/mongodb/replication/optime.hpp"

namespace failc::replication {

class Oplog {
 public:
  void append(Entry entry);
  /// The last place; null when empty.
  OpTime last() const { return entries_.empty() ? OpTime{} : entries_.back().at; }
  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t index) const { return entries_[index]; }
  /// True for the null place too: every oplog begins after it.
  bool contains(const OpTime& at) const;
  /// The last place that is not later than `at`; null when there is none.
  OpTime at_most(const OpTime& at) const;
  /// The entries after `at`, which is contained: up to `limit_bytes` of payloads, one at least.
  std::vector<Entry> after(const OpTime& at, std::int64_t limit_bytes) const;
  /// Takes away all after `at`; gives them newest first.
  std::vector<Entry> truncate(const OpTime& at);

 private:
  /// The index of the first entry later than `at`.
  std::size_t upper(const OpTime& at) const;
  std::deque<Entry> entries_;
};

}  // namespace failc::replication
