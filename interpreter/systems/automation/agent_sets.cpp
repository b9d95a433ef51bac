// Replica sets: initiated once, their members kept as the config wants them, and when they count as being in their goal.
#include <fmt/format.h>

#include "interpreter/systems/automation/agent.hpp"
#include "interpreter/systems/automation/message.hpp"
#include "interpreter/systems/automation/set_config.hpp"

namespace failc::automation {

using namespace std::chrono_literals;

namespace {

constexpr Nanos kRetry = 100ms;
constexpr Nanos kCommandWithin = 30s;  // initiating asks all members
constexpr std::int64_t kCommandNotFound = 59, kAlreadyInitialized = 23;

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
  if (const Server* primary = primary_of(set)) ask_set(set, Set::Doing::read, *primary, {{"replSetGetConfig", 1}});
}

void Agent::ask_set(Set& set, Set::Doing doing, const Server& whom, Json command) {
  set.doing = doing;
  set.question = ask(whom, std::move(command), kCommandWithin);
}

void Agent::retry_set(Set& set, const std::string& why) {
  set.retry_at = now_ + kRetry;
  complain(set.complaint, fmt::format("Error: the replica set `{}`: {}", set.goal.name, why));
}

void Agent::set_answered(Set& set, const Result<Json>& reply) {
  if (!reply) return retry_set(set, reply.error().message);
  const auto failure = failure_of(*reply);
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
        set.retry_at = now_ + kRetry;
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
      log(fmt::format("changing the members of the replica set `{}`", set.goal.name));
      return ask_set(set, Set::Doing::reconfigure, *primary, {{"replSetReconfig", *next}});
    }
    case Set::Doing::reconfigure:
      if (failure) return retry_set(set, "replSetReconfig: " + *failure);
      set.complaint.clear();
      return;  // and read again: there may be more to change
  }
}

}  // namespace failc::automation
