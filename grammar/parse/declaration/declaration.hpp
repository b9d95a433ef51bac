#pragma once
// One reader a declaration, like the statements' attempts: false where the head did not parse. What stands in braces of its
// own (groups, items, axes) is read and reported here.
#include "grammar/rules/context.hpp"

namespace failc::parse {

using rules::Context;
using rules::Range;

/// Reads a declaration whole. False: it is Broken, and that was reported.
bool read_declaration(Context& context, Range range, ast::Declaration& declaration);

bool attempt_small_declaration(Context& context, Range range, ast::Declaration& declaration);
bool attempt_cluster(Context& context, Range range, ast::Declaration& declaration);
bool attempt_matrix(Context& context, Range range, ast::Declaration& declaration);
bool attempt_component(Context& context, Range range, ast::Declaration& declaration);
bool attempt_scenario(Context& context, Range range, ast::Declaration& declaration);
bool attempt_hook(Context& context, Range range, ast::Declaration& declaration);
bool attempt_step_def(Context& context, Range range, ast::Declaration& declaration);
bool attempt_check_def(Context& context, Range range, ast::Declaration& declaration);

void read_groups(Context& context, std::uint32_t open, ast::Cluster& cluster);
void read_axes(Context& context, std::uint32_t open, ast::Matrix& matrix);
/// The parts of a scoped step. What is wrong with them is reported, and the step is `broken`.
void read_parts(Context& context, std::uint32_t open, ast::StepDef& step);
void read_items(Context& context, std::uint32_t open, ast::Component& component);

bool attempt_operation(Context& context, Range range, ast::ComponentItem& item);
void read_request(Context& context, std::uint32_t open, ast::OperationItem& operation);

}  // namespace failc::parse
