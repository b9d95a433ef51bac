#pragma once
// What all parts of a connection string are read with.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace failc::mongodb {

/// Letters A to Z only.
std::string lower_ascii(std::string_view text);
/// Without percent escapes. Nothing: one of them is none, or what results is no UTF-8, or holds a zero byte.
std::optional<std::string> without_escapes(std::string_view text);
bool is_utf8(std::string_view text);
/// At every `separator`; an empty text is one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace failc::mongodb
