#pragma once
// What `failc start`, `scenario` and `stop` have in common: options, voices, signals, and the tombstone.
#include <functional>
#include <string>

#include "interpreter/live_cluster/stages.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/command.hpp"

namespace failc::tools {

struct Stage {
  Arguments arguments;
  live_cluster::StageOptions options;
  bool debug = false;
  std::string tombstone;
  std::vector<std::string> named;  // words that are no options

  /// Adds the common options.
  Stage(std::string usage, std::string purpose);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
};

/// Parses `words`; what `check` finds wrong with them is the reason why nothing is done (empty: nothing is wrong); does `body`. Whatever
/// happens, the file that `--tombstone-file` names is written last, with the exit code in it; unless it is a file of the cluster, which is an error.
Exit run_stage(Stage& stage, const Words& words, const std::function<std::string()>& check,
               const std::function<live_cluster::Ending(live_cluster::StageLoop&, const live_cluster::Voices&)>& body);

/// This program's file.
std::string own_path();

}  // namespace failc::tools
