// Workflow commands of GitHub Actions: one line a diagnostic, escaped as @actions/core does.
#include <fmt/format.h>

#include "grammar/diag/render.hpp"

namespace failc::diag {

namespace {

std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string body(const Diagnostic& item) {
  std::string text = item.message;
  for (const Note& note : item.notes) text += "\nnote: " + note.text;
  if (!item.help.empty()) text += "\nhelp: " + item.help;
  return text;
}

}  // namespace

std::string render_github(const std::vector<Diagnostic>& items, const SourceMap& sources) {
  std::string out;
  for (const Diagnostic& item : items) {
    const Region found = region(sources, item.place);
    out += fmt::format("::{} file={},line={},endLine={},col={},endColumn={},title={}::{}\n", severity_name(item.severity()),
                       escaped(sources[item.place.file].path, true), found.begin.line, found.end.line, found.begin.column, found.end.column,
                       row(item.code).code, escaped(body(item), false));
  }
  return out;
}

}  // namespace failc::diag
