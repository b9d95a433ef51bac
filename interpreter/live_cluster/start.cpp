// The first stage: a config becomes a running cluster with an agent, or nothing stays.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "interpreter/host/locks.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/ports.hpp"
#include "interpreter/host/spawn.hpp"
#include "interpreter/live_cluster/agent_host.hpp"
#include "interpreter/live_cluster/common.hpp"
#include "interpreter/live_cluster/marked.hpp"

namespace failc::live_cluster {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {


struct Refusal {
  Ending ending;
  std::string why;
};

/// Why `start` cannot begin, if so; nothing was changed by looking.
std::optional<Refusal> refusal(const StartOptions& options, const State& state, const automation::Config& config) {
  const std::string path = in_folder(options.stage.folder, kStateName);
  const auto earlier = load_state(path);
  if (!earlier) return Refusal{Ending::input, earlier.error().message + "; remove it, and end its processes by hand"};
  if (*earlier) {
    const pid_t agent = (*earlier)->agent.pid;
    if (host::alive((*earlier)->agent)) return Refusal{Ending::input, fmt::format("a cluster was started here already (its agent is process {}); `failc stop` ends it", agent)};
    return Refusal{Ending::input, fmt::format("`{}` is of an agent that is dead (process {}); `failc stop` or `failc recover` cleans up", path, agent)};
  }
  if (const auto holder = host::lock_holder(lock_path(state.config)))
    return Refusal{Ending::environment, fmt::format("Is there another automation agent running? `{}` is locked by process {}", lock_path(state.config), *holder)};
  if (const auto left = marked_processes(state.config); !left.empty())
    return Refusal{Ending::environment, fmt::format("{} of an earlier cluster with the config `{}` still {}; `failc recover` ends {}", counted(left.size(), "process"), state.config,
                                                    left.size() == 1 ? "runs" : "run", left.size() == 1 ? "it" : "them")};
  for (const automation::Process& process : config.processes) {
    if (process.disabled || process.port == 0 || host::port_is_free(process.port)) continue;
    const std::string holder = host::holder_of_port(process.port);
    return Refusal{Ending::environment, fmt::format("port {} of `{}` is {}", process.port, process.name, holder.empty() ? "in use" : holder)};
  }
  return std::nullopt;
}

/// Both are removed and written anew: they may not be anything that somebody needs.
std::string unfit_files(const StartOptions& options, const State& state) {
  for (const auto& [path, what] : {std::pair{state.config, "--agent-config"}, std::pair{state.log, "--agent-log"}}) {
    std::error_code absent;
    const auto status = std::filesystem::status(path, absent);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return fmt::format("`{} {}` is no regular file: name another one", what, path);
    if (same_file(path, options.config)) return fmt::format("`{}` is the cluster config itself, which would be overwritten: name another file", what);
    for (const char* name : {kStateName, kStartingName})
      if (same_file(path, in_folder(options.stage.folder, name))) return fmt::format("`{}` is the state file, which would be overwritten: name another file", what);
  }
  return same_file(state.config, state.log) ? "`--agent-config` and `--agent-log` name one file" : "";
}

/// Starts the agent in a session of its own, its output in the log, and waits for its goal line.
StageLoop::Came bring_up(const StartOptions& options, const Topology& topology, State& state, const host::Fd& starting, StageLoop& loop, std::string& why) {
  const auto fail = [&](const std::string& text) {
    why = text;
    return StageLoop::Came::agent_ended;
  };
  const host::Fd log(::open(state.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  if (!log) return fail(fmt::format("`{}` cannot be written: {}", state.log, std::strerror(errno)));
  if (auto followed = loop.follow_log(state.log, 0); !followed) return fail(followed.error().message);
  host::SpawnOptions spawn;
  if (options.agent.empty()) {
    spawn.argv = {options.self, "agent"};
    spawn.argv.insert(spawn.argv.end(), options.to_agent.begin(), options.to_agent.end());
  } else {
    spawn.argv = {options.agent};
  }
  spawn.argv.insert(spawn.argv.end(), {"-cluster", state.config});
  spawn.environment = agent_marks(state.config);
  spawn.output = spawn.error = log.get();
  const auto pid = host::spawn(spawn);
  if (!pid) return fail(pid.error().message);
  const auto stat = host::stat_of(*pid);
  state.agent = {*pid, stat ? stat->start_time : 0, host::boot_id()};
  if (auto written = write_locked(starting, to_text(state)); !written) return fail(written.error().message);
  if (!loop.watch_agent(state.agent)) return fail("the agent ended at once; see `" + state.log + "`");
  const StageLoop::Came came = loop.await_goal(topology.config().version, [&] { return topology.plausible(); }, options.stage.timeout);
  if (came != StageLoop::Came::awaited) why = describe(came, options.stage.timeout, loop, options.stage.agent_log);
  return came;
}

}  // namespace

Ending start(const StartOptions& options, StageLoop& loop, const Voices& voices) {
  const auto begin = Clock::now();
  const auto refuse = [&](Ending ending, const std::string& why) {
    voices.complain(why);
    return ending;
  };
  const auto text = host::read_file(options.config, kConfigLimit);
  if (!text) return refuse(Ending::input, text.error().message);
  if (!*text) return refuse(Ending::input, "`" + options.config + "` does not exist");
  automation::Parsed parsed = automation::parse_config(**text, !options.agent.empty());
  if (!parsed.problems.empty()) {
    std::string shown = automation::render(options.config, **text, parsed.problems);
    shown.pop_back();
    voices.complain("the cluster config cannot be used\n" + shown);
    return Ending::input;
  }
  State state;
  state.agent_program = options.agent;
  state.config = absolute(options.stage.agent_config);
  state.log = absolute(options.stage.agent_log);
  state.topology = parsed.config.document;
  state.topology["version"] = parsed.config.version;
  if (const std::string why = unfit_files(options, state); !why.empty()) return refuse(Ending::input, why);

  const std::string starting = in_folder(options.stage.folder, kStartingName);
  std::error_code ignored;
  const bool left_over = std::filesystem::exists(starting, ignored);
  auto lock = host::lock_file(starting);
  if (!lock) return refuse(Ending::environment, lock.error().message);
  if (!*lock) return refuse(Ending::input, "another `failc start` is at work here");
  if (left_over) {
    const auto earlier = load_state(starting);
    if (!earlier || (*earlier && (host::alive((*earlier)->agent) || !marked_processes((*earlier)->config).empty())))
      return refuse(Ending::input, "an earlier `failc start` died here and left processes; `failc recover` ends them");
  }
  const auto give_up = [&](Ending ending, const std::string& why) {
    ::unlink(starting.c_str());
    return refuse(ending, why);
  };
  if (const auto refused = refusal(options, state, parsed.config)) return give_up(refused->ending, refused->why);
  if (loop.interrupted()) return give_up(Ending::interrupted, "interrupted before anything was started");

  // From here on a death leaves the starting file, by which `failc recover` finds the rest.
  auto topology = Topology::of(state);
  if (!topology) return give_up(Ending::input, topology.error().message);
  if (auto written = write_locked(**lock, to_text(state)); !written) return give_up(Ending::environment, written.error().message);
  ::unlink(state.log.c_str());
  ::unlink(state.config.c_str());
  if (auto written = write_atomically(state.config, state.topology.dump(2) + "\n"); !written) return give_up(Ending::environment, written.error().message);
  voices.trace(fmt::format("wrote `{}`, version {}", state.config, parsed.config.version));

  std::string why;
  StageLoop::Came came = bring_up(options, *topology, state, **lock, loop, why);
  if (came == StageLoop::Came::awaited && loop.interrupted()) {
    came = StageLoop::Came::interrupted;
    why = "interrupted";
  }
  if (came == StageLoop::Came::awaited) {
    if (auto written = write_atomically(in_folder(options.stage.folder, kStateName), to_text(state)); !written) {
      came = StageLoop::Came::agent_ended;
      why = written.error().message;
    }
  }
  if (came == StageLoop::Came::awaited) {
    ::unlink(starting.c_str());
    voices.say(fmt::format("{} in goal state after {}; the agent is process {}, its log `{}`", counted(parsed.config.processes.size(), "process"), seconds_since(begin), state.agent.pid,
                           options.stage.agent_log));
    return Ending::pass;
  }
  voices.trace("undoing what was started");
  const auto undone = end_everything(state, options.stage.folder, kServerGrace);
  if (!undone) {
    voices.complain(fmt::format("the cluster was not started: {}\nLEAKED: {}; `failc recover` tries again", why, undone.error().message));
    return Ending::leaked;
  }
  voices.complain(fmt::format("the cluster was not started: {}\neverything that was started is ended", why));
  return came == StageLoop::Came::interrupted ? Ending::interrupted : Ending::environment;
}

}  // namespace failc::live_cluster
