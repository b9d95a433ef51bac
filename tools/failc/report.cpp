// failc report: what a run found, from its folder, later.
#include "interpreter/report/events.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/reports.hpp"
#include "tools/failc/restore_run.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
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
  auto restored = restore_run(named.front());
  if (!restored) {
    complain(restored.error().message);
    return Exit::input;
  }
  report::Run& run = restored->restored.run;
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
    for (const report::FileRun& file : run.files) say(report::property_lines(file, colour));
    say(report::summary(run, colour));
  }
  EventStream stream(reports);
  if (stream.wanted()) {
    stream.put(report::run_began(run));
    for (const journal::Contents& contents : restored->journals) {
      report::Events events;
      for (const auto& record : contents.records)
        if (const auto event = events.of(record)) stream.put(*event);
    }
    stream.put(report::run_ended(run));
  }
  const bool written = write_reports(run, reports, [&](const std::string& folder) { return read_records(restored->where[folder]); });
  return written && stream.whole() ? Exit::pass : Exit::environment;
}

}  // namespace failc::tools
