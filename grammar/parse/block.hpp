#pragma once
// Blocks: cut into statements, each read alone.
#include "grammar/rules/context.hpp"

namespace failc::parse {

using rules::Context;
using rules::Range;

/// Deepest nesting of blocks in the tree. Brackets stop at kMaxNesting; the rest is for chains of `else if`.
inline constexpr unsigned kMaxBlockDepth = 512;

/// Reads the statements between the braces at `open`.
void read_block(Context& context, std::uint32_t open, unsigned depth, ast::Block& block);

/// Reads the blocks that attempts have passed over since `base`, and forgets them.
void read_pending(Context& context, std::size_t base);

/// Forgets them without reading: the attempt failed.
void drop_pending(Context& context, std::size_t base);

/// Reads a statement whole, with its blocks. False: it is Broken, and that was reported.
bool read_statement(Context& context, Range range, ast::Statement& statement);

/// Calls `item(range)` for each line between the braces at `open`.
template <class Item>
void for_each_item(Context& context, std::uint32_t open, Item item) {
  const std::uint32_t limit = context.token(open).match;
  for (Range range = context.cut(open + 1, limit); range.begin < limit; range = context.cut(range.end, limit)) item(range);
}

}  // namespace failc::parse
