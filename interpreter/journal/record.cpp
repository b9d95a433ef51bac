#include "interpreter/journal/record.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {
namespace {

using Json = nlohmann::ordered_json;

/// Of eight bytes the first that is no plain ASCII, or has to be escaped; 8 where there is none.
std::size_t first_special(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes, kLow = 0x7f * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  // The high bit of each byte: set where its low bits are all zero.
  const auto zero = [](std::uint64_t low) { return ~(low + kLow); };
  const std::uint64_t low = word & kLow, control = ~(low + (0x80 - ' ') * kOnes);
  const std::uint64_t found = (word | control | zero(low ^ '"' * kOnes) | zero(low ^ '\\' * kOnes) | zero(low ^ kLow)) & kHigh;
  if constexpr (std::endian::native == std::endian::little) return static_cast<std::size_t>(std::countr_zero(found)) / 8;
  else return static_cast<std::size_t>(std::countl_zero(found)) / 8;
}

// Servers may print anything, and a record must not be lost for it.
std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

void write_json(std::string& out, std::string_view text) {
  // Texts of spec files are half of what a run of them writes: eight bytes at a time.
  constexpr std::size_t kWord = 8;
  const std::size_t before = out.size();
  std::array<char, 512> piece;
  char* to = piece.data();
  const char* at = text.data();
  const char* const end = at + text.size();
  out += '"';
  while (at != end) {
    if (piece.end() - to < static_cast<std::ptrdiff_t>(2 * kWord)) {
      out.append(piece.data(), to);
      to = piece.data();
    }
    std::array<char, kWord> last{};
    const auto left = static_cast<std::size_t>(end - at);
    if (left < kWord) std::memcpy(last.data(), at, left);
    const char* const word = left < kWord ? last.data() : at;
    const std::size_t plain = std::min(first_special(word), left);
    std::memcpy(to, word, kWord);
    to += plain;
    at += plain;
    if (plain == kWord || at == end) continue;
    if (*at != '"' && *at != '\\' && *at != '\n') {
      // What is rarer is left to who knows it all.
      out.resize(before);
      out += dumped(text);
      return;
    }
    *to++ = '\\';
    *to++ = *at == '\n' ? 'n' : *at;
    ++at;
  }
  out.append(piece.data(), to);
  out += '"';
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
