#include <algorithm>
#include <limits>

#include "interpreter/systems/mongodb/replication/effects.hpp"

namespace failc::replication {
namespace {

struct Fold {
  Recovered& out;
  std::int64_t& bytes;
  std::vector<Entry>& undone;
  void operator()(VoteRecord& record) {
    out.term = record.term;
    out.voted_for = record.voted_for;
  }
  void operator()(ConfigRecord& record) { out.config = std::move(record.config); }
  void operator()(EntriesRecord& record) { add(record.entries); }
  void operator()(TruncateRecord& record) {
    while (!out.entries.empty() && record.to < out.entries.back().at) {
      bytes -= out.entries.back().memory();
      undone.push_back(std::move(out.entries.back()));
      out.entries.pop_back();
    }
  }
  void operator()(CommitPointRecord& record) { out.commit_point = std::max(out.commit_point, record.commit_point); }
  void operator()(PieceRecord&) {}
  void operator()(InstallRecord& record) {
    out.entries.clear();
    out.floor = record.at;
    bytes = 0;
  }
  void operator()(KeptRecord& record) { add(record.entries); }
  void add(std::vector<Entry>& entries) {
    for (Entry& entry : entries) {
      bytes += entry.memory();
      out.entries.push_back(std::move(entry));
    }
  }
};

}  // namespace

Recovery::Step Recovery::add(Record record) {
  Step step;
  std::visit(Fold{out_, bytes_, step.undone}, record);
  std::deque<Entry>& entries = out_.entries;
  while (bytes_ > oplog_bytes_ && entries.size() > 1 && entries.front().at <= out_.commit_point && out_.floor < entries.front().at) {
    bytes_ -= entries.front().memory();
    out_.floor = entries.front().at;
    step.dropped.push_back(std::move(entries.front()));
    entries.pop_front();
  }
  return step;
}

Result<Recovered> Recovery::finish() && {
  Recovered& out = out_;
  // `initiate` writes its entry first: without a configuration it did not happen.
  if (!out.config) {
    out.entries.clear();
    out.floor = {};
  }
  OpTime before = out.floor;
  for (const Entry& entry : out.entries) {
    if (entry.at <= OpTime{} || entry.at.is_null()) return Error{"the journal's oplog holds an entry that has no timestamp or no term"};
    if (entry.at <= before || entry.at.timestamp <= before.timestamp)
      return Error{"the journal's oplog goes from " + show(before) + " to " + show(entry.at) + ", which is not later"};
    before = entry.at;
  }
  if (out.config) {
    if (std::optional<CommandError> error = validate(*out.config)) return Error{"the journal's configuration is unfit: " + error->message};
  }
  // A term is written with a vote only; entries and configuration may come from a later one, in which no vote was given.
  const std::int64_t seen = std::max({std::int64_t{0}, before.term, out.config ? out.config->term : 0});
  if (seen > out.term) {
    out.term = seen;
    out.voted_for = kNobody;
  }
  return std::move(out);
}

Result<Recovered> recover(const std::vector<Record>& records) {
  Recovery out(std::numeric_limits<std::int64_t>::max());
  for (const Record& record : records) out.add(record);
  return std::move(out).finish();
}

const char* show(State state) {
  switch (state) {
    case State::startup:
      return "STARTUP";
    case State::primary:
      return "PRIMARY";
    case State::secondary:
      return "SECONDARY";
    case State::recovering:
      return "RECOVERING";
    case State::startup2:
      return "STARTUP2";
    case State::unknown:
      return "UNKNOWN";
    case State::arbiter:
      return "ARBITER";
    case State::down:
      return "DOWN";
    case State::rollback:
      return "ROLLBACK";
    case State::removed:
      return "REMOVED";
  }
  return "UNKNOWN";
}

}  // namespace failc::replication
