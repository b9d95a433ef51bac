#include "grammar/parse/block.hpp"

#include "grammar/parse/recover.hpp"
#include "grammar/parse/statement/statement.hpp"

namespace failc::parse {

using ast::Kind;

void read_block(Context& context, std::uint32_t open, unsigned depth, ast::Block& block) {
  const unsigned outer = context.depth;
  context.depth = depth;
  block.span = cover(context.token(open).span, context.token(context.token(open).match).span);
  std::size_t count = 0;
  for_each_item(context, open, [&count](Range) { ++count; });
  block.statements.reserve(count);
  for_each_item(context, open, [&](Range range) {
    block.statements.emplace_back();
    if (!read_statement(context, range, block.statements.back())) block.broken = true;
  });
  context.depth = outer;
}

void read_pending(Context& context, std::size_t base) {
  if (context.pending.size() == base) return;
  const std::vector<rules::Pending> blocks(context.pending.begin() + static_cast<std::ptrdiff_t>(base), context.pending.end());
  drop_pending(context, base);
  for (const rules::Pending& pending : blocks) read_block(context, pending.open, pending.depth, *pending.block);
}

void drop_pending(Context& context, std::size_t base) {
  context.pending.erase(context.pending.begin() + static_cast<std::ptrdiff_t>(base), context.pending.end());
}

bool read_statement(Context& context, Range range, ast::Statement& statement) {
  const std::size_t base = context.pending.size();
  statement.span = context.span(range);
  statement.head = context.token(range.begin).span;
  context.begin_attempt(range);
  if (attempt_statement(context, range, statement)) {
    read_pending(context, base);
    return !std::holds_alternative<ast::Broken>(statement.node);
  }
  drop_pending(context, base);
  statement.node.emplace<ast::Broken>();
  recover_statement(context, range);
  return false;
}

}  // namespace failc::parse
