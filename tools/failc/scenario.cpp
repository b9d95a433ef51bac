// failc scenario: the second of the three stages.
#include "tools/failc/stage.hpp"

namespace failc::tools {

Exit scenario_command(const Words& words) {
  Stage stage("failc scenario --sleep T [options]", "restarts each process of the started cluster, which is down for T in between");
  std::chrono::nanoseconds sleep{-1};
  std::string order = "secondaries-first";
  stage.arguments.value("--sleep", "T", "seconds, or a duration like `500ms`; 0 too", seconds_into(sleep, true));
  stage.arguments.value("--order", "ORDER", "`secondaries-first` (the primary last) or `listed`", choice_into(order, {"secondaries-first", "listed"}));
  const auto check = [&]() -> std::string { return sleep.count() < 0 ? "`--sleep T` is missing: how long each process is down" : ""; };
  return run_stage(stage, words, check, [&](live_cluster::StageLoop& loop, const live_cluster::Voices& voices) {
    return live_cluster::scenario(stage.options, sleep, order == "listed" ? automation::RestartOrder::listed : automation::RestartOrder::secondaries_first, loop, voices);
  });
}

}  // namespace failc::tools
