#include <algorithm>

#include "interpreter/systems/mongodb/replication/effects.hpp"

namespace failc::replication {
namespace {

struct Fold {
  Recovered& out;
  void operator()(const VoteRecord& record) {
    out.term = record.term;
    out.voted_for = record.voted_for;
  }
  void operator()(const ConfigRecord& record) { out.config = record.config; }
  void operator()(const EntriesRecord& record) { out.entries.insert(out.entries.end(), record.entries.begin(), record.entries.end()); }
  void operator()(const TruncateRecord& record) {
    while (!out.entries.empty() && record.to < out.entries.back().at) out.entries.pop_back();
  }
  void operator()(const CommitPointRecord& record) { out.commit_point = std::max(out.commit_point, record.commit_point); }
};

}  // namespace

Result<Recovered> recover(const std::vector<Record>& records) {
  Recovered out;
  for (const Record& record : records) std::visit(Fold{out}, record);
  // `initiate` writes its entry first: without a configuration it did not happen.
  if (!out.config) out.entries.clear();
  for (std::size_t i = 1; i < out.entries.size(); ++i)
    if (out.entries[i].at <= out.entries[i - 1].at || out.entries[i].at.timestamp <= out.entries[i - 1].at.timestamp)
      return Error{"the journal's oplog goes from " + show(out.entries[i - 1].at) + " to " + show(out.entries[i].at) +
                   ", which is not later"};
  if (!out.entries.empty() && (out.entries.front().at.is_null() || out.entries.front().at <= OpTime{}))
    return Error{"the journal's oplog begins with an entry that has no timestamp or no term"};
  if (out.config) {
    if (std::optional<CommandError> error = validate(*out.config)) return Error{"the journal's configuration is unfit: " + error->message};
  }
  // A term is written with a vote only; entries and configuration may come from a later one, in which no vote was given.
  const std::int64_t seen = std::max(out.entries.empty() ? 0 : out.entries.back().at.term, out.config ? out.config->term : 0);
  if (seen > out.term) {
    out.term = seen;
    out.voted_for = kNobody;
  }
  return out;
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
