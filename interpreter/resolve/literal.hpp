#pragma once
// Values as source text.
#include <optional>
#include <string>
#include <string_view>

#include "interpreter/plan/plan.hpp"
#include "interpreter/value/value.hpp"

namespace failc::resolve {

/// What evaluates to `value` where the plan's clusters are declared: `kv[1]`, `[kv[0], kv[2]]`, `2500ms`. Nothing where there is no such text: an undefined value.
std::optional<std::string> literal(const plan::Plan& plan, const Value& value);

/// What the file calls it: an instance of a matrix may have a cluster or a workload of its own, "kv#2".
std::string_view written_name(std::string_view name);

}  // namespace failc::resolve
