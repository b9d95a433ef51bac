// From the type that an expression has to the one that is wanted where it stands.
#include <cmath>

#include "interpreter/check/checker.hpp"

namespace failc::check {
namespace {

bool is_number_literal(const ast::Expr& tree) {
  return std::holds_alternative<ast::Integer>(tree.node) || std::holds_alternative<ast::Decimal>(tree.node);
}

std::string_view wanted_noun(Kind kind) { return kind == Kind::boolean ? "a condition" : noun(kind); }

/// "a number" for an int, except where a fraction is the trouble.
std::string_view found_noun(Kind found, Kind want) {
  if (found == Kind::integer) return "a number";
  if (found == Kind::decimal && want == Kind::integer) return "a number with a fraction";
  return noun(found);
}

}  // namespace

bool Checker::convert(Term& term, const ast::Expr& tree, const Type& want) {
  if (!convert(term, tree, want.kind)) return false;
  if (!(want.is(Kind::node) || want.is(Kind::nodes)) || want.component == kNone || term.type.component == kNone) return true;
  if (want.component == term.type.component) return true;
  report(diag::Code::wrong_type, tree.span,
         {"a node of component `" + std::string(components_[want.component]->tree->name.text) + "`", snippet(tree.span),
          "one of `" + std::string(components_[term.type.component]->tree->name.text) + "`", ""});
  term = nothing(tree.span);
  return false;
}

bool Checker::convert(Term& term, const ast::Expr& tree, Kind want) {
  const Kind found = term.type.kind;
  if (found == Kind::error) return false;
  if (want == Kind::error || want == Kind::any || found == want || found == Kind::any) return true;
  switch (want) {
    case Kind::decimal:
      if (found == Kind::integer) {
        if (const auto* number = term.value().as<std::int64_t>(); number != nullptr && term.constant()) {
          term.expr.literal = Value(static_cast<double>(*number));
          term.type.kind = Kind::decimal;
        }
        return true;
      }
      break;
    case Kind::version:
      if (is_number_literal(tree)) {
        if (std::optional<Version> version = parse_version(places().text(tree.span))) {
          term = literal(Value(*version), of(Kind::version), tree.span);
          return true;
        }
      }
      if (found == Kind::string && !term.constant()) return true;
      if (const auto* text = term.value().as<std::string>(); text != nullptr && found == Kind::string) {
        if (std::optional<Version> version = parse_version(*text)) {
          term = literal(Value(*version), of(Kind::version), tree.span);
          return true;
        }
      }
      break;
    case Kind::string:
      if (found == Kind::path || found == Kind::outcome) return true;
      break;
    case Kind::path:
      if (found == Kind::string) return true;
      break;
    case Kind::document:
      if (found == Kind::failure || found == Kind::reply) return true;
      break;
    case Kind::list:
      if (found == Kind::nodes || found == Kind::node) return true;
      break;
    case Kind::nodes:
      if (found == Kind::node) return true;
      if (found == Kind::list && (term.type.item == Kind::any || term.type.item == Kind::node || term.type.most == 0)) return true;
      break;
    case Kind::node:
      if (found == Kind::nodes && term.type.most == 1) {
        Type one = item_of(term.type);
        const Span span = term.span;
        Term first = literal(Value(std::int64_t{0}), of(Kind::integer), span);
        term = make(plan::Op::index, one, span, {&term, &first});
        return !term.error();
      }
      break;
    case Kind::error:
    case Kind::any:
    case Kind::null:
    case Kind::boolean:
    case Kind::integer:
    case Kind::duration:
    case Kind::size:
    case Kind::percent:
    case Kind::regex:
    case Kind::range:
    case Kind::workload:
    case Kind::ports:
    case Kind::settings:
    case Kind::failure:
    case Kind::reply:
    case Kind::outcome:
    case Kind::barrier:
      break;
  }
  const std::string text = snippet(tree.span);
  std::string help;
  std::optional<std::string> fix;
  if (want == Kind::duration && term.type.number() && is_number_literal(tree)) {
    fix = text + "s";
    help = "give it a unit: `" + *fix + "`";
  } else if (want == Kind::duration && term.type.number()) {
    help = "multiply it by a unit: `" + text + " * 1s`";
  } else if (want == Kind::size && term.type.number() && is_number_literal(tree)) {
    help = "give it a unit: `" + text + "KiB`";
  } else if (want == Kind::percent && term.type.number() && is_number_literal(tree)) {
    fix = text + "%";
    help = "write `" + *fix + "`";
  } else if (want == Kind::regex && found == Kind::string) {
    help = "a regular expression is written `r\"…\"`";
    if (std::holds_alternative<ast::String>(tree.node)) fix = "r" + text;
  } else if (want == Kind::string && (term.type.number() || found == Kind::duration)) {
    help = "write `string(" + text + ")`";
    fix = "string(" + text + ")";
  } else if (want == Kind::node && found == Kind::nodes) {
    help = "choose one: `random 1 of (" + text + ")`, or go over all: `for node in " + text + " { … }`";
  } else if (want == Kind::list && found == Kind::string) {
    help = "a list is written `[…]`";
  }
  diag::Diagnostic& item = report(diag::Code::wrong_type, tree.span, {wanted_noun(want), text, found_noun(found, want), help});
  if (fix && text.find('\n') == std::string::npos && text.size() == tree.span.end - tree.span.begin + 0u) item.fix = diag::Fix{item.place, *fix};
  term = nothing(tree.span);
  return false;
}

bool Checker::mix_numbers(Term& a, const ast::Expr& left, Term& b, const ast::Expr& right) {
  const bool left_number = a.type.number() && is_number_literal(left);
  const bool right_number = b.type.number() && is_number_literal(right);
  if (left_number && b.type.is(Kind::version)) return convert(a, left, Kind::version);
  if (right_number && a.type.is(Kind::version)) return convert(b, right, Kind::version);
  const auto unit = [](Kind kind) { return kind == Kind::duration || kind == Kind::size || kind == Kind::percent; };
  if (left_number && unit(b.type.kind)) return convert(a, left, b.type.kind);
  if (right_number && unit(a.type.kind)) return convert(b, right, a.type.kind);
  return true;
}

}  // namespace failc::check
