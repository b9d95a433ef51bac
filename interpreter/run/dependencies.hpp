#pragma once
// What can change an expression's value, found by looking at it.
#include <cstdint>
#include <vector>

#include "interpreter/plan/plan.hpp"

namespace failc::run {

/// The events that can change `expr` (Wake bits), through the components' conditions and `let`s that it names too.
std::uint8_t wakes_of(const plan::Plan& plan, const plan::Expr& expr);

/// Every `role` (the singular) in `exprs`, in source order.
std::vector<const plan::Expr*> singular_roles(const std::vector<const plan::Expr*>& exprs);

/// The `random` selectors in `exprs`, in source order: a draw depends on its place among them, not on its line.
std::vector<plan::Source> random_sites(const std::vector<const plan::Expr*>& exprs);

/// Whether it names a role or picks from a set.
bool rests_on_choices(const plan::Expr& expr);

/// Where `random` stands in the statement, or a number of its own where it stands elsewhere.
std::uint64_t ordinal(const std::vector<plan::Source>& sites, const plan::Source& site);

}  // namespace failc::run
