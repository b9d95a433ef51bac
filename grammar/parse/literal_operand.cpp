// Literals as expressions.
#include "grammar/parse/expression.hpp"
#include "grammar/parse/literal.hpp"

namespace failc::parse {

ExprPtr ExpressionReader::literal() {
  const Kind kind = peek();
  const std::uint32_t at = at_;
  const std::string_view text = context_.text(at);
  height_ = 1;
  auto leaf = [&](auto node) {
    advance();
    return make(at, std::move(node));
  };
  auto number = [&](auto value, auto make_node) -> ExprPtr {
    if (value) return leaf(make_node(*value));
    context_.mistake(diag::Code::bad_number, at, std::string(text));
    return nullptr;
  };
  switch (kind) {
    case Kind::integer:
      return number(integer_value(text), [](std::int64_t value) { return ast::Integer{value}; });
    case Kind::decimal:
      return number(decimal_value(text), [](double value) { return ast::Decimal{value}; });
    case Kind::duration:
      return number(duration_value(text), [](std::int64_t value) { return ast::Duration{value}; });
    case Kind::size:
      return number(size_value(text), [](std::int64_t value) { return ast::Size{value}; });
    case Kind::percent:
      return number(percent_value(text), [](double value) { return ast::Percent{value}; });
    case Kind::version_number:
      return leaf(ast::Version{});
    case Kind::string:
      return leaf(ast::String{string_value(text)});
    case Kind::regex:
      return leaf(ast::Regex{regex_value(text)});
    case Kind::kTrue:
      return leaf(ast::Bool{true});
    case Kind::kFalse:
      return leaf(ast::Bool{false});
    case Kind::kNull:
      return leaf(ast::Null{});
    default:
      want_operand();
      return nullptr;
  }
}

}  // namespace failc::parse
