#pragma once
// Literals: where they end, and what they say.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/ast/token.hpp"

namespace failc::parse {

/// A number and its unit. `kind` is invalid where the letters behind it are no unit.
struct Number {
  ast::Kind kind;
  const char* unit;  // where the digits end
  const char* end;
};
Number scan_number(const char* at, const char* end);

/// The unit that `text` may have meant, or "".
std::string_view nearest_unit(std::string_view text);

/// An escape in a string, from its backslash. `end` is behind it also where it is not `good`.
struct Escape {
  bool good;
  std::uint32_t value;
  bool byte;  // `value` is a byte (`\xHH`), not a code point
  const char* end;
};
Escape scan_escape(const char* at, const char* end);

/// The text of a string token: without quotes, escapes resolved. A bad escape stands for itself.
std::string string_value(std::string_view token);
/// The pattern of an `r"…"` token.
std::string regex_value(std::string_view token);

// Nothing where the number does not fit, or has a fraction that its type cannot hold (half a nanosecond).
std::optional<std::int64_t> integer_value(std::string_view token);
std::optional<double> decimal_value(std::string_view token);
std::optional<std::int64_t> duration_value(std::string_view token);  // nanoseconds
std::optional<std::int64_t> size_value(std::string_view token);      // bytes
std::optional<double> percent_value(std::string_view token);

}  // namespace failc::parse
