#include <charconv>
#include <string_view>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kUsual = 192;  // bytes of a record

/// Whether nothing in it has to be escaped or replaced.
bool plain(std::string_view text) {
  for (const char byte : text)
    if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\') return false;
  return true;
}

// Servers may print anything, and a record must not be lost for it.
std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

void write(const std::string& text, std::string& out) {
  if (!plain(text)) {
    out += dumped(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

template <class Integer>
void write_integer(Integer number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// What `dump` writes, without what `dump` sets up for each value: records are many, and most of them short words.
void write(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object: {
      char before = '{';
      for (const auto& [key, inner] : value.get_ref<const Json::object_t&>()) {
        out += before;
        write(key, out);
        out += ':';
        write(inner, out);
        before = ',';
      }
      out += before == '{' ? "{}" : "}";
      return;
    }
    case Json::value_t::array: {
      char before = '[';
      for (const Json& inner : value.get_ref<const Json::array_t&>()) {
        out += before;
        write(inner, out);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      return;
    }
    case Json::value_t::string: return write(value.get_ref<const std::string&>(), out);
    case Json::value_t::number_integer: return write_integer(value.get_ref<const std::int64_t&>(), out);
    case Json::value_t::number_unsigned: return write_integer(value.get_ref<const std::uint64_t&>(), out);
    case Json::value_t::boolean: out += value.get_ref<const bool&>() ? "true" : "false"; return;
    case Json::value_t::null: out += "null"; return;
    case Json::value_t::number_float:
    case Json::value_t::binary:
    case Json::value_t::discarded: out += dumped(value); return;
  }
}

}  // namespace

std::string text_of(const Json& record) {
  std::string out;
  write(record, out);
  return out;
}

std::string numbered(const Json& record, std::uint64_t n) {
  std::string line;
  line.reserve(kUsual);
  line = "{\"n\":";
  write_integer(n, line);
  const std::size_t end = line.size();
  write(record, line);
  // In place of the brace that the record began with.
  if (line.size() > end + 2) line[end] = ',';
  else line.erase(end, 1);
  return line;
}

}  // namespace failc::journal
