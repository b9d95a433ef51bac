#pragma once
// What stands between two tokens of one line.
#include <cstdint>

#include "grammar/ast/token.hpp"

namespace failc::format {

inline bool opens(ast::Kind kind) { return kind == ast::Kind::l_brace || kind == ast::Kind::l_paren || kind == ast::Kind::l_bracket; }
inline bool closes(ast::Kind kind) { return kind == ast::Kind::r_brace || kind == ast::Kind::r_paren || kind == ast::Kind::r_bracket; }

/// A token and what is known of the tokens before it.
struct Seen {
  ast::Kind kind = ast::Kind::newline;
  bool operand = false;  // an operand may end with it: a `(` or `[` that touches it is a call or an index
  bool unary = false;    // a minus that is a sign
  bool head = false;     // first of its statement
};

/// What `token` is behind `before`. `head`: it is the first of its statement.
Seen see(const ast::Token& token, Seen before, bool head);

/// Whether a space stands between `before` and `token`; a `..` and its neighbours are asked of `tight_range` first.
bool spaced(Seen before, const ast::Token& token, Seen seen);

/// Whether the `..` at `index` touches both its neighbours: two literals that belong to nothing else (`500ms..2s`).
bool tight_range(const ast::Tokens& tokens, std::uint32_t index);

}  // namespace failc::format
