// How entries come from the primary to the others: pulled, in order, after the last one that is known to be common.
#include <algorithm>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

constexpr std::int64_t kBatchBytes = 1 << 20;
/// A new commit point goes with the next entries, or alone where none come within this: under load it is no message of its own.
constexpr Nanos kCommitPointWithin = std::chrono::milliseconds(5);
/// What came is asked on for, and told of, at once when it is on the disk: one message, as long as that takes no longer than this.
constexpr Nanos kReportWithin = std::chrono::milliseconds(1);
/// What no majority needs waits this long for more.
constexpr Nanos kSurplusWithin = std::chrono::milliseconds(3);
constexpr std::uint64_t kLastTimestamp = std::uint64_t{1} << 63;  // the year 2038: beyond is no clock's

/// Every oplog increases in both; what does not is no oplog's.
bool increasing(const OpTime& last, const std::vector<Entry>& entries, std::int64_t term) {
  OpTime before = last;
  for (const Entry& entry : entries) {
    if (entry.at <= before || entry.at.timestamp <= before.timestamp || entry.at.term > term || entry.at.timestamp > kLastTimestamp)
      return false;
    before = entry.at;
  }
  return true;
}

}  // namespace

// ---- the one who pulls

MemberId Replica::choose_sync_source() const {
  const auto newest = [&]() {
    MemberId best = kNobody;
    OpTime furthest = oplog_.last();
    for (const Peer& peer : peers_) {
      const bool serves =
          peer.up && config_->find(peer.id)->data_bearing() && (peer.state == State::secondary || peer.state == State::primary);
      if (!serves || peer.applied <= furthest) continue;
      best = peer.id;
      furthest = peer.applied;
    }
    return best;
  };
  if (role_ == Role::leader || primary_ == kNobody) return newest();
  const Peer* primary = peer(primary_);
  return primary != nullptr && primary->up ? primary_ : newest();
}

void Replica::settle_fetch() {
  const bool follows = (state_ == State::secondary || state_ == State::startup2) && role_ != Role::leader;
  if (stopped_syncing_ || rollback_token_ != 0 || (!follows && !catching_up_)) return;
  if (initial_sync_) return ask_for_piece();
  const MemberId source = choose_sync_source();
  if (fetch_ != 0) {
    if (source == kNobody || source == sync_source_ || (primary_ != source && !catching_up_)) return;
    drop_fetch();  // the primary is known now
    fetch_retry_ = at_.now;
  }
  if (source == kNobody || at_.now < fetch_retry_ || reports_soon()) return;
  if (source != sync_source_) probe_.reset();
  sync_source_ = source;
  FetchRequest request{options_.set_name, self_, term_, probe_.value_or(oplog_.last()), oplog_.last(), durable_, commit_};
  request.wait = std::chrono::duration_cast<std::chrono::milliseconds>(election_timeout() / 2);
  request.limit_bytes = kBatchBytes;
  const Nanos timeout = request.wait + std::max<Nanos>(election_timeout(), config_->settings.heartbeat_timeout);
  if (source == primary_) {
    told_ = primary_;
    told_applied_ = oplog_.last();
    told_durable_ = durable_;
  }
  fetch_ = call(peer(source)->host, std::move(request), timeout, Pending{Kind::fetch, source});
}

bool Replica::reports_soon() const { return at_.now < report_due_ && !entries_in_flight_.empty(); }

void Replica::drop_fetch() {
  if (fetch_ != 0) cancel(fetch_);
  probe_.reset();
  sync_source_ = kNobody;
}

void Replica::settle_position() {
  if (role_ == Role::leader || primary_ == kNobody || position_ != 0 || at_.now < position_retry_ || self() == nullptr ||
      self()->arbiter_only || reports_soon())
    return;
  if (told_ == primary_ && told_applied_ == oplog_.last() && told_durable_ == durable_) return;
  told_ = primary_;
  told_applied_ = oplog_.last();
  told_durable_ = durable_;
  position_ = call(peer(primary_)->host, PositionRequest{options_.set_name, self_, term_, told_applied_, told_durable_}, election_timeout(),
                   Pending{Kind::position, primary_});
}

void Replica::on_response(const Pending& what, const FetchResponse& response) {
  Peer* from = peer(what.peer);
  if (from == nullptr) return;
  touch(*from);
  learn_term(response.term);
  if (response.primary) learn_state(*from, State::primary, response.term);
  if (response.term == term_ && role_ != Role::leader) from->applied = std::max(from->applied, response.last_applied);
  const bool follows = (state_ == State::secondary || state_ == State::startup2) && role_ != Role::leader;
  if (rollback_token_ != 0 || stopped_syncing_ || (!follows && !catching_up_)) return;
  if (response.behind) return probe_.reset();
  if (response.too_old) {
    if (response.after == probe_.value_or(oplog_.last())) begin_initial_sync(what.peer, "its oplog begins later than this node's ends");
    return;
  }
  if (response.diverged) return diverged(response);
  if (probe_ && response.after == *probe_ && response.after != oplog_.last()) {
    probe_.reset();
    if (response.last_applied > oplog_.last() && oplog_.contains(response.after)) return roll_back(response.after);
    fetch_retry_ = at_.now + heartbeat_interval();
    return;
  }
  if (response.after != oplog_.last()) return;  // asked before something changed
  if (!increasing(oplog_.last(), response.entries, term_)) {
    log("member " + from->host + " sent entries out of order");
    fetch_retry_ = at_.now + heartbeat_interval();
    return;
  }
  if (!response.entries.empty()) {
    for (const Entry& entry : response.entries) oplog_.append(entry);
    // A majority's write waits for this member, while the primary syncs it too.
    entries_in_flight_.emplace_back(persist(EntriesRecord{response.entries}, true, true), oplog_.last());
    out_.push_back(Apply{response.entries});
    positions_changed_ = true;
    if (what.peer == primary_) report_due_ = at_.now + kReportWithin;
  }
  learn_commit_point(response.commit_point, true);
  if (state_ == State::startup2) {
    if (!first_sync_) first_sync_ = response.last_applied;
    if (!oplog_.last().is_null() && oplog_.last() >= *first_sync_) {
      set_state(State::secondary);
      rearm_election();
    }
  }
}

void Replica::on_response(const Pending& what, const PositionResponse& response) {
  if (Peer* from = peer(what.peer)) touch(*from);
  learn_term(response.term);
}

// ---- rollback

void Replica::diverged(const FetchResponse& response) {
  if (catching_up_) {
    // The other holds what was never committed; the new term decides.
    catch_up_diverged_ = true;
    return;
  }
  if (response.last_applied <= oplog_.last()) {  // it is behind rather than elsewhere, or will be: its new term's first entry tells
    probe_.reset();
    fetch_retry_ = at_.now + heartbeat_interval();
    return;
  }
  const std::optional<OpTime> known = oplog_.at_most(response.hint);
  if (!known) {
    // Older than what this node could undo.
    if (response.hint < commit_) return stop_syncing("member " + std::to_string(sync_source_) + " lacks what is committed");
    return begin_initial_sync(sync_source_, "it and this node part before this node's oplog begins");
  }
  const OpTime candidate = *known;
  if (candidate.is_null()) return stop_syncing("no entry in common with member " + std::to_string(sync_source_));
  if (candidate == response.hint) return roll_back(candidate);
  if (probe_ && candidate >= *probe_) return stop_syncing("member " + std::to_string(sync_source_) + " answers in circles");
  probe_ = candidate;
}

void Replica::roll_back(const OpTime& to) {
  if (to < commit_) return stop_syncing("rolling back to " + show(to) + " would undo what is committed up to " + show(commit_));
  lost_.emplace_back(to, oplog_.last());
  if (snapshot_ && to < snapshot_->at) snapshot_.reset();
  std::vector<Entry> undone = oplog_.truncate(to);
  log("rolling back " + std::to_string(undone.size()) + " entries to " + show(to));
  set_state(State::rollback);
  // A batch still on its way to the disk may stay in part.
  OpTime before = durable_;
  std::erase_if(entries_in_flight_, [&](std::pair<Token, OpTime>& flight) {
    const bool gone = before >= to;
    before = flight.second;
    flight.second = std::min(flight.second, to);
    return gone;
  });
  durable_ = std::min(durable_, to);
  rollback_token_ = persist(TruncateRecord{to});
  out_.push_back(Undo{std::move(undone), to});
  drop_fetch();
  positions_changed_ = true;
}

void Replica::stop_syncing(std::string why) {
  stopped_syncing_ = true;
  log("this node cannot follow its set any more: " + why);
  info_ = std::move(why);
  drop_fetch();
  set_state(State::recovering);
  rearm_election();
}

// ---- the one who is asked

std::optional<Response> Replica::on_request(IncomingId id, const FetchRequest& request) {
  if (std::optional<Refusal> refusal = stranger(request.set_name, request.sender_id)) return *refusal;
  Peer& from = *peer(request.sender_id);
  touch(from);
  learn_term(request.term);
  learn_position(from, request.term, request.last_applied, request.last_durable);
  if (state_ != State::primary && state_ != State::secondary)
    return Refusal{errors::not_primary_or_secondary("this node is " + std::string(show(state_)) + " and has no entries to give")};
  for (HeldFetch& held : held_fetches_)
    if (held.request.sender_id == request.sender_id) held.deadline = at_.now;  // the asker has given it up
  from.given = request.after;
  held_fetches_.push_back({id, request, at_.now + std::clamp<Nanos>(request.wait, Nanos{}, std::chrono::seconds(10))});
  return std::nullopt;  // `serve_fetches` answers, at once when it can
}

Response Replica::on_request(const PositionRequest& request) {
  if (std::optional<Refusal> refusal = stranger(request.set_name, request.sender_id)) return *refusal;
  Peer& from = *peer(request.sender_id);
  touch(from);
  learn_term(request.term);
  learn_position(from, request.term, request.last_applied, request.last_durable);
  return PositionResponse{term_};
}

/// New entries go at once to as many voters as a majority needs, and to the others a moment later, several together: most often these share
/// disk and processor with those that a client waits for.
bool Replica::held_back(HeldFetch& held, int& needed) const {
  const bool news = held.request.after < oplog_.last();
  if (role_ != Role::leader || !news || held.request.after < all_wanted_ || at_.now >= held.deadline) return false;
  const Member* asker = config_->find(held.request.sender_id);
  if (!held.surplus && asker && asker->voter() && asker->data_bearing() && needed-- > 0) return false;
  if (!std::exchange(held.surplus, true)) held.deadline = std::min(held.deadline, at_.now + kSurplusWithin);
  return true;
}

Effects Replica::want_all(Moment at, const OpTime& place) {
  begin(at);
  all_wanted_ = std::max(all_wanted_, place);
  return finish();
}

void Replica::serve_fetches() {
  // Who was sent the last entry need not have told yet that it has it.
  int needed = config_->write_majority() - 1;
  if (role_ == Role::leader)
    for (const Peer& one : peers_)
      if (const Member* member = config_->find(one.id); member && member->voter() && member->data_bearing() && one.given >= oplog_.last()) --needed;
  std::erase_if(held_fetches_, [&](HeldFetch& held) {
    if (held_back(held, needed)) return false;
    if (!held.told_commit_point && commit_ > held.request.commit_point && oplog_.contains(held.request.after)) {
      held.told_commit_point = true;
      held.deadline = std::min(held.deadline, at_.now + kCommitPointWithin);
    }
    std::optional<FetchResponse> response = serve(held.request, at_.now >= held.deadline);
    if (response) {
      if (Peer* asker = peer(held.request.sender_id); asker && !response->entries.empty()) asker->given = response->entries.back().at;
      out_.push_back(Answer{held.id, std::move(*response)});
    }
    return response.has_value();
  });
}

/// Nothing: wait.
std::optional<FetchResponse> Replica::serve(const FetchRequest& request, bool late) const {
  FetchResponse out;
  out.term = term_;
  out.primary = role_ == Role::leader;
  out.after = request.after;
  out.last_applied = oplog_.last();
  out.commit_point = commit_;
  if (oplog_.contains(request.after)) {
    out.entries = oplog_.after(request.after, std::max<std::int64_t>(request.limit_bytes, 0));
    return !out.entries.empty() || late ? std::optional(std::move(out)) : std::nullopt;
  }
  if (request.after > oplog_.last()) {
    out.behind = true;
    return late ? std::optional(std::move(out)) : std::nullopt;
  }
  const std::optional<OpTime> hint = oplog_.at_most(request.after);
  out.too_old = !hint;
  out.diverged = hint.has_value();
  out.hint = hint.value_or(OpTime{});
  return out;
}

}  // namespace failc::replication
