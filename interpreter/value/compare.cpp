// Equality and order. Both are partial: what cannot be compared is undefined or unordered, never false by accident.
#include <algorithm>
#include <charconv>

#include "interpreter/value/value.hpp"

namespace failc {
namespace {

// A 64-bit integer and a double both fit a long double without loss.
std::optional<long double> number(const Value& value) {
  if (const auto* i = value.as<std::int64_t>()) return static_cast<long double>(*i);
  if (const auto* d = value.as<double>()) return static_cast<long double>(*d);
  return std::nullopt;
}

template <class T>
Order order(const T& a, const T& b) {
  if (a < b) return Order::less;
  if (b < a) return Order::greater;
  return a == b ? Order::equal : Order::unordered;  // NaN
}

Order order(const Version& a, const Version& b) {
  for (std::size_t i = 0; i < std::max(a.parts.size(), b.parts.size()); ++i) {
    const std::uint32_t left = i < a.parts.size() ? a.parts[i] : 0;
    const std::uint32_t right = i < b.parts.size() ? b.parts[i] : 0;
    if (left != right) return left < right ? Order::less : Order::greater;
  }
  return Order::equal;
}

/// A version, or a string that reads as one.
std::optional<Version> version_of(const Value& value) {
  if (const auto* v = value.as<Version>()) return *v;
  if (const auto* s = value.as<std::string>()) return parse_version(*s);
  return std::nullopt;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::undefined;
}

Truth from(Order order, bool (*holds)(Order)) {
  if (order == Order::unordered) return Truth::undefined;
  return holds(order) ? Truth::yes : Truth::no;
}

Truth inside(const Value& value, const Range& range) {
  if (range.ends.size() != 2) return Truth::undefined;
  return both(from(compare(value, range.ends[0]), [](Order o) { return o != Order::less; }),
              from(compare(value, range.ends[1]), [](Order o) { return o != Order::greater; }));
}

Truth equal_lists(const List& a, const List& b) {
  if (a.size() != b.size()) return Truth::no;
  Truth all = Truth::yes;
  for (std::size_t i = 0; i < a.size() && all != Truth::no; ++i) all = both(all, equal(a[i], b[i]));
  return all;
}

Truth equal_documents(const Document& a, const Document& b) {
  if (a.entries.size() != b.entries.size()) return Truth::no;
  // Sorted by key, so that large ones are compared in n log n.
  using Entry = const std::pair<std::string, Value>*;
  const auto sorted = [](const Document& document) {
    std::vector<Entry> entries;
    for (const auto& entry : document.entries) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](Entry x, Entry y) { return x->first < y->first; });
    return entries;
  };
  const auto left = sorted(a), right = sorted(b);
  Truth all = Truth::yes;
  for (std::size_t i = 0; i < left.size() && all != Truth::no; ++i)
    all = left[i]->first == right[i]->first ? both(all, equal(left[i]->second, right[i]->second)) : Truth::no;
  return all;
}

}  // namespace

const Value* Document::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

Truth equal(const Value& a, const Value& b) {
  if (a.undefined() || b.undefined()) return Truth::undefined;
  if (a.is<Range>() && b.is<Range>()) return equal_lists(a.as<Range>()->ends, b.as<Range>()->ends);
  if (const auto* range = b.as<Range>()) return inside(a, *range);
  if (const auto* range = a.as<Range>()) return inside(b, *range);
  if (a.is<Null>() || b.is<Null>()) return a.is<Null>() && b.is<Null>() ? Truth::yes : Truth::no;
  if (const auto *x = a.as<bool>(), *y = b.as<bool>(); x && y) return *x == *y ? Truth::yes : Truth::no;
  if (const auto *x = a.as<NodeRef>(), *y = b.as<NodeRef>(); x && y) return x->index == y->index ? Truth::yes : Truth::no;
  if (const auto *x = a.as<Regex>(), *y = b.as<Regex>(); x && y) return x->pattern == y->pattern ? Truth::yes : Truth::no;
  if (const auto *x = a.as<List>(), *y = b.as<List>(); x && y) return equal_lists(*x, *y);
  if (const auto *x = a.as<Document>(), *y = b.as<Document>(); x && y) return equal_documents(*x, *y);
  return from(compare(a, b), [](Order o) { return o == Order::equal; });
}

Order compare(const Value& a, const Value& b) {
  if (const auto x = number(a), y = number(b); x && y) return order(*x, *y);
  if (const auto *x = a.as<std::string>(), *y = b.as<std::string>(); x && y) return order(*x, *y);
  if (const auto *x = a.as<Nanos>(), *y = b.as<Nanos>(); x && y) return order(*x, *y);
  if (const auto *x = a.as<Bytes>(), *y = b.as<Bytes>(); x && y) return order(x->count, y->count);
  if (const auto *x = a.as<Percent>(), *y = b.as<Percent>(); x && y) return order(x->value, y->value);
  if (a.is<Version>() || b.is<Version>())
    if (const auto x = version_of(a), y = version_of(b); x && y) return order(*x, *y);
  return Order::unordered;
}

std::optional<Version> parse_version(std::string_view text) {
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  Version version;
  while (true) {
    std::uint32_t part = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (problem != std::errc()) return std::nullopt;
    version.parts.push_back(part);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return version;
    // What follows the numbers of `3.4.23+dfsg`, `7.0.0-rc1` or `15.6 (Debian)` orders nothing.
    if (text.front() == '-' || text.front() == '+' || text.front() == ' ' || text.front() == '~') return version;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
}

}  // namespace failc
