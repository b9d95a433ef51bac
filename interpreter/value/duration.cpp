// Durations as text, exactly: what is printed reads back as the same number of nanoseconds.
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "interpreter/value/value.hpp"

namespace failc {
namespace {

struct Unit { std::string_view name; std::uint64_t nanoseconds; };
constexpr Unit kUnits[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};

/// `amount` nanoseconds in `unit`, as a decimal without trailing zeros.
std::string decimal(std::uint64_t amount, const Unit& unit) {
  std::string text = fmt::format("{}", amount / unit.nanoseconds);
  std::uint64_t rest = amount % unit.nanoseconds;
  if (rest != 0) text += '.';
  for (std::uint64_t place = unit.nanoseconds / 10; rest != 0; place /= 10) {
    text += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return text + std::string(unit.name);
}

}  // namespace

std::string show(Nanos duration) {
  const bool negative = duration.count() < 0;
  std::uint64_t left = negative ? ~static_cast<std::uint64_t>(duration.count()) + 1 : static_cast<std::uint64_t>(duration.count());
  std::string text = negative ? "-" : "";
  if (left == 0) return "0s";
  if (left < kUnits[2].nanoseconds) {
    for (const Unit& unit : kUnits)
      if (left >= unit.nanoseconds) return text + decimal(left, unit);
  }
  for (const Unit& unit : {kUnits[0], kUnits[1]}) {
    if (left >= unit.nanoseconds) text += fmt::format("{}{}", left / unit.nanoseconds, unit.name);
    left %= unit.nanoseconds;
  }
  return left == 0 ? text : text + decimal(left, kUnits[2]);
}

std::optional<Nanos> parse_duration(std::string_view text) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t whole = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (problem != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::string_view fraction;
    if (!text.empty() && text.front() == '.') {
      std::size_t digits = 1;
      while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
      fraction = text.substr(1, digits - 1);
      if (fraction.empty()) return std::nullopt;
      text.remove_prefix(digits);
    }
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits)  // the longest name that fits: `ms` before `m`
      if (text.substr(0, candidate.name.size()) == candidate.name && (!unit || candidate.name.size() > unit->name.size())) unit = &candidate;
    if (!unit) return std::nullopt;
    text.remove_prefix(unit->name.size());
    if (whole > most / unit->nanoseconds) return std::nullopt;
    std::uint64_t part = whole * unit->nanoseconds;
    std::uint64_t place = unit->nanoseconds / 10;
    for (const char digit : fraction) {
      if (place == 0 && digit != '0') return std::nullopt;
      part += static_cast<std::uint64_t>(digit - '0') * place;
      place /= 10;
    }
    if (part > most + 1 || total > most + 1 - part) return std::nullopt;
    total += part;
  }
  if (total > most && !(negative && total == most + 1)) return std::nullopt;
  return Nanos(negative ? static_cast<std::int64_t>(~total + 1) : static_cast<std::int64_t>(total));
}

}  // namespace failc
