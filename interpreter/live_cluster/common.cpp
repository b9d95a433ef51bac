#include "interpreter/live_cluster/common.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "interpreter/host/locks.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/ports.hpp"
#include "interpreter/live_cluster/agent_host.hpp"
#include "interpreter/live_cluster/marked.hpp"

namespace failc::live_cluster {

using namespace std::chrono_literals;

std::string in_folder(const std::string& folder, const char* name) { return folder == "." ? name : folder + "/" + name; }

std::string counted(std::size_t count, const std::string& noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with("s") ? "es" : "s"); }

std::string seconds_since(std::chrono::steady_clock::time_point begin) {
  return fmt::format("{:.2f}s", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

Opened open_state(const StageOptions& options) {
  Opened out;
  const std::string path = in_folder(options.folder, kStateName), starting = in_folder(options.folder, kStartingName);
  out.lock.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!out.lock) {
    std::error_code ignored;
    if (errno != ENOENT) out.why = fmt::format("`{}` cannot be opened: {}", path, std::strerror(errno));
    else if (!std::filesystem::exists(starting, ignored)) out.why = fmt::format("there is no `{}` here: `failc start CONFIG` comes first, in the same folder", path);
    else if (const auto holder = host::lock_holder(starting)) out.why = fmt::format("`failc start` (process {}) is still at work here", *holder);
    else out.why = fmt::format("`failc start` did not finish here (`{}` is left); `failc recover` cleans up", starting);
    return out;
  }
  if (::flock(out.lock.get(), LOCK_EX | LOCK_NB) != 0) {
    const auto holder = host::lock_holder(path);
    out.why = fmt::format("another stage{} is at work here", holder ? fmt::format(" (process {})", *holder) : "");
    return out;
  }
  auto loaded = load_state(path);
  if (!loaded || !*loaded) {
    out.why = !loaded ? loaded.error().message + "; remove it, and end its processes by hand" : fmt::format("`{}` was removed just now", path);
    return out;
  }
  for (const auto& [option, given, wanted] : {std::tuple{"--agent-config", options.agent_config, (*loaded)->config}, std::tuple{"--agent-log", options.agent_log, (*loaded)->log}}) {
    if (absolute(given) == wanted) continue;
    out.why = fmt::format("`failc start` was given `{} {}`, not `{}`: give the same", option, wanted, given);
    return out;
  }
  out.state = std::move(*loaded);
  return out;
}

Result<Topology> Topology::of(const State& state) {
  Topology out;
  automation::Parsed parsed = automation::parse_config(state.topology.dump(), !state.agent_program.empty());
  if (!parsed.problems.empty()) return Error{"the state file's topology is no cluster config: " + parsed.problems.front().message};
  out.config_ = std::move(parsed.config);
  for (const automation::Process& process : out.config_.processes) out.disabled_.push_back(process.disabled);
  out.version_ = out.config_.version;
  if (const auto text = host::read_file(state.config, kConfigLimit); text && *text) {
    const auto json = nlohmann::ordered_json::parse(**text, nullptr, false);
    if (json.is_object())
      if (const auto version = json.find("version"); version != json.end() && version->is_number_integer()) out.version_ = std::max(out.version_, version->get<std::int64_t>());
  }
  return out;
}

void Topology::disable(const std::string& process, bool disabled) {
  for (std::size_t i = 0; i < disabled_.size(); ++i)
    if (config_.processes[i].name == process) disabled_[i] = disabled;
}

void Topology::disable_all() { disabled_.assign(disabled_.size(), true); }

Status Topology::write(const std::string& path) { return write_atomically(path, automation::with_disabled(config_.document, ++version_, disabled_)); }

bool Topology::plausible() const {
  for (std::size_t i = 0; i < disabled_.size(); ++i)
    if (config_.processes[i].port != 0 && host::port_is_free(config_.processes[i].port) != disabled_[i]) return false;
  return true;
}

std::string describe(StageLoop::Came came, Nanos timeout, const StageLoop& loop, const std::string& log) {
  const auto with_error = [&](std::string text) {
    return loop.last_error().empty() ? text + fmt::format("; see `{}`", log) : text + fmt::format("; the last error in `{}`:\n  {}", log, loop.last_error());
  };
  switch (came) {
    case StageLoop::Came::awaited: return "done";
    case StageLoop::Came::agent_ended: return with_error("the agent ended");
    case StageLoop::Came::hopeless: return with_error("the goal state is out of reach");
    case StageLoop::Came::timed_out: return with_error(fmt::format("the goal state was not reached within {}", show(timeout)));
    case StageLoop::Came::interrupted: return "interrupted";
  }
  return "";
}

namespace {

Status remove_files(const State& state, const std::string& folder) {
  // The state files last: until then `failc recover` knows where to look.
  for (const std::string& path : {state.config, lock_path(state.config), in_folder(folder, kStartingName), in_folder(folder, kStateName)})
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Error{fmt::format("no process is left, but `{}` cannot be removed: {}", path, std::strerror(errno))};
  return Done{};
}

}  // namespace

Result<std::vector<std::string>> end_everything(const State& state, const std::string& folder, Nanos grace) {
  std::vector<std::string> done;
  // First, since it would start anew what ends.
  if (host::alive(state.agent)) {
    host::ProcessStat agent{.pid = state.agent.pid};
    agent.start_time = state.agent.start_time;
    if (auto ended = end_processes({agent}, kAgentGrace); !ended) return ended.error();
    done.push_back(fmt::format("ended the agent (process {})", state.agent.pid));
  }
  // Until none is found: one may be started while one looks.
  for (int round = 0; round < 10; ++round) {
    std::vector<host::ProcessStat> agents, servers;
    const std::vector<Marked> all = marked_processes(state.config);
    if (all.empty()) break;
    for (const Marked& found : all) {
      (found.process.empty() && state.agent_program.empty() ? agents : servers).push_back(found.stat);
      done.push_back(found.process.empty() ? fmt::format("ended process {} ({})", found.stat.pid, found.stat.program) : fmt::format("ended `{}` (process {})", found.process, found.stat.pid));
    }
    if (auto ended = end_processes(agents, kAgentGrace); !ended) return ended.error();
    if (auto ended = end_processes(servers, grace); !ended) return ended.error();
  }
  std::error_code ignored;
  if (std::filesystem::exists(state.config, ignored)) done.push_back("removed `" + state.config + "`");
  if (auto removed = remove_files(state, folder); !removed) return removed.error();
  return done;
}

}  // namespace failc::live_cluster
