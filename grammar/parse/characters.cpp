#include "grammar/parse/characters.hpp"

#include <fmt/format.h>

#include <cstring>

#include "grammar/base/utf8.hpp"

namespace failc::parse {
namespace {

constexpr std::size_t kMostReports = 1000;

/// True where none of eight bytes is a control character, DEL or beyond ASCII. Line ends and tabs make it false too.
bool plain(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  constexpr std::uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
  const std::uint64_t below_space = (word - ones * 0x20) & ~word & high;
  const std::uint64_t deleted = word ^ (ones * 0x7F);
  return ((word & high) | below_space | ((deleted - ones) & ~deleted & high)) == 0;
}

}  // namespace

void check_characters(std::string_view text, FileId file, diag::Sink& sink) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::size_t reports = 0;
  auto place = [&](const char* from, const char* to) {
    return Place{file, {static_cast<std::uint32_t>(from - begin), static_cast<std::uint32_t>(to - begin)}};
  };
  for (const char* at = begin; at != end && reports < kMostReports;) {
    if (end - at >= 8 && plain(at)) {
      at += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(*at);
    if (byte >= 0x80) {
      if (std::size_t size = utf8::length(at, end)) {
        at += size;
        continue;
      }
      const char* run = at;
      while (run != end && static_cast<unsigned char>(*run) >= 0x80 && utf8::length(run, end) == 0) ++run;
      sink.report(diag::Code::invalid_utf8, place(at, run), {fmt::format("0x{:02X}", byte)});
      ++reports;
      at = run;
      continue;
    }
    if (is_control(byte) && !(byte == '\r' && at + 1 != end && at[1] == '\n')) {
      sink.report(diag::Code::control_character, place(at, at + 1), {fmt::format("0x{:02X}", byte)});
      ++reports;
    }
    ++at;
  }
}

}  // namespace failc::parse
