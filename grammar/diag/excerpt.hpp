#pragma once
// The part of a source line around a place, and the caret line under it.
#include <cstdint>
#include <string>
#include <string_view>

#include "grammar/base/span.hpp"
#include "grammar/source/source.hpp"

namespace failc::diag {

/// Widest excerpt in columns; a longer line is cut on both sides, with `…` where it goes on.
inline constexpr unsigned kExcerptColumns = 120;

struct Excerpt {
  std::string text;
  std::string carets;  // spaces, then at least one `^`
};

/// `span` is clamped to the line that it begins on.
Excerpt excerpt(const SourceFile& file, Span span);

/// A line as an excerpt shows it, cut at its end if it is too long.
std::string shown_line(std::string_view line);

}  // namespace failc::diag
