#include <algorithm>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/arithmetic.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/operators.hpp"

namespace failc::query {
namespace {

using bson::ArrayBuilder;
using bson::Element;
using bson::Null;
using bson::Type;
using bson::Value;
using bson::ValueView;

std::string type_of(ValueView value) { return std::string(bson::type_name(value.type())); }

std::vector<ValueView> elements_of(ValueView array) {
  std::vector<ValueView> out;
  for (const Element& element : array.as_document()) out.push_back(element.value);
  return out;
}

Value in(const Expressions& arguments, const Scope& scope) {
  const Value wanted = arguments[0].evaluate(scope), array = arguments[1].evaluate(scope);
  if (!array.is(Type::array)) fail(40081, "$in requires an array as a second argument, found: " + type_of(array));
  for (const Element& element : array.view().as_document())
    if (bson::equal(element.value, wanted)) return true;
  return false;
}

Value size(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope);
  if (!array.is(Type::array)) fail(17124, "The argument to $size must be an array, but was of type: " + type_of(array));
  return static_cast<std::int32_t>(array.view().as_document().count());
}

Value element_at(const Value& array, std::int64_t index) {
  const std::vector<ValueView> elements = elements_of(array);
  if (index < 0) index += static_cast<std::int64_t>(elements.size());
  if (index < 0 || index >= static_cast<std::int64_t>(elements.size())) return {};
  return elements[static_cast<std::size_t>(index)];
}

Value array_elem_at(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope), index = arguments[1].evaluate(scope);
  if (array.is_nullish() || index.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(28689, "$arrayElemAt's first argument must be an array, but is " + type_of(array));
  if (!index.view().is_number()) fail(28690, "$arrayElemAt's second argument must be a numeric value, but is " + type_of(index));
  const std::optional<std::int64_t> number = index.view().integer();
  if (!number) fail(28691, "$arrayElemAt's second argument must be representable as a 32-bit integer: " + bson::show(index));
  return element_at(array, *number);
}

template <int kIndex>
Value end_of(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope);
  if (array.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(28689, std::string(kIndex == 0 ? "$first" : "$last") + "'s argument must be an array, but is " + type_of(array));
  return element_at(array, kIndex);
}

Value concat_arrays(const Expressions& arguments, const Scope& scope) {
  ArrayBuilder out;
  for (const Expression& argument : arguments) {
    const Value array = argument.evaluate(scope);
    if (array.is_nullish()) return Null{};
    if (!array.is(Type::array)) fail(28664, "$concatArrays only supports arrays, not " + type_of(array));
    for (const Element& element : array.view().as_document()) out.push(element.value);
    check_size(out.size());
  }
  return out.finish();
}

Value reverse(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope);
  if (array.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(34435, "The argument to $reverseArray must be an array, but was of type: " + type_of(array));
  const std::vector<ValueView> elements = elements_of(array);
  ArrayBuilder out;
  for (auto at = elements.rbegin(); at != elements.rend(); ++at) out.push(*at);
  return out.finish();
}

/// {array, n} or {array, position, n}.
Value slice(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Value value = arguments[i].evaluate(scope);
    if (value.is_nullish()) return Null{};
    const std::optional<std::int64_t> number = value.view().integer();
    if (!number) fail(28725, "Argument to $slice must be a 32-bit integer, but is " + bson::show(value));
    numbers.push_back(*number);
  }
  if (array.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(28724, "First argument to $slice must be an array, but is of type: " + type_of(array));
  const std::vector<ValueView> elements = elements_of(array);
  const std::int64_t count = static_cast<std::int64_t>(elements.size());
  std::int64_t from = numbers.size() == 2 ? numbers[0] : std::min<std::int64_t>(numbers[0], 0);
  const std::int64_t take = numbers.size() == 2 ? numbers[1] : (numbers[0] < 0 ? count : numbers[0]);
  if (numbers.size() == 2 && take <= 0) fail(28729, "Third argument to $slice must be positive: " + std::to_string(take));
  from = from < 0 ? std::max<std::int64_t>(count + std::max(from, -count), 0) : std::min(from, count);
  ArrayBuilder out;
  for (std::int64_t i = from; i < count && i - from < take; ++i) out.push(elements[static_cast<std::size_t>(i)]);
  return out.finish();
}

/// What the sums go over: the arguments, or the elements of a single array.
std::vector<Value> summed(const Expressions& arguments, const Scope& scope) {
  std::vector<Value> out;
  for (const Expression& argument : arguments) out.push_back(argument.evaluate(scope));
  if (out.size() == 1 && out.front().is(Type::array)) {
    const Value array = std::move(out.front());
    out.clear();
    for (const Element& element : array.view().as_document()) out.emplace_back(element.value);
  }
  return out;
}

Value sum(const Expressions& arguments, const Scope& scope) {
  Value out = 0;
  for (const Value& value : summed(arguments, scope))
    if (value.view().is_number()) out = add(out, value);
  return out;
}

Value average(const Expressions& arguments, const Scope& scope) {
  Value out = 0;
  int count = 0;
  for (const Value& value : summed(arguments, scope))
    if (value.view().is_number()) {
      out = add(out, value);
      ++count;
    }
  return count == 0 ? Value(Null{}) : divide(out, Value(count));
}

template <int kSign>
Value extreme(const Expressions& arguments, const Scope& scope) {
  Value best;
  for (const Value& value : summed(arguments, scope)) {
    if (value.is_nullish()) continue;
    if (!best.exists() || (kSign < 0 ? bson::compare(value.view(), best.view()) < 0 : bson::compare(value.view(), best.view()) > 0)) best = value;
  }
  return best.exists() ? best : Value(Null{});
}

Value index_of(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope), wanted = arguments[1].evaluate(scope);
  if (array.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(40090, "$indexOfArray requires an array as a first argument, found: " + type_of(array));
  std::int32_t index = 0;
  for (const Element& element : array.view().as_document()) {
    if (bson::equal(element.value, wanted)) return index;
    ++index;
  }
  return -1;
}

Value range(const Expressions& arguments, const Scope& scope) {
  std::int64_t numbers[3] = {0, 0, 1};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Value value = arguments[i].evaluate(scope);
    const std::optional<std::int64_t> number = value.view().integer();
    if (!number || *number < INT32_MIN || *number > INT32_MAX) fail(34443, "$range requires 32-bit integers, found: " + bson::show(value));
    numbers[i] = *number;
  }
  const auto [start, end, step] = numbers;
  if (step == 0) fail(34449, "$range requires a non-zero step value");
  // As the server's limit on what one expression may hold.
  if ((step > 0 ? end - start : start - end) / std::abs(step) > 1000000) fail(code::kOperationFailed, "$range would make too large an array");
  ArrayBuilder out;
  for (std::int64_t i = start; step > 0 ? i < end : i > end; i += step) out.push(static_cast<std::int32_t>(i));
  return out.finish();
}

constexpr Operator kOperators[] = {
    {"$in", 2, 2, in}, {"$size", 1, 1, size}, {"$arrayElemAt", 2, 2, array_elem_at}, {"$first", 1, 1, end_of<0>}, {"$last", 1, 1, end_of<-1>},
    {"$concatArrays", 0, SIZE_MAX, concat_arrays}, {"$reverseArray", 1, 1, reverse}, {"$slice", 2, 3, slice}, {"$indexOfArray", 2, 2, index_of},
    {"$range", 2, 3, range}, {"$sum", 0, SIZE_MAX, sum}, {"$avg", 0, SIZE_MAX, average}, {"$min", 0, SIZE_MAX, extreme<-1>}, {"$max", 0, SIZE_MAX, extreme<1>},
};

}  // namespace

std::span<const Operator> list_operators() { return kOperators; }

}  // namespace failc::query
