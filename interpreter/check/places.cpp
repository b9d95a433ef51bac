#include "interpreter/check/places.hpp"

#include <algorithm>
#include <cstring>

namespace failc::check {
namespace {

constexpr std::uint32_t kStride = 64;

bool begins(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

Places::Places(std::string_view text, std::uint32_t file) : text_(text), file_(file) {
  starts_.push_back(0);
  const char* begin = text.data();
  const char* end = begin + text.size();
  for (const char* at = begin; at != end;) {
    const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (found == nullptr) break;
    at = static_cast<const char*>(found) + 1;
    starts_.push_back(static_cast<std::uint32_t>(at - begin));
  }
  counts_.reserve(text.size() / kStride + 2);
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += kStride) {
    counts_.push_back(count);
    for (const char byte : text.substr(i, kStride)) count += begins(byte);
  }
  counts_.push_back(count);
}

std::uint32_t Places::characters(std::uint32_t offset) const {
  const std::uint32_t stride = offset / kStride;
  std::uint32_t count = counts_[stride];
  // As many characters as bytes: all of them are ASCII.
  if (stride + 1 < counts_.size() && counts_[stride + 1] - count == kStride) return count + offset % kStride;
  for (std::uint32_t i = stride * kStride; i < offset; ++i) count += begins(text_[i]);
  return count;
}

plan::Source Places::source(Span span) const {
  const auto holds = [&](std::uint32_t line) {
    return starts_[line] <= span.begin && (line + 1 == starts_.size() || span.begin < starts_[line + 1]);
  };
  if (!holds(line_)) {
    if (line_ + 1 < starts_.size() && holds(line_ + 1)) {
      ++line_;
    } else {
      auto after = std::upper_bound(starts_.begin(), starts_.end(), span.begin);
      line_ = static_cast<std::uint32_t>(after - starts_.begin() - 1);
    }
  }
  const std::uint32_t start = starts_[line_];
  const std::uint32_t line_end = line_ + 1 < starts_.size() ? starts_[line_ + 1] - 1 : static_cast<std::uint32_t>(text_.size());
  const std::uint32_t before = characters(span.begin), end = std::min(span.end, line_end);
  const std::uint32_t length = end > span.begin ? characters(end) - before : 0;
  return {file_, line_ + 1, before - characters(start) + 1, std::max(length, 1u)};
}

Span Places::span(const plan::Source& source) const {
  const auto behind = [&](std::uint32_t from, std::uint32_t many) {
    for (; many > 0 && from < text_.size(); --many)
      do ++from;
      while (from < text_.size() && !begins(text_[from]));
    return from;
  };
  const std::uint32_t begin = behind(starts_[source.line - 1], source.column - 1);
  return {begin, behind(begin, source.length)};
}

std::string_view Places::first_line(Span span, std::size_t limit) const {
  std::string_view all = text(span);
  all = all.substr(0, all.find('\n'));
  while (!all.empty() && (all.back() == ' ' || all.back() == '\r' || all.back() == '\t')) all.remove_suffix(1);
  if (all.size() <= limit) return all;
  std::size_t cut = limit;
  while (cut > 0 && (static_cast<unsigned char>(all[cut]) & 0xC0) == 0x80) --cut;
  return all.substr(0, cut);
}

}  // namespace failc::check
