// failc fmt: one style, without options.
#include <cstdio>

#include "grammar/format/format.hpp"
#include "grammar/source/source.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/input.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/terminal.hpp"
#include "tools/failc/unified_diff.hpp"

namespace failc::tools {
namespace {

struct Mode { bool check = false, diff = false; };
enum class Outcome { same, changed, refused };

/// Formats one text; the new text goes to `out`. A refusal is printed.
Outcome format_text(const std::string& path, std::string text, std::string& out) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add(path, std::move(text));
  auto formatted = format::format(sources, file, sink);
  if (!formatted) {
    print(sink, sources, "text");
    if (sink.all().empty()) complain("`" + path + "`: " + formatted.error().message);
    return Outcome::refused;
  }
  out = std::move(*formatted);
  return out == sources[file].text ? Outcome::same : Outcome::changed;
}

Outcome format_input(const Mode& mode) {
  auto text = read_standard_input();
  if (!text) {
    complain(text.error().message);
    return Outcome::refused;
  }
  std::string out;
  const Outcome outcome = format_text("<stdin>", *text, out);
  if (outcome == Outcome::refused) return outcome;
  if (mode.diff) say(unified_diff(*text, out, "<stdin>"));
  else if (mode.check && outcome == Outcome::changed) say("<stdin>\n");
  else if (!mode.check) say(out);
  return outcome;
}

Outcome format_one(const std::string& path, const Mode& mode, bool& unwritable) {
  auto text = read_file(path);
  if (!text) {
    complain(text.error().message);
    return Outcome::refused;
  }
  std::string out;
  const Outcome outcome = format_text(path, *text, out);
  if (outcome != Outcome::changed) return outcome;
  if (mode.diff) say(unified_diff(*text, out, path));
  else if (mode.check) say(path + "\n");
  else if (const auto written = write_whole(path, out); !written) {
    complain(written.error().message);
    unwritable = true;
  }
  return outcome;
}

}  // namespace

Exit fmt_command(const Words& words) {
  Arguments arguments("failc fmt FILE|DIR... [--check|--diff]", "rewrites files in the one style; `-` reads standard input and writes standard output");
  std::vector<std::string> named;
  Mode mode;
  arguments.words(named);
  arguments.flag("--check", mode.check, "writes nothing; lists the files that would change, exit 1");
  arguments.flag("--diff", mode.diff, "writes nothing; shows what would change, exit 1");
  if (const auto over = arguments.parse(words)) return *over;
  if (mode.check && mode.diff) {
    complain("`--check` and `--diff` exclude each other");
    return Exit::input;
  }
  const bool dry = mode.check || mode.diff;
  bool changed = false, refused = false, unwritable = false;
  const auto note = [&](Outcome outcome) {
    changed = changed || outcome == Outcome::changed;
    refused = refused || outcome == Outcome::refused;
  };
  if (named.size() == 1 && named.front() == "-") {
    note(format_input(mode));
  } else {
    const auto paths = select_files(named, Specs::no);
    if (!paths) {
      complain(paths.error().message);
      return Exit::input;
    }
    for (const std::string& path : *paths) note(format_one(path, mode, unwritable));
  }
  if (refused) return Exit::input;
  if (unwritable) return Exit::environment;
  return dry && changed ? Exit::failed : Exit::pass;
}

}  // namespace failc::tools
