#include "interpreter/resolve/literal.hpp"

#include <limits>

#include <fmt/format.h>

namespace failc::resolve {
namespace {

/// One unit: several in one literal are not written.
std::string duration(Nanos value) {
  struct Unit { const char* name; std::int64_t nanoseconds; };
  static constexpr Unit units[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}};
  for (const Unit& unit : units)
    if (value.count() != 0 && value.count() % unit.nanoseconds == 0) return fmt::format("{}{}", value.count() / unit.nanoseconds, unit.name);
  return value.count() == 0 ? "0s" : fmt::format("{}ns", value.count());
}

std::string node(const plan::Plan& plan, std::uint32_t index) {
  const plan::Node& found = plan.nodes[index];
  const plan::Group& group = plan.groups[found.group];
  const plan::Cluster& cluster = plan.clusters[group.cluster];
  return fmt::format("{}{}[{}]", written_name(cluster.name), cluster.groups.size() > 1 ? "." + group.name : "", found.index);
}

/// Texts of several, or nothing where one has none.
template <class Items, class Text>
std::optional<std::string> joined(const Items& items, const Text& text) {
  std::string out;
  for (const auto& item : items) {
    const std::optional<std::string> one = text(item);
    if (!one) return std::nullopt;
    out += (out.empty() ? "" : ", ") + *one;
  }
  return out;
}

}  // namespace

std::string_view written_name(std::string_view name) { return name.substr(0, name.find('#')); }

std::optional<std::string> literal(const plan::Plan& plan, const Value& value) {
  if (value.undefined()) return std::nullopt;
  if (const auto* found = value.as<NodeRef>()) return found->index < plan.nodes.size() ? std::optional(node(plan, found->index)) : std::nullopt;
  if (const auto* found = value.as<Nanos>()) return duration(*found);
  if (const auto* list = value.as<List>()) {
    const auto items = joined(*list, [&](const Value& item) { return literal(plan, item); });
    return items ? std::optional("[" + *items + "]") : std::nullopt;
  }
  if (const auto* document = value.as<Document>()) {
    const auto entries = joined(document->entries, [&](const auto& entry) -> std::optional<std::string> {
      const auto text = literal(plan, entry.second);
      return text ? std::optional(show(Value(entry.first), {}, std::numeric_limits<std::size_t>::max() / 2) + ": " + *text) : std::nullopt;
    });
    return entries ? std::optional(entries->empty() ? "{}" : "{ " + *entries + " }") : std::nullopt;
  }
  if (const auto* range = value.as<Range>()) {
    const auto low = literal(plan, range->ends.front()), high = literal(plan, range->ends.back());
    return low && high ? std::optional(*low + " .. " + *high) : std::nullopt;
  }
  return show(value, {}, std::numeric_limits<std::size_t>::max() / 2);
}

}  // namespace failc::resolve
