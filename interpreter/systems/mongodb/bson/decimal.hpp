#pragma once
// Decimal numbers as digits, for what Decimal128 needs: exact comparison with the other numbers, and arithmetic of 34 digits.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "interpreter/systems/mongodb/bson/value.hpp"

namespace failc::bson {

/// `0.d1d2d3… × 10^exponent`, digits without leading or trailing zeros; no digits: zero.
struct Digits {
  enum class Kind : std::uint8_t { finite, infinite, nan };
  Kind kind = Kind::finite;
  bool negative = false;
  std::string digits;
  int exponent = 0;

  static Digits of(std::string_view text);  // "-1.5E+3", "Infinity", "NaN"
  static Digits of(ValueView number);       // a double to 34 digits
  /// Rounded to 34 digits, half to even. Out of range: infinity, or zero.
  Decimal128 decimal() const;
};

std::weak_ordering compare(const Digits& a, const Digits& b);
Digits add(const Digits& a, const Digits& b);
Digits multiply(const Digits& a, const Digits& b);
/// To 34 digits, cut off. Division by zero gives NaN.
Digits divide(const Digits& a, const Digits& b);
/// The sign is that of `a`.
Digits remainder(const Digits& a, const Digits& b);

}  // namespace failc::bson
