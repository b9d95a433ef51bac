// Who becomes primary: candidacies, votes, takeovers by priority.
#include <algorithm>
#include <tuple>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

/// A member of higher priority takes over when it is at most this far behind.
constexpr std::uint64_t kTakeoverFreshnessSeconds = 2;
/// The random part of the election timeout, in percent.
constexpr int kOffsetPercent = 15;

}  // namespace

Nanos Replica::election_timeout() const { return config_->settings.election_timeout; }

void Replica::rearm_election() {
  election_due_.reset();
  const Member* me = self();
  if (me == nullptr || !me->electable() || role_ != Role::follower) return;
  const bool alone = config_->voters() == 1;
  const Nanos wait = alone ? Nanos{} : election_timeout() + dice_.below(election_timeout() * kOffsetPercent / 100);
  election_due_ = std::max(at_.now + wait, no_standing_until_);
  // What keeps it from standing ends with an event, which rearms.
  if (alone && !electable() && no_standing_until_ <= at_.now) election_due_.reset();
}

bool Replica::electable() const {
  const Member* me = self();
  return me != nullptr && me->electable() && me->voter() && role_ == Role::follower && state_ == State::secondary && rollback_token_ == 0 &&
         !stopped_syncing_ && !oplog_.last().is_null() && at_.now >= no_standing_until_;
}

/// Why it cannot be, or nothing.
std::optional<std::string> Replica::start_election(std::string reason, bool dry_run, bool against_primary) {
  if (!electable()) return "this node cannot stand for election now: it is " + std::string(show(state_));
  const bool alone = config_->voters() == 1;
  role_ = Role::candidate;
  election_due_.reset();
  takeover_due_.reset();
  candidacy_ = Candidacy{.round = ++round_, .dry_run = dry_run && !alone, .against_primary = against_primary, .reason = std::move(reason)};
  log("standing for election in term " + std::to_string(term_ + 1) + ": " + candidacy_->reason);
  if (candidacy_->dry_run)
    request_votes();
  else
    stand();
  return std::nullopt;
}

/// The election itself: a new term, the own vote first.
void Replica::stand() {
  candidacy_->dry_run = false;
  candidacy_->round = ++round_;
  candidacy_->granted.clear();
  candidacy_->refused.clear();
  ++term_;
  voted_for_ = self_;
  primary_ = kNobody;
  // The others' votes are asked for meanwhile, but nothing is won before the own vote is on the disk.
  candidacy_->vote_token = persist(VoteRecord{term_, self_});
  request_votes();
}

void Replica::request_votes() {
  candidacy_->deadline = at_.now + (candidacy_->dry_run ? election_timeout() / 2 : election_timeout());
  const VoteRequest request{options_.set_name, candidacy_->dry_run, term_, self_, config_->version, config_->term, oplog_.last()};
  for (const Peer& peer : peers_) {
    if (!config_->find(peer.id)->voter()) continue;
    Pending what{Kind::vote, peer.id};
    what.round = candidacy_->round;
    call(peer.host, request, election_timeout(), what);
  }
  count_votes();
}

void Replica::count_votes() {
  const int granted = static_cast<int>(candidacy_->granted.size()) + 1;
  const int possible = config_->voters() - static_cast<int>(candidacy_->refused.size());
  if (possible < config_->majority()) return election_lost("too few votes");
  if (granted < config_->majority()) return;
  if (candidacy_->dry_run) return stand();
  if (candidacy_->vote_token == 0) win(candidacy_->reason);
}

void Replica::election_lost(const std::string& why) {
  abandon_candidacy(why);
  // Sooner than a whole timeout: there may be no primary. At random, so that two candidates do not meet again.
  if (election_due_ && config_->voters() > 1)
    election_due_ = std::max(at_.now + election_timeout() / 10 + dice_.below(election_timeout() * 4 / 10), no_standing_until_);
}

void Replica::abandon_candidacy(const std::string& why) {
  log("no longer standing for election: " + why);
  candidacy_.reset();
  role_ = Role::follower;
  finish_step_ups(errors::command_failed("the election was not won: " + why));
  rearm_election();
}

void Replica::finish_step_ups(std::optional<CommandError> error) {
  for (const CommandId id : step_ups_) out_.push_back(CommandFinished{id, error});
  step_ups_.clear();
}

std::optional<Response> Replica::on_request(IncomingId id, const VoteRequest& request) {
  if (std::optional<Refusal> refusal = stranger(request.set_name, request.candidate_id)) return *refusal;
  touch(*peer(request.candidate_id));
  if (std::string why = why_arbiter_refuses(request); !why.empty()) return VoteResponse{term_, false, std::move(why), OpTime{}};
  learn_term(request.term);
  VoteResponse out{term_, false, why_no_vote(request), oplog_.last()};
  out.granted = out.reason.empty();
  out.term = term_;
  if (!out.granted || request.dry_run) return out;
  voted_for_ = request.candidate_id;
  rearm_election();
  const Token token = persist(VoteRecord{term_, voted_for_});
  held_answers_.push_back({token, Answer{id, out}});
  return std::nullopt;
}

/// An arbiter may see a primary that the candidate cannot see: electing would go back and forth between the two. It does not even
/// learn the candidate's term, which would end the primary's.
std::string Replica::why_arbiter_refuses(const VoteRequest& request) const {
  if (!self()->arbiter_only) return "";
  for (const Peer& peer : peers_) {
    const bool primary = peer.up && peer.id == primary_ && peer.id != request.candidate_id;
    const bool recent = peer.contact && at_.now - *peer.contact < election_timeout();
    if (primary && recent && config_->find(peer.id)->priority >= config_->find(request.candidate_id)->priority)
      return "this arbiter sees a healthy primary, " + peer.host;
  }
  return "";
}

std::string Replica::why_no_vote(const VoteRequest& request) {
  if (request.term < term_) return "term " + std::to_string(request.term) + " is over, this one is " + std::to_string(term_);
  if (config_->identity().newer_than({request.config_version, request.config_term}))
    return "the candidate's configuration is older than the voter's";
  if (request.last_applied < oplog_.last())
    return "the candidate's oplog ends at " + show(request.last_applied) + ", the voter's at " + show(oplog_.last());
  if (!self()->voter()) return "this member has no vote";
  if (request.dry_run) {
    if (!candidacy_ || !candidacy_->dry_run) return "";
    // Two that would split the votes: the same one must give way on both sides.
    const Member* theirs = config_->find(request.candidate_id);
    const auto claim = [](const OpTime& last, const Member& member) { return std::tuple(last, member.priority, -member.id); };
    if (claim(request.last_applied, *theirs) < claim(oplog_.last(), *self()))
      return "this member is standing itself and has the better claim";
    abandon_candidacy("member " + theirs->host + " stands too and has the better claim");
    return "";
  }
  if (voted_for_ != kNobody && voted_for_ != request.candidate_id) return "member " + std::to_string(voted_for_) + " has this term's vote";
  if (role_ == Role::leader) return "this member leads the term";
  return "";
}

void Replica::on_response(const Pending& what, const VoteResponse& response) {
  Peer* from = peer(what.peer);
  if (from == nullptr) return;
  touch(*from);
  learn_term(response.term);
  if (catching_up_ && response.term == term_ && !from->fresh) {  // a vote that was not needed any more
    from->fresh = true;
    from->applied = response.last_applied;
  }
  if (!candidacy_ || candidacy_->round != what.round) return;
  if (!response.granted && !response.reason.empty()) log("no vote from " + from->host + ": " + response.reason);
  (response.granted ? candidacy_->granted : candidacy_->refused).insert(what.peer);
  candidacy_->positions[what.peer] = response.last_applied;
  count_votes();
}

void Replica::vote_failed(const Pending& what) {
  if (!candidacy_ || candidacy_->round != what.round) return;
  candidacy_->refused.insert(what.peer);
  count_votes();
}

/// When a set starts and every voter is there without a primary, nothing is gained by sitting out the timeout.
void Replica::consider_eager_election() {
  if (seen_primary_ || eager_ || config_->voters() == 1 || !electable() || !election_due_) return;
  for (const Peer& peer : peers_) {
    if (!config_->find(peer.id)->voter()) continue;
    if (!peer.greeted || peer.primary != kNobody || peer.state == State::primary || peer.config != config_->identity()) return;
    if (peer.applied > oplog_.last()) return;
  }
  eager_ = true;
  election_due_ = std::min(*election_due_, at_.now + dice_.below(election_timeout() / 10));
}

void Replica::consider_takeover() {
  const Member* me = self();
  const Member* leader = config_->find(primary_);
  const bool wanted = me != nullptr && leader != nullptr && role_ == Role::follower && me->priority > leader->priority && electable();
  if (!wanted) return takeover_due_.reset();
  if (takeover_due_) return;
  const auto rank =
      std::count_if(config_->members.begin(), config_->members.end(), [&](const Member& other) { return other.priority > me->priority; });
  takeover_due_ = at_.now + election_timeout() * (rank + 1) + dice_.below(election_timeout() * kOffsetPercent / 100);
}

void Replica::takeover() {
  takeover_due_.reset();
  OpTime newest;
  for (const Peer& peer : peers_) newest = std::max(newest, peer.applied);
  if ((oplog_.last().timestamp >> 32) + kTakeoverFreshnessSeconds < newest.timestamp >> 32) return;
  start_election("its priority is above the primary's", true, true);
}

}  // namespace failc::replication
