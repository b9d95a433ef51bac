#include <charconv>
#include <cmath>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/decimal.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/arithmetic.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/operators.hpp"

namespace failc::query {
namespace {

using bson::Null;
using bson::Type;
using bson::Value;
using bson::ValueView;

std::string type_of(ValueView value) { return std::string(bson::type_name(value.type())); }

/// Numbers, and one date; null where anything is null.
template <Value (*kCombine)(ValueView, ValueView)>
Value fold(const Expressions& arguments, const Scope& scope, int start, bool dates, std::string_view name) {
  Value sum = start;
  bool date = false;
  for (const Expression& argument : arguments) {
    Value value = argument.evaluate(scope);
    if (value.is_nullish()) return Null{};
    if (dates && value.is(Type::date)) {
      if (date) fail(16612, "only one date allowed in an $add expression");
      date = true;
      value = static_cast<std::int64_t>(value.view().as_date().since_epoch.count());
    }
    if (!value.view().is_number()) fail(code::kTypeMismatch, std::string(name) + " only supports numeric" + (dates ? " or date" : "") + " types, not " + type_of(value));
    sum = kCombine(sum, value);
  }
  if (!date) return sum;
  const std::optional<std::int64_t> whole = Value(std::trunc(*sum.view().number())).view().integer();
  if (!whole) fail(code::kOverflow, "date overflow in $add");
  return bson::Date{std::chrono::milliseconds(sum.view().integer().value_or(*whole))};
}

Value subtract_all(const Expressions& arguments, const Scope& scope) {
  const Value a = arguments[0].evaluate(scope), b = arguments[1].evaluate(scope);
  if (a.is_nullish() || b.is_nullish()) return Null{};
  if (a.is(Type::date)) {
    const std::int64_t start = a.view().as_date().since_epoch.count();
    if (b.is(Type::date)) return start - static_cast<std::int64_t>(b.view().as_date().since_epoch.count());
    if (const auto number = b.view().integer()) {
      std::int64_t out = 0;
      if (__builtin_sub_overflow(start, *number, &out)) fail(code::kOverflow, "date overflow in $subtract");
      return bson::Date{std::chrono::milliseconds(out)};
    }
  }
  if (!a.view().is_number() || !b.view().is_number()) fail(code::kTypeMismatch, "can't $subtract " + type_of(b) + " from " + type_of(a));
  return subtract(a, b);
}

template <Value (*kCombine)(ValueView, ValueView)>
Value both(const Expressions& arguments, const Scope& scope, std::string_view name, int code) {
  const Value a = arguments[0].evaluate(scope), b = arguments[1].evaluate(scope);
  if (a.is_nullish() || b.is_nullish()) return Null{};
  if (!a.view().is_number() || !b.view().is_number())
    fail(code, std::string(name) + " only supports numeric types, not " + type_of(a) + " and " + type_of(b));
  return kCombine(a, b);
}

/// A function of one number: whole ones by `whole`, the others by `rough`.
Value one(const Expressions& arguments, const Scope& scope, std::string_view name, double (*rough)(double)) {
  const Value value = arguments[0].evaluate(scope);
  if (value.is_nullish()) return Null{};
  if (!value.view().is_number()) fail(28765, std::string(name) + " only supports numeric types, not " + type_of(value));
  if (value.is(Type::int32) || value.is(Type::int64)) return value;
  const double result = rough(*value.view().number());
  if (!value.is(Type::decimal128)) return result;
  return bson::Digits::of(Value(result)).decimal();
}

Value absolute(const Expressions& arguments, const Scope& scope) {
  const Value value = arguments[0].evaluate(scope);
  if (value.is_nullish()) return Null{};
  if (!value.view().is_number()) fail(28765, "$abs only supports numeric types, not " + type_of(value));
  return bson::compare_numbers(value, Value(0)) < 0 ? subtract(Value(0), value) : value;
}

[[noreturn]] void no_conversion(ValueView value, std::string_view to) {
  fail(code::kConversionFailure, "Unsupported conversion from " + type_of(value) + " to " + std::string(to) + " in $convert with no onError value");
}

[[noreturn]] void bad_number(std::string_view text, const std::string& why) {
  fail(code::kConversionFailure, "Failed to parse number '" + std::string(text) + "' in $convert with no onError value: " + why);
}

std::string number_text(ValueView value) {
  if (!value.is(Type::double_)) return bson::show(value);
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value.as_double());
  return std::string(buffer, end);
}

std::string date_text(bson::Date date) {
  using namespace std::chrono;
  const sys_time<milliseconds> time(date.since_epoch);
  const sys_days day = floor<days>(time);
  const year_month_day ymd(day);
  const hh_mm_ss clock(time - day);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                static_cast<unsigned>(ymd.day()), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return buffer;
}

Value to_string(ValueView value) {
  if (value.is(Type::string)) return value;
  if (value.is_number()) return number_text(value);
  if (value.is(Type::boolean)) return value.as_bool() ? "true" : "false";
  if (value.is(Type::object_id)) return value.as_object_id().hex();
  if (value.is(Type::date)) return date_text(value.as_date());
  no_conversion(value, "string");
}

Value to_whole(ValueView value, bool narrow) {
  const std::string_view name = narrow ? "int" : "long";
  std::optional<std::int64_t> out;
  if (value.is(Type::boolean)) out = value.as_bool() ? 1 : 0;
  if (value.is(Type::date) && !narrow) out = value.as_date().since_epoch.count();
  if (value.is(Type::string)) {
    const std::string_view text = value.as_string();
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (error != std::errc() || end != text.data() + text.size()) bad_number(text, "Did not consume whole string.");
    out = parsed;
  }
  if (value.is_number()) {
    const double number = std::trunc(*value.number());
    out = value.is(Type::int64) ? value.as_int64() : Value(number).view().integer();
    if (!out) fail(code::kConversionFailure, "Conversion would overflow target type in $convert with no onError value: " + bson::show(value));
  }
  if (!out) no_conversion(value, name);
  if (!narrow) return *out;
  if (*out < INT32_MIN || *out > INT32_MAX)
    fail(code::kConversionFailure, "Conversion would overflow target type in $convert with no onError value: " + bson::show(value));
  return static_cast<std::int32_t>(*out);
}

Value to_double(ValueView value) {
  if (value.is_number()) return *value.number();
  if (value.is(Type::boolean)) return value.as_bool() ? 1.0 : 0.0;
  if (value.is(Type::date)) return static_cast<double>(value.as_date().since_epoch.count());
  if (!value.is(Type::string)) no_conversion(value, "double");
  const std::string_view text = value.as_string();
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) bad_number(text, "Did not consume whole string.");
  return out;
}

Value to_decimal(ValueView value) {
  if (value.is(Type::string)) {
    const std::optional<bson::Decimal128> out = bson::Decimal128::parse(value.as_string());
    if (!out) bad_number(value.as_string(), "Failed to parse string to decimal");
    return *out;
  }
  if (value.is(Type::double_)) return *bson::Decimal128::parse(number_text(value));
  if (value.is_number()) return bson::Digits::of(value).decimal();
  if (value.is(Type::boolean)) return *bson::Decimal128::parse(value.as_bool() ? "1" : "0");
  no_conversion(value, "decimal");
}

Value to_bool(ValueView value) { return value.truthy(); }

Value to_date(ValueView value) {
  if (value.is(Type::date)) return value;
  if (value.is(Type::timestamp)) return bson::Date{std::chrono::seconds(value.as_timestamp().seconds)};
  if (value.is_number() && !value.is(Type::int32)) return bson::Date{std::chrono::milliseconds(to_whole(value, false).view().as_int64())};
  if (value.is(Type::object_id)) {
    const bson::ObjectId id = value.as_object_id();
    return bson::Date{std::chrono::seconds(std::uint32_t{id.bytes[0]} << 24 | std::uint32_t{id.bytes[1]} << 16 | std::uint32_t{id.bytes[2]} << 8 | id.bytes[3])};
  }
  no_conversion(value, "date");
}

template <Value (*kConvert)(ValueView)>
Value convert(const Expressions& arguments, const Scope& scope) {
  const Value value = arguments[0].evaluate(scope);
  return value.is_nullish() ? Value(Null{}) : kConvert(value);
}

constexpr Operator kOperators[] = {
    {"$add", 0, SIZE_MAX, [](const Expressions& a, const Scope& s) { return fold<add>(a, s, 0, true, "$add"); }},
    {"$multiply", 0, SIZE_MAX, [](const Expressions& a, const Scope& s) { return fold<multiply>(a, s, 1, false, "$multiply"); }},
    {"$subtract", 2, 2, subtract_all},
    {"$divide", 2, 2, [](const Expressions& a, const Scope& s) { return both<divide>(a, s, "$divide", code::kTypeMismatch); }},
    {"$mod", 2, 2, [](const Expressions& a, const Scope& s) { return both<modulo>(a, s, "$mod", 16611); }},
    {"$abs", 1, 1, absolute},
    {"$ceil", 1, 1, [](const Expressions& a, const Scope& s) { return one(a, s, "$ceil", std::ceil); }},
    {"$floor", 1, 1, [](const Expressions& a, const Scope& s) { return one(a, s, "$floor", std::floor); }},
    {"$trunc", 1, 1, [](const Expressions& a, const Scope& s) { return one(a, s, "$trunc", std::trunc); }},
    {"$toString", 1, 1, convert<to_string>},
    {"$toInt", 1, 1, convert<[](ValueView value) { return to_whole(value, true); }>},
    {"$toLong", 1, 1, convert<[](ValueView value) { return to_whole(value, false); }>},
    {"$toDouble", 1, 1, convert<to_double>},
    {"$toDecimal", 1, 1, convert<to_decimal>},
    {"$toBool", 1, 1, convert<to_bool>},
    {"$toDate", 1, 1, convert<to_date>},
};

}  // namespace

std::span<const Operator> number_operators() { return kOperators; }

}  // namespace failc::query
