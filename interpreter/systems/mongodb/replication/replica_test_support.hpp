#pragma once
// One replica, its peers played by the test. For tests only.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline OpTime place(std::uint64_t second, std::int64_t term) { return {second << 32 | 1, term}; }
inline Entry entry(std::uint64_t second, std::int64_t term) { return {place(second, term), "e" + std::to_string(second)}; }
inline std::string host(int id) { return "n" + std::to_string(id) + ":27017"; }

inline Config config_of(int members) {
  Config out;
  out.set_name = "rs0";
  out.term = 0;
  for (int id = 0; id < members; ++id) {
    Member member;
    member.id = id;
    member.host = host(id);
    out.members.push_back(member);
  }
  return out;
}

/// Member 0 of a set.
class Stage {
 public:
  explicit Stage(Config config, std::vector<Entry> entries = {entry(1, -1)}, std::int64_t term = 0, OpTime commit = {})
      : Stage(Recovered{std::move(config), term, kNobody, {}, {entries.begin(), entries.end()}, commit}) {}
  explicit Stage(Recovered recovered, std::int64_t oplog_bytes = 4 << 20)
      : replica({.set_name = "rs0",
                 .self = {host(0)},
                 .seed = 1,
                 .initiating_payload = "i",
                 .new_primary_payload = "n",
                 .oplog_bytes = oplog_bytes,
                 .snapshot = [] {
                   return std::vector<std::string>{"piece one", "piece two"};
                 }}) {
    take(replica.start(at, std::move(recovered)));
  }

  void take(Effects effects) {
    for (Effect& effect : effects) all.push_back(std::move(effect));
  }
  void pass(Nanos time) {
    at.now += time;
    at.wall += std::chrono::duration_cast<milliseconds>(time);
    take(replica.tick(at));
  }
  /// All that was to be persisted is.
  void sync() {
    Token last = 0;
    for (const Effect& effect : all)
      if (const auto* persist = std::get_if<Persist>(&effect)) last = persist->token;
    take(replica.durable(at, last));
  }
  template <class T>
  std::vector<T> effects() const {
    std::vector<T> out;
    for (const Effect& effect : all)
      if (const auto* found = std::get_if<T>(&effect)) out.push_back(*found);
    return out;
  }
  /// The calls of one kind that were made, with their targets.
  template <class T>
  std::vector<std::pair<Call, T>> calls() const {
    std::vector<std::pair<Call, T>> out;
    for (const Call& call : effects<Call>())
      if (const auto* found = std::get_if<T>(&call.request)) out.emplace_back(call, *found);
    return out;
  }
  template <class T>
  std::vector<T> records() const {
    std::vector<T> out;
    for (const Persist& persist : effects<Persist>())
      if (const auto* found = std::get_if<T>(&persist.record)) out.push_back(*found);
    return out;
  }
  template <class T>
  std::optional<T> answer(IncomingId id) const {
    for (const Answer& answer : effects<Answer>())
      if (answer.id == id)
        if (const auto* found = std::get_if<T>(&answer.response)) return *found;
    return std::nullopt;
  }
  template <class T>
  std::optional<T> ask(Request request) {
    take(replica.requested(at, ++asked, request));
    return answer<T>(asked);
  }
  std::optional<CommandError> finished(CommandId id) const {
    for (const CommandFinished& done : effects<CommandFinished>())
      if (done.id == id) return done.error;
    ADD_FAILURE() << "command " << id << " has not finished";
    return std::nullopt;
  }
  bool waits(CommandId id) const {
    for (const CommandFinished& done : effects<CommandFinished>())
      if (done.id == id) return false;
    return true;
  }

  HeartbeatRequest heartbeat(MemberId from, State state, std::int64_t term, OpTime last = {}) const {
    HeartbeatRequest out;
    out.set_name = "rs0";
    out.sender_id = from;
    out.sender_host = host(from);
    out.term = term;
    out.config_version = replica.config()->version;
    out.config_term = replica.config()->term;
    out.config_durable = true;
    out.state = state;
    out.last_applied = out.last_durable = last;
    return out;
  }
  VoteRequest vote(MemberId from, std::int64_t term, OpTime last, bool dry_run = false) const {
    return {"rs0", dry_run, term, from, replica.config()->version, replica.config()->term, last};
  }
  PositionRequest position(MemberId from, OpTime last) const { return {"rs0", from, replica.term(), last, last}; }

  /// Wins the election of the next term with the votes of members that have `last`. Not yet synced: the no-op.
  void become_primary(OpTime last = {}) {
    for (int id = 1; id < static_cast<int>(replica.config()->members.size()); ++id)
      ask<HeartbeatResponse>(heartbeat(id, State::secondary, replica.term(), last));
    for (int i = 0; i < 20 && replica.state() == State::secondary; ++i) {
      pass(milliseconds(100));
      grant(last);
      sync();
      grant(last);
    }
    ASSERT_EQ(replica.state(), State::primary);
  }
  void grant(OpTime last) {
    for (const auto& [call, request] : calls<VoteRequest>())
      take(replica.answered(at, call.id, VoteResponse{request.term, true, "", last}));
  }

  Replica replica;
  Moment at{seconds(100), seconds(1000)};
  Effects all;
  IncomingId asked = 0;
};

}  // namespace failc::replication
