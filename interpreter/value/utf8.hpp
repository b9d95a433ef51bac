#pragma once
// Just enough UTF-8 to print and cut text that servers sent.
#include <cstddef>
#include <string_view>

#include "grammar/base/utf8.hpp"

namespace failc {

/// Length of the well-formed sequence at `at`, or 0 where there is none.
inline std::size_t utf8_sequence(std::string_view text, std::size_t at) { return utf8::length(text.data() + at, text.data() + text.size()); }

inline bool valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/// The longest prefix of at most `limit` bytes that does not end inside a sequence.
inline std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace failc
