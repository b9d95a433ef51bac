#pragma once
// Two texts as a unified diff, three lines of context, as `patch` takes it.
#include <string>
#include <string_view>

namespace failc::tools {

/// Empty where the texts are equal. `name` stands behind `---` and `+++`.
std::string unified_diff(std::string_view before, std::string_view after, const std::string& name);

}  // namespace failc::tools
