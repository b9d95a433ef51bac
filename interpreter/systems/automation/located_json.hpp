#pragma once
// JSON in which every value and every key knows its place in the text.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"

namespace failc::automation {

/// A mistake in a config. `help` may be empty.
struct Problem {
  Span place;
  std::string message, help;
};

struct LocatedMember;

struct Located {
  enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, object };
  Kind kind = Kind::null;
  Span place;  // of a list or an object: its first bracket
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<Located> items;
  std::vector<LocatedMember> members;  // in the order of the text; no key twice

  const LocatedMember* find(std::string_view key) const;
};

struct LocatedMember {
  std::string key;
  Span key_place;
  Located value;
};

/// "a number", "a list", …
std::string_view noun(Located::Kind kind);

/// Reads strict JSON (UTF-8, at most 64 levels deep). Where `problems` grew, the value is not to be used.
Located read_located(std::string_view text, std::vector<Problem>& problems);

}  // namespace failc::automation
