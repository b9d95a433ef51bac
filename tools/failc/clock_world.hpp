#pragma once
// The world of scenarios without clusters: a clock, and interrupts. Nothing supervises it, since nothing can be left behind.
#include <memory>

#include "tools/failc/backends.hpp"

namespace failc::tools {

/// `interrupts`: as in OpenOptions.
std::unique_ptr<OpenWorld> open_clock(int interrupts);

}  // namespace failc::tools
