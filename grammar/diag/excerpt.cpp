#include "grammar/diag/excerpt.hpp"

#include <algorithm>

#include "grammar/diag/display.hpp"

namespace failc::diag {

namespace {

constexpr std::string_view kMore = "…";
constexpr unsigned kBefore = kExcerptColumns / 3;  // columns kept before the place on a line that is cut

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Appends the glyphs of `text` until `columns` are used; returns the bytes taken.
std::size_t append(std::string& out, std::string_view text, unsigned& columns) {
  std::size_t taken = 0;
  while (taken < text.size()) {
    const Glyph glyph = first_glyph(text.substr(taken));
    if (glyph.columns > columns) break;
    columns -= glyph.columns;
    out += glyph.shown;
    taken += glyph.bytes;
  }
  return taken;
}

unsigned columns_of(std::string_view text) {
  unsigned columns = 0;
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes);
  }
  return columns;
}

/// Whether the line fits, without looking at all of an endless one.
bool fits(std::string_view line) { return line.size() <= kExcerptColumns * 8 && columns_of(line) <= kExcerptColumns; }

/// The first byte of what is shown before `at`: whole characters, at most `kBefore` columns.
std::size_t window_start(std::string_view line, std::size_t at) {
  unsigned left = kBefore;
  std::size_t start = at;
  for (std::size_t steps = 0; start > 0 && steps < kExcerptColumns; ++steps) {
    std::size_t previous = start - 1;
    while (previous > 0 && start - previous < 4 && continues(line[previous])) --previous;
    const unsigned columns = columns_of(line.substr(previous, start - previous));
    if (columns > left) break;
    left -= columns;
    start = previous;
  }
  return start;
}

}  // namespace

Excerpt excerpt(const SourceFile& file, Span span) {
  const std::string_view line = file.line_at(span.begin);
  const auto offset = static_cast<std::uint32_t>(line.data() - file.text.data());
  const std::size_t begin = std::min<std::size_t>(span.begin - std::min(span.begin, offset), line.size());
  const std::size_t end = std::clamp<std::size_t>(span.end - std::min(span.end, offset), begin, line.size());

  const bool whole = fits(line);
  const std::size_t start = whole ? 0 : window_start(line, begin);
  Excerpt result;
  unsigned left = kExcerptColumns;
  if (start > 0) {
    result.text = kMore;
    result.carets = " ";
    --left;
  }
  const unsigned room = left;
  std::size_t shown = start + append(result.text, line.substr(start, begin - start), left);
  result.carets.append(room - left, ' ');
  const unsigned before_marked = left;
  shown += append(result.text, line.substr(shown, end - shown), left);
  result.carets.append(std::max(1u, before_marked - left), '^');
  shown += append(result.text, line.substr(shown), left);
  if (shown < line.size()) result.text += kMore;
  return result;
}

std::string shown_line(std::string_view line) {
  std::string text;
  unsigned left = kExcerptColumns;
  if (append(text, line, left) < line.size()) text += kMore;
  return text;
}

}  // namespace failc::diag
