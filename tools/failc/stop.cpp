// failc stop: the last of the three stages.
#include "tools/failc/stage.hpp"

namespace failc::tools {

Exit stop_command(const Words& words) {
  Stage stage("failc stop [options]", "ends the started cluster and its agent");
  return run_stage(
      stage, words, [] { return std::string(); },
      [&](live_cluster::StageLoop& loop, const live_cluster::Voices& voices) { return live_cluster::stop(stage.options, loop, voices); });
}

}  // namespace failc::tools
