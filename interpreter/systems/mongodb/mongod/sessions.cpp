#include "interpreter/systems/mongodb/mongod/sessions.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/mongod/failure.hpp"

namespace failc::mongod {
namespace {

constexpr Sessions::Nanos kTimeout = std::chrono::minutes(30);

}  // namespace

void Sessions::touch(const std::string& session, Nanos now) { sessions_[session].used = now; }

void Sessions::end(const std::string& session) {
  const auto found = sessions_.find(session);
  // What was written is remembered still: a retry may come late.
  if (found != sessions_.end() && found->second.last.number < 0) sessions_.erase(found);
}

void Sessions::begin(const std::string& session, std::int64_t number, Nanos now) {
  Session& known = sessions_[session];
  known.used = now;
  const std::int64_t newest = std::max(known.last.number, known.asked);
  if (number < newest) {
    refuse(code::kTransactionTooOld, "Retryable write with txnNumber " + std::to_string(number) +
                                         " is prohibited on session because a newer retryable write with txnNumber " +
                                         std::to_string(newest) + " has already started on this session.");
  }
  known.asked = number;
}

const bson::Document* Sessions::result_of(const std::string& session, std::int64_t number, std::int32_t statement) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || found->second.last.number != number) return nullptr;
  const auto result = found->second.last.results.find(statement);
  return result == found->second.last.results.end() ? nullptr : &result->second;
}

void Sessions::record(const SessionMark& mark, Nanos now) {
  Session& known = sessions_[mark.session];
  known.used = now;
  known.last.add(mark);
  known.asked = std::max(known.asked, known.last.number);
}

void Sessions::settle(const SessionMark& mark, Nanos now) {
  const auto [found, added] = sessions_.try_emplace(mark.session);
  if (added) found->second.used = now;
  found->second.settled.add(mark);
}

void Sessions::Write::add(const SessionMark& mark) {
  if (mark.transaction_number < number) return;
  if (mark.transaction_number > number) results.clear();
  number = mark.transaction_number;
  for (const StatementResult& result : mark.results) results[result.statement] = result.result;
}

void Sessions::rewind() {
  std::erase_if(sessions_, [](const auto& entry) { return entry.second.settled.number < 0; });
  for (auto& [id, session] : sessions_) {
    session.last = session.settled;
    session.asked = session.last.number;
  }
}

void Sessions::replace(const std::vector<SessionMark>& marks, Nanos now) {
  sessions_.clear();
  for (const SessionMark& mark : marks) {
    settle(mark, now);
    record(mark, now);
  }
}

std::vector<SessionMark> Sessions::marks(bool settled) const {
  std::vector<SessionMark> out;
  for (const auto& [id, session] : sessions_) {
    const Write& write = settled ? session.settled : session.last;
    if (write.number < 0) continue;
    SessionMark& mark = out.emplace_back(SessionMark{id, write.number, {}});
    for (const auto& [statement, result] : write.results) mark.results.push_back({statement, result});
  }
  return out;
}

std::vector<std::string> Sessions::ids() const {
  std::vector<std::string> out;
  for (const auto& [id, session] : sessions_) out.push_back(id);
  return out;
}

void Sessions::expire(Nanos now) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.used + kTimeout <= now; });
}

}  // namespace failc::mongod
