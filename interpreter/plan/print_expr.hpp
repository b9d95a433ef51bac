#pragma once
// Expressions of a plan as text. Not for other folders.
#include <string>

#include "interpreter/plan/plan.hpp"

namespace failc::plan {

/// As the language writes it; locals are `$0`, `$1`, …, sets of nodes the shortest name that they have.
std::string print(const Plan& plan, const Expr& expr);
std::string print(const Plan& plan, const Value& value);

}  // namespace failc::plan
