// failc lint: what is likely a mistake, or could be said better, on top of check.
#include <cstdio>
#include <map>
#include <memory>

#include "grammar/import/read.hpp"
#include "grammar/source/source.hpp"
#include "interpreter/check/check.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/fixes.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/terminal.hpp"
#include "tools/failc/unified_diff.hpp"

namespace failc::tools {
namespace {

/// `named`: what the command line says; of the paths, those below its folders are not, and may be no spec files.
void examine(const std::vector<std::string>& paths, const std::vector<std::string>& named, const LoadOptions& options, SourceMap& sources, diag::Sink& sink) {
  check::Options checking = checking_options();
  checking.backend = options.backend;
  checking.params = options.params;
  checking.find_program = find_program;
  checking.lint = true;
  std::vector<std::string> specs;
  for (const std::string& path : paths) {
    if (spec::is_spec(path)) specs.push_back(path);
    else check::check_file(path, checking, sources, sink);
  }
  checking.found.insert(specs.begin(), specs.end());
  for (const std::string& path : named) checking.found.erase(path);
  if (!specs.empty()) (void)check::check_specs(specs, checking, sources, sink);
  sink.finish();
}

/// Whether all of them were written.
bool write(const std::map<std::string, std::string>& texts) {
  bool good = true;
  for (const auto& [path, text] : texts) {
    if (const auto written = write_whole(path, text); !written) {
      complain(written.error().message);
      good = false;
    }
  }
  return good;
}

}  // namespace

Exit lint_command(const Words& words) {
  Arguments arguments("failc lint FILE|DIR... [options]",
                      "finds likely mistakes on top of `failc check`; exit 1 where there are only warnings, 2 where there are errors");
  std::vector<std::string> named;
  LoadOptions options;
  bool fix = false, diff = false;
  arguments.words(named);
  arguments.flag("--fix", fix, "applies the fixes that there are, and says what is left");
  arguments.flag("--diff", diff, "writes nothing; shows what `--fix` would change, exit 1");
  add_load_options(arguments, options);
  if (const auto over = arguments.parse(words)) return *over;
  if (fix && diff) {
    complain("`--fix` and `--diff` exclude each other");
    return Exit::input;
  }
  const auto paths = select_files(named, Specs::yes);
  if (!paths) {
    complain(paths.error().message);
    return Exit::input;
  }
  auto sources = std::make_unique<SourceMap>();
  diag::Sink sink;
  examine(*paths, named, options, *sources, sink);
  if (fix) {
    const auto texts = fixed(sink, *sources);
    if (!write(texts)) return Exit::environment;
    if (!texts.empty()) {
      sources = std::make_unique<SourceMap>();
      sink = {};
      examine(*paths, named, options, *sources, sink);
    }
  } else if (diff) {
    const auto texts = fixed(sink, *sources);
    for (const auto& [path, text] : texts)
      if (const auto before = read_file(path)) say(unified_diff(*before, text, path));
    return texts.empty() ? Exit::pass : Exit::failed;
  }
  print(sink, *sources, options.format);
  if (options.format == "text") {
    const std::string summary = sink.all().empty() ? plural(paths->size(), "file") + " examined, nothing to say"
                                                   : counted(sink) + " in " + plural(paths->size(), "file");
    std::fprintf(stderr, "%s\n", summary.c_str());
  }
  return sink.has_errors() ? Exit::input : sink.all().empty() ? Exit::pass : Exit::failed;
}

}  // namespace failc::tools
