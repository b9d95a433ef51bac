#pragma once
// Runs of `--skip-cleanup`, whose nodes `--skip-setup` takes over.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/plan/plan.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/load.hpp"

namespace failc::tools {

struct KeptRun {
  KeptNodes nodes;
  std::string path;                 // of the file that they are of, whole
  std::set<std::string> scenarios;  // titles: for which they were kept
};

/// Those in `runs`, a folder of runs, whose nodes are still there: the newest first. What cannot be read is left out.
std::vector<KeptRun> kept_runs(const std::string& runs);

/// Of `kept`, the one for a scenario of the file `path`: of that file, with all of its nodes; rather one that was kept for the same scenario. None: there is none.
std::optional<std::size_t> kept_for(const std::vector<KeptRun>& kept, const std::string& path, const plan::Plan& plan, const plan::Scenario& scenario);

/// What scenarios take over: which of `runs`, by file and scenario. Those without nodes need none.
struct TakenOver {
  std::vector<KeptRun> runs;
  std::map<std::pair<std::size_t, std::uint32_t>, std::size_t> which;
};
/// For all that are chosen, by file; an error names one for which nothing was kept.
Result<TakenOver> take_over(const std::string& runs, const Program& program, const std::vector<std::vector<std::uint32_t>>& chosen);

}  // namespace failc::tools
