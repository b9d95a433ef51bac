#include "tools/failc/session.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "interpreter/host/process.hpp"
#include "interpreter/journal/file_journal.hpp"
#include "interpreter/journal/told.hpp"
#include "interpreter/report/events.hpp"
#include "interpreter/report/from_journal.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/clock_world.hpp"
#include "tools/failc/live.hpp"

namespace failc::tools {
namespace {

using Record = nlohmann::ordered_json;

Record first_record(const SessionOptions& options, const std::string& mark, const report::Run& run, const report::FileRun& file, const Record& agent) {
  const host::ProcessIdentity self = host::self();
  Record nodes = Record::array(), scenarios = Record::array();
  for (const plan::Node& node : file.plan->nodes) nodes.push_back(node.name);
  for (const std::uint32_t index : options.run.scenarios) scenarios.push_back(file.plan->scenarios[index].id);
  std::error_code ignored;
  Record out = {{"at", 0},
          {"kind", "run"},
          {"format", journal::kFormat},
          {"run", mark},
          {"failc", run.version},
          {"started", options.moment.iso},
          {"seed", options.run.seed},
          {"plan", plan::hash(*file.plan)},
          {"pid", self.pid},
          {"start_time", self.start_time},
          {"boot", self.boot},
          {"agent", agent},
          {"nodes", nodes},
          {"scenarios", scenarios},
          {"argv", options.argv},
          {"cwd", std::filesystem::current_path(ignored).string()}};
  out.update(report::told_of(run, file, options.run.scenarios));
  return out;
}

std::string_view worst(const report::FileRun& file) {
  report::Run one;
  one.files.push_back(file);
  const report::Counts counts = report::count(one);
  if (counts.interrupted) return "interrupted";
  if (counts.failed || counts.never) return "fail";
  if (counts.inconclusive) return "inconclusive";
  if (counts.harness) return "harness";
  if (counts.environment || !file.error.empty()) return "environment";
  return counts.skipped > 0 && counts.passed == 0 ? "skipped" : "pass";
}

/// The last record. What is left undone is for `failc recover`: without an `end`, the journal says so.
Record last_record(const report::FileRun& file, bool left) {
  Record not_run = Record::array();
  for (const std::uint32_t index : file.left_out) not_run.push_back(file.plan->scenarios[index].id);
  Record out = {{"at", file.elapsed.count()}, {"kind", left ? "left" : "end"}, {"verdict", worst(file)}, {"error", file.error}, {"not_run", not_run}};
  if (!file.properties.empty()) out["properties"] = report::properties_of(file);
  if (left) out["leaked"] = file.leaked;
  return out;
}

bool leaked(const report::FileRun& file) {
  if (!file.leaked.empty()) return true;
  for (const run::ScenarioResult& result : file.results)
    if (!result.leaked.empty()) return true;
  return false;
}

/// Ends what is left. A world that could do so has answered for what the scenarios could not prove the end of, be it that its supervision
/// was lost: then nothing is leaked but what outlasts them, and the journal says what was ended.
void close(OpenWorld& world, report::FileRun& file, journal::Journal& journal) {
  const auto closed = world.close();
  if (!closed) {
    file.leaked.push_back(closed.error().message);
    return;
  }
  if (!leaked(file)) return;
  for (run::ScenarioResult& result : file.results) result.leaked = result.lasting;
  const Status written = journal.append({{"at", world.world().now().count()}, {"kind", "recovered"}, {"what", *closed}}, true);
  if (!written && file.error.empty()) file.error = written.error().message;
}

}  // namespace

void run_session(const SessionOptions& options, const report::Run& run, report::FileRun& file) {
  auto folder = journal::FileJournal::open(file.journal, {.pid = host::self().pid});
  if (!folder) {
    file.error = folder.error().message;
    file.journal.clear();  // it is not this run's
    return;
  }
  std::unique_ptr<journal::CrashingJournal> crashing;
  if (options.crash) crashing = std::make_unique<journal::CrashingJournal>(**folder, *options.crash);
  journal::Journal& written = crashing ? static_cast<journal::Journal&>(*crashing) : **folder;
  report::Events events;
  journal::ToldJournal journal(written, [&](const Record& record) {
    if (!options.event) return;
    if (const auto event = events.of(record)) options.event(*event);
  });

  std::error_code wrong;
  const std::string absolute = std::filesystem::absolute(file.journal, wrong).string();
  const std::string mark = run_mark(options.moment);
  // Without a cluster there is nothing to supervise.
  auto opened = file.plan->clusters.empty() ? Result<std::unique_ptr<OpenWorld>>(open_clock(options.interrupts)) : open_backend({.folder = absolute, .run = mark, .lease = options.lease, .interrupts = options.interrupts});
  const Record agent = opened ? (*opened)->supervisor() : Record(nullptr);
  const Status begun = journal.append(first_record(options, mark, run, file, agent), true);
  if (!begun) {
    file.error = begun.error().message;
    if (opened) close(**opened, file, journal);
    // Nothing was begun and nothing is left: the folder must not look like that of a run that died.
    if (file.leaked.empty() && (*folder)->discard()) file.journal.clear();
    return;
  }
  if (!opened) {
    file.error = opened.error().message;
  } else {
    {
      Live live(run, file, (*opened)->world(), options.terminal, options.colour);
      file.results = run::run(*file.plan, options.run, live.world(), journal, live.progress());
    }
    file.properties = run::properties(*file.plan, options.run.scenarios, file.results);
    for (const std::uint32_t index : options.run.scenarios) {
      const bool ended = std::any_of(file.results.begin(), file.results.end(), [&](const run::ScenarioResult& one) { return one.scenario == index; });
      if (!ended) file.left_out.push_back(index);
    }
    file.elapsed = (*opened)->world().now();
    close(**opened, file, journal);
  }
  const Status flushed = journal.flush();
  if (!flushed && file.error.empty()) file.error = flushed.error().message;
  const Status ended = journal.append(last_record(file, leaked(file)), true);
  if (!ended && file.error.empty()) file.error = ended.error().message;
}

}  // namespace failc::tools
