// failc check: everything that can be known before anything starts.
#include "interpreter/check/check.hpp"

#include <cstdio>
#include <iterator>
#include <map>

#include "tools/failc/backends.hpp"
#include "tools/failc/check_files.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/input.hpp"
#include "grammar/import/read.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/not_run.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/threads.hpp"

namespace failc::tools {

Exit check_command(const Words& words) {
  Arguments arguments("failc check FILE|DIR... [options]", "finds every mistake that can be found before running; `-` is standard input");
  std::vector<std::string> named;
  LoadOptions options;
  unsigned jobs = 1;
  arguments.words(named);
  add_load_options(arguments, options);
  arguments.value("--jobs", "N", "how many files are checked at once, 1", number_into(jobs, 1, kMostJobs));
  if (const auto over = arguments.parse(words)) return *over;

  const bool from_input = named.size() == 1 && named.front() == "-";
  const auto paths = from_input ? Result<std::vector<std::string>>(named) : select_files(named, Specs::yes);
  if (!paths) {
    complain(paths.error().message);
    return Exit::input;
  }
  SourceMap sources;
  diag::Sink sink;
  check::Options checking = checking_options();
  checking.backend = options.backend;
  checking.params = options.params;
  checking.find_program = find_program;
  checking.in_parallel = [&jobs](std::size_t count, const auto& work) { in_parallel(jobs, count, work); };
  std::vector<std::string> specs, texts;
  for (const std::string& path : *paths) (!from_input && spec::is_spec(path) ? specs : texts).push_back(path);
  check::Specs checked;
  if (from_input) {
    auto text = read_standard_input();
    if (!text) {
      complain(text.error().message);
      return Exit::input;
    }
    check::check_source(sources.add("<stdin>", std::move(*text)), checking, sources, sink);
  } else {
    check_files(texts, checking, jobs, sources, sink);
  }
  if (!specs.empty()) checked = check::check_specs(specs, checking, sources, sink);
  print(sink, sources, options.format);
  const bool wrong = sink.has_errors();
  if (options.format == "text") {
    const std::string summary = sink.all().empty() ? plural(paths->size(), "file") + " checked, no mistakes" : counted(sink) + " in " + plural(paths->size(), "file");
    std::fprintf(stderr, "%s%s\n", not_run_table(checked.not_run, checked.run, sources).c_str(), summary.c_str());
  }
  return wrong ? Exit::input : Exit::pass;
}

}  // namespace failc::tools
