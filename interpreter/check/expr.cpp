// Expressions: literals, lists, documents, and what all of them share.
#include <algorithm>

#include <re2/re2.h>

#include "grammar/base/bug.hpp"
#include "interpreter/check/checker.hpp"
#include "interpreter/check/no_facts.hpp"
#include "interpreter/check/visit.hpp"

namespace failc::check {
namespace {

struct DepthGuard {
  explicit DepthGuard(std::uint32_t& depth) : depth(depth) { ++depth; }
  ~DepthGuard() { --depth; }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;
  std::uint32_t& depth;
};

}  // namespace

Term Checker::expr(const ast::Expr& tree) {
  const Span span = tree.span;
  const DepthGuard depth(depth_);
  if (depth_ > kDeepestExpression) {
    if (depth_ == kDeepestExpression + 1) too_deep(span);
    return nothing(span);
  }
  return std::visit(
      Visitor{
          [&](const ast::Null&) { return literal(Value(Null{}), of(Kind::null), span); },
          [&](const ast::Bool& node) { return literal(Value(node.value), of(Kind::boolean), span); },
          [&](const ast::Integer& node) { return literal(Value(node.value), of(Kind::integer), span); },
          [&](const ast::Decimal& node) { return literal(Value(node.value), of(Kind::decimal), span); },
          [&](const ast::Version&) {
            std::optional<failc::Version> version = parse_version(places().text(span));
            return literal(Value(version ? *version : failc::Version{}), of(Kind::version), span);
          },
          [&](const ast::Duration& node) { return literal(Value(Nanos(node.nanoseconds)), of(Kind::duration), span); },
          [&](const ast::Size& node) { return literal(Value(Bytes{node.bytes}), of(Kind::size), span); },
          [&](const ast::Percent& node) { return literal(Value(failc::Percent{node.value}), of(Kind::percent), span); },
          [&](const ast::String& node) { return literal(Value(node.value), of(Kind::string), span); },
          [&](const ast::Regex& node) { return regex(node, span); },
          [&](const ast::List& node) { return list(node, span); },
          [&](const ast::ListFor& node) { return list_for(node, span); },
          [&](const ast::Doc& node) { return document(node, span); },
          [&](const ast::Ref& node) { return reference(node, span); },
          [&](const ast::Member& node) { return member(node, span); },
          [&](const ast::Index& node) { return index(node, span); },
          [&](const ast::Call& node) { return call(node, span); },
          [&](const ast::Unary& node) { return unary(node, span); },
          [&](const ast::Binary& node) { return binary(node, span); },
          [&](const ast::Is& node) { return is_state(node, span); },
          [&](const ast::RoleOf& node) { return role(node, span); },
          [&](const ast::Pick& node) { return pick(node, span); },
          [&](const ast::All& node) { return all(node, span); },
          [&](const ast::Quantified& node) { return quantified(node, span); },
      },
      tree.node);
}

void Checker::too_deep(Span span) {
  const std::string most = std::to_string(kDeepestExpression);
  if (expanding_ > 0) too_large("its checks and definitions, written out, nest more than " + most + " deep");
  else report(diag::Code::nesting_too_deep, span, {most});
}

Term Checker::literal(Value value, Type type, Span span) const {
  Term term;
  term.expr.op = plan::Op::literal;
  term.expr.literal = std::move(value);
  term.expr.at = at(span);
  term.type = type;
  term.known = Known::constant;
  term.span = span;
  return term;
}

Term Checker::make(plan::Op op, Type type, Span span, std::initializer_list<Term*> arguments, std::string name, std::uint32_t index) {
  return make(op, type, span, std::span<Term* const>(arguments.begin(), arguments.size()), std::move(name), index);
}

Term Checker::make(plan::Op op, Type type, Span span, std::vector<Term> arguments, std::string name, std::uint32_t index) {
  std::vector<Term*> all;
  all.reserve(arguments.size());
  for (Term& argument : arguments) all.push_back(&argument);
  return make(op, type, span, std::span<Term* const>(all), std::move(name), index);
}

Term Checker::make(plan::Op op, Type type, Span span, std::span<Term* const> arguments, std::string name, std::uint32_t index) {
  if (std::any_of(arguments.begin(), arguments.end(), [](const Term* argument) { return argument->error(); })) return nothing(span);
  Term term;
  term.expr.op = op;
  term.expr.at = at(span);
  term.expr.name = std::move(name);
  term.expr.index = index;
  term.type = type;
  term.known = Known::constant;
  term.span = span;
  term.expr.args.reserve(arguments.size());
  for (Term* argument : arguments) {
    term.known = std::max(term.known, argument->known);
    term.depth = std::max(term.depth, argument->depth + 1);
    term.expr.args.push_back(std::move(argument->expr));
  }
  fold(term);
  return term;
}

void Checker::fold(Term& term) {
  if (term.depth > kDeepestExpression) {
    too_deep(term.span);
    term = nothing(term.span);
    return;
  }
  if (term.known == Known::loop && open_loops_ == 0) term.known = Known::constant;
  if (term.known != Known::constant || term.expr.op == plan::Op::literal) return;
  if (env_->frame != nullptr && scratch_.size() < env_->frame->next) scratch_.resize(env_->frame->next);
  const NoFacts facts;
  eval::Evaluated result = eval::evaluate(*plan_, term.expr, scratch_, facts);
  FAILC_ASSERT(result.asks.empty());
  if (const auto* why = result.value.as<Undefined>()) {
    report(diag::Code::no_value, term.span, {why->reason});
    term = nothing(term.span);
    return;
  }
  const Type before = term.type;
  const plan::Source place = term.expr.at;
  term.depth = 0;
  term.expr = plan::Expr{};
  term.expr.literal = std::move(result.value);
  term.expr.at = place;
  if (before.any() || before.is(Kind::list) || (before.is(Kind::decimal) && term.expr.literal.is<std::int64_t>())) {
    term.type = type_of(term.expr.literal);
    term.type.component = before.component;
    term.type.cluster = before.cluster;
  }
  if (const auto* nodes = term.expr.literal.as<List>(); nodes != nullptr && before.is(Kind::nodes)) term.type.most = static_cast<std::uint32_t>(nodes->size());
}

Term Checker::regex(const ast::Regex& tree, Span span) {
  RE2::Options quiet;
  quiet.set_log_errors(false);
  // Owners: this literal's value and every copy of it.
  auto compiled = std::make_shared<const RE2>(tree.pattern, quiet);
  if (!compiled->ok()) {
    report(diag::Code::bad_regex, span, {compiled->error()});
    return nothing(span);
  }
  return literal(Value(failc::Regex{tree.pattern, std::move(compiled)}), of(Kind::regex), span);
}

Term Checker::list(const ast::List& tree, Span span) {
  std::vector<Term> items;
  items.reserve(tree.items.size());
  Type type = of(Kind::list);
  type.most = static_cast<std::uint32_t>(tree.items.size());
  bool good = true;
  for (const ast::ExprPtr& item : tree.items) {
    items.push_back(expr(*item));
    const Type& found = items.back().type;
    good = good && !found.error();
    if (items.size() == 1) {
      type.item = found.kind;
      type.component = found.component;
      type.cluster = found.cluster;
    } else {
      if (type.item != found.kind) type.item = Kind::any;
      if (type.component != found.component) type.component = kNone;
      if (type.cluster != found.cluster) type.cluster = kNone;
    }
  }
  if (!good) return nothing(span);
  if (type.item == Kind::node) type.kind = Kind::nodes;
  return make(plan::Op::list, type, span, std::move(items));
}

Term Checker::document(const ast::Doc& tree, Span span) {
  std::vector<Term> values;
  values.reserve(tree.entries.size());
  bool good = true;
  for (const ast::DocEntry& entry : tree.entries) {
    values.push_back(expr(*entry.value));
    good = good && !values.back().error();
  }
  if (!good) return nothing(span);
  Term term;
  term.expr.op = plan::Op::doc;
  term.expr.at = at(span);
  term.type = of(Kind::document);
  term.known = Known::constant;
  term.span = span;
  for (std::size_t i = 0; i < values.size(); ++i) {
    term.known = std::max(term.known, values[i].known);
    term.depth = std::max(term.depth, values[i].depth + 1);
    term.expr.args.push_back(std::move(values[i].expr));
    term.expr.names.push_back(tree.entries[i].key);
  }
  fold(term);
  return term;
}

Term Checker::bool_term(const ast::Expr& tree, std::string_view what) {
  Term term = expr(tree);
  if (term.error() || term.type.any() || term.type.is(Kind::boolean)) return term;
  std::string help;
  if (term.type.is(Kind::outcome)) help = "compare it: `outcome == \"ok\"`";
  else if (term.type.number()) help = "compare it: `" + snippet(tree.span) + " > 0`";
  report(diag::Code::wrong_type, tree.span, {what, snippet(tree.span), noun(term.type.kind), help});
  return nothing(tree.span);
}

}  // namespace failc::check
