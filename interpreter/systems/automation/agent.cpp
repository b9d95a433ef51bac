#include "interpreter/systems/automation/agent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "interpreter/systems/automation/lines.hpp"
#include "interpreter/systems/automation/message.hpp"
#include "interpreter/systems/automation/set_config.hpp"

namespace failc::automation {

using namespace std::chrono_literals;

namespace {

/// A server that starts is asked again after an eighth of the time it has taken so far: not sooner than the first, not later than the second.
constexpr Nanos kSoonestQuestion = 1ms, kLatestQuestion = 20ms, kSlowQuestion = 500ms;
constexpr Nanos kAnswerWithin = 5s, kAwaited = 5s;
constexpr Nanos kPollEvery = 25ms;  // of servers that cannot tell by themselves
constexpr Nanos kSilence = 30s, kHeld = 30s;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::vector<Effect> Agent::start(Nanos now, const Config& config, const std::vector<FoundRunning>& running) {
  now_ = now;
  apply(config);
  for (const FoundRunning& found : running) {
    Server& server = servers_[found.process];
    const bool as_wanted = server.goal && server.goal->fingerprint == found.fingerprint;
    server.running = as_wanted ? *server.goal : Process{.name = found.process, .fingerprint = found.fingerprint};
    server.phase = Phase::starting;
    server.end_at = now_ + kSilence;
    log(fmt::format("`{}` runs already{}", found.process, as_wanted ? "" : ", otherwise than the config wants it"));
  }
  settle();
  return std::exchange(effects_, {});
}

std::vector<Effect> Agent::handle(Nanos now, const Event& event) {
  now_ = now;
  struct Handler {
    Agent& agent;
    void operator()(const ConfigRead& read) const {
      agent.log(fmt::format("read the cluster config, version {}", read.config.version));
      agent.apply(read.config);
    }
    void operator()(const ConfigUnreadable& bad) const { agent.log("Error reading cluster config: " + bad.why + "; the last good one stays in force"); }
    void operator()(const Launched& launched) const {
      Server& server = agent.servers_[launched.process];
      server.phase = Phase::starting;
      server.ask_at = agent.now_ + kSoonestQuestion;
      server.end_at = agent.now_ + kSilence;
    }
    void operator()(const LaunchFailed& failure) const {
      Server& server = agent.servers_[failure.process];
      server.phase = Phase::down;
      agent.failed(server, failure.process, failure.why);
    }
    void operator()(const Ended& end) const { agent.ended(agent.servers_[end.process], end.process, end.how); }
    void operator()(const Answered& answer) const { agent.answered(answer); }
    void operator()(const WokeUp&) const {}
    void operator()(const LeaveAsked&) const { agent.leave(); }
  };
  std::visit(Handler{*this}, event);
  settle();
  return std::exchange(effects_, {});
}

void Agent::apply(const Config& config) {
  version_ = config.version;
  count_ = config.processes.size();
  announced_ = false;
  for (auto& [name, server] : servers_) {
    server.goal.reset();
    cancel(server.question);
    server.hello.reset();
    server.ask_at = now_;
  }
  for (const Process& process : config.processes) {
    Server& server = servers_[process.name];
    const bool other = !server.running || server.running->fingerprint != process.fingerprint;
    server.goal = process;
    if (other) server.failures = 0;
    if (server.phase == Phase::down) server.retry_at = now_;
    server.complaint.clear();
  }
  for (auto& [name, server] : servers_)
    if (!server.goal && server.runs()) server.end_at = now_ + kHeld;
  std::erase_if(servers_, [](const auto& entry) { return !entry.second.goal && entry.second.phase == Phase::down; });
  std::vector<Set> sets;
  for (const ReplicaSet& goal : config.sets) {
    const auto known = std::find_if(sets_.begin(), sets_.end(), [&](const Set& set) { return set.goal.name == goal.name; });
    Set set{.goal = goal};
    if (known != sets_.end()) set.verified = known->verified && known->goal.document == goal.document;
    sets.push_back(std::move(set));
  }
  for (Set& set : sets_) cancel(set.question);
  sets_ = std::move(sets);
}

void Agent::ended(Server& server, const std::string& name, const std::string& how) {
  const Phase before = server.phase;
  cancel(server.question);
  server.phase = Phase::down;
  server.running.reset();
  server.hello.reset();
  server.legacy = false;
  if (before == Phase::stopping) {
    log(fmt::format("`{}` ended: {}", name, how));
    server.retry_at = now_;
    server.failures = 0;
  } else if (before == Phase::up) {
    log(fmt::format("`{}` ended by itself: {}", name, how));
    server.retry_at = now_;
    server.failures = 0;
  } else {
    failed(server, name, "it ended before it was up: " + how);
  }
  if (!server.goal) servers_.erase(name);
}

void Agent::failed(Server& server, const std::string& name, const std::string& why) {
  ++server.failures;
  const Nanos pause = server.failures > 6 ? kLongestRetry : std::min(kLongestRetry, kFirstRetry * (1 << (server.failures - 1)));
  server.retry_at = now_ + pause;
  if (server.failures == kHopelessAfter) log(hopeless_line(name, why));
  else complain(server.complaint, fmt::format("Error: `{}` cannot be started: {}", name, why));
}

void Agent::answered(const Answered& answer) {
  for (auto& [name, server] : servers_) {
    if (server.question != answer.question) continue;
    server.question.reset();
    return greeted(server, name, answer.reply);
  }
  for (Set& set : sets_) {
    if (set.question != answer.question) continue;
    set.question.reset();
    return set_answered(set, answer.reply);
  }
}

void Agent::greeted(Server& server, const std::string& name, const Result<Json>& reply) {
  const auto not_yet = [&](const std::string& why) {
    server.hello.reset();
    server.ask_at = now_ + (now_ < server.end_at ? std::clamp((now_ - (server.end_at - kSilence)) / 8, kSoonestQuestion, kLatestQuestion) : kSlowQuestion);
    if (now_ >= server.end_at && server.phase == Phase::starting) complain(server.complaint, fmt::format("Error: `{}` does not answer: {}", name, why));
  };
  if (!reply) return not_yet(reply.error().message);
  if (!server.legacy && code_of(*reply) == kCommandNotFound) {
    server.legacy = true;
    server.ask_at = now_;
    return;
  }
  if (const auto failure = failure_of(*reply)) return not_yet(*failure);
  const auto yes = [&](const char* key) {
    const auto found = reply->find(key);
    return found != reply->end() && *found == true;
  };
  Hello hello{.primary = yes("isWritablePrimary") || yes("ismaster"), .secondary = yes("secondary"), .arbiter = yes("arbiterOnly")};
  if (const auto set = reply->find("setName"); set != reply->end() && set->is_string()) hello.set = set->get<std::string>();
  if (const auto topology = reply->find("topologyVersion"); topology != reply->end() && topology->is_object()) hello.topology_version = *topology;
  server.ask_at = hello.topology_version.is_null() ? now_ + kPollEvery : now_;
  server.hello = std::move(hello);
  if (server.phase != Phase::starting) return;
  server.phase = Phase::up;
  server.failures = 0;
  server.complaint.clear();
  log(fmt::format("`{}` is up on port {}", name, server.running->port));
}

void Agent::leave() {
  if (leaving_) {
    for (auto& [name, server] : servers_)
      if (server.phase == Phase::stopping && server.end_at > now_) server.end_at = now_;
    return;
  }
  leaving_ = true;
  for (auto& [name, server] : servers_) cancel(server.question);
  for (Set& set : sets_) cancel(set.question);
  if (options_.end_processes_on_leave) return log("asked to leave: all processes are ended first");
  const auto running = std::count_if(servers_.begin(), servers_.end(), [](const auto& entry) { return entry.second.phase != Phase::down; });
  log(fmt::format("asked to leave: {} {} running", running, running == 1 ? "process is left" : "processes are left"));
}

void Agent::settle() {
  if (left_) return;
  if (leaving_) {
    bool all_down = true;
    for (auto& [name, server] : servers_) {
      if (options_.end_processes_on_leave) settle_server(server, name);
      all_down = all_down && server.phase == Phase::down;
    }
    if (options_.end_processes_on_leave && !all_down) return;
    left_ = true;
    effects_.push_back(Leave{});
    return;
  }
  for (auto& [name, server] : servers_) settle_server(server, name);
  for (Set& set : sets_) settle_set(set);
  announce();
}

void Agent::settle_server(Server& server, const std::string& name) {
  const bool wanted = server.wanted() && !leaving_;
  if (server.phase == Phase::down && wanted && now_ >= server.retry_at) {
    server.phase = Phase::launching;
    server.running = *server.goal;
    effects_.push_back(Launch{*server.goal});
    return;
  }
  if (held(server)) return;
  if (server.runs() && (!wanted || server.running->fingerprint != server.goal->fingerprint)) {
    cancel(server.question);
    log(fmt::format("`{}` is ended{}", name, wanted ? ", to be started anew" : ""));
    server.phase = Phase::stopping;
    server.end_at = now_ + options_.grace;
    effects_.push_back(End{name, false});
    return;
  }
  if (server.phase == Phase::stopping && now_ >= server.end_at) {
    log(fmt::format("Error: `{}` did not end when asked to: it is killed", name));
    server.end_at = now_ + options_.grace;
    effects_.push_back(End{name, true});
    return;
  }
  if (wants_hello(server) && !server.question && now_ >= server.ask_at) ask_hello(server, name);
}

bool Agent::wants_hello(const Server& server) const {
  if (!server.wanted() || leaving_) return false;
  return server.phase == Phase::starting || (server.phase == Phase::up && !announced_ && !server.goal->set.empty());
}

void Agent::ask_hello(Server& server, const std::string&) {
  Json command = {{server.legacy ? "isMaster" : "hello", 1}};
  Nanos timeout = kAnswerWithin;
  if (server.hello && !server.hello->topology_version.is_null()) {
    // Answered as soon as anything changes.
    command["topologyVersion"] = server.hello->topology_version;
    command["maxAwaitTimeMS"] = std::chrono::duration_cast<std::chrono::milliseconds>(kAwaited).count();
    timeout += kAwaited;
  }
  server.question = ask(server, std::move(command), timeout);
}

void Agent::announce() {
  if (announced_) return;
  for (const auto& [name, server] : servers_) {
    if (!server.wanted()) {
      if (server.phase != Phase::down) return;
    } else if (server.phase != Phase::up || server.running->fingerprint != server.goal->fingerprint) {
      return;
    }
  }
  for (const Set& set : sets_)
    if (!in_goal(set)) return;
  announced_ = true;
  for (auto& [name, server] : servers_) cancel(server.question);
  log(goal_line(count_, version_));
}

Question Agent::ask(const Server& server, Json command, Nanos timeout) {
  const Question question = next_question_++;
  effects_.push_back(Ask{question, server.running->address(), std::move(command), timeout});
  return question;
}

void Agent::cancel(std::optional<Question>& question) {
  if (question) effects_.push_back(CancelQuestion{*question});
  question.reset();
}

void Agent::complain(std::string& last, std::string text) {
  text = first_line(text);
  if (last == text) return;
  last = text;
  log(std::move(text));
}

std::optional<Nanos> Agent::wake_at() const {
  std::optional<Nanos> at;
  const auto sooner = [&](Nanos moment) { at = std::min(at.value_or(moment), moment); };
  if (left_) return at;
  for (const auto& [name, server] : servers_) {
    if (server.phase == Phase::stopping || held(server)) sooner(server.end_at);
    if (server.phase == Phase::down && server.wanted() && !leaving_) sooner(server.retry_at);
    if (wants_hello(server) && !server.question) sooner(server.ask_at);
  }
  for (const Set& set : sets_)
    if (!announced_ && !leaving_ && !set.question && set.retry_at > now_) sooner(set.retry_at);
  return at;
}

}  // namespace failc::automation
