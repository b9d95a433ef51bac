// Operators over defined values.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <re2/re2.h>

#include "grammar/base/bug.hpp"
#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

using plan::Op;

namespace {

std::optional<double> number(const Value& value) {
  if (const auto* i = value.as<std::int64_t>()) return static_cast<double>(*i);
  if (const auto* d = value.as<double>()) return *d;
  return std::nullopt;
}

Value overflow(const char* what) { return Undefined{fmt::format("{} is out of range", what)}; }

// A result that 64 bits hold, or nothing.
using Exact = std::optional<std::int64_t>;

Exact sum(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? Exact() : out;
}
Exact difference(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_sub_overflow(a, b, &out) ? Exact() : out;
}
Exact product(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? Exact() : out;
}

Value to_int(Exact result) { return result ? Value(*result) : overflow("the result"); }
Value to_duration(Exact result) { return result ? Value(Nanos(*result)) : overflow("the duration"); }
Value to_size(Exact result) { return result ? Value(Bytes{*result}) : overflow("the size"); }

/// The nearest whole number, or nothing where 64 bits do not hold it.
Exact whole(long double value) {
  value = std::round(value);
  if (!(value >= -9223372036854775808.0L && value < 9223372036854775808.0L)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Value no_result(const char* operation, const Value& left, const Value& right) {
  return Undefined{fmt::format("{} and {} cannot be {}", kind_of(left), kind_of(right), operation)};
}

Value add(const Value& left, const Value& right) {
  if (const auto *a = left.as<std::int64_t>(), *b = right.as<std::int64_t>(); a && b) return to_int(sum(*a, *b));
  if (const auto *a = left.as<Nanos>(), *b = right.as<Nanos>(); a && b) return to_duration(sum(a->count(), b->count()));
  if (const auto *a = left.as<Bytes>(), *b = right.as<Bytes>(); a && b) return to_size(sum(a->count, b->count));
  if (const auto *a = left.as<Percent>(), *b = right.as<Percent>(); a && b) return Percent{a->value + b->value};
  if (const auto *a = left.as<std::string>(), *b = right.as<std::string>(); a && b) return *a + *b;
  if (const auto *a = left.as<List>(), *b = right.as<List>(); a && b) {
    List both = *a;
    both.insert(both.end(), b->begin(), b->end());
    return both;
  }
  if (const auto a = number(left), b = number(right); a && b) return *a + *b;
  return no_result("added", left, right);
}

Value subtract(const Value& left, const Value& right) {
  if (const auto *a = left.as<std::int64_t>(), *b = right.as<std::int64_t>(); a && b) return to_int(difference(*a, *b));
  if (const auto *a = left.as<Nanos>(), *b = right.as<Nanos>(); a && b) return to_duration(difference(a->count(), b->count()));
  if (const auto *a = left.as<Bytes>(), *b = right.as<Bytes>(); a && b) return to_size(difference(a->count, b->count));
  if (const auto *a = left.as<Percent>(), *b = right.as<Percent>(); a && b) return Percent{a->value - b->value};
  if (const auto a = number(left), b = number(right); a && b) return *a - *b;
  return no_result("subtracted", left, right);
}

/// `quantity` times a number, exactly where that is an integer. Nothing where `factor` is no number.
std::optional<Value> scaled(std::int64_t quantity, const Value& factor, Value (*make)(Exact)) {
  if (const auto* i = factor.as<std::int64_t>()) return make(product(quantity, *i));
  const auto* d = factor.as<double>();
  if (!d) return std::nullopt;
  return make(whole(static_cast<long double>(quantity) * *d));
}

Value multiply(const Value& left, const Value& right) {
  if (const auto *a = left.as<std::int64_t>(), *b = right.as<std::int64_t>(); a && b) return to_int(product(*a, *b));
  if (const auto a = number(left), b = number(right); a && b) return *a * *b;
  for (const auto& [quantity, factor] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    if (const auto* duration = quantity->as<Nanos>())
      if (auto value = scaled(duration->count(), *factor, to_duration)) return *value;
    if (const auto* size = quantity->as<Bytes>())
      if (auto value = scaled(size->count, *factor, to_size)) return *value;
    if (const auto* percent = quantity->as<Percent>())
      if (const auto by = number(*factor)) return Percent{percent->value * *by};
  }
  return no_result("multiplied", left, right);
}

Value divide(const Value& left, const Value& right) {
  static constexpr const char* by_zero = "division by zero";
  if (const auto *a = left.as<std::int64_t>(), *b = right.as<std::int64_t>(); a && b) {
    if (*b == 0) return Undefined{by_zero};
    if (*b == -1) return negate(left);
    // Exact: an int where it divides, else a float.
    return *a % *b == 0 ? Value(*a / *b) : Value(static_cast<double>(*a) / static_cast<double>(*b));
  }
  if (const auto *a = left.as<Nanos>(), *b = right.as<Nanos>(); a && b) {
    if (b->count() == 0) return Undefined{by_zero};
    return static_cast<double>(a->count()) / static_cast<double>(b->count());
  }
  if (const auto *a = left.as<Bytes>(), *b = right.as<Bytes>(); a && b) {
    if (b->count == 0) return Undefined{by_zero};
    return static_cast<double>(a->count) / static_cast<double>(b->count);
  }
  const auto by = number(right);
  if (by && *by == 0) return Undefined{by_zero};
  if (const auto a = number(left); a && by) return *a / *by;
  if (by) {
    const long double exact = right.is<std::int64_t>() ? static_cast<long double>(*right.as<std::int64_t>()) : static_cast<long double>(*by);
    if (const auto* duration = left.as<Nanos>()) return to_duration(whole(static_cast<long double>(duration->count()) / exact));
    if (const auto* size = left.as<Bytes>()) return to_size(whole(static_cast<long double>(size->count) / exact));
    if (const auto* percent = left.as<Percent>()) return Percent{percent->value / *by};
  }
  return no_result("divided", left, right);
}

Value range(const Value& low, const Value& high) {
  const Order order = compare(low, high);
  if (order == Order::unordered || low.is<std::string>()) return no_result("the ends of a range", low, high);
  if (order == Order::greater) return Undefined{fmt::format("the range {} .. {} is empty", show(low), show(high))};
  return Range{{low, high}};
}

Value tolerance(const Value& middle, const Value& distance) {
  Value by = distance;
  if (const auto* percent = distance.as<Percent>(); percent && !middle.is<Percent>()) by = multiply(middle, Value(percent->value / 100));
  const Value low = subtract(middle, by), high = add(middle, by);
  if (low.undefined()) return low;
  if (high.undefined()) return high;
  // A share of what is below zero is below zero too; the range is the same.
  const auto* percent = distance.as<Percent>();
  return percent && percent->value >= 0 && compare(low, high) == Order::greater ? range(high, low) : range(low, high);
}

Value element(const Value& object, const Value& key) {
  if (const auto* list = object.as<List>()) {
    const auto* at = key.as<std::int64_t>();
    if (!at) return Undefined{fmt::format("a list is indexed by an int, not by {}", kind_of(key))};
    if (*at < 0 || static_cast<std::uint64_t>(*at) >= list->size()) return Undefined{fmt::format("index {} is outside the list of {}", *at, list->size())};
    return (*list)[static_cast<std::size_t>(*at)];
  }
  if (const auto* document = object.as<Document>()) {
    const auto* name = key.as<std::string>();
    if (!name) return Undefined{fmt::format("a document is indexed by a string, not by {}", kind_of(key))};
    const Value* value = document->find(*name);
    return value ? *value : Value(Undefined{fmt::format("the document has no key `{}`", *name)});
  }
  return Undefined{fmt::format("{} has no elements", kind_of(object))};
}

/// A set of one node is as good as that node.
const Value& single(const Value& value) {
  const auto* list = value.as<List>();
  return list && list->size() == 1 && list->front().is<NodeRef>() ? list->front() : value;
}

Truth equal_nodes_too(const Value& left, const Value& right) {
  if (left.is<NodeRef>() != right.is<NodeRef>()) return equal(single(left), single(right));
  return equal(left, right);
}

Truth inside(const Value& value, const Value& whole) {
  if (const auto* list = whole.as<List>()) {
    Truth found = Truth::no;
    for (const Value& item : *list) {
      const Truth same = equal_nodes_too(value, item);
      if (same == Truth::yes) return Truth::yes;
      if (same == Truth::undefined) found = Truth::undefined;
    }
    return found;
  }
  if (whole.is<Range>() || whole.is<NodeRef>()) return equal_nodes_too(value, whole);
  const auto* text = value.as<std::string>();
  if (const auto* string = whole.as<std::string>(); string && text) return string->find(*text) != std::string::npos ? Truth::yes : Truth::no;
  if (const auto* document = whole.as<Document>(); document && text) return document->find(*text) ? Truth::yes : Truth::no;
  return Truth::undefined;
}

Truth inverse(Truth truth) { return truth == Truth::undefined ? truth : truth == Truth::yes ? Truth::no : Truth::yes; }

Value decided(Truth truth, const Value& left, const Value& right) {
  if (truth != Truth::undefined) return truth == Truth::yes;
  return Undefined{fmt::format("{} and {} cannot be compared", kind_of(left), kind_of(right))};
}

Value ordered(const Value& left, const Value& right, bool less, bool same, bool greater) {
  switch (compare(left, right)) {
    case Order::less: return less;
    case Order::equal: return same;
    case Order::greater: return greater;
    case Order::unordered: return decided(Truth::undefined, left, right);
  }
  FAILC_BUG("an order that does not exist");
}

Value matches(const Value& left, const Value& right) {
  const auto* text = left.as<std::string>();
  const auto* regex = right.as<Regex>();
  if (!regex || !regex->compiled) return Undefined{fmt::format("`matches` takes a regular expression, not {}", kind_of(right))};
  if (!text) return Undefined{fmt::format("{} cannot match a regular expression", kind_of(left))};
  return re2::RE2::PartialMatch(*text, *regex->compiled);
}

std::optional<List> as_list(const Value& value) {
  if (const auto* list = value.as<List>()) return *list;
  if (value.is<NodeRef>()) return List{value};
  return std::nullopt;
}

// Sets of nodes: one after the other, each once.
Value then(const Value& left, const Value& right) {
  auto first = as_list(left);
  const auto second = as_list(right);
  if (!first || !second) return no_result("joined by `then`", left, right);
  for (const Value& item : *second)
    if (!item.is<NodeRef>() || inside(item, *first) != Truth::yes) first->push_back(item);
  return std::move(*first);
}

Value minus(const Value& left, const Value& right) {
  const auto all = as_list(left), without = as_list(right);
  if (!all || !without) return no_result("taken from each other", left, right);
  List rest;
  for (const Value& item : *all)
    if (inside(item, *without) != Truth::yes) rest.push_back(item);
  return rest;
}

}  // namespace

Value negate(const Value& value) {
  if (const auto* i = value.as<std::int64_t>()) return to_int(difference(0, *i));
  if (const auto* duration = value.as<Nanos>()) return to_duration(difference(0, duration->count()));
  if (const auto* size = value.as<Bytes>()) return to_size(difference(0, size->count));
  if (const auto* d = value.as<double>()) return -*d;
  if (const auto* percent = value.as<Percent>()) return Percent{-percent->value};
  return Undefined{fmt::format("{} cannot be negated", kind_of(value))};
}

Value binary(Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::eq: return decided(equal_nodes_too(left, right), left, right);
    case Op::ne: return decided(inverse(equal_nodes_too(left, right)), left, right);
    case Op::lt: return ordered(left, right, true, false, false);
    case Op::le: return ordered(left, right, true, true, false);
    case Op::gt: return ordered(left, right, false, false, true);
    case Op::ge: return ordered(left, right, false, true, true);
    case Op::in: return decided(inside(left, right), left, right);
    case Op::not_in: return decided(inverse(inside(left, right)), left, right);
    case Op::matches: return matches(left, right);
    case Op::index: return element(left, right);
    case Op::add: return add(left, right);
    case Op::subtract: return subtract(left, right);
    case Op::multiply: return multiply(left, right);
    case Op::divide: return divide(left, right);
    case Op::range: return range(left, right);
    case Op::tolerance: return tolerance(left, right);
    case Op::then: return then(left, right);
    case Op::minus: return minus(left, right);
    case Op::literal:
    case Op::local:
    case Op::list:
    case Op::list_for:
    case Op::doc:
    case Op::member:
    case Op::negate:
    case Op::logical_not:
    case Op::logical_and:
    case Op::logical_or:
    case Op::setting:
    case Op::node_field:
    case Op::node_port:
    case Op::node_let:
    case Op::observed:
    case Op::group_nodes:
    case Op::role:
    case Op::role_all:
    case Op::pick:
    case Op::pick_random:
    case Op::is_state:
    case Op::every:
    case Op::any:
    case Op::query:
    case Op::call:
    case Op::statistic:
    case Op::log_lines:
    case Op::node_file: break;
  }
  FAILC_BUG("not an operator with two operands");
}

}  // namespace failc::eval
