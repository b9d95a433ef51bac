#pragma once
// Phase files as failc's scenarios: a phase is a group, its replies and errors are played, its outcome is wanted.
#include "interpreter/check/spec_format.hpp"

namespace failc::sdam {

bool has_phases_shape(const spec::Ref& root);
std::optional<std::vector<check::SpecPlay>> read_phases_format(const spec::Ref& root, diag::Sink& sink);

}  // namespace failc::sdam
