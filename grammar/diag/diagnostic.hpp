#pragma once
// Diagnostics: the author's mistakes. Every message is a row of catalogue.def.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/span.hpp"
#include "grammar/source/source.hpp"

namespace failc::diag {

enum class Severity : std::uint8_t { error, warning };

enum class Code : std::uint16_t {
#define FAILC_DIAGNOSTIC(code, severity, name, message, help) name,
#include "grammar/diag/catalogue.def"
#undef FAILC_DIAGNOSTIC
};

struct Row {
  const char* code;  // "F0101"
  Severity severity;
  const char* name;     // "unexpected_character"
  const char* message;  // fmt pattern; arguments are strings
  const char* help;     // fmt pattern over the same arguments, or ""
};
const Row& row(Code code);
std::size_t row_count();

struct Note {
  std::optional<Place> place;
  std::string text;
};

/// A change of the text that mends the mistake: replace `span` by `text`.
struct Fix {
  Place place;
  std::string text;
};

struct Diagnostic {
  Code code;
  Place place;
  std::string message;
  std::string help;  // what to do; may be empty
  std::vector<Note> notes;
  std::optional<Fix> fix;
  Severity severity() const { return row(code).severity; }
};

/// Collects diagnostics. `report` fills the catalogue's patterns with `arguments`.
class Sink {
 public:
  Diagnostic& report(Code code, Place place, std::initializer_list<std::string_view> arguments = {});
  const std::vector<Diagnostic>& all() const { return items_; }
  std::vector<Diagnostic>& all() { return items_; }
  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  /// Takes the diagnostics of `other`, whose files have got numbers that are `offset` higher.
  void absorb(Sink&& other, std::uint32_t offset);
  /// Orders by file and place; drops exact repetitions (same code and place).
  void finish();

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

enum class Format : std::uint8_t { text, json, sarif, github };

/// `path:line:col: error[F0123]: text`, the source line with a caret, notes and help. `colour` uses ANSI escapes.
std::string render(const std::vector<Diagnostic>& items, const SourceMap& sources, Format format, bool colour);

/// The candidate nearest to `word` (edit distance at most a third of its length, at least 1), or "".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace failc::diag
