#include "grammar/import/tree.hpp"

#include <charconv>
#include <limits>

#include "grammar/base/bug.hpp"

namespace failc::spec {

std::string_view noun(Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::integer: return "a whole number";
    case Kind::real: return "a number";
    case Kind::text: return "a string";
    case Kind::list: return "a list";
    case Kind::document: return "a document";
  }
  FAILC_BUG("no such kind");
}

std::optional<Place> Ref::alias() const {
  if (alias_ == 0) return std::nullopt;
  return Place{tree_->file, tree_->nodes[alias_].span};
}

std::string_view Ref::text() const {
  const Node& at = node();
  if (at.kind == Kind::null || at.kind == Kind::list || at.kind == Kind::document) return {};
  return (at.copied ? std::string_view(tree_->copied) : tree_->source).substr(at.first, at.count);
}

std::optional<std::int64_t> Ref::integer() const {
  if (!is(Kind::integer)) return std::nullopt;
  std::string_view digits = text();
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (base != 10) digits.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (number > kMost + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - number : number);
}

std::optional<double> Ref::real() const {
  if (const std::optional<std::int64_t> whole = integer()) return static_cast<double>(*whole);
  if (!is(Kind::real) && !is(Kind::integer)) return std::nullopt;
  std::string_view digits = text();
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  double number = 0;
  if (digits.size() == 4 && digits.front() == '.') {
    number = digits[1] == 'n' || digits[1] == 'N' ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  } else {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  }
  return negative ? -number : number;
}

Ref Ref::find(std::string_view key) const { return entry(key).value; }

Entry Ref::entry(std::string_view key) const {
  if (node_ == 0) return {};
  for (const Entry each : entries())
    if (each.key.text() == key) return each;
  return {};
}

}  // namespace failc::spec
