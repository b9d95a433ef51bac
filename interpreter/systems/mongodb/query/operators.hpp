#pragma once
// The tables of expression operators by subject, for expression.cpp's lookup.
#include <span>

#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

std::span<const Operator> logic_operators();   // comparison, boolean, conditions, types
std::span<const Operator> number_operators();  // arithmetic and conversion
std::span<const Operator> list_operators();    // arrays and sums
std::span<const Operator> object_operators();  // objects and strings

}  // namespace failc::query
