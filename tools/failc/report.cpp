// failc report: what a run found, from its folder, later.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <tuple>

#include "interpreter/journal/folder.hpp"
#include "interpreter/report/events.hpp"
#include "interpreter/report/from_journal.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/reports.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

/// Sessions are called `N-FILE`, and later ones of the file `N-FILE.2` …: by both numbers, then by name.
std::tuple<unsigned long, unsigned long, std::string> order_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  unsigned long number = 0, session = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) std::from_chars(name.data() + dot + 1, name.data() + name.size(), session);
  return {number, session, name};
}

/// The folder itself where it is a run's; else those in it that are, in the order in which they ran.
Result<std::vector<std::string>> sessions_of(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Error{"`" + folder + "` is no folder of a run: name one of `.failc/runs`, or what `--journal` named"};
  std::vector<fs::path> found;
  if (journal::holds_run(folder) || fs::exists(fs::path(folder) / "journal.jsonl", error)) return std::vector<std::string>{folder};
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && journal::holds_run(it->path().string())) found.push_back(it->path());
  }
  if (error) return Error{"cannot read `" + folder + "`: " + error.message()};
  if (found.empty()) return Error{"there is no run in `" + folder + "`"};
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) { return order_of(a) < order_of(b); });
  std::vector<std::string> out;
  for (const fs::path& one : found) out.push_back(one.string());
  return out;
}

}  // namespace

Exit report_command(const Words& words) {
  Arguments arguments("failc report JOURNAL [options]", "reports of a run from its folder, also of one that was killed; without `--report` what it printed");
  std::vector<std::string> named;
  std::vector<ReportTo> reports;
  arguments.words(named);
  add_reports(arguments, reports);
  if (const auto over = arguments.parse(words)) return *over;
  if (named.size() != 1) {
    complain(named.empty() ? "name the folder of a run" : "one folder of a run is reported at a time");
    return Exit::input;
  }
  if (to_output(reports)) keep_output_for_reports();
  const auto sessions = sessions_of(named.front());
  if (!sessions) {
    complain(sessions.error().message);
    return Exit::input;
  }
  report::Restored restored;
  std::map<std::string, std::string> where;  // folders as the run named them
  std::vector<journal::Contents> all;
  for (const std::string& session : *sessions) {
    const std::string path = session + "/journal.jsonl";
    auto contents = journal::read(path);
    const Status added = contents ? report::add_session(restored, *contents, path) : Status(contents.error());
    if (!added) {
      complain(added.error().message);
      return Exit::input;
    }
    where[restored.run.files.back().journal] = session;
    all.push_back(std::move(*contents));
  }
  report::join_sessions(restored);
  report::Run& run = restored.run;
  run.elapsed = report::elapsed(run);
  for (const report::FileRun& file : run.files)
    if (!file.error.empty()) complain(file.path + ": " + file.error);
  if (const Status writable = probe_reports(reports); !writable) {
    complain(writable.error().message);
    return Exit::environment;
  }
  if (reports.empty()) {
    const bool colour = wants_colour(speech());
    for (const report::FileRun& file : run.files)
      for (const run::ScenarioResult& result : file.results) say(report::scenario_line(file, result, colour) + report::failure_block(run, file, result, colour));
    say(report::summary(run, colour));
  }
  EventStream stream(reports);
  if (stream.wanted()) {
    stream.put(report::run_began(run));
    for (const journal::Contents& contents : all) {
      report::Events events;
      for (const auto& record : contents.records)
        if (const auto event = events.of(record)) stream.put(*event);
    }
    stream.put(report::run_ended(run));
  }
  const bool written = write_reports(run, reports, [&](const std::string& folder) { return read_records(where[folder]); });
  return written && stream.whole() ? Exit::pass : Exit::environment;
}

}  // namespace failc::tools
