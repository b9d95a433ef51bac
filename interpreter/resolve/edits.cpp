#include "interpreter/resolve/edits.hpp"

#include <algorithm>

namespace failc::resolve {

std::string Edits::applied(std::string_view text, Span range) const {
  std::vector<const Edit*> inside;
  for (const Edit& edit : edits_)
    if (edit.span.begin >= range.begin && edit.span.end <= range.end) inside.push_back(&edit);
  std::stable_sort(inside.begin(), inside.end(), [](const Edit* a, const Edit* b) { return a->span.begin != b->span.begin ? a->span.begin < b->span.begin : a->span.end > b->span.end; });
  std::string out;
  std::uint32_t at = range.begin;
  for (const Edit* edit : inside) {
    if (edit->span.begin < at) continue;
    out += text.substr(at, edit->span.begin - at);
    out += edit->text;
    at = edit->span.end;
  }
  out += text.substr(at, range.end - at);
  return out;
}

}  // namespace failc::resolve
