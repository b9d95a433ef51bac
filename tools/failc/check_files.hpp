#pragma once
// Several files checked at once.
#include <memory>
#include <string>
#include <vector>

#include "interpreter/check/check.hpp"

namespace failc::tools {

/// What `check_file` makes of each of `paths`, on up to `jobs` threads. Files and diagnostics are those that one file after the other would give, in that order.
std::vector<check::Checked> check_files(const std::vector<std::string>& paths, const check::Options& options, unsigned jobs, SourceMap& sources, diag::Sink& sink);

}  // namespace failc::tools
