#include "interpreter/systems/automation/message.hpp"

#include <fmt/format.h>

#include "interpreter/systems/automation/set_config.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::automation {

using Json = nlohmann::ordered_json;

Result<std::string> encode_command(std::int32_t request, const Json& command) {
  if (!command.is_object()) return Error{"a command is a document"};
  Json whole = command;
  whole["$db"] = "admin";
  const auto document = bson::from_json(whole.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!document) return document.error();
  return wire::write_msg(request, 0, 0, document->bytes());
}

Result<Json> decode_reply(std::int32_t request, std::string_view message) {
  const auto parsed = wire::parse(message);
  if (!parsed) return parsed.error();
  const auto* reply = std::get_if<wire::Msg>(&parsed->content);
  if (!reply) return Error{fmt::format("the answer is of another kind: opcode {}", parsed->header.opcode)};
  if (parsed->header.response_to != request) return Error{"the answer is to another question"};
  Json document = Json::parse(bson::canonical_json(bson::View(reply->body)), nullptr, false);
  if (!document.is_object()) return Error{"the answer's document cannot be shown as JSON"};
  return document;
}

std::optional<std::string> failure_of(const Json& reply) {
  if (!reply.is_object()) return "the answer is no document";
  const Json ok = plain(reply.value("ok", Json()));
  if ((ok.is_number() && ok.get<double>() == 1) || ok == true) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = reply.find(key);
    return found != reply.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string name = text("codeName"), message = text("errmsg");
  return fmt::format("{} ({}){}{}", name.empty() ? "error" : name, code_of(reply), message.empty() ? "" : ": ", message);
}

std::int64_t code_of(const Json& reply) {
  const Json code = reply.is_object() ? plain(reply.value("code", Json())) : Json();
  return code.is_number() ? code.get<std::int64_t>() : 0;
}

}  // namespace failc::automation
