#pragma once
// What spec files are not run, by format, with the reason: never passed over in silence.
#include <string>
#include <vector>

#include "interpreter/check/check.hpp"

namespace failc::tools {

/// "" where there is none. Counts and reasons by format, and by folder in it.
std::string not_run_table(const std::vector<check::NotRun>& files, const SourceMap& sources);
/// `PATH  [not run: FORMAT: REASON]`, a line each.
std::string not_run_list(const std::vector<check::NotRun>& files, const SourceMap& sources);

}  // namespace failc::tools
