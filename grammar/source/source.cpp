#include "grammar/source/source.hpp"

#include <algorithm>

#include "grammar/base/bug.hpp"

namespace failc {

namespace {

std::uint32_t code_points(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

const std::vector<std::uint32_t>& SourceFile::starts() const {
  if (starts_.empty()) {
    starts_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
      starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
  }
  return starts_;
}

LineColumn SourceFile::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  const auto& lines = starts();
  const auto after = std::upper_bound(lines.begin(), lines.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - lines.begin());
  const std::uint32_t start = *(after - 1);
  // Thousands of diagnostics may stand on one endless line: go on from the last place asked for.
  Counted from{start, 0};
  if (counted_.offset >= start && counted_.offset <= offset) from = counted_;
  const std::uint32_t before = from.code_points + code_points(std::string_view(text).substr(from.offset, offset - from.offset));
  counted_ = {offset, before};
  return {line, before + 1};
}

std::string_view SourceFile::line_at(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  const auto& lines = starts();
  const auto after = std::upper_bound(lines.begin(), lines.end(), offset);
  const std::size_t begin = *(after - 1);
  const std::size_t end = after == lines.end() ? text.size() : *after - 1;
  std::string_view line = std::string_view(text).substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

FileId SourceMap::add(std::string path, std::string text) {
  FAILC_ASSERT(text.size() <= kMaxFileBytes);
  SourceFile& file = files_.emplace_back();
  file.path = std::move(path);
  file.text = std::move(text);
  return FileId{static_cast<std::uint32_t>(files_.size() - 1)};
}

std::uint32_t SourceMap::absorb(SourceMap&& other) {
  const auto first = static_cast<std::uint32_t>(files_.size());
  for (SourceFile& file : other.files_) files_.push_back(std::move(file));
  other.files_.clear();
  return first;
}

}  // namespace failc
