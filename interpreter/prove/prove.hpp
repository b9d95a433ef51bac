#pragma once
// What is certain of a plan in every run: faults that strike nothing, assertions that cannot hold, operations that cannot succeed. What
// only may be so is not said. It follows the states that failc itself gives to nodes which the plan names; a node that it started may have
// ended by itself.
#include <array>
#include <functional>
#include <optional>
#include <string>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::prove {

struct Finding {
  diag::Code code;
  plan::Source at;
  std::array<std::string, 3> arguments;
  std::optional<plan::Source> since;  // the statement that made it so
};
using Report = std::function<void(const Finding&)>;

/// Errors, and the warnings that `failc lint` shows.
void prove(const plan::Plan& plan, const Report& report);

}  // namespace failc::prove
