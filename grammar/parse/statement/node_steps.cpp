#include "grammar/rules/node_steps.hpp"

#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

bool attempt_let(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::let, ast::Let>(context, range, statement.node);
}

bool attempt_node_step(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::node_step, ast::NodeStep>(context, range, statement.node);
}

bool attempt_sleep(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::sleep, ast::Sleep>(context, range, statement.node);
}

bool attempt_log(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::log, ast::Log>(context, range, statement.node);
}

}  // namespace failc::parse
