#include "interpreter/systems/mongodb/replication/replica.hpp"

#include <algorithm>
#include <utility>

#include "grammar/base/bug.hpp"

namespace failc::replication {
namespace {

/// No set comes here by elections; a peer that claims to be beyond is wrong.
constexpr std::int64_t kLastTerm = std::int64_t{1} << 62;
/// How often the commit point goes to the journal. It saves a restarted node from knowing nothing until it hears from a primary.
constexpr Nanos kCommitPointInterval = std::chrono::milliseconds(100);

}  // namespace

Replica::Replica(Options options) : options_(std::move(options)), dice_(options_.seed) {}
Replica::~Replica() = default;

// ---- events

Effects Replica::start(Moment at, Recovered recovered) {
  FAILC_ASSERT(state_ == State::startup && !config_ && oplog_.size() == 0);
  at_ = started_ = at;
  term_ = recovered.term;
  voted_for_ = recovered.voted_for;
  oplog_.restart(recovered.floor);
  for (Entry& entry : recovered.entries) oplog_.append(std::move(entry));
  durable_ = oplog_.last();
  commit_ = shown_commit_ = persisted_commit_ = std::min(recovered.commit_point, oplog_.last());
  if (recovered.config) {
    durable_config_ = recovered.config->identity();
    adopt(std::move(*recovered.config));
  }
  return finish();
}

Effects Replica::tick(Moment at) {
  begin(at);
  return finish();
}

Effects Replica::requested(Moment at, IncomingId id, const Request& request) {
  begin(at);
  std::optional<Response> response;
  if (const auto* heartbeat = std::get_if<HeartbeatRequest>(&request)) response = on_request(*heartbeat);
  if (const auto* vote = std::get_if<VoteRequest>(&request)) response = on_request(id, *vote);
  if (const auto* fetch = std::get_if<FetchRequest>(&request)) response = on_request(id, *fetch);
  if (const auto* position = std::get_if<PositionRequest>(&request)) response = on_request(*position);
  if (const auto* snapshot = std::get_if<SnapshotRequest>(&request)) response = on_request(*snapshot);
  if (const auto* step_up = std::get_if<StepUpRequest>(&request)) response = on_request(*step_up);
  if (response) out_.push_back(Answer{id, std::move(*response)});
  return finish();
}

Effects Replica::withdrawn(Moment at, IncomingId id) {
  begin(at);
  std::erase_if(held_fetches_, [&](const HeldFetch& held) { return held.id == id; });
  std::erase_if(held_answers_, [&](const HeldAnswer& held) { return held.answer.id == id; });
  return finish();
}

Effects Replica::answered(Moment at, CallId id, const Response& response) {
  begin(at);
  const auto found = calls_.find(id);
  if (found == calls_.end()) return finish();
  if (const auto* refusal = std::get_if<Refusal>(&response)) {
    fail(id, refusal->error.message);
    return finish();
  }
  const Pending what = found->second;
  calls_.erase(found);
  forget(id);
  const auto* heartbeat = std::get_if<HeartbeatResponse>(&response);
  const auto* vote = std::get_if<VoteResponse>(&response);
  const auto* fetch = std::get_if<FetchResponse>(&response);
  const auto* position = std::get_if<PositionResponse>(&response);
  const auto* snapshot = std::get_if<SnapshotResponse>(&response);
  switch (what.kind) {
    case Kind::heartbeat:
    case Kind::seed:
      if (heartbeat != nullptr) on_response(what, *heartbeat);
      break;
    case Kind::vote:
      if (vote != nullptr) on_response(what, *vote);
      break;
    case Kind::fetch:
      if (fetch != nullptr) on_response(what, *fetch);
      break;
    case Kind::position:
      if (position != nullptr) on_response(what, *position);
      break;
    case Kind::snapshot:
      if (snapshot != nullptr) on_response(what, *snapshot);
      break;
    case Kind::step_up:
      break;
  }
  return finish();
}

Effects Replica::failed(Moment at, CallId id, const std::string& why) {
  begin(at);
  fail(id, why);
  return finish();
}

void Replica::fail(CallId id, const std::string& why) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const Pending what = found->second;
  calls_.erase(found);
  forget(id);
  Peer* from = peer(what.peer);
  switch (what.kind) {
    case Kind::heartbeat:
      if (from != nullptr) heartbeat_failed(*from, what, why);
      break;
    case Kind::vote:
      vote_failed(what);
      break;
    case Kind::fetch:
      fetch_retry_ = at_.now + heartbeat_interval();
      break;
    case Kind::snapshot:
      abandon_initial_sync(why);
      break;
    case Kind::position:
      told_ = kNobody;
      position_retry_ = at_.now + heartbeat_interval();
      break;
    case Kind::seed:
    case Kind::step_up:
      break;
  }
}

Effects Replica::durable(Moment at, Token token) {
  begin(at);
  std::size_t count = 0;
  while (count < entries_in_flight_.size() && entries_in_flight_[count].first <= token) durable_ = entries_in_flight_[count++].second;
  if (count != 0) {
    entries_in_flight_.erase(entries_in_flight_.begin(), entries_in_flight_.begin() + static_cast<std::ptrdiff_t>(count));
    positions_changed_ = true;
  }
  while (!configs_in_flight_.empty() && configs_in_flight_.begin()->first <= token) {
    durable_config_ = configs_in_flight_.begin()->second;
    configs_in_flight_.erase(configs_in_flight_.begin());
    if (configs_in_flight_.empty()) send_heartbeats_now();  // others wait for it
  }
  for (HeldAnswer& held : held_answers_)
    if (held.token <= token) out_.push_back(std::move(held.answer));
  std::erase_if(held_answers_, [&](const HeldAnswer& held) { return held.token <= token; });
  if (rollback_token_ != 0 && rollback_token_ <= token) {
    rollback_token_ = 0;
    if (state_ == State::rollback) set_state(State::secondary);
    rearm_election();
  }
  if (candidacy_ && candidacy_->vote_token != 0 && candidacy_->vote_token <= token) {
    candidacy_->vote_token = 0;
    count_votes();
  }
  return finish();
}

std::optional<OpTime> Replica::append(Moment at, std::string payload, Effects& effects) {
  begin(at);
  std::optional<OpTime> written;
  if (can_accept_writes()) written = write(std::move(payload));
  Effects done = finish();
  effects.insert(effects.end(), std::make_move_iterator(done.begin()), std::make_move_iterator(done.end()));
  return written;
}

// ---- the frame of every event

void Replica::begin(Moment at) {
  if (at.now < at_.now) at.now = at_.now;
  const Nanos silence = at.now - at_.now;
  // A process that did not run for this long (stopped, starved) has queued messages to read before it may conclude that others are gone.
  stalled_ = config_ && !peers_.empty() && silence > std::max(election_timeout() / 2, 2 * heartbeat_interval());
  at_ = at;
  run_timers();
}

void Replica::run_timers() {
  if (!config_) return;
  if (role_ == Role::leader) check_majority_reachable();
  for (Peer& peer : peers_)
    if (peer.heartbeat == 0 && peer.next_heartbeat <= at_.now) send_heartbeat(peer);
  if (candidacy_ && candidacy_->deadline <= at_.now) election_lost("it took too long");
  if (takeover_due_ && *takeover_due_ <= at_.now) takeover();
  if (election_due_ && *election_due_ <= at_.now) {
    if (stalled_ || !electable())
      rearm_election();
    else
      start_election("no primary was heard of for the election timeout", true);
  }
}

void Replica::settle() {
  if (!config_) return;
  advance_commit_point();
  settle_catch_up();
  settle_step_down();
  settle_reconfig();
  consider_eager_election();
  consider_takeover();
  serve_fetches();
  settle_snapshot();
  settle_fetch();
  settle_position();
  trim();
  if (commit_ != persisted_commit_ && at_.now >= commit_persist_due_) {
    persisted_commit_ = commit_;
    commit_persist_due_ = at_.now + kCommitPointInterval;
    persist(CommitPointRecord{commit_}, false);
  }
}

Effects Replica::finish() {
  settle();
  if (commit_ != shown_commit_) {
    shown_commit_ = commit_;
    out_.push_back(CommitPointAdvanced{commit_});
  }
  if (positions_changed_) {
    positions_changed_ = false;
    out_.push_back(PositionsChanged{});
  }
  if (const View now = view(); !(now == shown_)) {
    shown_ = now;
    out_.push_back(StateChanged{state_, can_accept_writes()});
  }
  return std::exchange(out_, {});
}

std::optional<Nanos> Replica::wake_at() const {
  std::optional<Nanos> out;
  const auto at = [&](Nanos when) { out = out ? std::min(*out, when) : when; };
  for (const Peer& peer : peers_) {
    if (peer.heartbeat == 0) at(peer.next_heartbeat);
    if (catching_up_ && peer.contact && *peer.contact + election_timeout() > at_.now) at(*peer.contact + election_timeout());
  }
  if (election_due_) at(*election_due_);
  if (takeover_due_) at(*takeover_due_);
  if (candidacy_) at(candidacy_->deadline);
  if (role_ == Role::leader)
    if (const Nanos deadline = liveness_deadline(); deadline != Nanos::max()) at(deadline);
  if (catching_up_ && config_->settings.catch_up_timeout.count() >= 0) at(won_at_ + config_->settings.catch_up_timeout);
  if (step_down_) at(step_down_->deadline);
  for (const HeldFetch& held : held_fetches_) at(held.deadline);
  if (reports_soon()) at(report_due_);
  if (snapshot_) at(*snapshot_expiry());
  return out;
}

// ---- what all parts use

Token Replica::persist(Record record, bool sync, bool urgent) {
  out_.push_back(Persist{++last_token_, std::move(record), sync, urgent});
  return last_token_;
}

CallId Replica::call(const std::string& host, Request request, Nanos timeout, Pending pending) {
  pending.sent = at_.now;
  calls_.emplace(++last_call_, pending);
  out_.push_back(Call{last_call_, host, std::move(request), timeout});
  return last_call_;
}

void Replica::cancel(CallId id) {
  if (calls_.erase(id) == 0) return;
  forget(id);
  out_.push_back(CancelCall{id});
}

/// The call has ended: nobody waits for it.
void Replica::forget(CallId id) {
  for (Peer& peer : peers_)
    if (peer.heartbeat == id) peer.heartbeat = 0;
  if (fetch_ == id) fetch_ = 0;
  if (position_ == id) position_ = 0;
}

void Replica::learn_term(std::int64_t term) {
  if (term <= term_ || term > kLastTerm) return;
  if (role_ == Role::leader) resign("term " + std::to_string(term) + " has begun elsewhere");
  if (candidacy_) abandon_candidacy("term " + std::to_string(term) + " has begun elsewhere");
  term_ = term;
  voted_for_ = kNobody;
  primary_ = kNobody;
}

void Replica::set_state(State state) {
  if (state == state_) return;
  log(std::string("state ") + show(state_) + " to " + show(state));
  state_ = state;
}

Replica::View Replica::view() const {
  return {state_, can_accept_writes(), role_ == Role::leader ? self_ : primary_, config_ ? config_->identity() : ConfigVersion{},
          role_ == Role::leader ? led_term_ : -1};
}

}  // namespace failc::replication
