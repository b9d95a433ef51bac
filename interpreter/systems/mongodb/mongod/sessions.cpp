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
  if (found != sessions_.end() && found->second.number < 0) sessions_.erase(found);
}

void Sessions::begin(const std::string& session, std::int64_t number, Nanos now) {
  Session& known = sessions_[session];
  known.used = now;
  const std::int64_t newest = std::max(known.number, known.asked);
  if (number < newest) {
    refuse(code::kTransactionTooOld, "Retryable write with txnNumber " + std::to_string(number) +
                                         " is prohibited on session because a newer retryable write with txnNumber " +
                                         std::to_string(newest) + " has already started on this session.");
  }
  known.asked = number;
}

const bson::Document* Sessions::result_of(const std::string& session, std::int64_t number, std::int32_t statement) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || found->second.number != number) return nullptr;
  const auto result = found->second.results.find(statement);
  return result == found->second.results.end() ? nullptr : &result->second;
}

void Sessions::record(const SessionMark& mark, Nanos now) {
  Session& known = sessions_[mark.session];
  known.used = now;
  if (mark.transaction_number < known.number) return;
  if (mark.transaction_number > known.number) known.results.clear();
  known.number = mark.transaction_number;
  known.asked = std::max(known.asked, known.number);
  for (const StatementResult& result : mark.results) known.results[result.statement] = result.result;
}

std::vector<std::string> Sessions::ids() const {
  std::vector<std::string> out;
  for (const auto& [id, session] : sessions_) out.push_back(id);
  return out;
}

void Sessions::forget_all() { sessions_.clear(); }

void Sessions::expire(Nanos now) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.used + kTimeout <= now; });
}

}  // namespace failc::mongod
