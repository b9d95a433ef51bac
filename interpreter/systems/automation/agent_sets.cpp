// Replica sets: initiated once, their members kept as the config wants them, and when they count as being in their goal.
#include <algorithm>

#include <fmt/format.h>

#include "interpreter/systems/automation/agent.hpp"
#include "interpreter/systems/automation/lines.hpp"
#include "interpreter/systems/automation/message.hpp"
#include "interpreter/systems/automation/set_config.hpp"

namespace failc::automation {

using namespace std::chrono_literals;

namespace {

constexpr Nanos kCommandWithin = 30s;  // initiating asks all members
constexpr std::int64_t kAlreadyInitialized = 23;
constexpr int kStepDownSeconds = 10;

/// The server will never take such a config: BadValue, FailedToParse, TypeMismatch, InvalidOptions, InvalidReplicaSetConfig.
bool refuses_for_good(std::int64_t code) { return code == 2 || code == 9 || code == 14 || code == 72 || code == 93; }

}  // namespace

bool Agent::all_up(const Set& set) const {
  for (const Member& member : set.goal.members) {
    const auto found = servers_.find(member.process);
    if (found == servers_.end() || !found->second.wanted()) continue;
    if (found->second.phase != Phase::up || !found->second.hello) return false;
  }
  return true;
}

bool Agent::initiated(const Set& set) const {
  for (const Member& member : set.goal.members) {
    const auto found = servers_.find(member.process);
    if (found != servers_.end() && found->second.hello && !found->second.hello->set.empty()) return true;
  }
  return false;
}

bool Agent::primary_expected(const Set& set) const {
  int votes = 0, all_votes = 0;
  bool electable = false;
  for (const Member& member : set.goal.members) {
    all_votes += member.votes;
    const auto found = servers_.find(member.process);
    if (found == servers_.end() || !found->second.wanted()) continue;
    votes += member.votes;
    electable = electable || (member.priority > 0 && !member.arbiter_only);
  }
  return electable && votes * 2 > all_votes;
}

const Agent::Server* Agent::primary_of(const Set& set) const {
  for (const Member& member : set.goal.members) {
    const auto found = servers_.find(member.process);
    if (found == servers_.end()) continue;
    const Server& server = found->second;
    if (server.wanted() && server.phase == Phase::up && server.hello && server.hello->primary) return &server;
  }
  return nullptr;
}

const Agent::Server* Agent::leaving(const Set& set) const {
  std::vector<const Server*> found;
  for (const auto& [name, server] : servers_)
    if (held(server) && server.running->set == set.goal.name) found.push_back(&server);
  return found.empty() ? nullptr : found[set.failures % found.size()];
}

bool Agent::in_goal(const Set& set) const {
  if (!all_up(set)) return false;
  bool any = false;
  const bool expected = primary_expected(set);
  for (const Member& member : set.goal.members) {
    const auto found = servers_.find(member.process);
    if (found == servers_.end() || !found->second.wanted()) continue;
    any = true;
    const Hello& hello = *found->second.hello;
    if (expected && !hello.primary && !hello.secondary && !hello.arbiter) return false;
  }
  if (!any) return true;
  if (!initiated(set)) return false;
  return !expected || (set.verified && primary_of(set));
}

bool Agent::held(const Server& server) const {
  if (server.goal || !server.runs() || leaving_ || now_ >= server.end_at || !server.running || server.running->set.empty()) return false;
  for (const Set& set : sets_)
    if (set.goal.name == server.running->set) return !set.verified && primary_expected(set);
  return false;
}

void Agent::settle_set(Set& set) {
  if (announced_ || set.question || now_ < set.retry_at || !all_up(set)) return;
  if (!initiated(set)) {
    for (const Member& member : set.goal.members) {
      const auto found = servers_.find(member.process);
      if (member.arbiter_only || found == servers_.end() || !found->second.wanted()) continue;
      complain(set.complaint, fmt::format("initiating the replica set `{}` on `{}`", set.goal.name, member.process));
      return ask_set(set, Set::Doing::initiate, found->second, {{"replSetInitiate", set.goal.document}});
    }
    return;
  }
  if (set.verified || !primary_expected(set)) return;
  if (const Server* primary = primary_of(set)) return ask_set(set, Set::Doing::read, *primary, {{"replSetGetConfig", 1}});
  if (const Server* former = leaving(set)) ask_set(set, Set::Doing::step_down, *former, {{"replSetStepDown", kStepDownSeconds}, {"secondaryCatchUpPeriodSecs", kStepDownSeconds / 2}});
}

void Agent::ask_set(Set& set, Set::Doing doing, const Server& whom, Json command) {
  set.doing = doing;
  set.question = ask(whom, std::move(command), kCommandWithin);
}

void Agent::retry_set(Set& set, const std::string& why) {
  pause_set(set);
  complain(set.complaint, fmt::format("Error: the replica set `{}`: {}", set.goal.name, why));
}

void Agent::pause_set(Set& set) {
  set.retry_at = now_ + std::min(kLongestRetry, kFirstRetry * (1 << std::min(set.failures, 6u)));
  ++set.failures;
}

void Agent::set_answered(Set& set, const Result<Json>& reply) {
  if (!reply) return retry_set(set, reply.error().message);
  const auto failure = failure_of(*reply);
  const bool configures = set.doing == Set::Doing::initiate || set.doing == Set::Doing::reconfigure;
  if (failure && configures && refuses_for_good(code_of(*reply))) return retry_set(set, refused_line(*failure));
  switch (set.doing) {
    case Set::Doing::initiate:
      // What it answered before is old: it is asked anew at once.
      for (const Member& member : set.goal.members)
        if (const auto found = servers_.find(member.process); found != servers_.end() && found->second.phase == Phase::up) {
          cancel(found->second.question);
          if (found->second.hello) found->second.hello->topology_version = nullptr;
          found->second.ask_at = now_;
        }
      if (failure && code_of(*reply) == kAlreadyInitialized) {
        set.retry_at = now_ + kFirstRetry;
        return;
      }
      if (failure) return retry_set(set, "replSetInitiate: " + *failure);
      // Until a member says that it has the set, it would be initiated again.
      set.retry_at = now_ + kCommandWithin;
      set.verified = true;
      return;
    case Set::Doing::read: {
      if (failure && code_of(*reply) == kCommandNotFound) {
        log(fmt::format("the members of `{}` are taken for right: its server does not tell them", set.goal.name));
        set.verified = true;
        return;
      }
      if (failure) return retry_set(set, "replSetGetConfig: " + *failure);
      const Json canonical = reply->value("config", Json());
      const auto next = next_config(plain(canonical), set.goal);
      if (!next) {
        set.verified = true;
        return;
      }
      const Server* primary = primary_of(set);
      if (!primary) return;
      if (set.failures == 0) log(fmt::format("changing the members of the replica set `{}`", set.goal.name));
      return ask_set(set, Set::Doing::reconfigure, *primary, {{"replSetReconfig", *next}});
    }
    case Set::Doing::reconfigure:
      if (failure) return retry_set(set, "replSetReconfig: " + *failure);
      set.complaint.clear();
      set.failures = 0;
      return;  // and read again: there may be more to change
    case Set::Doing::step_down:
      if (!failure) log(fmt::format("the primary of `{}` leaves the set: it has stepped down", set.goal.name));
      return pause_set(set);
  }
}

}  // namespace failc::automation
