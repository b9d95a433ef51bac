#pragma once
// Standard input, whole.
#include <string>

#include "grammar/base/result.hpp"

namespace failc::tools {

/// At most kMaxFileBytes.
Result<std::string> read_standard_input();

}  // namespace failc::tools
