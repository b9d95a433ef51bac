#pragma once
// Finds out whether a word is one of the language's: one probe of a table made at compile time.
#include <array>
#include <cstring>
#include <string_view>

#include "grammar/ast/token.hpp"

namespace failc::parse {

class WordTable {
 public:
  constexpr WordTable() {
    for (std::size_t i = 0; i < std::size(kWords); ++i) {
      std::size_t slot = hash(kWords[i].text);
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i + 1);
    }
  }

  ast::Kind find(std::string_view text) const {
    if (text.size() < 2 || text.size() > 10) return ast::Kind::name;
    for (std::size_t slot = hash(text); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      const Word& word = kWords[slots_[slot] - 1u];
      if (word.text == text) return word.kind;
    }
    return ast::Kind::name;
  }

 private:
  struct Word {
    std::string_view text;
    ast::Kind kind;
  };
  static constexpr Word kWords[] = {
#define WORD(kind, text, reserved) {text, ast::Kind::kind},
      FAILC_WORDS(WORD)
#undef WORD
  };
  static constexpr std::size_t kSlots = 1024;
  static_assert(std::size(kWords) < 255, "slots are bytes");

  static constexpr std::size_t hash(std::string_view text) {
    auto byte = [text](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
    return (byte(0) * 41 + byte(1) * 113 + byte(text.size() - 1) * 7 + byte(text.size() / 2) * 29 + text.size() * 197) % kSlots;
  }

  std::array<std::uint8_t, kSlots> slots_{};
};

inline constexpr WordTable kWordTable;

}  // namespace failc::parse
