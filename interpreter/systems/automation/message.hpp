#pragma once
// One command to a server and its reply, as OP_MSG with one body: all that the agent and the stages ever ask.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"

namespace failc::automation {

/// `command` in Extended JSON; `$db: "admin"` is added. An error where it is no document.
Result<std::string> encode_command(std::int32_t request, const nlohmann::ordered_json& command);
/// The whole message that answers `request`, in canonical Extended JSON.
Result<nlohmann::ordered_json> decode_reply(std::int32_t request, std::string_view message);

/// Nothing where a reply (plain or canonical) says ok; else `codeName (code): errmsg`.
std::optional<std::string> failure_of(const nlohmann::ordered_json& reply);
/// Its `code`, or 0.
std::int64_t code_of(const nlohmann::ordered_json& reply);
inline constexpr std::int64_t kCommandNotFound = 59;

}  // namespace failc::automation
