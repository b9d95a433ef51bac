#pragma once
// BSON's ObjectId, and the version of a server's view of itself that is built on it.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace failc::sdam {

/// Ordered byte by byte, as election ids are compared.
struct ObjectId {
  std::array<std::uint8_t, 12> bytes{};
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// From 24 hexadecimal digits of either case; nothing where it is anything else.
std::optional<ObjectId> object_id_of(std::string_view digits);
std::string text_of(const ObjectId& id);

/// `counter` only means something between equal `process_id`s.
struct TopologyVersion {
  ObjectId process_id;
  std::int64_t counter = 0;
  friend bool operator==(const TopologyVersion&, const TopologyVersion&) = default;
};

/// The specification's comparison: less wherever one is missing or the processes differ (what comes later is assumed to be newer).
std::strong_ordering compare(const std::optional<TopologyVersion>& current, const std::optional<TopologyVersion>& later);

}  // namespace failc::sdam
