#include "interpreter/systems/mongodb/replication/oplog.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"

namespace failc::replication {

std::string show(const OpTime& at) {
  return "(" + std::to_string(at.timestamp >> 32) + ", " + std::to_string(at.timestamp & 0xffffffffU) + ") term " + std::to_string(at.term);
}

void Oplog::append(Entry entry) {
  FAILC_ASSERT(last() < entry.at && last().timestamp < entry.at.timestamp);
  bytes_ += entry.memory();
  entries_.push_back(std::move(entry));
}

std::size_t Oplog::upper(const OpTime& at) const {
  // Readers are nearly always at the end, or a few entries before it: the search begins there, in steps that double.
  std::size_t end = entries_.size(), step = 1;
  while (step <= end && at < entries_[end - step].at) {
    end -= step;
    step *= 2;
  }
  const auto later = [](const OpTime& place, const Entry& entry) { return place < entry.at; };
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(end - std::min(step, end));
  return static_cast<std::size_t>(std::upper_bound(begin, entries_.begin() + static_cast<std::ptrdiff_t>(end), at, later) - entries_.begin());
}

bool Oplog::contains(const OpTime& at) const { return at == at_most(at); }

std::optional<OpTime> Oplog::at_most(const OpTime& at) const {
  if (at < floor_) return std::nullopt;
  const std::size_t index = upper(at);
  return index == 0 ? floor_ : entries_[index - 1].at;
}

std::vector<Entry> Oplog::after(const OpTime& at, std::int64_t limit_bytes) const {
  std::vector<Entry> out;
  for (std::size_t index = upper(at); index < entries_.size(); ++index) {
    limit_bytes -= static_cast<std::int64_t>(entries_[index].payload.size()) + 32;
    if (limit_bytes < 0 && !out.empty()) break;
    out.push_back(entries_[index]);
  }
  return out;
}

std::vector<Entry> Oplog::truncate(const OpTime& at) {
  std::vector<Entry> out;
  while (!entries_.empty() && at < entries_.back().at) {
    bytes_ -= entries_.back().memory();
    out.push_back(std::move(entries_.back()));
    entries_.pop_back();
  }
  return out;
}

Entry Oplog::drop_oldest() {
  Entry out = std::move(entries_.front());
  entries_.pop_front();
  bytes_ -= out.memory();
  floor_ = out.at;
  return out;
}

void Oplog::restart(const OpTime& floor) {
  entries_.clear();
  bytes_ = 0;
  floor_ = floor;
}

}  // namespace failc::replication
