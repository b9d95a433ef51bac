#include "tools/failc/stage.hpp"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "interpreter/live_cluster/marked.hpp"
#include "interpreter/live_cluster/state_file.hpp"
#include "interpreter/systems/automation/lines.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {

using live_cluster::Ending;

namespace {

Exit exit_of(Ending ending) {
  switch (ending) {
    case Ending::pass: return Exit::pass;
    case Ending::failed: return Exit::failed;
    case Ending::input: return Exit::input;
    case Ending::environment: return Exit::environment;
    case Ending::leaked: return Exit::leaked;
    case Ending::interrupted: return Exit::interrupted;
  }
  return Exit::environment;
}

/// What `--tombstone-file` says, even where other words are wrong.
std::string tombstone_of(const Words& words) {
  const std::string option = "--tombstone-file", with_equals = option + "=";
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i] == option) return i + 1 < words.size() ? words[i + 1] : "";
    if (words[i].starts_with(with_equals)) return words[i].substr(with_equals.size());
  }
  return {};
}

/// A file of the cluster that a tombstone would overwrite; empty if none.
std::string overwritten(const Stage& stage, const std::string& tombstone) {
  std::vector<std::string> files = {stage.options.agent_config, stage.options.agent_log, live_cluster::kStateName, live_cluster::kStartingName};
  files.insert(files.end(), stage.named.begin(), stage.named.end());
  const auto hit = std::find_if(files.begin(), files.end(), [&](const std::string& file) { return live_cluster::same_file(file, tombstone); });
  return hit == files.end() ? "" : *hit;
}

Exit do_stage(Stage& stage, const Words& words, const std::function<std::string()>& check, const std::function<Ending(live_cluster::StageLoop&, const live_cluster::Voices&)>& body) {
  const auto trace = [&stage](const std::string& text) {
    if (!stage.debug) return;
    const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    std::fprintf(stderr, "%s%s\n", automation::time_stamp(wall).c_str(), text.c_str());
  };
  live_cluster::StageLoop loop(trace);
  if (const auto over = stage.arguments.parse(words)) return *over;
  if (const std::string why = check(); !why.empty()) {
    complain(why);
    return Exit::input;
  }
  const live_cluster::Voices voices{[](const std::string& text) { say(text + "\n"); }, [](const std::string& text) { complain(text); }, trace};
  return exit_of(body(loop, voices));
}

}  // namespace

Stage::Stage(std::string usage, std::string purpose) : arguments(std::move(usage), std::move(purpose)) {
  arguments.value("--agent-config", "FILE", "the agent's config, `agent-config.json` by default", text_into(options.agent_config));
  arguments.value("--agent-log", "FILE", "the agent's log, `agent.log` by default", text_into(options.agent_log));
  arguments.value("--tombstone-file", "FILE", "is written when this stage is over, whatever its end", text_into(tombstone));
  arguments.value("--timeout", "D", "how long the goal state is waited for each time, 5m by default; a bare number is seconds", seconds_into(options.timeout, false));
  arguments.flag("--debug", debug, "each step, and the agent's log, on standard error");
}

Exit run_stage(Stage& stage, const Words& words, const std::function<std::string()>& check,
               const std::function<Ending(live_cluster::StageLoop&, const live_cluster::Voices&)>& body) {
  const std::string tombstone = tombstone_of(words);
  const auto check_all = [&] {
    const std::string file = tombstone.empty() ? "" : overwritten(stage, tombstone);
    return file.empty() ? check() : "the tombstone would overwrite `" + file + "`: name another file";
  };
  const Exit code = do_stage(stage, words, check_all, body);
  if (tombstone.empty() || !overwritten(stage, tombstone).empty()) return code;
  const Status written = write_whole(tombstone, std::to_string(static_cast<int>(code)) + "\n");
  if (written) return code;
  complain("the tombstone: " + written.error().message);
  return code == Exit::pass ? Exit::environment : code;
}

std::string own_path() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return std::string(path, length > 0 ? static_cast<std::size_t>(length) : 0);
}

}  // namespace failc::tools
