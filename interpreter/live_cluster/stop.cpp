// The third stage, and what does its work where the stages died.
#include <signal.h>

#include <filesystem>

#include <fmt/format.h>

#include "interpreter/host/locks.hpp"
#include "interpreter/live_cluster/common.hpp"
#include "interpreter/live_cluster/marked.hpp"

namespace failc::live_cluster {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// By the agent: all processes disabled, then the agent interrupted. Nothing, or why it went otherwise. `asked`: the agent had the time
/// to ask the servers to end.
std::string by_the_agent(const StageOptions& options, const State& state, StageLoop& loop, const Voices& voices, bool& asked) {
  if (!loop.watch_agent(state.agent)) return fmt::format("the agent (process {}) is dead", state.agent.pid);
  std::error_code no_log;
  const auto size = std::filesystem::file_size(state.log, no_log);
  if (no_log) return fmt::format("the agent's log `{}` cannot be read: {}", state.log, no_log.message());
  if (auto followed = loop.follow_log(state.log, size); !followed) return followed.error().message;
  auto topology = Topology::of(state);
  if (!topology) return topology.error().message;
  topology->disable_all();
  if (auto written = topology->write(state.config); !written) return written.error().message;
  voices.trace(fmt::format("wrote config version {}: all are disabled", topology->version()));
  const auto came = loop.await_goal(topology->version(), [&] { return topology->plausible(); }, options.timeout);
  asked = came == StageLoop::Came::timed_out || came == StageLoop::Came::interrupted;
  if (came != StageLoop::Came::awaited) return describe(came, options.timeout, loop, options.agent_log);
  voices.trace("all are down; interrupting the agent");
  host::send_signal(state.agent.pid, state.agent.start_time, SIGINT);
  const auto ended = loop.await_agent_end(kAgentGrace);
  if (ended != StageLoop::Came::awaited) return describe(ended, kAgentGrace, loop, options.agent_log);
  return {};
}

}  // namespace

Ending stop(const StageOptions& options, StageLoop& loop, const Voices& voices) {
  const auto begin = Clock::now();
  const Opened opened = open_state(options);
  if (!opened.state) {
    voices.complain(opened.why);
    return opened.ending;
  }
  bool asked = false;
  const std::string otherwise = by_the_agent(options, *opened.state, loop, voices, asked);
  if (!otherwise.empty()) voices.complain(otherwise + ": its processes are ended without it");
  const bool interrupted = loop.interrupted();
  const auto undone = end_everything(*opened.state, options.folder, asked ? Nanos(2s) : kServerGrace);
  if (!undone) {
    voices.complain(fmt::format("LEAKED: {}; `failc stop` tries again", undone.error().message));
    return Ending::leaked;
  }
  if (!otherwise.empty())
    for (const std::string& line : *undone) voices.say(line);
  voices.say(fmt::format("the cluster is down after {}", seconds_since(begin)));
  return interrupted ? Ending::interrupted : Ending::pass;
}

Recovery recover(const std::string& folder) {
  Recovery out;
  for (const char* name : {kStateName, kStartingName}) {
    const std::string path = in_folder(folder, name);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) continue;
    out.found = true;
    if (const auto holder = host::lock_holder(path)) {
      out.alive = *holder;
      return out;
    }
    const auto state = load_state(path);
    if (!state) {
      out.leaked = state.error().message;
      return out;
    }
    if (!*state) {  // it died before it had started anything
      std::filesystem::remove(path, ignored);
      out.undone.push_back("removed `" + path + "`");
      continue;
    }
    // A `start` that died has no cluster to keep, though its agent may live.
    if (name == std::string(kStateName) && host::alive((*state)->agent)) {
      out.alive = (*state)->agent.pid;
      return out;
    }
    const auto undone = end_everything(**state, folder, kServerGrace);
    if (!undone) {
      out.leaked = undone.error().message;
      return out;
    }
    out.undone.insert(out.undone.end(), undone->begin(), undone->end());
    out.undone.push_back("removed `" + path + "`");
  }
  return out;
}

}  // namespace failc::live_cluster
