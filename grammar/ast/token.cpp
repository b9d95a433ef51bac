#include "grammar/ast/token.hpp"

#include <array>

#include "grammar/base/bug.hpp"

namespace failc::ast {
namespace {

constexpr bool kReserved[] = {
#define WORD(kind, text, reserved) reserved,
    FAILC_WORDS(WORD)
#undef WORD
};
constexpr auto kFirstWord = static_cast<std::size_t>(Kind::kAfter);

}  // namespace

bool is_reserved(Kind kind) {
  const auto at = static_cast<std::size_t>(kind);
  return at >= kFirstWord && kReserved[at - kFirstWord];
}

bool is_word(Kind kind) { return kind == Kind::name || static_cast<std::size_t>(kind) >= kFirstWord; }

bool may_be_name(Kind kind) { return is_word(kind) && !is_reserved(kind); }

std::string_view spelling(Kind kind) {
  switch (kind) {
    case Kind::end:
      return "the end of the file";
    case Kind::newline:
      return "the end of the line";
    case Kind::invalid:
      return "a character that begins nothing";
    case Kind::name:
      return "a name";
    case Kind::integer:
      return "a number like `3`";
    case Kind::decimal:
      return "a number like `0.5`";
    case Kind::version_number:
      return "a version like `4.2.1`";
    case Kind::duration:
      return "a duration like `5s`";
    case Kind::size:
      return "a size like `64KiB`";
    case Kind::percent:
      return "a percentage like `50%`";
    case Kind::string:
      return "a string like `\"text\"`";
    case Kind::regex:
      return "a regular expression like `r\"text\"`";
    case Kind::l_brace:
      return "{";
    case Kind::r_brace:
      return "}";
    case Kind::l_paren:
      return "(";
    case Kind::r_paren:
      return ")";
    case Kind::l_bracket:
      return "[";
    case Kind::r_bracket:
      return "]";
    case Kind::comma:
      return ",";
    case Kind::colon:
      return ":";
    case Kind::dot:
      return ".";
    case Kind::range:
      return "..";
    case Kind::tolerance:
      return "+-";
    case Kind::bar:
      return "|";
    case Kind::assign:
      return "=";
    case Kind::eq:
      return "==";
    case Kind::ne:
      return "!=";
    case Kind::lt:
      return "<";
    case Kind::le:
      return "<=";
    case Kind::gt:
      return ">";
    case Kind::ge:
      return ">=";
    case Kind::plus:
      return "+";
    case Kind::minus:
      return "-";
    case Kind::star:
      return "*";
    case Kind::slash:
      return "/";
#define WORD(kind, text, reserved) \
  case Kind::kind:                 \
    return text;
      FAILC_WORDS(WORD)
#undef WORD
  }
  FAILC_BUG("a token without a kind");
}

const std::vector<std::string_view>& words() {
  static const std::vector<std::string_view> all = {
#define WORD(kind, text, reserved) text,
      FAILC_WORDS(WORD)
#undef WORD
  };
  return all;
}

}  // namespace failc::ast
