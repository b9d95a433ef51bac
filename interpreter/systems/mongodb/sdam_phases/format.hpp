#pragma once
// Phase files as failc's scenarios: a phase is a group, its replies and errors are played, its outcome is wanted.
#include "interpreter/check/spec_format.hpp"

namespace failc::sdam {

bool has_phases_shape(const spec::Ref& root);
std::optional<std::vector<check::SpecPlay>> read_phases_format(const spec::Ref& root, diag::Sink& sink);

/// Warns of servers that neither the seeds nor a reply before names: the model passes over what they say.
void lint_phases(const spec::Ref& root, diag::Sink& sink);

}  // namespace failc::sdam
