#include "grammar/rules/calls.hpp"

#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

bool attempt_exec(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::exec_step, ast::ExecStep>(context, range, statement.node);
}

bool attempt_verb(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::verb_step, ast::VerbStep>(context, range, statement.node);
}

bool attempt_run(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::run_import, ast::RunImport>(context, range, statement.node);
}

}  // namespace failc::parse
