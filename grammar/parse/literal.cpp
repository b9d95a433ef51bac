#include "grammar/parse/literal.hpp"

#include <charconv>
#include <limits>

#include "grammar/base/utf8.hpp"
#include "grammar/diag/diagnostic.hpp"
#include "grammar/parse/characters.hpp"

namespace failc::parse {
namespace {

using ast::Kind;

struct Unit {
  std::string_view text;
  Kind kind;
  std::int64_t factor;
};
constexpr Unit kUnits[] = {
    {"ns", Kind::duration, 1},
    {"us", Kind::duration, 1'000},
    {"ms", Kind::duration, 1'000'000},
    {"s", Kind::duration, 1'000'000'000},
    {"m", Kind::duration, 60'000'000'000},
    {"h", Kind::duration, 3'600'000'000'000},
    {"B", Kind::size, 1},
    {"KB", Kind::size, 1'000},
    {"MB", Kind::size, 1'000'000},
    {"GB", Kind::size, 1'000'000'000},
    {"KiB", Kind::size, 1 << 10},
    {"MiB", Kind::size, 1 << 20},
    {"GiB", Kind::size, 1 << 30},
};

const Unit* find_unit(std::string_view text) {
  for (const Unit& unit : kUnits)
    if (unit.text == text) return &unit;
  return nullptr;
}

/// What people write in place of a unit, where spelling alone does not lead to it.
struct Alias {
  std::string_view said, meant;
};
constexpr Alias kAliases[] = {
    {"sec", "s"},     {"secs", "s"},  {"second", "s"}, {"seconds", "s"}, {"S", "s"},     {"min", "m"},   {"mins", "m"},    {"minute", "m"},
    {"minutes", "m"}, {"hr", "h"},    {"hrs", "h"},    {"hour", "h"},    {"hours", "h"}, {"msec", "ms"}, {"millis", "ms"}, {"usec", "us"},
    {"nsec", "ns"},   {"b", "B"},     {"bytes", "B"},  {"K", "KiB"},     {"k", "KiB"},   {"kb", "KB"},   {"kib", "KiB"},   {"M", "MiB"},
    {"mb", "MB"},     {"mib", "MiB"}, {"G", "GiB"},    {"gb", "GB"},     {"gib", "GiB"},
};

std::string digits_of(std::string_view token) {
  std::string out;
  for (char c : token)
    if (c != '_') out.push_back(c);
  return out;
}

/// `number` times `factor`, exactly.
std::optional<std::int64_t> scaled(std::string_view number, std::int64_t factor) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  __extension__ using Wide = unsigned __int128;
  Wide value = 0, divisor = 1;
  bool fraction = false;
  for (char c : number) {
    if (c == '_') continue;
    if (c == '.') {
      if (fraction) return std::nullopt;
      fraction = true;
      continue;
    }
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (fraction) divisor *= 10;
    if (value > Wide(most) * 1'000'000'000u || divisor > Wide(1'000'000'000'000'000'000u)) return std::nullopt;
  }
  // Both below 2^93 and 2^42, so the product needs a look before it is made.
  if (value != 0 && value > ~Wide(0) / static_cast<Wide>(factor)) return std::nullopt;
  value *= static_cast<Wide>(factor);
  if (value % divisor != 0) return std::nullopt;
  value /= divisor;
  if (value > Wide(most)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> with_unit(std::string_view token) {
  const Number number = scan_number(token.data(), token.data() + token.size());
  const auto length = static_cast<std::size_t>(number.unit - token.data());
  const Unit* unit = find_unit(token.substr(length));
  if (unit == nullptr) return std::nullopt;
  return scaled(token.substr(0, length), unit->factor);
}

int hex(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Escape code_point_escape(const char* at, const char* end) {
  const char* here = at + 2;
  if (here == end || *here != '{') return {false, 0, false, here};
  ++here;
  std::uint32_t value = 0;
  std::size_t digits = 0;
  for (; here != end && hex(*here) >= 0; ++here, ++digits)
    if (value <= 0x10FFFF) value = value * 16 + static_cast<std::uint32_t>(hex(*here));
  if (here == end || *here != '}') return {false, 0, false, here};
  const bool good = digits > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return {good, value, false, here + 1};
}

}  // namespace

Number scan_number(const char* at, const char* end) {
  auto digits = [&] {
    while (at != end && (is_digit(*at) || *at == '_')) ++at;
  };
  digits();
  std::size_t dots = 0;
  while (end - at >= 2 && *at == '.' && is_digit(at[1])) {
    ++dots;
    ++at;
    digits();
  }
  const char* const unit = at;
  const Kind plain = dots == 0 ? Kind::integer : dots == 1 ? Kind::decimal : Kind::version_number;
  if (at == end) return {plain, unit, at};
  if (*at == '%') return {dots < 2 ? Kind::percent : Kind::invalid, unit, at + 1};
  if (!is_word_byte(*at)) return {plain, unit, at};
  while (at != end && is_word_byte(*at)) ++at;
  const Unit* known = find_unit({unit, static_cast<std::size_t>(at - unit)});
  return {known != nullptr && dots < 2 ? known->kind : Kind::invalid, unit, at};
}

std::string_view nearest_unit(std::string_view text) {
  for (const Alias& alias : kAliases)
    if (alias.said == text) return alias.meant;
  std::vector<std::string_view> units;
  for (const Unit& unit : kUnits)
    if (unit.text.size() > 1) units.push_back(unit.text);
  return text.size() > 1 ? diag::nearest(text, units) : std::string_view();
}

Escape scan_escape(const char* at, const char* end) {
  if (end - at < 2) return {false, 0, false, end};
  switch (at[1]) {
    case '"':
      return {true, '"', false, at + 2};
    case '\\':
      return {true, '\\', false, at + 2};
    case 'n':
      return {true, '\n', false, at + 2};
    case 'r':
      return {true, '\r', false, at + 2};
    case 't':
      return {true, '\t', false, at + 2};
    case '0':
      return {true, 0, false, at + 2};
    case 'x':
      if (end - at < 4 || hex(at[2]) < 0 || hex(at[3]) < 0) return {false, 0, true, at + 2};
      return {true, static_cast<std::uint32_t>(hex(at[2]) * 16 + hex(at[3])), true, at + 4};
    case 'u':
      return code_point_escape(at, end);
    default: {
      const std::size_t size = utf8::length(at + 1, end);
      return {false, 0, false, at + 1 + (size == 0 ? 1 : size)};
    }
  }
}

std::string string_value(std::string_view token) {
  const std::string_view body = token.substr(1, token.size() - 2);
  std::string out;
  out.reserve(body.size());
  const char* const end = body.data() + body.size();
  for (const char* at = body.data(); at != end;) {
    if (*at != '\\') {
      out.push_back(*at++);
      continue;
    }
    const Escape escape = scan_escape(at, end);
    if (!escape.good)
      out.append(at, escape.end);
    else if (escape.byte)
      out.push_back(static_cast<char>(escape.value));
    else
      utf8::append(out, escape.value);
    at = escape.end;
  }
  return out;
}

std::string regex_value(std::string_view token) {
  const std::string_view body = token.substr(2, token.size() - 3);
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\\' && i + 1 < body.size()) {
      if (body[i + 1] != '"') out.push_back('\\');
      ++i;
    }
    out.push_back(body[i]);
  }
  return out;
}

std::optional<std::int64_t> integer_value(std::string_view token) { return scaled(token, 1); }

std::optional<double> decimal_value(std::string_view token) {
  const std::string digits = digits_of(token);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> duration_value(std::string_view token) { return with_unit(token); }
std::optional<std::int64_t> size_value(std::string_view token) { return with_unit(token); }
std::optional<double> percent_value(std::string_view token) { return decimal_value(token.substr(0, token.size() - 1)); }

}  // namespace failc::parse
