#include "tools/failc/session.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "grammar/import/read.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/host/interrupts.hpp"
#include "interpreter/host/paths.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/journal/file_journal.hpp"
#include "interpreter/journal/reader.hpp"
#include "interpreter/journal/told.hpp"
#include "interpreter/report/events.hpp"
#include "interpreter/report/from_journal.hpp"
#include "interpreter/resolve/schedule.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/clock_world.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/recovered.hpp"

namespace failc::tools {
namespace {

using Record = nlohmann::ordered_json;

std::string first_record(const SessionOptions& options, const std::string& mark, const report::Run& run, const report::FileRun& file, const Record& agent) {
  const host::ProcessIdentity self = host::self();
  Record nodes = Record::array(), scenarios = Record::array();
  for (const plan::Node& node : file.plan->nodes) nodes.push_back(node.name);
  for (const std::uint32_t index : options.run.scenarios) scenarios.push_back(file.plan->scenarios[index].id);
  std::error_code ignored;
  journal::Record out;
  out.put("at", 0);
  out.put("kind", "run");
  out.put("format", journal::kFormat);
  out.put("run", mark);
  out.put("failc", run.version);
  out.put("started", options.moment.iso);
  out.put("seed", options.run.seed);
  out.put("plan", plan::hash(*file.plan));
  out.put("pid", self.pid);
  out.put("start_time", self.start_time);
  out.put("boot", self.boot);
  out.put("agent", agent);
  out.put("nodes", nodes);
  out.put("scenarios", scenarios);
  out.put("argv", Record(options.argv));
  out.put("cwd", std::filesystem::current_path(ignored).string());
  report::put_told(out, run, file, options.run.scenarios);
  if (options.attempt > 1) out.put("attempt", options.attempt);
  if (options.kept) out.put("kept_in", options.kept->folder);
  return out.finish();
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

bool kept(const report::FileRun& file) {
  return std::any_of(file.results.begin(), file.results.end(), [](const run::ScenarioResult& result) { return !result.kept.empty(); });
}

/// The journal of the run that had kept nodes says that they are kept no more.
void tell_keeper(const KeptNodes& before, const std::vector<std::string>& ended, report::FileRun& file) {
  const auto contents = journal::read(before.folder + "/journal.jsonl");
  const Status told = contents ? record_recovered(before.folder, contents->records.size(), ended) : Status(contents.error());
  if (!told && file.error.empty()) file.error = told.error().message;
}

/// Ends what is left, but for what is kept. A world that could do so has answered for what the scenarios could not prove the end of, be it that its supervision
/// was lost: then nothing is leaked but what outlasts them, and the journal says what was ended.
void close(OpenWorld& world, report::FileRun& file, journal::Journal& journal, const KeptNodes* before) {
  // What was taken over is left, whatever became of it here, until somebody wants its end.
  const bool keeps = kept(file) || (before && !host::interrupted());
  if (before && keeps)
    for (run::ScenarioResult& result : file.results) result.kept_in = before->folder;
  if (keeps && !leaked(file)) {
    const Status left = world.keep();
    if (left) return;
    file.error = left.error().message + "; they are ended";
  }
  for (run::ScenarioResult& result : file.results) result.kept.clear();
  const auto closed = world.close();
  if (!closed) {
    file.leaked.push_back(closed.error().message);
    return;
  }
  if (before) tell_keeper(*before, *closed, file);
  if (!keeps && !leaked(file)) return;
  for (run::ScenarioResult& result : file.results) result.leaked = result.lasting;
  const Status written = journal.append({{"at", world.world().now().count()}, {"kind", "recovered"}, {"what", *closed}}, true);
  if (!written && file.error.empty()) file.error = written.error().message;
}

/// "3-the-leader-is-killed.fail"
std::string schedule_name(const plan::Plan& plan, std::uint32_t scenario) {
  std::string out = std::to_string(scenario + 1) + "-";
  for (const char c : plan.scenarios[scenario].title.substr(0, 60)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || out.back() != '-') out += plain ? c : '-';
  }
  while (out.back() == '-') out.pop_back();
  return out + ".fail";
}

bool is_sound(const std::string& schedule) {
  check::Options options = checking_options();
  options.find_program = find_program;
  options.final = true;
  SourceMap sources;
  diag::Sink ignored;
  return check::check_source(sources.add("the resolved schedule", schedule), options, sources, ignored).plan != nullptr;
}

/// Writes what a scenario chose.
void write_schedule(resolve::Schedules& schedules, const report::FileRun& file, const run::ScenarioResult& result) {
  const std::string folder = file.journal + "/resolved";
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  Result<std::string> text = schedules.text(result);
  for (const resolve::Form form : {resolve::Form::opaque, resolve::Form::claiming})
    if (text && !is_sound(*text)) text = schedules.text(result, form);
  const Status written = text ? write_whole(folder + "/" + schedule_name(*file.plan, result.scenario), *text) : Status(text.error());
  if (!written) complain("the resolved schedule of `" + file.plan->scenarios[result.scenario].id + "` is not written: " + written.error().message);
}

}  // namespace

void run_session(const SessionOptions& options, const report::Run& run, report::FileRun& file, const Tell& tell) {
  // Without nodes there is nothing to supervise or to recover, and without requests nobody is asked anything.
  const bool idle = file.plan->clusters.empty() && file.plan->operations.empty();
  auto folder = journal::FileJournal::open(file.journal, {.pid = host::self().pid, .sync = !idle});
  if (!folder) {
    file.error = folder.error().message;
    file.journal.clear();  // it is not this run's
    return;
  }
  std::unique_ptr<journal::CrashingJournal> crashing;
  if (options.crash) crashing = std::make_unique<journal::CrashingJournal>(**folder, *options.crash);
  journal::Journal& underlying = crashing ? static_cast<journal::Journal&>(*crashing) : **folder;
  report::Events events;
  journal::ToldJournal::Tell listens;
  if (options.event)
    listens = [&](const Record& record) {
      if (const auto event = events.of(record)) options.event(*event);
    };
  journal::ToldJournal journal(underlying, std::move(listens));

  std::error_code wrong;
  const std::string absolute = std::filesystem::absolute(file.journal, wrong).string();
  const std::string mark = run_mark(options.moment);
  // Nobody else takes kept nodes over, or ends them, meanwhile.
  Result<std::optional<host::Fd>> hold = options.kept ? host::lock_file(options.kept->folder + "/lock") : std::optional<host::Fd>();
  if (hold && options.kept && !*hold) hold = Error{"another failc is at the nodes that were kept in `" + options.kept->folder + "`"};
  auto opened = !hold  ? Result<std::unique_ptr<OpenWorld>>(hold.error())
                : idle ? Result<std::unique_ptr<OpenWorld>>(open_clock(options.interrupts))
                       : open_backend({.folder = absolute, .run = mark, .lease = options.lease, .kept = options.kept, .interrupts = options.interrupts});
  const Record agent = opened ? (*opened)->supervisor() : Record(nullptr);
  const Status begun = journal.write(first_record(options, mark, run, file, agent), true);
  if (!begun) {
    file.error = begun.error().message;
    if (opened) close(**opened, file, journal, options.kept);
    // Nothing was begun and nothing is left: the folder must not look like that of a run that died.
    if (file.leaked.empty() && (*folder)->discard()) file.journal.clear();
    return;
  }
  if (!opened) {
    file.error = opened.error().message;
  } else {
    {
      std::vector<run::ScenarioResult> ran;  // without a schedule yet
      resolve::Schedules schedules(*file.plan, *file.sources, "seed " + std::to_string(options.run.seed));
      Live live(*options.screen, (*opened)->world(), options.together, [&](const run::ScenarioResult& result) {
        const bool of_scenario = result.scenario < file.plan->scenarios.size();
        if (!of_scenario) schedules.around(result);
        else if (result.verdict != run::Verdict::skipped && !spec::is_spec(file.plan->files.front())) ran.push_back(result);
        // The file's cleanup is the last to choose.
        if (file.plan->cleanup.empty() || result.scenario == run::kCleanup)
          for (const run::ScenarioResult& one : std::exchange(ran, {})) write_schedule(schedules, file, one);
        return tell(result);
      });
      file.results = run::run(*file.plan, options.run, live.world(), journal, live.progress());
      for (run::ScenarioResult& result : file.results) result.journal = file.journal;
    }
    if (!options.run.next) {
      file.properties = run::properties(*file.plan, options.run.scenarios, file.results);
      for (const std::uint32_t index : options.run.scenarios) {
        const bool ended = std::any_of(file.results.begin(), file.results.end(), [&](const run::ScenarioResult& one) { return one.scenario == index; });
        if (!ended) file.left_out.push_back(index);
      }
    }
    file.elapsed = (*opened)->world().now();
    close(**opened, file, journal, options.kept);
  }
  const Status flushed = journal.flush();
  if (!flushed && file.error.empty()) file.error = flushed.error().message;
  const Status ended = journal.append(last_record(file, leaked(file)), true);
  if (!ended && file.error.empty()) file.error = ended.error().message;
}

}  // namespace failc::tools
