// Bounds and counts: what must be known before anything runs.
#include <cmath>

#include "interpreter/check/checker.hpp"

namespace failc::check {

bool Checker::positive(const Value& value, const ast::Expr& tree, std::string_view what) {
  const auto* duration = value.as<Nanos>();
  if (duration == nullptr || duration->count() > 0) return true;
  report(diag::Code::bound_not_positive, tree.span, {what, snippet(tree.span)});
  return false;
}

Bound Checker::duration(const ast::Expr& tree, std::string_view what) {
  Term term = expr(tree);
  if (!convert(term, tree, Kind::duration) || term.known == Known::deferred) return {};
  const auto* value = term.constant() ? term.value().as<Nanos>() : nullptr;
  if (value == nullptr) {
    report(diag::Code::bound_not_constant, tree.span, {what});
    return {};
  }
  if (!positive(term.value(), tree, what)) return {};
  return {true, Nanos{}, *value};
}

Bound Checker::interval_bound(const ast::Expr& tree, std::string_view what) {
  Term term = expr(tree);
  if (term.error()) return {};
  if (!term.type.is(Kind::range) || !(term.type.item == Kind::duration || term.type.item == Kind::any)) {
    if (!convert(term, tree, Kind::duration)) return {};
  }
  if (term.known == Known::deferred) return {};
  if (!term.constant()) {
    report(diag::Code::bound_not_constant, tree.span, {what});
    return {};
  }
  if (const auto* range = term.value().as<Range>()) {
    const auto* low = range->ends.front().as<Nanos>();
    const auto* high = range->ends.back().as<Nanos>();
    if (low == nullptr || high == nullptr || low->count() < 0 || high->count() <= 0) {
      report(diag::Code::bound_not_positive, tree.span, {what, snippet(tree.span)});
      return {};
    }
    return {true, *low, *high};
  }
  if (!positive(term.value(), tree, what)) return {};
  const auto* value = term.value().as<Nanos>();
  return value != nullptr ? Bound{true, Nanos{}, *value} : Bound{};
}

Nanos Checker::every(const ast::Expr* tree, const Bound* within) {
  if (tree == nullptr) return within != nullptr && within->known ? std::min(kPoll, within->upper) : kPoll;
  const Bound every = duration(*tree, "the time of `every`");
  if (!every.known) return kPoll;
  if (within != nullptr && within->known && every.upper > within->upper) report(diag::Code::every_above_within, tree->span, {show(every.upper), show(within->upper)});
  return every.upper;
}

std::optional<std::int64_t> Checker::count(const ast::Expr& tree, std::string_view what, std::int64_t low, std::int64_t high) {
  Term term = expr(tree);
  if (term.type.is(Kind::decimal) && term.constant())
    if (const auto* number = term.value().as<double>(); number != nullptr && std::floor(*number) == *number && std::abs(*number) < 1e15)
      term = literal(Value(static_cast<std::int64_t>(*number)), of(Kind::integer), tree.span);
  if (!convert(term, tree, Kind::integer) || term.known == Known::deferred) return std::nullopt;
  const auto* number = term.constant() ? term.value().as<std::int64_t>() : nullptr;
  if (number == nullptr) {
    report(diag::Code::not_constant, tree.span, {what});
    return std::nullopt;
  }
  if (*number < low || *number > high) {
    report(diag::Code::out_of_range, tree.span, {what, "it is from " + std::to_string(low) + " to " + std::to_string(high)});
    return std::nullopt;
  }
  return *number;
}

}  // namespace failc::check
