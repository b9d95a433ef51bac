// failc agent: the automation agent's stand-in. Its flags may have one dash, as the original's have.
#include <cstdlib>

#include "interpreter/live_cluster/agent_host.hpp"
#include "interpreter/systems/automation/names.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

/// `-cluster` as `--cluster`.
Words with_two_dashes(Words words) {
  for (std::string& word : words)
    if (word.size() > 2 && word[0] == '-' && word[1] != '-') word.insert(word.begin(), '-');
  return words;
}

}  // namespace

Exit agent_command(const Words& words) {
  const std::string option(automation::kServerOption), variable(automation::kServerVariable);
  Arguments arguments("failc agent -cluster CONFIG [options]",
                      "keeps the processes of an automation config in their goal state, until SIGTERM or SIGINT; the server is `" + option + "`, `$" + variable + "`, the one on PATH, or the embedded one");
  std::string config, server;
  live_cluster::AgentRun run;
  arguments.value("--cluster", "CONFIG", "the config, which is read again when it changes", text_into(config));
  arguments.value(option, "PATH", "the server's program", text_into(server));
  arguments.flag("--stop-processes-on-exit", run.options.end_processes_on_leave, "ends the processes too; else they go on");
  if (const auto over = arguments.parse(with_two_dashes(words))) return *over;
  if (config.empty()) {
    complain("`-cluster CONFIG` is missing");
    return Exit::input;
  }
  const bool named = !server.empty();
  run.config = config;
  run.server = live_cluster::find_server(named ? server : environment(variable), "`" + (named ? option : "$" + variable) + "`", environment("PATH"));
  const auto ending = live_cluster::run_agent(run, [](const std::string& line) { say(line + "\n"); });
  switch (ending) {
    case live_cluster::Ending::pass: return Exit::pass;
    case live_cluster::Ending::input: return Exit::input;
    case live_cluster::Ending::failed:
    case live_cluster::Ending::environment:
    case live_cluster::Ending::leaked:
    case live_cluster::Ending::interrupted: return Exit::environment;
  }
  return Exit::environment;
}

}  // namespace failc::tools
