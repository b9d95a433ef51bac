#include "interpreter/report/text.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace failc::report {
namespace {

struct CodePoint { std::uint32_t value = 0; std::size_t length = 0; };  // length 0: not UTF-8 here

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

bool xml_holds(std::uint32_t c) { return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF); }

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const bool control = point.value < 0x20 ? point.value != '\n' && point.value != '\t' : point.value >= 0x7F && point.value < 0xA0;
    const std::size_t length = point.length ? point.length : 1;
    if (point.length == 0 || control) {
      for (std::size_t i = 0; i < length; ++i) out += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[i]));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const std::size_t length = point.length ? point.length : 1;
    if (point.length == 0) out += "\xEF\xBF\xBD";
    else if (point.value == '&') out += "&amp;";
    else if (point.value == '<') out += "&lt;";
    else if (point.value == '>') out += "&gt;";
    else if (point.value == '"') out += "&quot;";
    else if (point.value == '\n' || point.value == '\r' || point.value == '\t') out += fmt::format("&#{};", point.value);  // attributes would lose them
    else if (xml_holds(point.value)) out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

}  // namespace failc::report
