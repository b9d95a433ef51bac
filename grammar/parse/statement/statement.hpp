#pragma once
// One attempt a construct: matches the whole range into `statement.node`, reports nothing but what is wrong deeper inside. False:
// the context knows how far it got.
#include "grammar/rules/context.hpp"

namespace failc::parse {

using rules::Context;
using rules::Range;

bool attempt_statement(Context& context, Range range, ast::Statement& statement);  // by its first word

bool attempt_let(Context& context, Range range, ast::Statement& statement);
bool attempt_node_step(Context& context, Range range, ast::Statement& statement);
bool attempt_sleep(Context& context, Range range, ast::Statement& statement);
bool attempt_log(Context& context, Range range, ast::Statement& statement);
bool attempt_fault(Context& context, Range range, ast::Statement& statement);
bool attempt_failpoint(Context& context, Range range, ast::Statement& statement);
bool attempt_exec(Context& context, Range range, ast::Statement& statement);
bool attempt_verb(Context& context, Range range, ast::Statement& statement);
bool attempt_run(Context& context, Range range, ast::Statement& statement);
bool attempt_if(Context& context, Range range, ast::Statement& statement);
bool attempt_for(Context& context, Range range, ast::Statement& statement);
bool attempt_repeat(Context& context, Range range, ast::Statement& statement);
bool attempt_parallel(Context& context, Range range, ast::Statement& statement);
bool attempt_during(Context& context, Range range, ast::Statement& statement);
bool attempt_group(Context& context, Range range, ast::Statement& statement);
bool attempt_cleanup(Context& context, Range range, ast::Statement& statement);
bool attempt_condition(Context& context, Range range, ast::Statement& statement);

/// Reads the barriers and actors of a `parallel` whose braces stand at `open`. False: one of them is broken, and that was reported.
bool read_actors(Context& context, std::uint32_t open, ast::Parallel& parallel);

/// Reports the failed attempt, and reads the blocks of the statement for their own mistakes.
void recover_statement(Context& context, Range range);

}  // namespace failc::parse
