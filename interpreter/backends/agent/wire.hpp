#pragma once
// Byte strings in JSON. What is text stays text; anything else becomes {"base64": "…"}.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace failc::agent {

nlohmann::json to_wire(std::string_view bytes);
std::optional<std::string> from_wire(const nlohmann::json& json);

bool valid_utf8(std::string_view text);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
/// Text with every byte that is not UTF-8 replaced by `?`: for messages.
std::string printable(std::string_view bytes);

}  // namespace failc::agent
