#include "interpreter/systems/automation/agent.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "interpreter/systems/automation/lines.hpp"

namespace failc::automation {
namespace {

using namespace std::chrono_literals;

Json config_of(const std::vector<std::string>& names) {
  Json config = {{"version", 1}, {"processes", Json::array()}, {"replicaSets", Json::array()}};
  Json members = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    config["processes"].push_back({{"name", names[i]},
                                   {"processType", "mongod"},
                                   {"args2_6", {{"net", {{"port", 1000 + i}}}, {"storage", {{"dbPath", names[i]}}}, {"replication", {{"replSetName", "rs"}}}}}});
    members.push_back({{"_id", i}, {"host", names[i]}});
  }
  config["replicaSets"].push_back({{"_id", "rs"}, {"members", members}});
  return config;
}

Config parsed(const Json& json) {
  Parsed out = parse_config(json.dump());
  EXPECT_TRUE(out.problems.empty()) << out.problems[0].message;
  return std::move(out.config);
}

/// Servers in a world of their own time. The first that runs is the primary, where most do.
class World : public testing::Test {
 protected:
  struct Simulated {
    bool runs = false, answers = true, ends = true, has_set = false;
    int launches = 0;
    std::string cannot;  // why it cannot be launched
  };

  void begin(const Json& config, std::vector<FoundRunning> running = {}) {
    config_ = parsed(config);
    for (const FoundRunning& found : running) servers_[found.process].runs = true;
    perform(agent_.start(now_, config_, running));
  }
  void change(const Json& config) {
    config_ = parsed(config);
    events_.push_back(ConfigRead{config_});
  }

  /// Until nothing happens any more, or `limit` has passed.
  void run(Nanos limit = 10s) {
    const Nanos end = now_ + limit;
    for (int step = 0; step < 100000; ++step) {
      if (!events_.empty()) {
        const Event event = std::move(events_.front());
        events_.pop_front();
        perform(agent_.handle(now_, event));
        continue;
      }
      const auto at = agent_.wake_at();
      if (!at || *at > end) break;
      now_ = std::max(now_, *at);
      perform(agent_.handle(now_, WokeUp{}));
    }
    EXPECT_TRUE(events_.empty()) << "it goes on for ever";
    now_ = std::max(now_, end);
  }

  void perform(const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
      if (const auto* launch = std::get_if<Launch>(&effect)) {
        Simulated& server = servers_[launch->process.name];
        EXPECT_FALSE(server.runs) << "launched twice";
        ++server.launches;
        server.runs = server.cannot.empty();
        if (server.runs) events_.push_back(Launched{launch->process.name});
        else events_.push_back(LaunchFailed{launch->process.name, server.cannot});
      } else if (const auto* end = std::get_if<End>(&effect)) {
        done_.push_back((end->at_once ? "kill " : "end ") + end->process);
        if (servers_[end->process].ends || end->at_once) die(end->process, "asked to");
      } else if (const auto* ask = std::get_if<Ask>(&effect)) {
        asked_.push_back(*ask);
        answer(*ask);
      } else if (const auto* log = std::get_if<Log>(&effect)) {
        log_.push_back(log->text);
      } else if (std::holds_alternative<Leave>(effect)) {
        left_ = true;
      }
    }
  }

  void die(const std::string& name, const std::string& how) {
    servers_[name].runs = false;
    events_.push_back(Ended{name, how});
  }

  std::string name_at(const std::string& address) const {
    for (const Process& process : config_.processes)
      if (process.address() == address) return process.name;
    return "";
  }

  /// The primary: the first in name order that runs, if more than half of the members do.
  std::string primary() const {
    int up = 0;
    std::string first;
    for (const auto& [name, server] : servers_) {
      if (!server.runs || !server.has_set) continue;
      ++up;
      if (first.empty()) first = name;
    }
    return elects_ && up * 2 > static_cast<int>(members_.size()) ? first : "";
  }

  virtual Result<Json> reply(const std::string& name, const Json& command) {
    Simulated& server = servers_[name];
    if (!server.runs || !server.answers) return Error{"no"};
    if (command.contains("hello") || command.contains("isMaster")) {
      if (legacy_ && command.contains("hello")) return Json{{"ok", 0.0}, {"code", 59}};
      Json hello = {{"ok", 1.0}, {"isWritablePrimary", primary() == name}, {"secondary", server.has_set && primary() != name}};
      if (server.has_set) hello["setName"] = "rs";
      return hello;
    }
    if (command.contains("replSetInitiate")) {
      if (server.has_set) return Json{{"ok", 0.0}, {"code", 23}};
      set_members(command["replSetInitiate"]["members"], 1);
      return Json{{"ok", 1.0}};
    }
    if (command.contains("replSetGetConfig")) return Json{{"ok", 1.0}, {"config", {{"_id", "rs"}, {"version", set_version_}, {"members", members_}}}};
    if (command.contains("replSetReconfig")) {
      set_members(command["replSetReconfig"]["members"], command["replSetReconfig"]["version"].get<int>());
      return Json{{"ok", 1.0}};
    }
    return Json{{"ok", 0.0}, {"code", 59}};
  }

  void set_members(const Json& members, int version) {
    members_ = members;
    set_version_ = version;
    for (const Json& member : members)
      for (const Process& process : config_.processes)
        if (process.member_address() == member["host"]) servers_[process.name].has_set = true;
  }

  void answer(const Ask& ask) { events_.push_back(Answered{ask.question, reply(name_at(ask.address), ask.command)}); }

  std::size_t goals() const {
    return static_cast<std::size_t>(std::count_if(log_.begin(), log_.end(), [](const std::string& line) { return read_goal_line(line).has_value(); }));
  }
  std::size_t count_log(std::string_view part) const {
    return static_cast<std::size_t>(std::count_if(log_.begin(), log_.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  std::size_t count_asked(const char* command) const {
    return static_cast<std::size_t>(std::count_if(asked_.begin(), asked_.end(), [&](const Ask& ask) { return ask.command.contains(command); }));
  }

  Agent agent_{AgentOptions{}};
  Config config_;
  Nanos now_ = 1000s;
  std::map<std::string, Simulated> servers_;
  std::deque<Event> events_;
  std::vector<std::string> log_, done_;
  std::vector<Ask> asked_;
  Json members_ = Json::array();
  int set_version_ = 0;
  bool legacy_ = false, left_ = false, elects_ = true;
};

TEST_F(World, BringsUpASetAndSaysSoOnce) {
  begin(config_of({"a", "b", "c"}));
  run();
  EXPECT_EQ(goals(), 1u);
  EXPECT_EQ(count_asked("replSetInitiate"), 1u);
  EXPECT_EQ(members_.size(), 3u);
  EXPECT_EQ(agent_.wake_at(), std::nullopt) << "nothing is to be done any more";
}

TEST_F(World, DisabledOnesEndAndCount) {
  Json config = config_of({"a", "b", "c"});
  begin(config);
  run();
  config["processes"][0]["disabled"] = true;
  config["version"] = 2;
  change(config);
  run();
  EXPECT_EQ(done_, std::vector<std::string>{"end a"});
  EXPECT_EQ(goals(), 2u);
  EXPECT_EQ(read_goal_line(log_.back())->count, 3u);
  EXPECT_EQ(read_goal_line(log_.back())->config_version, 2);
  config["processes"][0]["disabled"] = false;
  change(config);
  run();
  EXPECT_EQ(servers_["a"].launches, 2);
  EXPECT_EQ(goals(), 3u);
  EXPECT_EQ(count_asked("replSetInitiate"), 1u) << "only once in a set's life";
}

TEST_F(World, AMinorityWaitsForNoPrimary) {
  Json config = config_of({"a", "b", "c"});
  begin(config);
  run();
  for (Json& process : config["processes"]) process["disabled"] = process["name"] != "c";
  change(config);
  run();
  EXPECT_EQ(primary(), "");
  EXPECT_EQ(goals(), 2u);
}

TEST_F(World, AMajorityDoes) {
  Json config = config_of({"a", "b", "c"});
  begin(config);
  run();
  elects_ = false;
  config["processes"][0]["disabled"] = true;
  change(config);
  run();
  EXPECT_EQ(goals(), 1u) << "there is no primary";
  elects_ = true;
  run();
  EXPECT_EQ(goals(), 2u);
}

TEST_F(World, WhatDoesNotEndIsKilled) {
  Json config = config_of({"a"});
  begin(config);
  run();
  servers_["a"].ends = false;
  config["processes"][0]["disabled"] = true;
  change(config);
  run(29s);
  EXPECT_EQ(done_, std::vector<std::string>{"end a"});
  EXPECT_EQ(goals(), 1u);
  run(2s);
  EXPECT_EQ(done_, (std::vector<std::string>{"end a", "kill a"}));
  EXPECT_EQ(goals(), 2u);
}

TEST_F(World, WhatDiesIsStartedAgainAtOnce) {
  begin(config_of({"a"}));
  run();
  die("a", "signal SIGKILL");
  run(0s);
  EXPECT_EQ(servers_["a"].launches, 2);
  run();
  EXPECT_EQ(goals(), 1u);
}

TEST_F(World, WhatCannotStartIsTriedEverMoreSlowly) {
  servers_["a"].cannot = "port 1000 is in use";
  begin(config_of({"a"}));
  run(1550ms);
  EXPECT_EQ(servers_["a"].launches, 5) << "after 0.1, 0.2, 0.4 and 0.8 s";
  EXPECT_EQ(count_log("cannot be started: port 1000 is in use"), 1u) << "the same is said once";
  EXPECT_TRUE(is_hopeless_line(log_.back())) << log_.back();
  run(60s);
  EXPECT_LT(servers_["a"].launches, 20);
  EXPECT_GT(servers_["a"].launches, 10);
  servers_["a"].cannot.clear();
  run();
  EXPECT_EQ(goals(), 1u);
}

TEST_F(World, ANewConfigIsTriedAtOnce) {
  servers_["a"].cannot = "no";
  Json config = config_of({"a"});
  begin(config);
  run(60s);
  const int before = servers_["a"].launches;
  servers_["a"].cannot.clear();
  config["version"] = 2;
  change(config);
  run(100ms);
  EXPECT_EQ(servers_["a"].launches, before + 1);
}

TEST_F(World, OtherArgumentsNeedANewStart) {
  Json config = config_of({"a", "b", "c"});
  begin(config);
  run();
  config["processes"][1]["lastRestart"] = "2024-01-01T00:00:00Z";
  change(config);
  run();
  EXPECT_EQ(done_, std::vector<std::string>{"end b"});
  EXPECT_EQ(servers_["b"].launches, 2);
  EXPECT_EQ(goals(), 2u);
}

TEST_F(World, ABadConfigChangesNothing) {
  begin(config_of({"a"}));
  run();
  events_.push_back(ConfigUnreadable{"x.json:1:1: error: no"});
  run();
  EXPECT_EQ(count_log("Error reading cluster config: x.json:1:1"), 1u);
  EXPECT_TRUE(servers_["a"].runs);
  EXPECT_EQ(goals(), 1u);
}

TEST_F(World, FoundOnesAreTakenOver) {
  const Json config = config_of({"a", "b", "c"});
  const Config good = parsed(config);
  config_ = good;
  servers_["a"].has_set = servers_["b"].has_set = servers_["c"].has_set = true;
  set_members(good.sets[0].document["members"], 5);
  begin(config, {{"a", good.processes[0].fingerprint}, {"b", "otherwise"}, {"stranger", "x"}});
  run();
  EXPECT_EQ(servers_["a"].launches, 0);
  EXPECT_EQ(servers_["b"].launches, 1);
  EXPECT_EQ(servers_["c"].launches, 1);
  EXPECT_EQ(std::set<std::string>(done_.begin(), done_.end()), (std::set<std::string>{"end b", "end stranger"}));
  EXPECT_EQ(goals(), 1u);
  EXPECT_EQ(count_asked("replSetGetConfig"), 1u) << "whether the members are right is to be seen";
  EXPECT_EQ(count_asked("replSetReconfig"), 0u);
}

TEST_F(World, MembersThatGoAreTakenOutBeforeTheyEnd) {
  const Json four = config_of({"a", "b", "c", "d"});
  begin(four);
  run();
  ASSERT_EQ(goals(), 1u);
  change(config_of({"a", "b"}));
  run();
  EXPECT_EQ(goals(), 2u);
  EXPECT_EQ(members_.size(), 2u);
  EXPECT_EQ(count_asked("replSetReconfig"), 2u);
  EXPECT_EQ(done_.size(), 2u);
  EXPECT_FALSE(servers_["c"].runs || servers_["d"].runs);
}

TEST_F(World, MembersThatGoAreNotHeldForEver) {
  begin(config_of({"a", "b", "c", "d"}));
  run();
  servers_["a"].answers = false;  // so nobody can be asked
  change(config_of({"a", "b"}));
  run(29s);
  EXPECT_TRUE(done_.empty());
  run(2s);
  EXPECT_EQ(done_, (std::vector<std::string>{"end c", "end d"}));
}

TEST_F(World, OldServersAreAskedInTheOldWay) {
  legacy_ = true;
  begin(config_of({"a"}));
  run();
  EXPECT_EQ(goals(), 1u);
  EXPECT_EQ(count_asked("hello"), 1u);
  EXPECT_GT(count_asked("isMaster"), 0u);
}

TEST_F(World, SilenceIsComplainedOfOnce) {
  servers_["a"].answers = false;
  begin(config_of({"a"}));
  run(29s);
  EXPECT_EQ(count_log("does not answer"), 0u);
  run(31s);
  EXPECT_EQ(count_log("`a` does not answer: no"), 1u);
  EXPECT_EQ(goals(), 0u);
}

TEST_F(World, LeavingLeavesTheProcesses) {
  begin(config_of({"a", "b"}));
  run();
  events_.push_back(LeaveAsked{});
  run();
  EXPECT_TRUE(left_);
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(log_.back(), "asked to leave: 2 processes are left running");
}

TEST_F(World, LeavingEndsThemIfToldSo) {
  agent_ = Agent(AgentOptions{.end_processes_on_leave = true});
  begin(config_of({"a", "b"}));
  run();
  servers_["b"].ends = false;
  events_.push_back(LeaveAsked{});
  run(1s);
  EXPECT_FALSE(left_);
  events_.push_back(LeaveAsked{});
  run(0s);
  EXPECT_EQ(done_, (std::vector<std::string>{"end a", "end b", "kill b"}));
  EXPECT_TRUE(left_);
}

/// Servers with a topologyVersion: the second question waits there for a change.
class Awaiting : public World {
 protected:
  Result<Json> reply(const std::string& name, const Json& command) override {
    auto out = World::reply(name, command);
    if (out && command.contains("hello")) (*out)["topologyVersion"] = {{"processId", {{"$oid", "0123456789abcdef01234567"}}}, {"counter", {{"$numberLong", "1"}}}};
    return out;
  }
};

TEST_F(Awaiting, TheTopologyVersionGoesBackAsItCame) {
  config_ = parsed(config_of({"a", "b"}));
  servers_["a"].has_set = true;  // and b, which never gets its config: neither primary nor secondary
  perform(agent_.start(now_, config_, {}));
  for (int step = 0; step < 200; ++step) {
    if (events_.empty()) {
      const auto at = agent_.wake_at();
      if (!at) break;
      now_ = std::max(now_, *at);
      perform(agent_.handle(now_, WokeUp{}));
      continue;
    }
    const Event event = std::move(events_.front());
    events_.pop_front();
    // An awaited question stays open, since nothing changes.
    if (const auto* answered = std::get_if<Answered>(&event)) {
      const auto ask = std::find_if(asked_.begin(), asked_.end(), [&](const Ask& candidate) { return candidate.question == answered->question; });
      if (ask->command.contains("maxAwaitTimeMS")) continue;
    }
    perform(agent_.handle(now_, event));
  }
  EXPECT_EQ(goals(), 0u);
  const auto awaited = std::find_if(asked_.begin(), asked_.end(), [](const Ask& ask) { return ask.command.contains("maxAwaitTimeMS"); });
  ASSERT_NE(awaited, asked_.end());
  EXPECT_EQ(awaited->command["topologyVersion"]["counter"].dump(), R"({"$numberLong":"1"})");
  EXPECT_GT(awaited->timeout, std::chrono::milliseconds(awaited->command["maxAwaitTimeMS"].get<int>()));
  EXPECT_EQ(agent_.wake_at(), std::nullopt) << "it waits for events only";
}

}  // namespace
}  // namespace failc::automation
