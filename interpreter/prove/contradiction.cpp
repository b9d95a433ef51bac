// Comparisons with constants that leave no value, or every one.
#include <algorithm>
#include <limits>
#include <vector>

#include "interpreter/prove/truth.hpp"

namespace failc::prove {

using plan::Expr;
using plan::Op;

namespace {

constexpr std::size_t kMost = 16;  // comparisons of one conjunction that are held against each other

bool alike(const Expr& a, const Expr& b) {
  if (a.op != b.op || a.index != b.index || a.name != b.name || a.names != b.names || a.args.size() != b.args.size()) return false;
  // Each draws for itself.
  if (a.op == Op::pick_random) return false;
  if (a.op == Op::literal && equal(a.literal, b.literal) != Truth::yes) return false;
  return std::equal(a.args.begin(), a.args.end(), b.args.begin(), alike);
}

struct Comparison {
  const Expr* operand;
  Op op;
  const Value* constant;
};

/// As it reads with the operand on the left.
Op turned(Op op) {
  switch (op) {
    case Op::lt:
      return Op::gt;
    case Op::le:
      return Op::ge;
    case Op::gt:
      return Op::lt;
    case Op::ge:
      return Op::le;
    default:
      return op;
  }
}

std::optional<Comparison> comparison(const Expr& expr) {
  switch (expr.op) {
    case Op::eq:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
      break;
    default:
      return std::nullopt;
  }
  const bool left = expr.args[0].op == Op::literal, right = expr.args[1].op == Op::literal;
  if (left == right) return std::nullopt;
  return left ? Comparison{&expr.args[1], turned(expr.op), &expr.args[0].literal}
              : Comparison{&expr.args[0], expr.op, &expr.args[1].literal};
}

void collect(const Expr& expr, std::vector<Comparison>& out) {
  if (out.size() >= kMost) return;
  if (expr.op == Op::logical_and) {
    for (const Expr& arg : expr.args) collect(arg, out);
  } else if (auto found = comparison(expr)) {
    out.push_back(*found);
  }
}

bool above(Op op) { return op == Op::gt || op == Op::ge || op == Op::eq; }
bool below(Op op) { return op == Op::lt || op == Op::le || op == Op::eq; }

/// Whether no value lies above `low` and below `high`.
bool apart(const Comparison& low, const Comparison& high) {
  const Order order = compare(*low.constant, *high.constant);
  if (order == Order::greater) return true;
  return order == Order::equal && (low.op == Op::gt || high.op == Op::lt);
}

std::string words(const Comparison& one) {
  const char* op = one.op == Op::eq ? "==" : one.op == Op::lt ? "<" : one.op == Op::le ? "<=" : one.op == Op::gt ? ">" : ">=";
  return std::string("`") + op + " " + show(*one.constant, {}, 60) + "`";
}

}  // namespace

std::optional<std::string> contradiction(const Expr& conjunction) {
  std::vector<Comparison> all;
  collect(conjunction, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const Comparison &a = all[i], &b = all[j];
      const bool none = (above(a.op) && below(b.op) && apart(a, b)) || (above(b.op) && below(a.op) && apart(b, a));
      if (none && alike(*a.operand, *b.operand)) return "no value is both " + words(a) + " and " + words(b);
    }
  }
  return std::nullopt;
}

std::optional<std::uint8_t> size_compared(const plan::Plan& plan, const Expr& expr, std::string& reason) {
  const std::optional<Comparison> found = comparison(expr);
  if (!found || found->operand->op != Op::call || found->operand->args.size() != 1) return std::nullopt;
  if (found->operand->name != "count" && found->operand->name != "len") return std::nullopt;
  const auto* constant = found->constant->as<std::int64_t>();
  if (!constant) return std::nullopt;
  const std::int64_t number = *constant;
  constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = kAnyNumber;
  if (found->operand->name == "count")
    if (const std::optional<std::uint32_t> nodes = plan::most(plan, found->operand->args[0])) most = *nodes;
  bool can = true, must = false;
  switch (found->op) {
    case Op::eq:
      can = number >= 0 && number <= most;
      break;
    case Op::lt:
      can = number > 0;
      must = most < number;
      break;
    case Op::le:
      can = number >= 0;
      must = most <= number && most != kAnyNumber;
      break;
    case Op::gt:
      can = most > number;
      must = number < 0;
      break;
    case Op::ge:
      can = most >= number;
      must = number <= 0;
      break;
    default:
      return std::nullopt;
  }
  if (can && !must) return std::nullopt;
  const std::string name = "`" + found->operand->name + "`";
  const bool low = number <= 0;
  reason = low ? name + " is never less than 0" : name + " is at most " + std::to_string(most) + " here";
  return static_cast<std::uint8_t>((can ? kTrue : kFalse) | kUndefined);
}

}  // namespace failc::prove
