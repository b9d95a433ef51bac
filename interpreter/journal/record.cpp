#include "interpreter/journal/record.hpp"

#include <array>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {
namespace {

using Json = nlohmann::ordered_json;

/// Bytes that need not be escaped or replaced.
constexpr auto kPlain = [] {
  std::array<bool, 256> out{};
  for (unsigned byte = ' '; byte <= '~'; ++byte) out[byte] = byte != '"' && byte != '\\';
  return out;
}();

// Servers may print anything, and a record must not be lost for it.
std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

void write_json(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + 2 * text.size() + 2);  // as if all had to be escaped
  char* to = out.data() + before;
  *to++ = '"';
  for (const char byte : text) {
    if (!kPlain[static_cast<unsigned char>(byte)]) {
      if (byte != '"' && byte != '\\' && byte != '\n') {
        // What is rarer is left to who knows it all.
        out.resize(before);
        out += dumped(text);
        return;
      }
      *to++ = '\\';
    }
    *to++ = byte == '\n' ? 'n' : byte;
  }
  *to++ = '"';
  out.resize(static_cast<std::size_t>(to - out.data()));
}

void write_json(std::string& out, double number) { out += dumped(number); }

// What `dump` writes, without what it sets up each time: records are many, and most of their values short words.
void write_json(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      Record object;
      for (const auto& [key, inner] : value.get_ref<const Json::object_t&>()) object.put(key, inner);
      out += object.finish();
      return;
    }
    case Json::value_t::array: {
      char before = '[';
      for (const Json& inner : value.get_ref<const Json::array_t&>()) {
        out += before;
        write_json(out, inner);
        before = ',';
      }
      out += before == '[' ? "[]" : "]";
      return;
    }
    case Json::value_t::string: return write_json(out, std::string_view(value.get_ref<const std::string&>()));
    case Json::value_t::number_integer: return write_json(out, value.get_ref<const std::int64_t&>());
    case Json::value_t::number_unsigned: return write_json(out, value.get_ref<const std::uint64_t&>());
    case Json::value_t::boolean: return write_json(out, value.get_ref<const bool&>());
    case Json::value_t::null: out += "null"; return;
    case Json::value_t::number_float:
    case Json::value_t::binary:
    case Json::value_t::discarded: out += dumped(value); return;
  }
}

std::string text_of(const Json& record) {
  std::string out;
  write_json(out, record);
  return out;
}

void write_numbered(std::string& out, std::string_view record, std::uint64_t n) {
  out += "{\"n\":";
  write_json(out, n);
  if (record.size() > 2) out += ',';
  out += record.substr(1);
}

}  // namespace failc::journal
