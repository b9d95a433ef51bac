#pragma once
// The entries in memory, oldest first, strictly increasing. Old ones are dropped: `floor` is the place before the oldest that is here.
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "interpreter/systems/mongodb/replication/optime.hpp"

namespace failc::replication {

class Oplog {
 public:
  void append(Entry entry);
  /// The last place; the floor when empty.
  OpTime last() const { return entries_.empty() ? floor_ : entries_.back().at; }
  /// Null: nothing was ever dropped. All up to it is in the owner's state, and was once here or in the snapshot this node began with.
  OpTime floor() const { return floor_; }
  std::size_t size() const { return entries_.size(); }
  /// What the entries take in memory, about.
  std::int64_t bytes() const { return bytes_; }
  const Entry& operator[](std::size_t index) const { return entries_[index]; }
  /// True for the floor too: every oplog begins after it. False for all before it, of which nothing is known.
  bool contains(const OpTime& at) const;
  /// The last place that is not later than `at`; nothing when that is before the floor.
  std::optional<OpTime> at_most(const OpTime& at) const;
  /// The entries after `at`, which is contained: up to `limit_bytes` of payloads, one at least.
  std::vector<Entry> after(const OpTime& at, std::int64_t limit_bytes) const;
  /// Takes away all after `at`; gives them newest first.
  std::vector<Entry> truncate(const OpTime& at);
  /// The oldest entry is dropped and becomes the floor.
  Entry drop_oldest();
  /// Everything is dropped: what is at `floor` and before came another way.
  void restart(const OpTime& floor);

 private:
  /// The index of the first entry later than `at`.
  std::size_t upper(const OpTime& at) const;
  std::deque<Entry> entries_;
  OpTime floor_;
  std::int64_t bytes_ = 0;
};

}  // namespace failc::replication
