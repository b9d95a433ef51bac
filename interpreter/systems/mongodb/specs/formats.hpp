#pragma once
// The formats of the public specifications' test files, known by their shapes.
#include <vector>

#include "interpreter/check/spec_format.hpp"

namespace failc::mongodb {

/// The first whose shape a file has is its format.
std::vector<check::SpecFormat> spec_formats();

}  // namespace failc::mongodb
