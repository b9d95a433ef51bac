// Any bytes: the formatter refuses them, or its result says the same and is its own formatting.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "grammar/format/format.hpp"

namespace {

using failc::FileId;
using failc::SourceMap;

failc::Result<std::string> formatted(std::string text) {
  SourceMap sources;
  failc::diag::Sink sink;
  const FileId file = sources.add("fuzz.fail", std::move(text));
  auto result = failc::format::format(sources, file, sink);
  if (!result && !sink.has_errors()) {
    std::cerr << result.error().message << "\n";
    std::abort();
  }
  return result;
}

/// Everything but what formatting may change: spaces, line ends, `;`.
std::string substance(std::string_view text) {
  std::string out;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const char c : text) {
    if (std::string_view(" \t\r\n;").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto once = formatted(text);
  if (!once) return 0;
  if (substance(*once) != substance(text)) std::abort();
  const auto twice = formatted(*once);
  if (!twice || *twice != *once) std::abort();
  return 0;
}
