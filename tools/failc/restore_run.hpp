#pragma once
// A run that is over, or was killed, from its folder.
#include <map>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/report/from_journal.hpp"

namespace failc::tools {

struct RestoredRun {
  report::Restored restored;                 // its sessions joined
  std::vector<journal::Contents> journals;   // one a session, in the order in which they began
  std::map<std::string, std::string> where;  // the folders of sessions, by what the run called them
};

/// `folder` is a run's, or holds its sessions. Errors: it is neither, a journal that cannot be read or says too little.
Result<RestoredRun> restore_run(const std::string& folder);

}  // namespace failc::tools
