#pragma once
// Places in source text. A place is two byte offsets; lines and columns exist only when printing.
#include <compare>
#include <cstdint>

namespace failc {

/// A half-open range of byte offsets [begin, end) in one source file. Files are at most 256 MiB.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  auto operator<=>(const Span&) const = default;
};

/// From the start of `a` to the end of `b`.
constexpr Span cover(Span a, Span b) { return {a.begin, b.end}; }

/// An index that cannot be mixed up with another kind's. `Tag` is an incomplete type that names the kind.
template <class Tag>
struct Id {
  std::uint32_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using FileId = Id<struct FileTag>;

/// A span in one of the files of a SourceMap.
struct Place {
  FileId file;
  Span span;
  auto operator<=>(const Place&) const = default;
};

}  // namespace failc
