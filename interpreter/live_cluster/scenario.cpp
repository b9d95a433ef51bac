// The second stage: each process is down for a while, one after the other.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "interpreter/live_cluster/command_client.hpp"
#include "interpreter/live_cluster/common.hpp"
#include "interpreter/systems/automation/message.hpp"

namespace failc::live_cluster {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr Nanos kAnswerWithin = 2s, kMendWithin = 30s;

/// Which of `names` say that they are primary now. Who does not answer does not say so.
std::set<std::string> primaries_of(const automation::Config& config, const std::vector<std::string>& names, StageLoop& loop) {
  std::set<std::string> found;
  std::size_t open = 0;
  CommandClient client(loop.loop());
  for (const std::string& name : names) {
    const automation::Process* process = config.find(name);
    if (process->set.empty()) continue;
    ++open;
    // The older command: every server knows it.
    client.start(open, process->address(), {{"isMaster", 1}}, kAnswerWithin, [&, name](const CommandClient::Reply& reply) {
      --open;
      if (reply && reply->value("ismaster", nlohmann::ordered_json()) == true) found.insert(name);
    });
  }
  loop.await([&] { return open == 0; }, kAnswerWithin + 1s);
  return found;
}

class Restarts {
 public:
  Restarts(const StageOptions& options, const State& state, Topology topology, StageLoop& loop, const Voices& voices)
      : options_(options), state_(state), topology_(std::move(topology)), loop_(loop), voices_(voices) {}

  Ending run(Nanos sleep, automation::RestartOrder order) {
    const auto begin = Clock::now();
    std::vector<std::string> left;
    for (const automation::Process& process : topology_.config().processes) {
      if (process.disabled) voices_.say(fmt::format("`{}` is disabled in the cluster config and stays so", process.name));
      else left.push_back(process.name);
    }
    const std::size_t all = left.size();
    const bool ask = order == automation::RestartOrder::secondaries_first;
    while (const auto next = automation::next_to_restart(left, ask ? primaries_of(topology_.config(), left, loop_) : std::set<std::string>(), order)) {
      std::erase(left, *next);
      if (const Ending ending = restart(*next, sleep); ending != Ending::pass) return ending;
    }
    voices_.say(fmt::format("{} in {}", counted(all, "restart"), seconds_since(begin)));
    return Ending::pass;
  }

 private:
  Ending restart(const std::string& name, Nanos sleep) {
    const auto begin = Clock::now();
    topology_.disable(name, true);
    if (const Ending ending = reach("down", name); ending != Ending::pass) return ending;
    const std::string down = seconds_since(begin);
    voices_.trace(fmt::format("`{}` is down for {}", name, show(sleep)));
    if (const auto came = loop_.sleep(sleep); came != StageLoop::Came::awaited) return mend_after(came, name);
    const auto up_begin = Clock::now();
    topology_.disable(name, false);
    if (const Ending ending = reach("up again", name); ending != Ending::pass) return ending;
    voices_.say(fmt::format("`{}` restarted: down within {}, up again within {}", name, down, seconds_since(up_begin)));
    return Ending::pass;
  }

  Ending reach(const char* goal, const std::string& name) {
    const auto begin = Clock::now();
    if (auto written = topology_.write(state_.config); !written) return mend(Ending::environment, written.error().message, name);
    voices_.trace(fmt::format("wrote config version {}: `{}` is to be {}", topology_.version(), name, goal));
    const auto came = loop_.await_goal(topology_.version(), [&] { return topology_.plausible(); }, options_.timeout);
    if (came != StageLoop::Came::awaited) return mend_after(came, name);
    voices_.trace(fmt::format("goal state after {}", seconds_since(begin)));
    return Ending::pass;
  }

  Ending mend_after(StageLoop::Came came, const std::string& name) {
    const std::string why = describe(came, options_.timeout, loop_, options_.agent_log);
    if (came != StageLoop::Came::agent_ended) return mend(came == StageLoop::Came::interrupted ? Ending::interrupted : Ending::failed, why, name);
    voices_.complain(fmt::format("while `{}` was restarted: {}\n`failc stop` or `failc recover` cleans up", name, why));
    return Ending::environment;
  }

  /// Something went wrong while `name` was being restarted: it is enabled again, whether that helps or not.
  Ending mend(Ending ending, const std::string& why, const std::string& name) {
    loop_.forgive();
    topology_.disable(name, false);
    const auto written = topology_.write(state_.config);
    const auto mended = written ? loop_.await_goal(topology_.version(), [&] { return topology_.plausible(); }, std::min(options_.timeout, kMendWithin)) : StageLoop::Came::timed_out;
    const std::string after = mended == StageLoop::Came::awaited ? fmt::format("`{}` runs again, the cluster is in its goal state", name)
                              : written                         ? fmt::format("`{}` is enabled again, but not up yet", name)
                                                                : fmt::format("`{}` stays as it is: {}", name, written.error().message);
    voices_.complain(fmt::format("while `{}` was restarted: {}\n{}; `failc stop` ends the cluster", name, why, after));
    return ending == Ending::interrupted && mended != StageLoop::Came::awaited ? Ending::leaked : ending;
  }

  const StageOptions& options_;
  const State& state_;
  Topology topology_;
  StageLoop& loop_;
  const Voices& voices_;
};

}  // namespace

Ending scenario(const StageOptions& options, Nanos sleep, automation::RestartOrder order, StageLoop& loop, const Voices& voices) {
  const auto refuse = [&](Ending ending, const std::string& why) {
    voices.complain(why);
    return ending;
  };
  const Opened opened = open_state(options);
  if (!opened.state) return refuse(opened.ending, opened.why);
  if (!loop.watch_agent(opened.state->agent))
    return refuse(Ending::environment, fmt::format("the agent (process {}) is dead; `failc stop` or `failc recover` cleans up", opened.state->agent.pid));
  std::error_code no_log;
  const auto size = std::filesystem::file_size(opened.state->log, no_log);
  if (no_log) return refuse(Ending::environment, fmt::format("the agent's log `{}` cannot be read: {}", opened.state->log, no_log.message()));
  if (auto followed = loop.follow_log(opened.state->log, size); !followed) return refuse(Ending::environment, followed.error().message);
  auto topology = Topology::of(*opened.state);
  if (!topology) return refuse(Ending::input, topology.error().message);
  if (loop.interrupted()) return refuse(Ending::interrupted, "interrupted before anything was done");
  return Restarts(options, *opened.state, std::move(*topology), loop, voices).run(sleep, order);
}

}  // namespace failc::live_cluster
