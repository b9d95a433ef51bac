#pragma once
// Text of unknown origin as a terminal may show it.
#include <cstddef>
#include <string>
#include <string_view>

namespace failc::diag {

/// One character of a line: its bytes, what is shown for it, and how many columns that takes.
struct Glyph {
  std::size_t bytes = 0;
  std::string_view shown;
  unsigned columns = 0;
};

/// The first character of `text`, which is not empty. A tab is four spaces; control characters, those that change the
/// direction of writing and bytes that are no UTF-8 are shown as U+FFFD.
Glyph first_glyph(std::string_view text);

/// `text` with every character as `first_glyph` shows it; newlines stay.
std::string printable(std::string_view text);

}  // namespace failc::diag
