// failc run: does what files say, undoes it, and says what happened.
#include "interpreter/run/run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "interpreter/host/interrupts.hpp"
#include "interpreter/report/events.hpp"
#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/footprint.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/not_run.hpp"
#include "tools/failc/reports.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/session.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

struct RunOptions {
  std::vector<std::string> named, only, tags;
  LoadOptions load;
  std::optional<std::uint64_t> seed;
  std::optional<Nanos> timeout, lease;
  double time_scale = 1;
  bool fail_fast = false, dry_run = false;
  std::vector<ReportTo> reports;
  std::optional<std::string> journal;
};

std::optional<Exit> read_options(const Words& words, RunOptions& options) {
  Arguments arguments("failc run FILE|DIR... [options]", "brings clusters up, does what the scenarios say, undoes everything and reports");
  arguments.words(options.named);
  add_load_options(arguments, options.load);
  arguments.value("--only", "GLOB", "scenarios whose title or id it matches", texts_into(options.only), true);
  arguments.value("--tag", "TAG", "scenarios that carry it", texts_into(options.tags), true);
  arguments.value("--seed", "N", "of everything random; drawn and printed where it is not given", whole_number_into(options.seed));
  arguments.flag("--fail-fast", options.fail_fast, "ends with the first scenario that does not pass");
  arguments.value("--time-scale", "X", "multiplies the upper bounds of waits", factor_into(options.time_scale));
  arguments.value("--timeout", "D", "of each scenario, in place of what it says", duration_into(options.timeout));
  arguments.flag("--dry-run", options.dry_run, "prints what would be done, and when at the latest; touches nothing");
  add_reports(arguments, options.reports);
  arguments.value("--journal", "DIR", "the run's folder; by default `.failc/runs/<UTC>-<pid>`", text_into(options.journal));
  arguments.value("--lease", "D", "how long nodes outlive a failc that died, 15s", duration_into(options.lease, std::chrono::milliseconds(100), std::chrono::hours(24)));
  arguments.not_yet({"--driver", "--cluster", "--jobs", "--shard", "--retries", "--allow-flaky", "--rerun-failed", "--skip-setup", "--skip-cleanup"});
  return arguments.parse(words);
}

/// The scenarios that are asked for, by file; complains where there is none.
std::optional<std::vector<std::vector<std::uint32_t>>> select(const Program& program, const RunOptions& options) {
  std::vector<Candidate> candidates;
  std::vector<std::pair<std::size_t, std::uint32_t>> where;
  for (std::size_t f = 0; f < program.files.size(); ++f)
    for (std::uint32_t s = 0; s < program.files[f].plan->scenarios.size(); ++s) {
      const plan::Scenario& scenario = program.files[f].plan->scenarios[s];
      candidates.push_back({scenario.id, scenario.title, &scenario.tags, scenario.base});
      where.emplace_back(f, s);
    }
  std::vector<std::vector<std::uint32_t>> out(program.files.size());
  const auto taken = select_scenarios(candidates, options.only, options.tags);
  for (const std::size_t index : taken) out[where[index].first].push_back(where[index].second);
  if (!taken.empty()) return out;
  if (candidates.empty()) {
    say(not_run_table(program.not_run, program.sources));
    complain("there is no scenario in what was named");
    return std::nullopt;
  }
  std::vector<std::string_view> titles;
  for (const Candidate& candidate : candidates) titles.push_back(candidate.title);
  const std::string_view near = options.only.empty() ? "" : diag::nearest(options.only.front(), titles);
  complain("no scenario is selected by `--only` and `--tag`; " + (near.empty() ? "`failc list` shows all" : "did you mean `" + std::string(near) + "`?"));
  return std::nullopt;
}

/// What repeats this run, behind FILE and --only.
std::string repeat(const RunOptions& options, std::uint64_t seed) {
  std::string out = fmt::format("--seed {}", seed);
  for (const auto& [name, value] : options.load.params) out += " --param " + report::shell_quoted(name + "=" + value);
  if (options.load.backend) out += " --backend " + report::shell_quoted(*options.load.backend);
  if (options.time_scale != 1) out += fmt::format(" --time-scale {}", options.time_scale);
  if (options.timeout) out += " --timeout " + show(*options.timeout);
  return out;
}

/// One file's run has the folder itself; of several files each has one in it.
std::string folder_of(const std::string& base, const std::vector<Loaded>& files, std::size_t index, std::size_t selected) {
  if (selected == 1) return base;
  return fmt::format("{}/{}-{}", base, index + 1, std::filesystem::path(files[index].path).stem().string());
}

bool nothing_shown(const report::Counts& counts) {
  return counts.skipped > 0 && counts.passed + counts.failed + counts.never + counts.inconclusive + counts.environment + counts.harness + counts.interrupted + counts.left_out == 0;
}

Exit verdict(const report::Run& run) {
  const report::Counts counts = report::count(run);
  bool environment = counts.environment + counts.harness > 0;
  for (const report::FileRun& file : run.files) environment = environment || !file.error.empty();
  if (counts.interrupted || host::interrupted()) return Exit::interrupted;
  if (counts.leaked) return Exit::leaked;
  if (counts.failed + counts.never + counts.inconclusive) return Exit::failed;
  return environment || nothing_shown(counts) ? Exit::environment : Exit::pass;
}

std::optional<journal::CrashPoint> crash_point() {
  const char* text = std::getenv("FAILC_CRASH");
  return text ? journal::parse_crash_point(text) : std::nullopt;
}

Exit run_all(const Words& words, const RunOptions& options, Program& program, const std::vector<std::vector<std::uint32_t>>& chosen) {
  SessionOptions session;
  // From the first effect to the last report, also where no world listens: an end in between would leave an agent alone and no report.
  const Result<host::Fd> interrupts = host::catch_interrupts();
  if (!interrupts) {
    complain(interrupts.error().message);
    return Exit::environment;
  }
  session.interrupts = interrupts->get();
  session.moment = now_utc();
  session.run.fail_fast = options.fail_fast;
  session.terminal = is_terminal(speech());
  session.colour = wants_colour(speech());
  session.lease = options.lease.value_or(std::chrono::seconds(15));
  session.crash = crash_point();
  session.argv = {"failc", "run"};
  session.argv.insert(session.argv.end(), words.begin(), words.end());
  session.run.seed = options.seed ? *options.seed : random_seed();
  session.run.time_scale = options.time_scale;
  session.run.players = players();

  report::Run run{.version = FAILC_VERSION, .seed = session.run.seed, .started = session.moment.iso, .elapsed = {}, .repeat = repeat(options, session.run.seed), .files = {}, .not_run = {}};
  for (const check::NotRun& one : program.not_run) run.not_run.push_back({program.sources[one.file].path, one.format, one.reason});
  run.files.reserve(program.files.size());
  const std::string base = options.journal.value_or(fmt::format(".failc/runs/{}-{}", session.moment.compact, ::getpid()));
  std::size_t selected = 0;
  for (const auto& scenarios : chosen) selected += !scenarios.empty();
  say(fmt::format("failc {}, seed {}\n", FAILC_VERSION, session.run.seed));
  EventStream events(options.reports);
  if (events.wanted()) session.event = [&events](const std::string& event) { events.put(event); };
  events.put(report::run_began(run));

  const auto began = std::chrono::steady_clock::now();
  for (std::size_t f = 0; f < program.files.size(); ++f) {
    if (chosen[f].empty()) continue;
    report::FileRun& file = run.files.emplace_back();
    file.path = program.files[f].path;
    file.plan = program.files[f].plan.get();
    file.sources = &program.sources;
    const Exit so_far = verdict(run);
    if (so_far == Exit::interrupted || (options.fail_fast && so_far != Exit::pass)) {
      file.left_out = chosen[f];
      continue;
    }
    file.journal = folder_of(base, program.files, f, selected);
    session.run.scenarios = chosen[f];
    session.run.text_of = [&file](const plan::Source& at) { return report::source_text(file, at); };
    run_session(session, run, file);
    say(report::property_lines(file, session.colour));
    if (!file.error.empty()) complain(file.error);
  }
  run.elapsed = std::chrono::steady_clock::now() - began;
  say(not_run_table(program.not_run, program.sources));
  say(report::summary(run, session.colour));
  if (nothing_shown(report::count(run))) complain("every scenario was skipped, so nothing was shown");
  events.put(report::run_ended(run));
  const bool reported = write_reports(run, options.reports, read_records) && events.whole();
  const Exit code = verdict(run);
  if (code == Exit::leaked) complain("something could not be undone (LEAKED above); `failc recover " + base + "` tries again");
  return code == Exit::pass && !reported ? Exit::environment : code;
}

}  // namespace

Exit run_command(const Words& words) {
  RunOptions options;
  if (const auto over = read_options(words, options)) return *over;
  if (to_output(options.reports)) keep_output_for_reports();
  const LoadResult loaded = load(options.named, options.load);
  if (loaded.refused) return *loaded.refused;
  Program& program = *loaded.program;
  if (options.timeout)
    for (const Loaded& file : program.files)
      for (plan::Scenario& scenario : file.plan->scenarios) scenario.timeout = options.timeout;
  const auto chosen = select(program, options);
  // All that was named is skipped, with its reason: that is no pass, and no mistake of whoever named it.
  if (!chosen) return program.files.empty() && !program.not_run.empty() ? Exit::environment : Exit::input;
  if (options.dry_run) {
    for (std::size_t f = 0; f < chosen->size(); ++f) {
      if ((*chosen)[f].empty()) continue;
      const plan::Plan& plan = *program.files[f].plan;
      const auto show = [&](const plan::Scenario& scenario) {
        say(timeline(plan, scenario));
        for (const NodeFootprint& node : footprint(plan, scenario)) say("  touches: " + to_text(node) + "\n");
      };
      for (const plan::Scenario& setup : plan.setup) show(setup);
      for (const std::uint32_t index : (*chosen)[f]) show(plan.scenarios[index]);
      for (const plan::Scenario& cleanup : plan.cleanup) say(timeline(plan, cleanup));
    }
    say("nothing was touched\n");
    return Exit::pass;
  }
  if (const Status writable = probe_reports(options.reports); !writable) {
    complain(writable.error().message);
    return Exit::environment;
  }
  return run_all(words, options, program, *chosen);
}

}  // namespace failc::tools
