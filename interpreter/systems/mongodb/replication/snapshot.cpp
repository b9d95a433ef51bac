// An oplog that does not grow, and what a member does that lacks more than another's oplog has: it takes over the other's state as of one
// moment, in pieces, and goes on from there.
#include <algorithm>
#include <utility>

#include "grammar/base/bug.hpp"
#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

/// A state that nobody asked for any more.
constexpr Nanos kSnapshotKept = std::chrono::seconds(2);
/// As many times its size an oplog may have for the sake of members that are slow.
constexpr std::int64_t kPatience = 4;
constexpr std::int64_t kKeptRecordBytes = 256 << 10;

}  // namespace

// ---- the oplog's size

void Replica::trim() {
  if (oplog_.bytes() <= options_.oplog_bytes) return;
  // What is not committed may have to be undone; what follows a snapshot is wanted by who got it.
  const OpTime most = snapshot_ ? std::min(commit_, snapshot_->at) : commit_;
  OpTime all_have = most;
  for (const Peer& peer : peers_)
    if (role_ == Role::leader && peer.up && config_->find(peer.id)->data_bearing() && peer.applied >= oplog_.floor())
      all_have = std::min(all_have, peer.applied);
  Dropped dropped;
  while (oplog_.size() > 1 && oplog_.bytes() > options_.oplog_bytes) {
    const bool patient = oplog_.bytes() <= kPatience * options_.oplog_bytes;
    if (oplog_[0].at > (patient ? all_have : most)) break;
    dropped.entries.push_back(oplog_.drop_oldest());
  }
  if (!dropped.entries.empty()) out_.push_back(std::move(dropped));
}

bool Replica::holds(const OpTime& at) const {
  if (at > oplog_.floor()) return oplog_.contains(at);
  return std::none_of(lost_.begin(), lost_.end(), [&](const auto& range) { return range.first < at && at <= range.second; });
}

void Replica::checkpoint(const std::function<void(Record)>& keep) const {
  keep(InstallRecord{oplog_.floor()});
  keep(VoteRecord{term_, voted_for_});
  if (config_) keep(ConfigRecord{*config_});
  KeptRecord kept;
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < oplog_.size(); ++i) {
    kept.entries.push_back(oplog_[i]);
    bytes += static_cast<std::int64_t>(oplog_[i].payload.size());
    if (bytes < kKeptRecordBytes && i + 1 != oplog_.size()) continue;
    keep(std::exchange(kept, {}));
    bytes = 0;
  }
  keep(CommitPointRecord{commit_});
}

// ---- the one who gives

std::optional<Nanos> Replica::snapshot_expiry() const { return snapshot_ ? std::optional(snapshot_->used + kSnapshotKept) : std::nullopt; }

void Replica::settle_snapshot() {
  if (snapshot_ && *snapshot_expiry() <= at_.now) snapshot_.reset();
}

Response Replica::on_request(const SnapshotRequest& request) {
  if (std::optional<Refusal> refusal = stranger(request.set_name, request.sender_id)) return *refusal;
  Peer& from = *peer(request.sender_id);
  touch(from);
  learn_term(request.term);
  if (state_ != State::primary && state_ != State::secondary)
    return Refusal{errors::not_primary_or_secondary("this node is " + std::string(show(state_)) + " and has no state to give")};
  if (request.snapshot == 0) {
    // One that another member is given serves here too.
    if (!snapshot_ || snapshot_->at <= request.last_applied) {
      const std::int64_t id = static_cast<std::int64_t>(dice_.next() >> 1 | 1);
      snapshot_ = Snapshot{id, oplog_.last(), options_.snapshot(), at_.now};
      FAILC_ASSERT(!snapshot_->pieces.empty());
      log("giving member " + from.host + " the state as of " + show(snapshot_->at));
    }
  } else if (!snapshot_ || snapshot_->id != request.snapshot) {
    return Refusal{errors::command_failed("that snapshot is gone")};
  }
  if (request.piece < 0 || request.piece >= static_cast<std::int64_t>(snapshot_->pieces.size()))
    return Refusal{errors::bad_value("the snapshot has no such piece")};
  snapshot_->used = at_.now;
  SnapshotResponse out;
  out.term = term_;
  out.primary = role_ == Role::leader;
  out.snapshot = snapshot_->id;
  out.at = snapshot_->at;
  out.last_applied = oplog_.last();
  out.commit_point = commit_;
  out.piece = request.piece;
  out.pieces = static_cast<std::int64_t>(snapshot_->pieces.size());
  out.bytes = snapshot_->pieces[static_cast<std::size_t>(request.piece)];
  return out;
}

// ---- the one who takes

void Replica::begin_initial_sync(MemberId source, const std::string& why) {
  const Peer* from = peer(source);
  if (catching_up_) {
    catch_up_diverged_ = true;
    return;
  }
  if (from == nullptr || initial_sync_) return;
  log("initial sync from member " + from->host + ": " + why);
  probe_.reset();
  first_sync_.reset();
  initial_sync_ = InitialSync{source};
  info_ = "initial sync from " + from->host;
  set_state(State::startup2);
  rearm_election();
}

void Replica::ask_for_piece() {
  if (fetch_ != 0) return;
  const Peer* source = peer(initial_sync_->source);
  const bool serves = source != nullptr && source->up && (source->state == State::secondary || source->state == State::primary);
  if (!serves || state_ != State::startup2) return abandon_initial_sync("the member it comes from is gone");
  const Nanos timeout = 2 * std::max<Nanos>(election_timeout(), config_->settings.heartbeat_timeout);
  const SnapshotRequest request{options_.set_name, self_, term_, oplog_.last(), initial_sync_->snapshot, initial_sync_->next};
  fetch_ = call(source->host, request, timeout, Pending{Kind::snapshot, source->id});
}

void Replica::on_response(const Pending& what, const SnapshotResponse& response) {
  Peer* from = peer(what.peer);
  if (from == nullptr) return;
  touch(*from);
  learn_term(response.term);
  if (response.primary) learn_state(*from, State::primary, response.term);
  if (!initial_sync_ || initial_sync_->source != what.peer || state_ != State::startup2) return;
  InitialSync& sync = *initial_sync_;
  const bool first = sync.next == 0;
  if (first) {
    sync.snapshot = response.snapshot;
    sync.at = response.at;
    sync.pieces = response.pieces;
  }
  // What ends later, by term first, holds all that this node could have helped to commit.
  if (response.at <= oplog_.last()) return abandon_initial_sync("the other's state is no later than this node's");
  const bool same = response.snapshot == sync.snapshot && response.at == sync.at && response.pieces == sync.pieces;
  if (!same || response.piece != sync.next || response.at.term > term_) return abandon_initial_sync("its pieces do not fit together");
  persist(PieceRecord{first, response.bytes}, false);
  out_.push_back(CollectPiece{first, response.bytes});
  if (++sync.next < sync.pieces) return;
  install_snapshot(sync.at);
  learn_commit_point(response.commit_point, true);
}

void Replica::install_snapshot(const OpTime& at) {
  log("initial sync done, with all up to " + show(at));
  lost_.emplace_back(OpTime{}, oplog_.last());
  snapshot_.reset();
  initial_sync_.reset();
  oplog_.restart(at);
  entries_in_flight_.emplace_back(persist(InstallRecord{at}), at);
  out_.push_back(InstallSnapshot{at});
  positions_changed_ = true;
  info_.clear();
  set_state(State::secondary);
  rearm_election();
}

/// What this node had it still has.
void Replica::abandon_initial_sync(const std::string& why) {
  if (!initial_sync_) return;
  log("initial sync given up: " + why);
  initial_sync_.reset();
  out_.push_back(ForgetPieces{});
  info_.clear();
  fetch_retry_ = at_.now + heartbeat_interval();
  if (state_ != State::startup2 || oplog_.last().is_null()) return;
  set_state(State::secondary);
  rearm_election();
}

}  // namespace failc::replication
