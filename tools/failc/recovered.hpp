#pragma once
// What a run's journal is told when somebody else undid it.
#include <cstddef>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::tools {

/// Appends `recovered` to the journal of `run`, a folder, behind its `records` whole records; what is torn behind them goes.
Status record_recovered(const std::string& run, std::size_t records, const std::vector<std::string>& undone);

}  // namespace failc::tools
