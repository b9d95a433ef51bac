#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/operators.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::Value;

std::weak_ordering order(const Expressions& arguments, const Scope& scope) {
  return bson::compare(arguments[0].evaluate(scope).view(), arguments[1].evaluate(scope).view());
}

Value cond(const Expressions& arguments, const Scope& scope) {
  return arguments[arguments[0].evaluate(scope).view().truthy() ? 1 : 2].evaluate(scope);
}

Value if_null(const Expressions& arguments, const Scope& scope) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
    if (Value value = arguments[i].evaluate(scope); !value.is_nullish()) return value;
  return arguments.back().evaluate(scope);
}

Value all_of(const Expressions& arguments, const Scope& scope) {
  for (const Expression& argument : arguments)
    if (!argument.evaluate(scope).view().truthy()) return false;
  return true;
}

Value any_of(const Expressions& arguments, const Scope& scope) {
  for (const Expression& argument : arguments)
    if (argument.evaluate(scope).view().truthy()) return true;
  return false;
}

Value compared(const Expressions& a, const Scope& s) {
  const std::weak_ordering result = order(a, s);
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

constexpr Operator kOperators[] = {
    {"$eq", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) == 0; }},
    {"$ne", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) != 0; }},
    {"$gt", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) > 0; }},
    {"$gte", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) >= 0; }},
    {"$lt", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) < 0; }},
    {"$lte", 2, 2, [](const Expressions& a, const Scope& s) -> Value { return order(a, s) <= 0; }},
    {"$cmp", 2, 2, compared},
    {"$and", 0, SIZE_MAX, all_of},
    {"$or", 0, SIZE_MAX, any_of},
    {"$not", 1, 1, [](const Expressions& a, const Scope& s) -> Value { return !a[0].evaluate(s).view().truthy(); }},
    {"$cond", 3, 3, cond},
    {"$ifNull", 2, SIZE_MAX, if_null},
    {"$type", 1, 1, [](const Expressions& a, const Scope& s) -> Value { return bson::type_name(a[0].evaluate(s).type()); }},
    {"$isNumber", 1, 1, [](const Expressions& a, const Scope& s) -> Value { return a[0].evaluate(s).view().is_number(); }},
    {"$isArray", 1, 1, [](const Expressions& a, const Scope& s) -> Value { return a[0].evaluate(s).is(Type::array); }},
};

}  // namespace

std::span<const Operator> logic_operators() { return kOperators; }

const Operator* find_operator(std::string_view name) {
  for (const std::span<const Operator> table : {logic_operators(), number_operators(), list_operators(), object_operators()})
    for (const Operator& known : table)
      if (known.name == name) return &known;
  return nullptr;
}

}  // namespace failc::query
