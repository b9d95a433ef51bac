// Operators.
#include <utility>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

std::string_view spelling(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::logical_or: return "or";
    case ast::BinaryOp::logical_and: return "and";
    case ast::BinaryOp::eq: return "==";
    case ast::BinaryOp::ne: return "!=";
    case ast::BinaryOp::lt: return "<";
    case ast::BinaryOp::le: return "<=";
    case ast::BinaryOp::gt: return ">";
    case ast::BinaryOp::ge: return ">=";
    case ast::BinaryOp::in: return "in";
    case ast::BinaryOp::not_in: return "not in";
    case ast::BinaryOp::matches: return "matches";
    case ast::BinaryOp::then: return "then";
    case ast::BinaryOp::range: return "..";
    case ast::BinaryOp::tolerance: return "+-";
    case ast::BinaryOp::add: return "+";
    case ast::BinaryOp::subtract: return "-";
    case ast::BinaryOp::multiply: return "*";
    case ast::BinaryOp::divide: return "/";
    case ast::BinaryOp::since: return "since";
  }
  return "";
}

plan::Op lowered(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::logical_or: return plan::Op::logical_or;
    case ast::BinaryOp::logical_and: return plan::Op::logical_and;
    case ast::BinaryOp::eq: return plan::Op::eq;
    case ast::BinaryOp::ne: return plan::Op::ne;
    case ast::BinaryOp::lt: return plan::Op::lt;
    case ast::BinaryOp::le: return plan::Op::le;
    case ast::BinaryOp::gt: return plan::Op::gt;
    case ast::BinaryOp::ge: return plan::Op::ge;
    case ast::BinaryOp::in: return plan::Op::in;
    case ast::BinaryOp::not_in: return plan::Op::not_in;
    case ast::BinaryOp::matches: return plan::Op::matches;
    case ast::BinaryOp::then: return plan::Op::then;
    case ast::BinaryOp::range: return plan::Op::range;
    case ast::BinaryOp::tolerance: return plan::Op::tolerance;
    case ast::BinaryOp::add: return plan::Op::add;
    case ast::BinaryOp::subtract: return plan::Op::subtract;
    case ast::BinaryOp::multiply: return plan::Op::multiply;
    case ast::BinaryOp::divide: return plan::Op::divide;
    case ast::BinaryOp::since: return plan::Op::statistic;
  }
  return plan::Op::literal;
}

bool quantity(Kind kind) { return kind == Kind::duration || kind == Kind::size || kind == Kind::percent; }

/// The type of an arithmetic result; nothing where there is none.
std::optional<Type> arithmetic_type(ast::BinaryOp op, const Type& a, const Type& b) {
  const bool add = op == ast::BinaryOp::add, subtract = op == ast::BinaryOp::subtract;
  const bool multiply = op == ast::BinaryOp::multiply, divide = op == ast::BinaryOp::divide;
  if (a.any() || b.any()) {
    const Kind known = a.any() ? b.kind : a.kind;
    if (known == Kind::any || known == Kind::integer || known == Kind::decimal) return of(Kind::any);
    if (add && (known == Kind::string || known == Kind::path)) return of(Kind::string);
    if (add && (known == Kind::list || known == Kind::nodes)) return of(Kind::list);
    if (quantity(known)) return of(multiply || divide ? Kind::any : known);
    return std::nullopt;
  }
  if (a.number() && b.number()) return of(a.is(Kind::integer) && b.is(Kind::integer) && !divide ? Kind::integer : Kind::decimal);
  const auto text = [](const Type& t) { return t.is(Kind::string) || t.is(Kind::path) || t.is(Kind::outcome); };
  if (add && text(a) && text(b)) return of(Kind::string);
  if (add && a.many() && b.many()) {
    Type type = a.is(b.kind) ? of(a.kind) : of(Kind::list);
    type.item = a.item == b.item ? a.item : Kind::any;
    if (a.component == b.component) type.component = a.component;
    if (a.cluster == b.cluster) type.cluster = a.cluster;
    if (a.most != kUnbounded && b.most != kUnbounded) type.most = a.most + b.most;
    return type;
  }
  if ((add || subtract) && quantity(a.kind) && a.is(b.kind)) return of(a.kind);
  if (multiply && quantity(a.kind) && b.number()) return of(a.kind);
  if (multiply && a.number() && quantity(b.kind)) return of(b.kind);
  if (divide && quantity(a.kind) && b.number()) return of(a.kind);
  if (divide && (a.is(Kind::duration) || a.is(Kind::size)) && a.is(b.kind)) return of(Kind::decimal);
  return std::nullopt;
}

}  // namespace

Term Checker::unary(const ast::Unary& tree, Span span) {
  switch (tree.op) {
    case ast::UnaryOp::logical_not: {
      Term operand = bool_term(*tree.operand, "a condition");
      return make(plan::Op::logical_not, of(Kind::boolean), span, {&operand});
    }
    case ast::UnaryOp::negate: {
      Term operand = expr(*tree.operand);
      if (operand.error()) return nothing(span);
      const Type type = operand.type;
      if (!type.any() && !type.number() && !quantity(type.kind)) {
        report(diag::Code::wrong_type, tree.operand->span, {"a number", snippet(tree.operand->span), noun(type.kind), ""});
        return nothing(span);
      }
      return make(plan::Op::negate, type, span, {&operand});
    }
  }
  return nothing(span);
}

Term Checker::binary(const ast::Binary& tree, Span span) {
  switch (tree.op) {
    case ast::BinaryOp::logical_or:
    case ast::BinaryOp::logical_and:
      return logical(tree, span);
    case ast::BinaryOp::eq:
    case ast::BinaryOp::ne:
    case ast::BinaryOp::lt:
    case ast::BinaryOp::le:
    case ast::BinaryOp::gt:
    case ast::BinaryOp::ge:
    case ast::BinaryOp::in:
    case ast::BinaryOp::not_in:
    case ast::BinaryOp::matches:
      return comparison(tree, span);
    case ast::BinaryOp::then:
      return in_sequence(tree, span);
    case ast::BinaryOp::range:
    case ast::BinaryOp::tolerance:
      return interval(tree, span);
    case ast::BinaryOp::add:
    case ast::BinaryOp::subtract:
    case ast::BinaryOp::multiply:
    case ast::BinaryOp::divide:
      return arithmetic(tree, span);
    case ast::BinaryOp::since:
      return since(tree, span);
  }
  return nothing(span);
}

Term Checker::logical(const ast::Binary& tree, Span span) {
  Term left = bool_term(*tree.left, "a condition");
  const bool* known = left.constant() && !left.error() ? left.value().as<bool>() : nullptr;
  const bool decided = known != nullptr && *known == (tree.op == ast::BinaryOp::logical_or);
  const bool dead = std::exchange(dead_, dead_ || decided), doubtful = doubtful_;
  const std::size_t errors = sink_.errors();
  Term right = bool_term(*tree.right, "a condition");
  dead_ = dead;
  if (decided && right.error() && sink_.errors() == errors) {
    doubtful_ = doubtful;
    return literal(left.value(), of(Kind::boolean), span);
  }
  return make(lowered(tree.op), of(Kind::boolean), span, {&left, &right});
}

Term Checker::arithmetic(const ast::Binary& tree, Span span) {
  Term a = expr(*tree.left);
  Term b = expr(*tree.right);
  if (a.error() || b.error()) return nothing(span);
  if (std::optional<Type> type = arithmetic_type(tree.op, a.type, b.type)) return make(lowered(tree.op), *type, span, {&a, &b});
  const bool sum = tree.op == ast::BinaryOp::add || tree.op == ast::BinaryOp::subtract;
  if (sum && !mix_numbers(a, *tree.left, b, *tree.right)) return nothing(span);
  std::string hint;
  if (tree.op == ast::BinaryOp::add && (a.type.is(Kind::string) != b.type.is(Kind::string)))
    hint = "make it a string: `string(" + snippet(a.type.is(Kind::string) ? tree.right->span : tree.left->span) + ")`";
  report(diag::Code::wrong_operands, tree.op_span, {spelling(tree.op), noun(a.type.kind), noun(b.type.kind), hint});
  return nothing(span);
}

Term Checker::comparison(const ast::Binary& tree, Span span) {
  Term a = expr(*tree.left);
  Term b = expr(*tree.right);
  if (a.error() || b.error() || !mix_numbers(a, *tree.left, b, *tree.right)) return nothing(span);
  Type left = a.type, right = b.type;
  const auto one_node = [](Type& type) {
    if (type.is(Kind::nodes) && type.most == 1) type.kind = Kind::node;
  };
  bool good = true;
  std::string hint;
  switch (tree.op) {
    case ast::BinaryOp::eq:
    case ast::BinaryOp::ne:
      if (right.is(Kind::range) && !left.is(Kind::range)) right.kind = right.item;
      if (left.is(Kind::node)) one_node(right);
      if (right.is(Kind::node)) one_node(left);
      good = comparable(left.kind, right.kind);
      if (good && left.is(Kind::outcome) && b.constant()) {
        const auto* word = b.value().as<std::string>();
        if (word != nullptr && *word != "ok" && *word != "failed" && *word != "unknown") {
          report_unknown(diag::Code::unknown_word, tree.right->span, {*word, "an outcome"}, *word, {"ok", "failed", "unknown"}, "outcomes are \"ok\", \"failed\" and \"unknown\"");
          return nothing(span);
        }
      }
      if (!good && left.is(Kind::node) && right.is(Kind::nodes)) hint = "ask for membership: `in`";
      break;
    case ast::BinaryOp::lt:
    case ast::BinaryOp::le:
    case ast::BinaryOp::gt:
    case ast::BinaryOp::ge:
      good = comparable(left.kind, right.kind) && ordered(left.kind) && ordered(right.kind);
      if (!good && (left.many() || right.many())) hint = "compare the size: `count(" + snippet(left.many() ? tree.left->span : tree.right->span) + ")`";
      break;
    case ast::BinaryOp::in:
    case ast::BinaryOp::not_in: {
      const bool text = left.is(Kind::string) || left.is(Kind::path) || left.any();
      if (right.is(Kind::string) || right.is(Kind::document)) {
        good = text;
      } else if (right.many() || right.is(Kind::range)) {
        Type item = item_of(right);
        if (item.is(Kind::node)) one_node(left);
        good = comparable(left.kind, item.kind);
      } else {
        good = right.any() || (right.is(Kind::node) && left.is(Kind::node));
      }
      if (!good && !(right.many() || right.is(Kind::range) || right.is(Kind::string) || right.is(Kind::document))) {
        report(diag::Code::wrong_type, tree.right->span, {"a list, a range, a set of nodes or a string", snippet(tree.right->span), noun(right.kind), ""});
        return nothing(span);
      }
      break;
    }
    case ast::BinaryOp::matches:
      if (!convert(b, *tree.right, Kind::regex) || !convert(a, *tree.left, Kind::string)) return nothing(span);
      break;
    case ast::BinaryOp::logical_or:
    case ast::BinaryOp::logical_and:
    case ast::BinaryOp::then:
    case ast::BinaryOp::range:
    case ast::BinaryOp::tolerance:
    case ast::BinaryOp::add:
    case ast::BinaryOp::subtract:
    case ast::BinaryOp::multiply:
    case ast::BinaryOp::divide:
    case ast::BinaryOp::since:
      break;
  }
  if (!good) {
    report(diag::Code::incomparable, span, {noun(a.type.kind), noun(b.type.kind), hint});
    return nothing(span);
  }
  return make(lowered(tree.op), of(Kind::boolean), span, {&a, &b});
}

Term Checker::interval(const ast::Binary& tree, Span span) {
  Term a = expr(*tree.left);
  Term b = expr(*tree.right);
  if (a.error() || b.error()) return nothing(span);
  const bool by_percent = tree.op == ast::BinaryOp::tolerance && b.type.is(Kind::percent);
  if (!by_percent && !mix_numbers(a, *tree.left, b, *tree.right)) return nothing(span);
  const auto countable = [](const Type& t) { return t.any() || t.number() || t.is(Kind::duration) || t.is(Kind::size) || t.is(Kind::percent) || t.is(Kind::version); };
  const bool fits = countable(a.type) && countable(b.type) && (by_percent || comparable(a.type.kind, b.type.kind));
  if (!fits) {
    report(diag::Code::wrong_operands, tree.op_span, {spelling(tree.op), noun(a.type.kind), noun(b.type.kind), "both ends are of one kind"});
    return nothing(span);
  }
  if (tree.op == ast::BinaryOp::range && a.constant() && b.constant() && compare(a.value(), b.value()) == Order::greater) {
    report(diag::Code::range_reversed, span, {show(a.value()), show(b.value())});
    return nothing(span);
  }
  Type type = of(Kind::range);
  type.item = a.type.kind == b.type.kind || by_percent ? a.type.kind : a.type.number() && b.type.number() ? Kind::decimal : Kind::any;
  return make(lowered(tree.op), type, span, {&a, &b});
}

Term Checker::in_sequence(const ast::Binary& tree, Span span) {
  Term a = node_set(*tree.left);
  Term b = node_set(*tree.right);
  if (a.error() || b.error()) return nothing(span);
  const auto most = [](const Type& t) { return t.is(Kind::node) ? 1u : t.most; };
  Type type = of(Kind::nodes);
  if (a.type.component == b.type.component) type.component = a.type.component;
  if (a.type.cluster == b.type.cluster) type.cluster = a.type.cluster;
  if (most(a.type) != kUnbounded && most(b.type) != kUnbounded) type.most = most(a.type) + most(b.type);
  return make(plan::Op::then, type, span, {&a, &b});
}

Term Checker::since(const ast::Binary& tree, Span span) {
  Term what = expr(*tree.left);
  Term window = expr(*tree.right);
  if (what.error() || !convert(window, *tree.right, Kind::duration)) return nothing(span);
  if (what.expr.op != plan::Op::statistic || !what.expr.args.empty()) {
    report(diag::Code::wrong_type, tree.left->span, {"a number of a workload, like `writes.ok`,", snippet(tree.left->span), noun(what.type.kind), ""});
    return nothing(span);
  }
  if (window.constant() && !positive(window.value(), *tree.right, "the time behind `since`")) return nothing(span);
  what.expr.args.push_back(std::move(window.expr));
  what.expr.at = at(span);
  what.span = span;
  return what;
}

}  // namespace failc::check
