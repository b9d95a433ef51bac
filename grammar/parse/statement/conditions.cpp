#include "grammar/rules/conditions.hpp"

#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

using ast::Kind;

bool attempt_condition(Context& context, Range range, ast::Statement& statement) {
  auto& node = statement.node;
  switch (context.kind(range.begin)) {
    case Kind::kExpect:
      return rules::match_into<rules::expect, ast::Expect>(context, range, node);
    case Kind::kAwait:
      return rules::match_into<rules::await, ast::Wait>(context, range, node);
    case Kind::kEventually:
      return rules::match_into<rules::eventually, ast::Wait>(context, range, node);
    case Kind::kAlways:
      return rules::match_into<rules::always, ast::Always>(context, range, node);
    case Kind::kNever:
      return rules::match_into<rules::never, ast::Never>(context, range, node);
    default:
      return rules::match_into<rules::sometimes, ast::Sometimes>(context, range, node);
  }
}

}  // namespace failc::parse
