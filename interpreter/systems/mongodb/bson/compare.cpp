#include "interpreter/systems/mongodb/bson/compare.hpp"

#include <cmath>
#include <cstring>

#include "interpreter/systems/mongodb/bson/decimal.hpp"

namespace failc::bson {
namespace {

std::weak_ordering weak(int order) { return order <=> 0; }
std::weak_ordering compare_bytes(std::string_view a, std::string_view b) { return weak(a.compare(b)); }

std::weak_ordering compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(b) <=> std::isnan(a);
  return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

/// Exact: a 64-bit integer may lie between two doubles.
std::weak_ordering compare_mixed(std::int64_t a, double b) {
  if (std::isnan(b)) return std::weak_ordering::greater;
  if (b >= 0x1p63) return std::weak_ordering::less;
  if (b < -0x1p63) return std::weak_ordering::greater;
  const double whole = std::trunc(b);
  if (const auto order = a <=> static_cast<std::int64_t>(whole); order != 0) return order;
  return compare_doubles(0, b - whole);
}

std::weak_ordering reversed(std::weak_ordering order) { return 0 <=> order; }

bool whole_type(ValueView value) { return value.is(Type::int32) || value.is(Type::int64); }
std::int64_t whole(ValueView value) { return value.is(Type::int32) ? value.as_int32() : value.as_int64(); }

std::weak_ordering compare_elements(View a, View b, bool keys) {
  View::Iterator x = a.begin(), y = b.begin();
  for (; x != a.end() && y != b.end(); ++x, ++y) {
    if (const int order = bracket(x->value.type()) - bracket(y->value.type()); order != 0) return weak(order);
    if (keys)
      if (const auto order = compare_bytes(x->key, y->key); order != 0) return order;
    if (const auto order = compare(x->value, y->value); order != 0) return order;
  }
  return (x != a.end()) <=> (y != b.end());
}

std::weak_ordering compare_binaries(BinaryView a, BinaryView b) {
  if (const auto order = a.bytes.size() <=> b.bytes.size(); order != 0) return order;
  if (const auto order = a.subtype <=> b.subtype; order != 0) return order;
  return compare_bytes(a.bytes, b.bytes);
}

template <class T>
void append_raw(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void append_sized(std::string& out, std::string_view bytes) {
  append_raw(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_double(std::string& out, double value) {
  if (std::isnan(value)) return out.push_back('n');
  if (value >= -0x1p63 && value < 0x1p63 && std::trunc(value) == value) {
    out.push_back('i');
    return append_raw(out, static_cast<std::int64_t>(value));
  }
  out.push_back('d');
  append_raw(out, value);
}

void append_decimal(std::string& out, ValueView value) {
  const Digits digits = Digits::of(value);
  // Where a double or an integer is the same number the bytes are theirs.
  if (digits.kind == Digits::Kind::finite && digits.exponent <= 19 && static_cast<int>(digits.digits.size()) <= digits.exponent) {
    std::uint64_t size = 0;  // 19 digits always fit
    for (int i = 0; i < digits.exponent; ++i)
      size = size * 10 + static_cast<std::uint64_t>(i < static_cast<int>(digits.digits.size()) ? digits.digits[static_cast<std::size_t>(i)] - '0' : 0);
    if (size < (std::uint64_t{1} << 63) || (digits.negative && size == std::uint64_t{1} << 63)) {
      out.push_back('i');
      return append_raw(out, digits.negative ? 0 - size : size);
    }
  }
  const double close = *value.number();
  if (compare(digits, Digits::of(Value(close))) == 0) return append_double(out, close);
  out.push_back('D');
  out.push_back(digits.negative ? '-' : '+');
  append_raw(out, digits.exponent);
  append_sized(out, digits.digits);
}

}  // namespace

int bracket(Type type) {
  switch (type) {
    case Type::min_key: return -1;
    case Type::missing: case Type::undefined: return 0;
    case Type::null: return 5;
    case Type::double_: case Type::int32: case Type::int64: case Type::decimal128: return 10;
    case Type::string: case Type::symbol: return 15;
    case Type::document: return 20;
    case Type::array: return 25;
    case Type::binary: return 30;
    case Type::object_id: return 35;
    case Type::boolean: return 40;
    case Type::date: return 45;
    case Type::timestamp: return 47;
    case Type::regex: return 50;
    case Type::db_pointer: return 55;
    case Type::code: return 60;
    case Type::code_with_scope: return 65;
    case Type::max_key: return 127;
  }
  return 0;
}

std::weak_ordering compare_numbers(ValueView a, ValueView b) {
  if (a.is(Type::decimal128) || b.is(Type::decimal128)) return compare(Digits::of(a), Digits::of(b));
  if (whole_type(a) && whole_type(b)) return whole(a) <=> whole(b);
  if (whole_type(a)) return compare_mixed(whole(a), b.as_double());
  if (whole_type(b)) return reversed(compare_mixed(whole(b), a.as_double()));
  return compare_doubles(a.as_double(), b.as_double());
}

std::weak_ordering compare(View a, View b) { return compare_elements(a, b, true); }

std::weak_ordering compare(ValueView a, ValueView b) {
  if (const int order = bracket(a.type()) - bracket(b.type()); order != 0) return weak(order);
  switch (a.type()) {
    case Type::missing: case Type::undefined: case Type::null: case Type::min_key: case Type::max_key: return std::weak_ordering::equivalent;
    case Type::double_: case Type::int32: case Type::int64: case Type::decimal128: return compare_numbers(a, b);
    case Type::string: case Type::symbol: case Type::code: return compare_bytes(a.as_string(), b.as_string());
    case Type::document: return compare_elements(a.as_document(), b.as_document(), true);
    case Type::array: return compare_elements(a.as_document(), b.as_document(), false);
    case Type::binary: return compare_binaries(a.as_binary(), b.as_binary());
    case Type::object_id: return a.as_object_id() <=> b.as_object_id();
    case Type::boolean: return a.as_bool() <=> b.as_bool();
    case Type::date: return a.as_date() <=> b.as_date();
    case Type::timestamp: return a.as_timestamp() <=> b.as_timestamp();
    case Type::regex: {
      const RegexView x = a.as_regex(), y = b.as_regex();
      if (const auto order = compare_bytes(x.pattern, y.pattern); order != 0) return order;
      return compare_bytes(x.options, y.options);
    }
    case Type::db_pointer: case Type::code_with_scope: {
      if (const auto order = a.bytes().size() <=> b.bytes().size(); order != 0) return order;
      return compare_bytes(a.bytes(), b.bytes());
    }
  }
  return std::weak_ordering::equivalent;
}

void append_equality_key(std::string& out, ValueView value) {
  out.push_back(static_cast<char>(bracket(value.type())));
  switch (value.type()) {
    case Type::missing: case Type::undefined: case Type::null: case Type::min_key: case Type::max_key: return;
    case Type::int32: case Type::int64:
      out.push_back('i');
      return append_raw(out, whole(value));
    case Type::double_: return append_double(out, value.as_double());
    case Type::decimal128: return append_decimal(out, value);
    case Type::string: case Type::symbol: case Type::code: return append_sized(out, value.as_string());
    case Type::document: case Type::array:
      for (const Element& element : value.as_document()) {
        out.push_back('\1');
        if (value.is(Type::document)) append_sized(out, element.key);
        append_equality_key(out, element.value);
      }
      return out.push_back('\0');
    case Type::binary: case Type::object_id: case Type::boolean: case Type::date: case Type::timestamp: case Type::regex:
    case Type::db_pointer: case Type::code_with_scope: return append_sized(out, value.bytes());
  }
}

}  // namespace failc::bson
