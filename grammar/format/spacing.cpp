#include "grammar/format/spacing.hpp"

namespace failc::format {

namespace {

using ast::Kind;

bool literal(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::decimal:
    case Kind::version_number:
    case Kind::duration:
    case Kind::size:
    case Kind::percent:
      return true;
    default:
      return false;
  }
}

bool operand_end(Kind kind, Seen before) {
  if (literal(kind) || closes(kind)) return true;
  switch (kind) {
    case Kind::string:
    case Kind::regex:
    case Kind::kTrue:
    case Kind::kFalse:
    case Kind::kNull:
      return true;
    default:
      // Behind a dot every word is a name.
      return ast::is_word(kind) && (before.kind == Kind::dot || ast::may_be_name(kind));
  }
}

/// Operators that take a literal beside `..` for themselves, or make it look so.
bool binds(Kind kind) {
  switch (kind) {
    case Kind::plus:
    case Kind::minus:
    case Kind::star:
    case Kind::slash:
    case Kind::tolerance:
    case Kind::range:
    case Kind::dot:
    case Kind::kSince:
    case Kind::kOf:
      return true;
    default:
      return false;
  }
}

}  // namespace

Seen see(const ast::Token& token, Seen before, bool head) {
  Seen seen{token.kind, operand_end(token.kind, before), false, head};
  // `put -1` gives the verb an argument, `a - 1` subtracts.
  if (token.kind == Kind::minus) seen.unary = !before.operand || (before.head && ast::is_word(before.kind));
  return seen;
}

bool spaced(Seen before, const ast::Token& token, Seen seen) {
  switch (before.kind) {
    case Kind::l_paren:
    case Kind::l_bracket:
      return false;
    case Kind::dot:
      return !ast::is_word(seen.kind) && !token.touches;  // `. .` is not `..`
    case Kind::l_brace:
      return seen.kind != Kind::r_brace;
    case Kind::minus:
      if (before.unary) return false;
      break;
    default:
      break;
  }
  switch (seen.kind) {
    case Kind::comma:
    case Kind::colon:
    case Kind::r_paren:
    case Kind::r_bracket:
      return false;
    case Kind::dot:
      return literal(before.kind) && !token.touches;  // `5 .x` is not `5.x`
    case Kind::l_paren:
    case Kind::l_bracket:
      return !(before.operand && token.touches);
    default:
      return true;
  }
}

bool tight_range(const ast::Tokens& tokens, std::uint32_t index) {
  const auto kind = [&](std::uint32_t at) { return at < tokens.tokens.size() ? tokens.tokens[at].kind : Kind::end; };
  if (index == 0 || !literal(kind(index - 1)) || !literal(kind(index + 1))) return false;
  return !(index >= 2 && binds(kind(index - 2))) && !binds(kind(index + 2));
}

}  // namespace failc::format
