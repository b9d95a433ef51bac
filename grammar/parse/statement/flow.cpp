#include "grammar/rules/flow.hpp"

#include "grammar/parse/block.hpp"
#include "grammar/parse/statement/statement.hpp"
#include "grammar/rules/match.hpp"

namespace failc::parse {

using ast::Kind;

/// A loop, so that no chain of `else if` is too long for the stack. Each `else if` is a block of one statement.
bool attempt_if(Context& context, Range range, ast::Statement& statement) {
  const unsigned outer = context.depth;
  ast::If* branch = &statement.node.emplace<ast::If>();
  bool parsed = true;
  for (;;) {
    parsed = rules::match_prefix<rules::if_then>(context, range, *branch);
    if (!parsed || range.begin == range.end) break;
    const std::uint32_t at = range.begin;
    parsed = rules::match_prefix<rules::if_else>(context, range, *branch);
    if (!parsed) {
      context.expect(at, "the end of the statement");
      break;
    }
    if (range.begin < range.end && context.kind(range.begin) == Kind::kIf) {
      if (++context.depth > kMaxBlockDepth) {
        context.mistake(diag::Code::nesting_too_deep, at, std::to_string(kMaxBlockDepth));
        parsed = false;
        break;
      }
      branch->otherwise = std::make_unique<ast::Block>();
      branch->otherwise->span = context.span(range);
      ast::Statement& next = branch->otherwise->statements.emplace_back();
      next.span = context.span(range);
      next.head = context.token(range.begin).span;
      branch = &next.node.emplace<ast::If>();
      continue;
    }
    if (range.begin < range.end) {
      parsed = rules::match_all<rules::otherwise>(context, range, *branch);
    } else {
      context.expect(range.begin, "a block `{`");
      parsed = false;
    }
    break;
  }
  context.depth = outer;
  return parsed;
}

bool attempt_for(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::for_each, ast::For>(context, range, statement.node);
}

bool attempt_repeat(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::repeat, ast::Repeat>(context, range, statement.node);
}

bool attempt_during(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::during, ast::During>(context, range, statement.node);
}

bool attempt_group(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::group, ast::Group>(context, range, statement.node);
}

bool attempt_cleanup(Context& context, Range range, ast::Statement& statement) {
  return rules::match_into<rules::cleanup, ast::Cleanup>(context, range, statement.node);
}

}  // namespace failc::parse
