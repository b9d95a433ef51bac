#pragma once
// What can be said of a set before the run: how large it gets and whose nodes are in it. Not for other folders.
#include <cstdint>
#include <vector>

#include "interpreter/plan/plan.hpp"

namespace failc::plan {

/// The components that nodes of this set can have; all that have nodes where it is not known.
std::vector<std::uint32_t> components_of(const Plan& plan, const Expr& set);
/// Whether there can be any of the following: not for a state that failc itself knows.
bool has_component_parts(const Expr& expr);
/// The expressions of a component that a role, state or `let` expression evaluates on each node.
std::vector<const Expr*> component_parts(const Component& component, const Expr& expr);
/// The most elements that an `every` or `any` goes through: by its shape, by its own word, else as many as there are nodes.
std::uint32_t most_for_quantifier(const Plan& plan, const Expr& expr);
bool is_builtin_state(const std::string& name);

}  // namespace failc::plan
