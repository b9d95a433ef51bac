// replSetStepDown, replSetStepUp, replSetFreeze.
#include <algorithm>
#include <cstdio>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {
namespace {

/// "2024-05-01T10:00:00.123+00:00"
std::string iso_date(std::chrono::milliseconds wall) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{wall};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03d+00:00", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

/// Longer is for ever; keeps sums of times representable.
constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 365 * 10);

}  // namespace

Effects Replica::step_down(Moment at, CommandId id, const StepDown& how) {
  begin(at);
  std::optional<CommandError> error;
  if (how.seconds.count() < 0 || how.secondary_catch_up_period.count() < 0)
    error = errors::bad_value("a period to step down or to catch up cannot be negative");
  else if (how.secondary_catch_up_period > how.seconds)
    error = errors::bad_value("`secondaryCatchUpPeriodSecs` cannot be longer than the period to step down");
  else if (role_ != Role::leader)
    error = errors::not_writable_primary("this node is not primary, so it cannot step down");
  else if (step_down_)
    error = errors::conflicting_operation("this node is stepping down already");
  if (error) {
    out_.push_back(CommandFinished{id, std::move(error)});
    return finish();
  }
  StepDown bounded = how;
  bounded.seconds = std::min(how.seconds, kLongest);
  bounded.secondary_catch_up_period = std::min(how.secondary_catch_up_period, kLongest);
  step_down_ = PendingStepDown{id, bounded, oplog_.last(), at_.now, at_.now + bounded.secondary_catch_up_period};
  return finish();
}

bool Replica::caught_up(const Peer& peer, const OpTime& target) const { return known_position(peer, false) >= target; }

/// A majority has everything, and one of them can take over.
bool Replica::safe_to_step_down(const OpTime& target) const {
  int holders = self()->voter();
  bool successor = false;
  for (const Peer& peer : peers_) {
    const Member* member = config_->find(peer.id);
    if (!member->data_bearing() || !caught_up(peer, target)) continue;
    holders += member->voter();
    successor = successor || (member->electable() && peer.up && peer.state == State::secondary);
  }
  return successor && holders >= config_->write_majority();
}

void Replica::settle_step_down() {
  if (!step_down_) return;
  const PendingStepDown waiting = *step_down_;
  const bool safe = safe_to_step_down(waiting.target);
  if (!safe && at_.now < waiting.deadline) return;
  step_down_.reset();
  if (!safe && !waiting.how.force) {
    out_.push_back(
        CommandFinished{waiting.id, errors::exceeded_time_limit("No electable secondaries caught up as of " + iso_date(at_.wall) +
                                                                "; with `force: true` this node steps down all the same")});
    return;
  }
  no_standing_until_ = std::max(no_standing_until_, waiting.began + waiting.how.seconds);
  resign("told to step down");
  out_.push_back(CommandFinished{waiting.id, std::nullopt});
  hand_over(waiting.target);
}

/// Saves the others the election timeout.
void Replica::hand_over(const OpTime& target) {
  const Peer* best = nullptr;
  for (const Peer& peer : peers_) {
    const Member* member = config_->find(peer.id);
    if (!member->electable() || !peer.up || peer.state != State::secondary || !caught_up(peer, target)) continue;
    if (best == nullptr || member->priority > config_->find(best->id)->priority) best = &peer;
  }
  if (best == nullptr) return;
  call(best->host, StepUpRequest{options_.set_name, self_, term_}, election_timeout(), Pending{Kind::step_up, best->id});
}

Response Replica::on_request(const StepUpRequest& request) {
  if (std::optional<Refusal> refusal = stranger(request.set_name, request.sender_id)) return *refusal;
  touch(*peer(request.sender_id));
  learn_term(request.term);
  if (request.term < term_) return Refusal{errors::command_failed("term " + std::to_string(request.term) + " is over")};
  if (primary_ == request.sender_id) {
    primary_ = kNobody;
    peer(request.sender_id)->state = State::secondary;
  }
  if (candidacy_) return StepUpResponse{term_};
  if (std::optional<std::string> why = start_election("the primary steps down", false, true)) return Refusal{errors::command_failed(*why)};
  return StepUpResponse{term_};
}

Effects Replica::step_up(Moment at, CommandId id) {
  begin(at);
  std::optional<CommandError> error;
  if (!config_) {
    error = errors::not_yet_initialized("this node has no configuration yet");
  } else if (role_ != Role::leader) {
    step_ups_.push_back(id);
    if (!candidacy_) {
      if (std::optional<std::string> why = start_election("an operator asked for it", true, true)) {
        std::erase(step_ups_, id);
        error = errors::command_failed(*why);
      }
    }
    if (!error) return finish();
  }
  out_.push_back(CommandFinished{id, std::move(error)});
  return finish();
}

Replica::Frozen Replica::freeze(Moment at, std::chrono::seconds seconds, Effects& effects) {
  begin(at);
  Frozen out;
  if (!config_)
    out.error = errors::not_yet_initialized("this node has no configuration yet");
  else if (seconds.count() < 0)
    out.error = errors::bad_value("the seconds to freeze for cannot be negative");
  else if (role_ == Role::leader || role_ == Role::candidate)
    out.error = errors::not_secondary(role_ == Role::leader ? "a primary cannot be frozen; `replSetStepDown` is for that"
                                                            : "a node that stands for election cannot be frozen");
  else if (seconds.count() == 0) {
    no_standing_until_ = Nanos{};
    out.info = "unfreezing";
    rearm_election();
  } else {
    no_standing_until_ = std::max(no_standing_until_, at_.now + std::min(seconds, kLongest));
    out.info = "freezing";
    takeover_due_.reset();
    rearm_election();
  }
  Effects done = finish();
  effects.insert(effects.end(), std::make_move_iterator(done.begin()), std::make_move_iterator(done.end()));
  return out;
}

}  // namespace failc::replication
