#pragma once
// What the last run found, from its journals.
#include <cstddef>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::tools {

struct FormerRun {
  std::string folder;
  std::size_t scenarios = 0;            // how many had been selected
  std::vector<std::string> not_passed;  // ids, in their order: also what was flaky, what was not begun, and what has a `sometimes` that was never true
};

/// Of the newest run in `runs`, a folder of runs that are named by their time. Errors: there is none, a journal that cannot be read.
Result<FormerRun> last_run(const std::string& runs);

/// Takes away what sessions of an earlier run left in `folder`, or a run of one session, so that the next one's are alone in it. Errors: one that is in use, died or kept its nodes.
Status clear_former(const std::string& folder);

/// Notes in `folder`, which is made, what a run of several sessions is about to run: a session's journal knows only of its own.
Status note_selection(const std::string& folder, const std::vector<std::string>& ids);

}  // namespace failc::tools
