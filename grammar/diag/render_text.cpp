#include <fmt/format.h>

#include <iterator>

#include "grammar/diag/display.hpp"
#include "grammar/diag/excerpt.hpp"
#include "grammar/diag/render.hpp"

namespace failc::diag {

namespace {

struct Colours {
  const char* error = "";
  const char* warning = "";
  const char* note = "";
  const char* faint = "";
  const char* bold = "";
  const char* off = "";
};

constexpr Colours kAnsi{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[2m", "\x1b[1m", "\x1b[0m"};

class Writer {
 public:
  Writer(const SourceMap& sources, bool colour) : sources_(sources), colours_(colour ? kAnsi : Colours{}) {}

  void write(const Diagnostic& item) {
    const char* colour = item.severity() == Severity::error ? colours_.error : colours_.warning;
    const auto& c = colours_;
    emit("{}{}{}: {}{}[{}]{}: {}{}{}\n", c.bold, where(item.place), c.off, colour, severity_name(item.severity()), row(item.code).code,
         c.off, c.bold, printable(item.message), c.off);
    show(item.place, colour);
    for (const Note& note : item.notes) {
      if (note.place) emit("{}: ", where(*note.place));
      emit("{}note:{} {}\n", c.note, c.off, printable(note.text));
      if (note.place) show(*note.place, c.note);
    }
    if (!item.help.empty()) emit("{}help:{} {}\n", c.note, c.off, printable(item.help));
    if (item.fix) show(*item.fix);
  }

  std::string take() { return std::move(out_); }

 private:
  template <class... Arguments>
  void emit(fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), pattern, std::forward<Arguments>(arguments)...);
  }

  std::string where(Place place) const {
    const SourceFile& file = sources_[place.file];
    const LineColumn at = file.position(place.span.begin);
    return fmt::format("{}:{}:{}", printable(file.path), at.line, at.column);
  }

  void show(Place place, const char* colour) {
    const SourceFile& file = sources_[place.file];
    if (file.text.empty()) return;
    const Excerpt found = excerpt(file, place.span);
    const std::string number = std::to_string(file.position(place.span.begin).line);
    emit("{} {} | {}{}\n", colours_.faint, number, colours_.off, found.text);
    emit("{} {:{}} | {}{}{}{}\n", colours_.faint, "", number.size(), colours_.off, colour, found.carets, colours_.off);
  }

  /// The line as it would be. A fix over several lines is for tools.
  void show(const Fix& fix) {
    const SourceFile& file = sources_[fix.place.file];
    const Span span = fix.place.span;
    const std::string_view line = file.line_at(span.begin);
    const auto start = static_cast<std::size_t>(line.data() - file.text.data());
    if (fix.text.find('\n') != std::string::npos || span.begin < start || span.end < span.begin || span.end > start + line.size()) return;
    const std::string changed = fmt::format("{}{}{}", line.substr(0, span.begin - start), fix.text, line.substr(span.end - start));
    emit("{}fix:{} change the line to\n", colours_.note, colours_.off);
    emit("{} {} | {}{}\n", colours_.faint, file.position(span.begin).line, colours_.off, shown_line(changed));
  }

  const SourceMap& sources_;
  Colours colours_;
  std::string out_;
};

}  // namespace

std::string render_text(const std::vector<Diagnostic>& items, const SourceMap& sources, bool colour) {
  Writer writer(sources, colour);
  for (const Diagnostic& item : items) writer.write(item);
  return writer.take();
}

}  // namespace failc::diag
