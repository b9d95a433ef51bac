#include "grammar/parse/expression.hpp"

#include <algorithm>

namespace failc::parse {
namespace {

using ast::BinaryOp;

struct Infix {
  Level level;
  BinaryOp op;
};

std::optional<Infix> infix_of(Kind kind) {
  switch (kind) {
    case Kind::kOr:
      return Infix{Level::logical_or, BinaryOp::logical_or};
    case Kind::kAnd:
      return Infix{Level::logical_and, BinaryOp::logical_and};
    case Kind::eq:
      return Infix{Level::comparison, BinaryOp::eq};
    case Kind::ne:
      return Infix{Level::comparison, BinaryOp::ne};
    case Kind::lt:
      return Infix{Level::comparison, BinaryOp::lt};
    case Kind::le:
      return Infix{Level::comparison, BinaryOp::le};
    case Kind::gt:
      return Infix{Level::comparison, BinaryOp::gt};
    case Kind::ge:
      return Infix{Level::comparison, BinaryOp::ge};
    case Kind::kIn:
      return Infix{Level::comparison, BinaryOp::in};
    case Kind::kNot:
      return Infix{Level::comparison, BinaryOp::not_in};
    case Kind::kMatches:
      return Infix{Level::comparison, BinaryOp::matches};
    case Kind::kThen:
      return Infix{Level::then, BinaryOp::then};
    case Kind::range:
      return Infix{Level::range, BinaryOp::range};
    case Kind::tolerance:
      return Infix{Level::range, BinaryOp::tolerance};
    case Kind::plus:
      return Infix{Level::sum, BinaryOp::add};
    case Kind::minus:
      return Infix{Level::sum, BinaryOp::subtract};
    case Kind::star:
      return Infix{Level::product, BinaryOp::multiply};
    case Kind::slash:
      return Infix{Level::product, BinaryOp::divide};
    case Kind::kSince:
      return Infix{Level::since, BinaryOp::since};
    default:
      return std::nullopt;
  }
}

Level tighter(Level level) { return static_cast<Level>(static_cast<std::uint8_t>(level) + 1); }

std::string_view describe(Want want) {
  switch (want) {
    case Want::expression:
      return "an expression";
    case Want::condition:
      return "a condition";
    case Want::duration:
      return "a duration like `5s`";
    case Want::nodes:
      return "a node or a set of nodes like `kv[0]`";
    case Want::list:
      return "a list like `[\"a\", \"b\"]`";
    case Want::number:
      return "a number like `3`";
  }
  FAILC_BUG("a wish without a name");
}

}  // namespace

ExprPtr ExpressionReader::read() { return binary(Level::any); }

ExprPtr ExpressionReader::inner() {
  const Reading saved = reading_;
  reading_ = {};
  ExprPtr out = binary(Level::any);
  reading_ = saved;
  return out;
}

Kind ExpressionReader::peek() {
  if (brackets_ > 0)
    while (context_.kind(at_) == Kind::newline && context_.text(at_) != ";") ++at_;
  return context_.kind(at_);
}

bool ExpressionReader::take(Kind kind, std::string_view label) {
  if (peek() == kind) {
    advance();
    return true;
  }
  context_.expect(at_, label);
  return false;
}

void ExpressionReader::want_operand() { context_.expect(at_, describe(reading_.want)); }

ExprPtr ExpressionReader::too_deep(std::uint32_t token, unsigned limit) {
  context_.mistake(diag::Code::nesting_too_deep, token, std::to_string(limit));
  return nullptr;
}

bool ExpressionReader::grow(std::uint32_t token) {
  if (++height_ <= kMaxExpressionHeight) return true;
  too_deep(token, kMaxExpressionHeight);
  return false;
}

/// An operand, and every operator behind it that binds at least as tight as `loosest`.
ExprPtr ExpressionReader::binary(Level loosest) {
  peek();
  const std::uint32_t start = at_;
  if (++depth_ > kMaxExpressionHeight) return too_deep(start, kMaxExpressionHeight);
  ExprPtr left = prefixed(loosest);
  bool compared = false;
  while (left) {
    const Kind kind = peek();
    if (kind == Kind::kIs || kind == Kind::kAre) {
      if (loosest > Level::comparison || reading_.no_comparison) break;
      if (compared) {
        context_.mistake(diag::Code::chained_comparison, at_);
        return nullptr;
      }
      compared = true;
      left = is_state(std::move(left), start);
      continue;
    }
    const std::optional<Infix> infix = infix_of(kind);
    if (!infix || infix->level < loosest) break;
    const bool comparison = infix->level == Level::comparison;
    if (comparison && reading_.no_comparison) break;
    if (reading_.no_in && (infix->op == BinaryOp::in || infix->op == BinaryOp::not_in)) break;
    if (infix->op == BinaryOp::not_in && peek_behind(1) != Kind::kIn) break;
    if (comparison && compared) {
      context_.mistake(diag::Code::chained_comparison, at_);
      return nullptr;
    }
    const std::uint32_t operation = at_;
    at_ += infix->op == BinaryOp::not_in ? 2 : 1;
    const Span op_span = cover(context_.token(operation).span, context_.token(at_ - 1).span);
    const unsigned height = height_;
    ExprPtr right = binary(tighter(infix->level));
    if (!right) return nullptr;
    height_ = std::max(height, height_);
    if (!grow(operation)) return nullptr;
    left = make(start, ast::Binary{infix->op, std::move(left), std::move(right), op_span});
    compared = comparison;
  }
  --depth_;
  return left;
}

ExprPtr ExpressionReader::prefixed(Level loosest) {
  const std::uint32_t start = at_;
  std::uint32_t nots = 0;
  if (loosest <= Level::logical_not) {
    while (peek() == Kind::kNot) {
      if (++nots > kMaxChain) return too_deep(at_, kMaxChain);
      advance();
    }
  }
  if (nots > 0) {
    ExprPtr operand = binary(Level::comparison);
    for (; operand && nots > 0; --nots) {
      if (!grow(start)) return nullptr;
      operand = make(start, ast::Unary{ast::UnaryOp::logical_not, std::move(operand)});
    }
    return operand;
  }
  std::uint32_t minuses = 0;
  while (peek() == Kind::minus) {
    if (++minuses > kMaxChain) return too_deep(at_, kMaxChain);
    advance();
  }
  ExprPtr operand = selector();
  for (; operand && minuses > 0; --minuses) {
    if (!grow(start)) return nullptr;
    operand = make(start, ast::Unary{ast::UnaryOp::negate, std::move(operand)});
  }
  return operand;
}

ExprPtr ExpressionReader::is_state(ExprPtr subject, std::uint32_t start) {
  const std::uint32_t word = at_;
  advance();
  ast::Is is;
  if (peek() == Kind::kNot) {
    is.negated = true;
    advance();
  }
  if (!ast::may_be_name(peek())) {
    context_.expect(at_, "a state like `running`");
    return nullptr;
  }
  is.state = take_name();
  is.subject = std::move(subject);
  if (!grow(word)) return nullptr;
  return make(start, std::move(is));
}

}  // namespace failc::parse

namespace failc::rules {

ast::ExprPtr expression(Context& context, std::uint32_t& at, Reading reading) {
  parse::ExpressionReader reader(context, at, reading);
  ast::ExprPtr out = reader.read();
  if (out) at = reader.at();
  return out;
}

ast::ExprPtr document(Context& context, std::uint32_t& at) {
  parse::ExpressionReader reader(context, at, {});
  ast::ExprPtr out = reader.document();
  if (out) at = reader.at();
  return out;
}

}  // namespace failc::rules
