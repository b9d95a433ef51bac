#pragma once
// The nodes that are up around all scenarios of a file: brought up with its setup, handed from one run to the next, taken down with its cleanup.
#include <utility>
#include <vector>

#include "interpreter/run/scenario_run.hpp"

namespace failc::run {

class Around {
 public:
  explicit Around(const plan::Plan& plan);

  bool wanted() const { return wanted_; }
  /// Before a run: what is known of the nodes.
  void hand_to(ScenarioRun& run) const;
  /// Behind it: what has become of them. What concerned that run alone (its log lines, what was done and lasted) is not theirs any more.
  void take_from(ScenarioRun& run);

 private:
  bool wanted_ = false;
  std::vector<std::pair<backend::NodeIndex, NodeRuntime>> nodes_;
};

/// Brings up what all share, and does what the file's `setup` says.
Task<bool> setup_task(ScenarioRun& run);
/// What its `cleanup` says, whatever happened, and the end of what all shared.
Task<bool> cleanup_task(ScenarioRun& run);

}  // namespace failc::run
