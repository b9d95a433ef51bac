#include "grammar/rules/scenario.hpp"

#include "grammar/parse/declaration/declaration.hpp"
#include "grammar/rules/match.hpp"
#include "grammar/rules/signature.hpp"

namespace failc::parse {

bool attempt_scenario(Context& context, Range range, ast::Declaration& declaration) {
  return rules::match_into<rules::scenario, ast::Scenario>(context, range, declaration.node);
}

bool attempt_hook(Context& context, Range range, ast::Declaration& declaration) {
  return rules::match_into<rules::hook, ast::Hook>(context, range, declaration.node);
}

bool attempt_check_def(Context& context, Range range, ast::Declaration& declaration) {
  if (context.kind(range.begin) == Kind::kDefine) return rules::match_into<rules::define_def, ast::CheckDef>(context, range, declaration.node);
  return rules::match_into<rules::check_def, ast::CheckDef>(context, range, declaration.node);
}

}  // namespace failc::parse
