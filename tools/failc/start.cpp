// failc start: the first of the three stages.
#include <unistd.h>

#include "interpreter/systems/automation/names.hpp"
#include "tools/failc/stage.hpp"

namespace failc::tools {

Exit start_command(const Words& words) {
  Stage stage("failc start CONFIG [options]", "starts the cluster that an automation config describes, and an agent that keeps it so");
  std::string agent, server;
  stage.arguments.words(stage.named);
  stage.arguments.value("--agent", "PROGRAM", "an automation agent instead of failc's own; `auto`: the original in the working folder, if there", text_into(agent));
  stage.arguments.value(std::string(automation::kServerOption), "PATH", "the server's program", text_into(server));
  live_cluster::StartOptions options;
  const auto check = [&]() -> std::string {
    if (stage.named.size() != 1) return "one CONFIG is wanted: `failc start CONFIG`";
    if (!agent.empty() && !server.empty()) return "`" + std::string(automation::kServerOption) + "` is for failc's own agent, not with `--agent`";
    return {};
  };
  return run_stage(stage, words, check, [&](live_cluster::StageLoop& loop, const live_cluster::Voices& voices) {
    const std::string original = "./" + std::string(automation::kAgentProgram);
    const bool there = ::access(original.c_str(), X_OK) == 0;
    options.stage = stage.options;
    options.config = stage.named.front();
    options.self = own_path();
    options.agent = agent != "auto" ? agent : there ? original : "";
    if (!server.empty()) options.to_agent = {std::string(automation::kServerOption), server};
    if (agent.empty() && there) voices.say("`" + original + "` is here and not used; `--agent auto` would");
    return live_cluster::start(options, loop, voices);
  });
}

}  // namespace failc::tools
