#include "interpreter/systems/mongodb/bson/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace failc::bson {
namespace {

constexpr int kPrecision = 34;

void tidy(Digits& number) {
  const std::size_t first = number.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    number.digits.clear();
    number.exponent = 0;
    return;
  }
  number.digits.erase(0, first);
  number.exponent -= static_cast<int>(first);
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
}

Digits special(Digits::Kind kind, bool negative = false) { return {kind, negative, "", 0}; }

std::strong_ordering compare_sizes(const Digits& a, const Digits& b) {
  if (a.digits.empty() || b.digits.empty()) return !a.digits.empty() <=> !b.digits.empty();
  if (a.exponent != b.exponent) return a.exponent <=> b.exponent;
  return a.digits.compare(b.digits) <=> 0;
}

int sign(const Digits& a) { return a.kind == Digits::Kind::finite && a.digits.empty() ? 0 : a.negative ? -1 : 1; }

/// The digits of `a` with those of `b` below each other: both of the same length, the first worth 10^(exponent-1).
void align(const Digits& a, const Digits& b, std::string& x, std::string& y, int& exponent) {
  exponent = std::max(a.exponent, b.exponent);
  x = std::string(static_cast<std::size_t>(exponent - a.exponent), '0') + a.digits;
  y = std::string(static_cast<std::size_t>(exponent - b.exponent), '0') + b.digits;
  const std::size_t size = std::max(x.size(), y.size());
  x.resize(size, '0');
  y.resize(size, '0');
}

/// |a| ± |b|, the larger first.
Digits combine(const Digits& a, const Digits& b, bool subtract) {
  std::string x, y;
  Digits out;
  align(a, b, x, y, out.exponent);
  int carry = 0;
  for (std::size_t i = x.size(); i-- > 0;) {
    const int digit = (x[i] - '0') + (subtract ? -(y[i] - '0') : y[i] - '0') + carry;
    carry = digit < 0 ? -1 : digit / 10;
    x[i] = static_cast<char>('0' + (digit + 10) % 10);
  }
  if (carry > 0) {
    x.insert(x.begin(), '1');
    ++out.exponent;
  }
  out.digits = std::move(x);
  tidy(out);
  return out;
}

}  // namespace

Digits Digits::of(std::string_view text) {
  Digits out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  if (text.starts_with('I') || text.starts_with("inf")) return special(Kind::infinite, out.negative);
  if (text.starts_with('N') || text.starts_with("nan")) return special(Kind::nan);
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      point = true;
    } else {
      out.digits.push_back(text[i]);
      if (!point) ++out.exponent;
    }
  }
  if (i < text.size()) {
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    int exponent = 0;
    std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    out.exponent += exponent;
  }
  tidy(out);
  return out;
}

Digits Digits::of(ValueView number) {
  if (number.is(Type::decimal128)) return of(number.as_decimal().text());
  if (number.is(Type::int32)) return of(std::to_string(number.as_int32()));
  if (number.is(Type::int64)) return of(std::to_string(number.as_int64()));
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.33e", number.as_double());
  return of(std::string_view(buffer));
}

Decimal128 Digits::decimal() const {
  if (kind == Kind::nan) return *Decimal128::parse("NaN");
  const std::string minus = negative ? "-" : "";
  if (kind == Kind::infinite) return *Decimal128::parse(minus + "Infinity");
  std::string kept = digits;
  int point = exponent;
  if (kept.size() > kPrecision) {
    const bool half = kept[kPrecision] == '5' && kept.find_first_not_of('0', kPrecision + 1) == std::string::npos;
    const bool up = half ? (kept[kPrecision - 1] - '0') % 2 == 1 : kept[kPrecision] >= '5';
    kept.resize(kPrecision);
    if (up) {
      std::size_t i = kPrecision;
      while (i > 0 && kept[i - 1] == '9') kept[--i] = '0';
      if (i > 0)
        ++kept[i - 1];
      else {
        kept.insert(kept.begin(), '1');
        kept.pop_back();
        ++point;
      }
    }
  }
  if (kept.empty()) kept = "0";
  if (point <= kPrecision && point > static_cast<int>(kept.size())) kept.resize(static_cast<std::size_t>(point), '0');  // 10, not 1E+1
  const std::string text = minus + kept + "E" + std::to_string(kept == "0" ? 0 : point - static_cast<int>(kept.size()));
  if (const std::optional<Decimal128> parsed = Decimal128::parse(text)) return *parsed;
  return *Decimal128::parse(point > 0 ? minus + "Infinity" : minus + "0");
}

std::weak_ordering compare(const Digits& a, const Digits& b) {
  if (a.kind == Digits::Kind::nan || b.kind == Digits::Kind::nan) return (b.kind == Digits::Kind::nan) <=> (a.kind == Digits::Kind::nan);
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  std::strong_ordering size = a.kind == Digits::Kind::infinite || b.kind == Digits::Kind::infinite
                                  ? (a.kind == Digits::Kind::infinite) <=> (b.kind == Digits::Kind::infinite)
                                  : compare_sizes(a, b);
  return sign(a) < 0 ? 0 <=> size : size;
}

Digits add(const Digits& a, const Digits& b) {
  if (a.kind == Digits::Kind::nan || b.kind == Digits::Kind::nan) return special(Digits::Kind::nan);
  if (a.kind == Digits::Kind::infinite || b.kind == Digits::Kind::infinite) {
    if (a.kind == b.kind && a.negative != b.negative) return special(Digits::Kind::nan);
    return a.kind == Digits::Kind::infinite ? a : b;
  }
  if (a.digits.empty()) return b;
  if (b.digits.empty()) return a;
  const bool a_larger = compare_sizes(a, b) >= 0;
  const Digits& large = a_larger ? a : b;
  const Digits& small = a_larger ? b : a;
  if (large.exponent - small.exponent > 3 * kPrecision) return large;
  Digits out = combine(large, small, a.negative != b.negative);
  out.negative = large.negative && !out.digits.empty();
  return out;
}

Digits multiply(const Digits& a, const Digits& b) {
  if (a.kind == Digits::Kind::nan || b.kind == Digits::Kind::nan) return special(Digits::Kind::nan);
  const bool negative = a.negative != b.negative;
  if (a.kind == Digits::Kind::infinite || b.kind == Digits::Kind::infinite)
    return sign(a) == 0 || sign(b) == 0 ? special(Digits::Kind::nan) : special(Digits::Kind::infinite, negative);
  std::string product(a.digits.size() + b.digits.size(), '\0');
  for (std::size_t i = a.digits.size(); i-- > 0;) {
    int carry = 0;
    for (std::size_t j = b.digits.size(); j-- > 0;) {
      const int sum = product[i + j + 1] + (a.digits[i] - '0') * (b.digits[j] - '0') + carry;
      product[i + j + 1] = static_cast<char>(sum % 10);
      carry = sum / 10;
    }
    product[i] = static_cast<char>(product[i] + carry);
  }
  for (char& digit : product) digit = static_cast<char>(digit + '0');
  Digits out{Digits::Kind::finite, negative, std::move(product), a.exponent + b.exponent};
  tidy(out);
  return out;
}

Digits divide(const Digits& a, const Digits& b) {
  if (a.kind == Digits::Kind::nan || b.kind == Digits::Kind::nan || sign(b) == 0) return special(Digits::Kind::nan);
  const bool negative = a.negative != b.negative;
  if (a.kind == Digits::Kind::infinite) return b.kind == Digits::Kind::infinite ? special(Digits::Kind::nan) : special(Digits::Kind::infinite, negative);
  if (b.kind == Digits::Kind::infinite || a.digits.empty()) return Digits{};
  // Long division of 0.a by 0.b: the quotient lies between 0.1 and 10.
  Digits rest{Digits::Kind::finite, false, a.digits, 0};
  const Digits divisor{Digits::Kind::finite, false, b.digits, 0};
  Digits out{Digits::Kind::finite, negative, "", a.exponent - b.exponent + 1};
  for (int i = 0; i < kPrecision + 2 && !rest.digits.empty(); ++i) {
    char digit = '0';
    while (compare_sizes(rest, divisor) >= 0) {
      rest = combine(rest, divisor, true);
      ++digit;
    }
    out.digits.push_back(digit);
    if (!rest.digits.empty()) ++rest.exponent;
  }
  tidy(out);
  return out;
}

Digits remainder(const Digits& a, const Digits& b) {
  if (a.kind != Digits::Kind::finite || b.kind == Digits::Kind::nan || sign(b) == 0) return special(Digits::Kind::nan);
  if (b.kind == Digits::Kind::infinite) return a;
  // By subtracting b shifted down from the largest power of ten that fits.
  Digits rest = a;
  rest.negative = false;
  Digits divisor = b;
  divisor.negative = false;
  for (int shift = std::max(0, a.exponent - b.exponent); shift >= 0; --shift) {
    divisor.exponent = b.exponent + shift;
    while (compare_sizes(rest, divisor) >= 0) rest = combine(rest, divisor, true);
  }
  rest.negative = a.negative && !rest.digits.empty();
  return rest;
}

}  // namespace failc::bson
