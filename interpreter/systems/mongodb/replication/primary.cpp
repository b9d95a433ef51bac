// A leader's life: catching up, writing, the commit point, giving up.
#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

/// Made at every event.
template <class T>
using OfVoters = boost::container::small_vector<T, 7>;

}  // namespace

bool Replica::can_accept_writes() const { return role_ == Role::leader && !catching_up_ && !step_down_; }

void Replica::win(std::string reason) {
  log("elected in term " + std::to_string(term_));
  const std::map<MemberId, OpTime> positions = std::move(candidacy_->positions);
  candidacy_.reset();
  role_ = Role::leader;
  led_term_ = term_;
  primary_ = kNobody;
  seen_primary_ = true;
  won_at_ = at_.now;
  election_time_ = static_cast<std::uint64_t>(at_.wall.count() / 1000) << 32 | 1;
  election_reason_ = std::move(reason);
  election_due_.reset();
  takeover_due_.reset();
  catching_up_ = true;
  catch_up_diverged_ = false;
  drop_fetch();
  for (Peer& peer : peers_) {
    const auto found = positions.find(peer.id);
    peer.fresh = found != positions.end();
    peer.applied = peer.fresh ? found->second : OpTime{};
    peer.durable = OpTime{};
  }
  set_state(State::primary);
  finish_step_ups(std::nullopt);
  send_heartbeats_now();
}

/// Before it writes, a new primary takes over what reachable members have and it has not: fewer writes are rolled back.
void Replica::settle_catch_up() {
  if (!catching_up_) return;
  const std::chrono::milliseconds limit = config_->settings.catch_up_timeout;
  if (catch_up_diverged_ || (limit.count() >= 0 && at_.now >= won_at_ + limit)) return begin_writing();
  for (const Peer& peer : peers_) {
    if (!config_->find(peer.id)->data_bearing()) continue;
    const bool reachable = peer.up && peer.contact && at_.now - *peer.contact < election_timeout();
    if (reachable && (!peer.fresh || peer.applied > oplog_.last())) return;
  }
  begin_writing();
}

void Replica::begin_writing() {
  catching_up_ = false;
  drop_fetch();
  write(options_.new_primary_payload);
  if (config_->term != -1 && config_->term != term_) {
    config_->term = term_;
    configs_in_flight_[persist(ConfigRecord{*config_})] = config_->identity();
  }
  send_heartbeats_now();
}

OpTime Replica::write(std::string payload) {
  const std::uint64_t clock = static_cast<std::uint64_t>(std::clamp<std::int64_t>(at_.wall.count() / 1000, 0, 0x7fffffff)) << 32 | 1;
  const OpTime at{std::max(clock, oplog_.last().timestamp + 1), role_ == Role::leader ? term_ : -1};
  oplog_.append(Entry{at, payload});
  const Token token = persist(EntriesRecord{{Entry{at, std::move(payload)}}});
  entries_in_flight_.emplace_back(token, at);
  positions_changed_ = true;
  return at;
}

void Replica::resign(const std::string& why) {
  log("no longer primary: " + why);
  role_ = Role::follower;
  catching_up_ = false;
  drop_fetch();
  set_state(State::secondary);
  if (step_down_) {
    out_.push_back(CommandFinished{step_down_->id, errors::primary_stepped_down("this node stepped down for another reason: " + why)});
    step_down_.reset();
  }
  finish_reconfig(errors::primary_stepped_down("this node stepped down: " + why));
  positions_changed_ = true;
  rearm_election();
  send_heartbeats_now();
}

Nanos Replica::liveness_deadline() const {
  const int others = config_->majority() - (self() != nullptr && self()->voter());
  if (others <= 0) return Nanos::max();
  OfVoters<Nanos> contacts;
  for (const Peer& peer : peers_)
    if (config_->find(peer.id)->voter()) contacts.push_back(std::max(peer.contact.value_or(won_at_), won_at_));
  std::sort(contacts.rbegin(), contacts.rend());
  if (static_cast<int>(contacts.size()) < others) return at_.now;
  return contacts[static_cast<std::size_t>(others) - 1] + election_timeout();
}

void Replica::check_majority_reachable() {
  if (at_.now >= liveness_deadline()) resign("no majority of the voters was heard of for the election timeout");
}

/// A member's position counts only when it is a place of this oplog: then all before it are the same.
OpTime Replica::known_position(const Peer& peer, bool durable) const {
  const OpTime& at = durable ? peer.durable : peer.applied;
  return oplog_.contains(at) ? at : OpTime{};
}

void Replica::advance_commit_point() {
  if (role_ != Role::leader) return;
  OfVoters<OpTime> positions;
  if (self()->voter()) positions.push_back(durable_);
  for (const Peer& peer : peers_) {
    const Member* member = config_->find(peer.id);
    if (member->voter() && member->data_bearing()) positions.push_back(known_position(peer, true));
  }
  const std::size_t needed = static_cast<std::size_t>(config_->write_majority());
  if (positions.size() < needed) return;
  std::sort(positions.rbegin(), positions.rend());
  const OpTime reached = positions[needed - 1];
  // Entries of earlier terms are committed by one of this term after them: alone they could still be rolled back.
  if (reached.term == term_ && reached > commit_) set_commit_point(reached);
}

void Replica::learn_commit_point(const OpTime& commit, bool same_branch) {
  if (role_ == Role::leader || commit.is_null()) return;
  if (!same_branch && commit.term != oplog_.last().term) return;
  set_commit_point(std::min(commit, oplog_.last()));
}

void Replica::set_commit_point(const OpTime& commit) {
  if (commit <= commit_) return;
  commit_ = commit;
}

}  // namespace failc::replication
