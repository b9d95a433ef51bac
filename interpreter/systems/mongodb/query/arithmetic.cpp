#include "interpreter/systems/mongodb/query/arithmetic.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "interpreter/systems/mongodb/bson/decimal.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Digits;
using bson::Type;
using bson::Value;
using bson::ValueView;

bool either(ValueView a, ValueView b, Type type) { return a.is(type) || b.is(type); }
std::int64_t whole(ValueView value) { return value.is(Type::int32) ? value.as_int32() : value.as_int64(); }

Value whole_result(ValueView a, ValueView b, std::int64_t result) {
  const bool narrow = a.is(Type::int32) && b.is(Type::int32);
  if (narrow && result >= std::numeric_limits<std::int32_t>::min() && result <= std::numeric_limits<std::int32_t>::max())
    return static_cast<std::int32_t>(result);
  return result;
}

/// `exact` gives whether the 64-bit result overflowed.
Value combine(ValueView a, ValueView b, bool (*exact)(std::int64_t, std::int64_t, std::int64_t*), double (*rough)(double, double),
              Digits (*digits)(const Digits&, const Digits&)) {
  if (either(a, b, Type::decimal128)) return digits(Digits::of(a), Digits::of(b)).decimal();
  if (either(a, b, Type::double_)) return rough(*a.number(), *b.number());
  std::int64_t result = 0;
  if (exact(whole(a), whole(b), &result)) return rough(*a.number(), *b.number());
  return whole_result(a, b, result);
}

Digits negated(Digits number) {
  number.negative = !number.negative;
  return number;
}

}  // namespace

Value add(ValueView a, ValueView b) {
  return combine(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* out) { return __builtin_add_overflow(x, y, out); },
      [](double x, double y) { return x + y; }, bson::add);
}

Value subtract(ValueView a, ValueView b) {
  return combine(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* out) { return __builtin_sub_overflow(x, y, out); },
      [](double x, double y) { return x - y; }, [](const Digits& x, const Digits& y) { return bson::add(x, negated(y)); });
}

Value multiply(ValueView a, ValueView b) {
  return combine(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* out) { return __builtin_mul_overflow(x, y, out); },
      [](double x, double y) { return x * y; }, bson::multiply);
}

Value divide(ValueView a, ValueView b) {
  if (*b.number() == 0) fail(code::kBadValue, "can't $divide by zero");
  if (either(a, b, Type::decimal128)) return bson::divide(Digits::of(a), Digits::of(b)).decimal();
  return *a.number() / *b.number();
}

Value modulo(ValueView a, ValueView b) {
  if (*b.number() == 0) fail(16610, "can't $mod by zero");
  if (either(a, b, Type::decimal128)) return bson::remainder(Digits::of(a), Digits::of(b)).decimal();
  if (either(a, b, Type::double_)) return std::fmod(*a.number(), *b.number());
  // The least number divided by -1 has no 64-bit quotient; its remainder is 0 all the same.
  return whole_result(a, b, whole(b) == -1 ? 0 : whole(a) % whole(b));
}

}  // namespace failc::query
