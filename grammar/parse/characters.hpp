#pragma once
// What may stand in a file at all, before it is cut into tokens.
#include <array>
#include <cstdint>
#include <string_view>

#include "grammar/diag/diagnostic.hpp"

namespace failc::parse {

/// Reports bytes that are no UTF-8 (once for each run of them) and control characters other than tab and line ends, at most a
/// thousand of them: a file with more is no text.
void check_characters(std::string_view text, FileId file, diag::Sink& sink);

/// A control character that may not stand in a file. A carriage return may, before a line feed.
constexpr bool is_control(unsigned char byte) { return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F; }

enum class ByteClass : std::uint8_t { other, space, line_end, letter, digit, quote, hash, punctuation };

constexpr std::array<ByteClass, 256> make_byte_classes() {
  std::array<ByteClass, 256> out{};
  for (char c : {' ', '\t'}) out[static_cast<unsigned char>(c)] = ByteClass::space;
  for (char c : {'\n', '\r', ';'}) out[static_cast<unsigned char>(c)] = ByteClass::line_end;
  for (unsigned c = 'a'; c <= 'z'; ++c) out[c] = ByteClass::letter;
  for (unsigned c = 'A'; c <= 'Z'; ++c) out[c] = ByteClass::letter;
  out['_'] = ByteClass::letter;
  for (unsigned c = '0'; c <= '9'; ++c) out[c] = ByteClass::digit;
  out['"'] = ByteClass::quote;
  out['#'] = ByteClass::hash;
  for (char c : std::string_view("{}()[],:.|=!<>+-*/")) out[static_cast<unsigned char>(c)] = ByteClass::punctuation;
  return out;
}
inline constexpr std::array<ByteClass, 256> kByteClasses = make_byte_classes();
constexpr ByteClass byte_class(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word_byte(char c) { return byte_class(c) == ByteClass::letter || is_digit(c); }

}  // namespace failc::parse
