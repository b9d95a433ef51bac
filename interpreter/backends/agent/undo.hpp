#pragma once
// Ending what a run's agent started: by asking the agent, or where it is gone, by what its ledger and the processes' marks say.
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

/// Connects to the agent of `folder`, has it end everything and itself. What it says it did, a line a node.
Result<std::vector<std::string>> ask_agent_to_undo(const std::string& folder, const std::string& run);

/// Sends SIGKILL to every process of the ledger whose start time still matches, to its process group and descendants, whatever user they
/// are now, and to all processes of this user (for root: of any) that carry the mark of one of `runs` or of a run in the ledger; again until
/// none is left.
/// An error names what is still there after 30 s.
Result<std::vector<std::string>> end_without_agent(const std::string& folder, std::vector<std::string> runs);

}  // namespace failc::agent
