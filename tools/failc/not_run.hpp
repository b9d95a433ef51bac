#pragma once
// What spec files are not run, by format, with the reason: never passed over in silence.
#include <map>
#include <string>
#include <vector>

#include "interpreter/check/check.hpp"

namespace failc::tools {

/// "" where `files` is empty. Counts by format of what is run; then counts and reasons of what is not, by format and by folder in it.
std::string not_run_table(const std::vector<check::NotRun>& files, const std::map<std::string, std::size_t>& run, const SourceMap& sources);
/// `PATH  [not run: FORMAT: REASON]`, a line each.
std::string not_run_list(const std::vector<check::NotRun>& files, const SourceMap& sources);

}  // namespace failc::tools
