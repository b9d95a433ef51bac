#pragma once
// Source files in memory, and offsets as lines and columns for people.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "grammar/base/span.hpp"

namespace failc {

/// 1-based; `column` counts Unicode code points.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct SourceFile {
  std::string path;  // as the user wrote it; "<stdlib>/kvdb.fail" for embedded ones
  std::string text;

  LineColumn position(std::uint32_t offset) const;
  /// The line (without its newline) that holds `offset`.
  std::string_view line_at(std::uint32_t offset) const;

 private:
  mutable std::vector<std::uint32_t> starts_;  // made when first asked
  const std::vector<std::uint32_t>& starts() const;
  struct Counted {
    std::uint32_t offset = 0;
    std::uint32_t code_points = 0;  // between the start of the line and `offset`
  };
  mutable Counted counted_;  // the place last asked for
};

/// Owns the text that tokens and trees point into; addresses are stable.
class SourceMap {
 public:
  FileId add(std::string path, std::string text);
  const SourceFile& operator[](FileId id) const { return files_[id.value]; }
  std::size_t size() const { return files_.size(); }
  /// Takes the files of `other`, behind its own; what the first one's number is now.
  std::uint32_t absorb(SourceMap&& other);

 private:
  std::deque<SourceFile> files_;
};

/// Largest file that is read, in bytes. Spans are 32 bits and nobody writes more by hand.
inline constexpr std::size_t kMaxFileBytes = 256u << 20;

/// Reads a file whole. Errors are whole sentences that name the path and the reason (absent, a directory, no permission,
/// too large, no file at all but a pipe or a device: those are never opened).
Result<std::string> read_file(const std::string& path);

}  // namespace failc
