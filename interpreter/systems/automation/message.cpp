#include "interpreter/systems/automation/message.hpp"

#include <bson/bson.h>

#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "interpreter/systems/automation/set_config.hpp"

namespace failc::automation {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::uint32_t kOpMsg = 2013;
constexpr std::size_t kLongest = 48'000'000;
constexpr std::uint32_t kChecksum = 1;

struct Document {
  bson_t* bson;
  ~Document() {
    if (bson) bson_destroy(bson);
  }
};
struct Free {
  void operator()(char* text) const { bson_free(text); }
};

void put(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

std::uint32_t get(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

}  // namespace

Result<std::string> encode_command(std::int32_t request, const Json& command) {
  const std::string text = command.dump(-1, ' ', false, Json::error_handler_t::replace);
  bson_error_t why;
  const Document document{bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &why)};
  if (!document.bson) return Error{std::string("the command is no document: ") + why.message};
  if (!bson_append_utf8(document.bson, "$db", -1, "admin", -1)) return Error{"the command is too long"};
  std::string out;
  put(out, static_cast<std::uint32_t>(kHeaderBytes + 5 + document.bson->len));
  put(out, static_cast<std::uint32_t>(request));
  put(out, 0);
  put(out, kOpMsg);
  put(out, 0);
  out += '\0';
  out.append(reinterpret_cast<const char*>(bson_get_data(document.bson)), document.bson->len);
  return out;
}

Result<std::size_t> message_length(std::string_view header) {
  if (header.size() < kHeaderBytes) return Error{"the message is shorter than a header"};
  const std::size_t length = get(header, 0);
  if (length < kHeaderBytes + 5 || length > kLongest) return Error{fmt::format("a message cannot be {} bytes long", static_cast<std::int32_t>(length))};
  return length;
}

Result<Json> decode_reply(std::int32_t request, std::string_view message) {
  const auto length = message_length(message);
  if (!length) return length.error();
  if (*length != message.size()) return Error{"the message is not as long as its header says"};
  if (get(message, 12) != kOpMsg) return Error{fmt::format("the answer is of another kind: opcode {}", get(message, 12))};
  if (get(message, 8) != static_cast<std::uint32_t>(request)) return Error{"the answer is to another question"};
  const std::uint32_t flags = get(message, 16);
  std::string_view sections = message.substr(kHeaderBytes + 4);
  if (flags & kChecksum) {
    if (sections.size() < 4) return Error{"the message is cut off"};
    sections.remove_suffix(4);
  }
  if (sections.empty() || sections[0] != 0) return Error{"the answer does not begin with its body"};
  sections.remove_prefix(1);
  if (sections.size() < 5 || get(sections, 0) > sections.size()) return Error{"the answer's document is cut off"};
  bson_t document;
  if (!bson_init_static(&document, reinterpret_cast<const std::uint8_t*>(sections.data()), get(sections, 0)) ||
      !bson_validate(&document, BSON_VALIDATE_UTF8, nullptr))
    return Error{"the answer's document is malformed"};
  std::size_t text_length = 0;
  const std::unique_ptr<char, Free> text(bson_as_canonical_extended_json(&document, &text_length));
  if (!text) return Error{"the answer's document is malformed"};
  Json reply = Json::parse(text.get(), text.get() + text_length, nullptr, false);
  if (!reply.is_object()) return Error{"the answer's document is malformed"};
  return reply;
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
