#pragma once
// Spans to plan::Source, in whatever order and however long a line is: the line last found is where the next search begins, and
// characters are counted from the checkpoint before.
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::check {

class Places {
 public:
  Places(std::string_view text, std::uint32_t file);
  plan::Source source(Span span) const;
  /// The way back.
  Span span(const plan::Source& source) const;
  /// The text of `span` up to its first line end, at most `limit` bytes.
  std::string_view first_line(Span span, std::size_t limit = 400) const;
  std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

 private:
  /// How many characters begin before `offset`.
  std::uint32_t characters(std::uint32_t offset) const;

  std::string_view text_;
  std::uint32_t file_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> counts_;  // of characters, before every kStride-th byte
  mutable std::uint32_t line_ = 0;
};

}  // namespace failc::check
