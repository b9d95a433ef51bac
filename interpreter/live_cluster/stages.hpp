#pragma once
// The three stages of a live failover, and what cleans up behind one that died.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/live_cluster/ending.hpp"
#include "interpreter/live_cluster/stage_loop.hpp"
#include "interpreter/systems/automation/order.hpp"
#include "interpreter/value/value.hpp"

namespace failc::live_cluster {

struct StageOptions {
  std::string folder = ".";  // where the state file is
  std::string agent_config = "agent-config.json", agent_log = "agent.log";
  Nanos timeout = std::chrono::minutes(5);  // of each wait for the goal state
};

struct StartOptions {
  StageOptions stage;
  std::string config;
  std::string self;                  // this program, which is also its own agent
  std::string agent;                 // a program instead of failc's own; empty: failc's own
  std::vector<std::string> to_agent;  // further words for failc's own agent
};

/// Each is given a loop that has taken over SIGINT and SIGTERM already.
Ending start(const StartOptions& options, StageLoop& loop, const Voices& voices);
Ending scenario(const StageOptions& options, Nanos sleep, automation::RestartOrder order, StageLoop& loop, const Voices& voices);
Ending stop(const StageOptions& options, StageLoop& loop, const Voices& voices);

/// What is known of a live cluster in `folder`: nothing, alive (with its agent's pid), or dead and now undone: what was done.
struct Recovery {
  bool found = false;
  std::optional<pid_t> alive;
  std::vector<std::string> undone;
  std::string leaked;  // not empty: what could not be undone
};
Recovery recover(const std::string& folder);

}  // namespace failc::live_cluster
