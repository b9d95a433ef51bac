#pragma once
// Spans to plan::Source, for text that is visited mostly in order: the line last found is where the next search begins.
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::check {

class Places {
 public:
  Places(std::string_view text, std::uint32_t file);
  plan::Source source(Span span) const;
  /// The text of `span` up to its first line end, at most `limit` bytes.
  std::string_view first_line(Span span, std::size_t limit = 400) const;
  std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

 private:
  std::string_view text_;
  std::uint32_t file_;
  std::vector<std::uint32_t> starts_;
  mutable std::uint32_t line_ = 0;
  mutable std::uint32_t counted_ = 0;  // on line_: up to this offset …
  mutable std::uint32_t column_ = 1;   // … and its column
};

}  // namespace failc::check
