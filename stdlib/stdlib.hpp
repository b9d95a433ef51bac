#pragma once
// The library that is written in the language, embedded at build time.
#include <optional>
#include <string_view>
#include <vector>

namespace failc::stdlib {
/// The text of `std.NAME`, or nothing.
std::optional<std::string_view> find(std::string_view name);
std::vector<std::string_view> names();
}  // namespace failc::stdlib
