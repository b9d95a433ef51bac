// failc import: spec files as text in failc's own language.
#include <filesystem>

#include "grammar/base/bug.hpp"

#include "grammar/format/format.hpp"
#include "interpreter/check/to_fail.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

/// In the one style. The text is failc's own work: where it does not parse, failc is wrong.
std::string in_style(std::string text) {
  SourceMap sources;
  diag::Sink sink;
  Result<std::string> formatted = format::format(sources, sources.add("<import>", std::move(text)), sink);
  if (!formatted) bug(formatted.error().message.c_str(), __FILE__, __LINE__);
  return std::move(*formatted);
}

}  // namespace

Exit import_command(const Words& words) {
  Arguments arguments("failc import SPEC... --to-fail [-o DIR]", "writes spec files in YAML or JSON as `.fail` files that run to the same result");
  std::vector<std::string> named;
  std::string format = "text";
  std::optional<std::string> folder;
  bool to_fail = false;
  arguments.words(named);
  add_format(arguments, format);
  arguments.flag("--to-fail", to_fail, "as text in failc's own language");
  arguments.value("-o", "DIR", "where to: a `.fail` file for each; standard output where it is not given", text_into(folder));
  if (const auto over = arguments.parse(words)) return *over;
  if (!to_fail) {
    complain("say what to make of it: `failc import SPEC... --to-fail`");
    return Exit::input;
  }
  const auto paths = select_files(named, Specs::yes);
  if (!paths) {
    complain(paths.error().message);
    return Exit::input;
  }
  SourceMap sources;
  diag::Sink sink;
  const check::Options options = checking_options();
  std::vector<std::pair<std::string, std::string>> made;
  for (const std::string& path : *paths) {
    if (fs::path(path).extension() == ".fail") continue;
    Result<std::string> text = read_file(path);
    if (!text) {
      sink.report(diag::Code::unreadable_file, {sources.add(path, ""), {}}, {path, text.error().message});
      continue;
    }
    if (auto out = check::to_fail(sources.add(path, std::move(*text)), options, sources, sink)) made.emplace_back(path, in_style(std::move(*out)));
  }
  print(sink, sources, format);
  if (sink.has_errors()) {
    complain(counted(sink) + " in " + plural(paths->size(), "file"));
    return Exit::input;
  }
  if (!folder) {
    for (const auto& [path, text] : made) say(text);
    return Exit::pass;
  }
  std::error_code error;
  fs::create_directories(*folder, error);
  for (const auto& [path, text] : made) {
    const fs::path to = fs::path(*folder) / fs::path(path).filename().replace_extension(".fail");
    if (fs::exists(to, error)) {
      complain("`" + to.string() + "` exists already; nothing is overwritten");
      return Exit::environment;
    }
    if (const Status written = write_whole(to.string(), text); !written) {
      complain(written.error().message);
      return Exit::environment;
    }
    say(to.string() + "\n");
  }
  return Exit::pass;
}

}  // namespace failc::tools
