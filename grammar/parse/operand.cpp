// Operands that are not literals: selectors, quantifiers, names, calls, members and indices.
#include <algorithm>

#include "grammar/parse/expression.hpp"

namespace failc::parse {
namespace {

bool is_amount(Kind kind) { return kind == Kind::integer || kind == Kind::percent; }

}  // namespace

/// The kind of the token `count` behind the next one, newlines inside brackets apart.
Kind ExpressionReader::peek_behind(std::uint32_t count) const {
  std::uint32_t at = at_;
  while (count-- > 0) {
    if (context_.kind(at) == Kind::end) break;
    ++at;
    if (brackets_ > 0)
      while (context_.kind(at) == Kind::newline && context_.text(at) != ";") ++at;
  }
  return context_.kind(at);
}

ast::Name ExpressionReader::take_name() { return context_.name(at_++); }

/// `all kv`, `random 1 of kv`, `2 of kv`, `leader of kv`, or an operand with its postfixes.
ExprPtr ExpressionReader::selector() {
  const Kind kind = peek();
  const std::uint32_t start = at_;
  if (depth_ > kMaxExpressionHeight) return too_deep(start, kMaxExpressionHeight);
  if (kind == Kind::kAll) {
    std::uint32_t alls = 0;
    while (peek() == Kind::kAll) {
      if (++alls > kMaxChain) return too_deep(at_, kMaxChain);
      advance();
    }
    ExprPtr set = selector();
    for (; set && alls > 0; --alls) {
      if (!grow(start)) return nullptr;
      set = make(start, ast::All{std::move(set)});
    }
    return set;
  }
  if (kind == Kind::kRandom) return pick(true);
  const bool of_follows = !reading_.no_of && peek_behind(1) == Kind::kOf;
  if (is_amount(kind) && of_follows) return pick(false);
  if (ast::may_be_name(kind) && of_follows) {
    ast::Name role = take_name();
    peek();
    advance();
    ++depth_;
    ExprPtr set = selector();
    --depth_;
    if (!set || !grow(start)) return nullptr;
    return make(start, ast::RoleOf{role, std::move(set)});
  }
  ExprPtr operand = primary();
  return operand ? postfixes(std::move(operand), start) : nullptr;
}

ExprPtr ExpressionReader::pick(bool random) {
  const std::uint32_t start = at_;
  if (random) advance();
  if (!is_amount(peek())) {
    context_.expect(at_, "a number or a percentage");
    return nullptr;
  }
  ExprPtr amount = literal();
  if (!amount || !take(Kind::kOf, "of")) return nullptr;
  ++depth_;
  ExprPtr set = selector();
  --depth_;
  if (!set || !grow(start)) return nullptr;
  return make(start, ast::Pick{std::move(amount), random, std::move(set)});
}

/// `every x in xs: condition`
ExprPtr ExpressionReader::quantified(ast::Quantifier quantifier) {
  const std::uint32_t start = at_;
  advance();
  if (!ast::may_be_name(peek())) {
    context_.expect_declared(at_);
    return nullptr;
  }
  ast::Quantified out{quantifier, take_name(), nullptr, nullptr};
  if (!take(Kind::kIn, "in")) return nullptr;
  out.in = inner();
  if (!out.in || !take(Kind::colon, ":")) return nullptr;
  const unsigned height = height_;
  out.condition = inner();
  if (!out.condition) return nullptr;
  height_ = std::max(height, height_);
  if (!grow(start)) return nullptr;
  return make(start, std::move(out));
}

ExprPtr ExpressionReader::postfixes(ExprPtr object, std::uint32_t start) {
  for (unsigned count = 0; object;) {
    const Kind kind = peek();
    const std::uint32_t operation = at_;
    const bool index = kind == Kind::l_bracket && context_.token(at_).touches;
    if (kind != Kind::dot && !index) return object;
    if (++count > kMaxChain) return too_deep(operation, kMaxChain);
    advance();
    if (kind == Kind::dot) {
      if (!ast::is_word(peek())) {
        context_.expect(at_, "a name");
        return nullptr;
      }
      ast::Name name = take_name();
      if (!grow(operation)) return nullptr;
      object = make(start, ast::Member{std::move(object), name});
      continue;
    }
    const unsigned height = height_;
    ExprPtr inside;
    {
      Bracket bracket(*this);
      inside = inner();
      if (!inside || !take(Kind::r_bracket, "]")) return nullptr;
    }
    height_ = std::max(height, height_);
    if (!grow(operation)) return nullptr;
    object = make(start, ast::Index{std::move(object), std::move(inside)});
  }
  return object;
}

ExprPtr ExpressionReader::primary() {
  const Kind kind = peek();
  if (kind == Kind::kEvery) return quantified(ast::Quantifier::every);
  if (kind == Kind::kAny && ast::may_be_name(peek_behind(1)) && peek_behind(2) == Kind::kIn) return quantified(ast::Quantifier::any);
  if (kind == Kind::l_paren) return parenthesised();
  if (kind == Kind::l_bracket) return list();
  if (kind == Kind::l_brace) return document();
  if (!ast::may_be_name(kind)) return literal();
  const std::uint32_t start = at_;
  if (context_.kind(at_ + 1) == Kind::l_paren && context_.token(at_ + 1).touches) return call(start);
  height_ = 1;
  ast::Name name = take_name();
  return make(start, ast::Ref{name});
}

ExprPtr ExpressionReader::call(std::uint32_t start) {
  ast::Call out{take_name(), {}};
  advance();
  if (!items(Kind::r_paren, out.arguments, false) || !grow(start)) return nullptr;
  return make(start, std::move(out));
}

}  // namespace failc::parse
