#pragma once
// Undoing a run that died: docs/decisions/0003-journal.md.
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

/// An agent that lives, and the run that it serves.
struct Serving { host::ProcessIdentity agent; std::string run; };
/// That of the run's folder; none where there is none any more.
std::optional<Serving> serving(const std::string& folder);

struct Recovered {
  std::vector<std::string> lines;  // what was undone; empty: nothing was left
};
/// An error where the run's failc is alive (nothing is touched then), the folder is no run's, or something could not be undone.
/// Works from the journal, the agent's lock and its ledger, whichever of them there are. Writes nothing.
Result<Recovered> recover(const std::string& folder);

}  // namespace failc::agent
