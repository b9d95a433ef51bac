#pragma once
// What a run found, for people and for machines: pure functions from results to text.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "grammar/source/source.hpp"
#include "interpreter/journal/record.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/run/run.hpp"

namespace failc::report {

/// The scenarios of one file. The pointers outlive the report.
struct FileRun {
  std::string path;     // as it was named, for the command that runs it again
  std::string journal;  // the run's folder, or the one that holds those of its parts
  const plan::Plan* plan = nullptr;
  const SourceMap* sources = nullptr;
  std::vector<run::ScenarioResult> results;
  std::vector<run::Property> properties;  // what its scenarios should show sometimes
  std::vector<std::uint32_t> left_out;  // selected, and not begun when the run ended
  std::string error;                    // the environment's no beside the scenarios, or ""
  std::vector<std::string> leaked;      // what still ran at the very end and could not be ended
  std::string plan_hash;                // where `plan` is only what a journal tells of it
  Nanos elapsed{};                      // from its journal's first record to its last
};

/// A spec file that was named and is not run.
struct NotRun {
  std::string path, format, reason;
};

struct Run {
  std::string version;       // failc's
  std::uint64_t seed = 0;
  std::string started;       // UTC, "2025-01-31T12:00:00Z"
  Nanos elapsed{};           // by the clock, with what lies between its files: for people
  std::string repeat;        // options behind FILE and --only that repeat this run, ready for a shell
  std::vector<FileRun> files;
  std::vector<NotRun> not_run;
};

struct Counts { std::size_t passed = 0, flaky = 0, failed = 0, inconclusive = 0, environment = 0, harness = 0, interrupted = 0, skipped = 0, never = 0, left_out = 0, leaked = 0; };
/// `failed` is of scenarios, `never` of properties.
Counts count(const Run& run);

/// All attempts of a scenario as one result. The last one stands if it passed, and is flaky unless it was the only one. Else the first that failed stands; where
/// none could, the first.
run::ScenarioResult combined(std::vector<run::ScenarioResult> attempts);

/// The word for a verdict: "pass", "fail", "environment", "interrupted", "harness", "inconclusive", "skipped", "flaky".
std::string_view word(run::Verdict verdict);
/// "installed", "skipped", "indeterminate", "reverted".
std::string_view word(run::FaultEnd end);
/// The backends of a scenario's clusters: "agent", "agent, docker", "none".
std::string backends(const plan::Plan& plan, const plan::Scenario& scenario);
/// The folder of the scenario's record.
const std::string& journal_of(const FileRun& file, const run::ScenarioResult& result);
/// The command that runs this scenario again, ready for a shell.
std::string again(const Run& run, const FileRun& file, const plan::Scenario& scenario);
/// How long its files took together.
Nanos elapsed(const Run& run);
/// What its last record holds of properties.
nlohmann::ordered_json properties_of(const FileRun& file);
/// What a session's first record holds for reports, beside what recovery needs: everything of the plan that they use, and the text of its files.
void put_told(journal::Record& out, const Run& run, const FileRun& file, const std::vector<std::uint32_t>& scenarios);
/// The file that holds it: that of an imported one is its own.
const std::string& file_of(const FileRun& file, const plan::Scenario& scenario);
/// The text of a place's line, or "" where it is not at hand.
std::string source_line(const FileRun& file, const plan::Source& at);
/// The part of it that `at` spans.
std::string source_text(const FileRun& file, const plan::Source& at);
/// "path:line:column".
std::string place(const FileRun& file, const plan::Source& at);

// ---- console

/// One line: verdict, title, how long.
std::string scenario_line(const FileRun& file, const run::ScenarioResult& result, bool colour);
/// Everything that helps to understand a scenario that did not pass; "" for one that passed and left nothing.
std::string failure_block(const Run& run, const FileRun& file, const run::ScenarioResult& result, bool colour);
/// What the file's properties came to; "" where it has none.
std::string property_lines(const FileRun& file, bool colour);
/// Counts, time, and where the journals are.
std::string summary(const Run& run, bool colour);

// ---- machines

/// Stable names: classname from the file's path, name the title. Failed scenarios are failures, those the environment did not let run errors.
std::string junit(const Run& run);
nlohmann::ordered_json json(const Run& run);
/// Its `specs_not_run`, which a session's first record holds too.
nlohmann::ordered_json not_run_json(const Run& run);
/// TAP 14: one test a scenario, with a YAML block for those that did not pass.
std::string tap(const Run& run);
/// GitHub's workflow commands: an annotation at the place of each failure.
std::string github(const Run& run);
/// The records of the journal in a run's folder, `FileRun::journal`; empty where they cannot be read.
using Records = std::function<std::vector<nlohmann::ordered_json>(const std::string& folder)>;
/// One page that needs nothing else, no script either: scenarios, failures with their source lines, and what happened when.
std::string html(const Run& run, const Records& records);

}  // namespace failc::report
