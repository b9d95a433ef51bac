#include "grammar/diag/display.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace failc::diag {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kTab = "    ";

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Sorted. From Unicode's EastAsianWidth (W and F) and the common blocks of combining marks: a caret that is a column off
// under a rarer script does no harm.
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
                           {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                           {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kNarrowest[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x200B, 0x200D},
                                {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
constexpr Range kUnsafe[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
                             {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

template <std::size_t N>
bool within(const Range (&ranges)[N], std::uint32_t point) {
  return std::any_of(std::begin(ranges), std::end(ranges), [&](Range r) { return r.first <= point && point <= r.last; });
}

struct Decoded {
  std::uint32_t point = 0;
  std::size_t bytes = 0;  // 0: no UTF-8
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3F);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {point, length};
}

}  // namespace

Glyph first_glyph(std::string_view text) {
  if (text[0] == '\t') return {1, kTab, static_cast<unsigned>(kTab.size())};
  const Decoded decoded = decode(text);
  if (decoded.bytes == 0) return {1, kReplacement, 1};
  if (within(kUnsafe, decoded.point)) return {decoded.bytes, kReplacement, 1};
  const unsigned columns = decoded.point < 0x300 ? 1 : within(kNarrowest, decoded.point) ? 0 : within(kWide, decoded.point) ? 2 : 1;
  return {decoded.bytes, text.substr(0, decoded.bytes), columns};
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    if (text[0] == '\n') {
      shown += '\n';
      text.remove_prefix(1);
      continue;
    }
    const Glyph glyph = first_glyph(text);
    shown += glyph.shown;
    text.remove_prefix(glyph.bytes);
  }
  return shown;
}

}  // namespace failc::diag
