// failc run: does what files say, undoes it, and says what happened.
#include "interpreter/run/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>

#include "interpreter/host/interrupts.hpp"
#include "interpreter/report/events.hpp"
#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/driver_option.hpp"
#include "tools/failc/footprint.hpp"
#include "tools/failc/former_run.hpp"
#include "tools/failc/kept_run.hpp"
#include "tools/failc/not_run.hpp"
#include "tools/failc/reports.hpp"
#include "tools/failc/run_options.hpp"
#include "tools/failc/suite.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

constexpr const char* kRuns = ".failc/runs";

/// The scenarios that are asked for; complains where there is none. A part of them that happens to be empty is no mistake.
std::optional<Chosen> select(const Program& program, const RunOptions& options, const std::optional<FormerRun>& former) {
  std::vector<Candidate> candidates;
  std::vector<std::pair<std::size_t, std::uint32_t>> where;
  for (std::size_t f = 0; f < program.files.size(); ++f)
    for (std::uint32_t s = 0; s < program.files[f].plan->scenarios.size(); ++s) {
      const plan::Scenario& scenario = program.files[f].plan->scenarios[s];
      candidates.push_back({scenario.id, scenario.title, &scenario.tags, scenario.base});
      where.emplace_back(f, s);
    }
  auto taken = select_scenarios(candidates, options.only, options.tags);
  if (former) std::erase_if(taken, [&](std::size_t index) { return std::find(former->not_passed.begin(), former->not_passed.end(), candidates[index].id) == former->not_passed.end(); });
  if (!taken.empty()) {
    Chosen out(program.files.size());
    const auto here = options.shard ? select_shard(candidates, taken, *options.shard) : taken;
    for (const std::size_t index : here) out[where[index].first].push_back(where[index].second);
    if (here.empty()) say(fmt::format("shard {}/{} is empty: {} selected, and other shards have them\n", options.shard->index, options.shard->count, plural(taken.size(), "scenario")));
    return out;
  }
  if (candidates.empty()) {
    say(not_run_table(program.not_run, program.formats_run, program.sources));
    complain("there is no scenario in what was named");
    return std::nullopt;
  }
  if (former) {
    complain("nothing of what did not pass in `" + former->folder + "` is in what was named and selected: " + former->not_passed.front() + (former->not_passed.size() > 1 ? " …" : ""));
    return std::nullopt;
  }
  std::vector<std::string_view> titles;
  for (const Candidate& candidate : candidates) titles.push_back(candidate.title);
  const std::string_view near = options.only.empty() ? "" : diag::nearest(options.only.front(), titles);
  complain("no scenario is selected by `--only` and `--tag`; " + (near.empty() ? "`failc list` shows all" : "did you mean `" + std::string(near) + "`?"));
  return std::nullopt;
}

/// What did not pass in the last run, and its files where none is named.
std::optional<Exit> find_failed(RunOptions& options, std::optional<FormerRun>& former) {
  auto last = last_run(kRuns);
  if (!last) {
    complain(last.error().message + "; `--rerun-failed` repeats what did not pass in the newest one");
    return Exit::input;
  }
  if (last->not_passed.empty()) {
    complain("nothing is to be run again: all of the last run, `" + last->folder + "`, passed (" + plural(last->scenarios, "scenario") + ")");
    return Exit::input;
  }
  if (options.named.empty())
    for (const std::string& id : last->not_passed) {
      const std::size_t end = id.find(".fail::");
      const std::string path = id.substr(0, end == std::string::npos ? id.find("::") : end + 5);
      if (std::find(options.named.begin(), options.named.end(), path) == options.named.end()) options.named.push_back(path);
    }
  say(fmt::format("again: {} of {} in {}\n", last->not_passed.size(), plural(last->scenarios, "scenario"), last->folder));
  former = std::move(*last);
  return std::nullopt;
}

/// What repeats this run, behind FILE and --only.
std::string repeat(const RunOptions& options, std::uint64_t seed) {
  std::string out = fmt::format("--seed {}", seed);
  for (const auto& [name, value] : options.load.params) out += " --param " + report::shell_quoted(name + "=" + value);
  if (options.driver) out += " --driver " + report::shell_quoted(*options.driver);
  if (options.load.backend) out += " --backend " + report::shell_quoted(*options.load.backend);
  if (options.time_scale != 1) out += fmt::format(" --time-scale {}", options.time_scale);
  if (options.timeout) out += " --timeout " + show(*options.timeout);
  return out;
}

bool nothing_shown(const report::Counts& counts) {
  return counts.skipped > 0 &&
         counts.passed + counts.flaky + counts.failed + counts.never + counts.inconclusive + counts.environment + counts.harness + counts.interrupted + counts.left_out == 0;
}

Exit verdict(const report::Run& run, bool allow_flaky) {
  const report::Counts counts = report::count(run);
  bool environment = counts.environment + counts.harness > 0;
  for (const report::FileRun& file : run.files) environment = environment || !file.error.empty();
  if (counts.interrupted || host::interrupted()) return Exit::interrupted;
  if (counts.leaked) return Exit::leaked;
  if (counts.failed + counts.never + counts.inconclusive || (counts.flaky && !allow_flaky)) return Exit::failed;
  return environment || nothing_shown(counts) ? Exit::environment : Exit::pass;
}

std::optional<journal::CrashPoint> crash_point() {
  const char* text = std::getenv("FAILC_CRASH");
  return text ? journal::parse_crash_point(text) : std::nullopt;
}

Exit run_all(const Words& words, const RunOptions& options, const Program& program, const Chosen& chosen, const TakenOver& taken) {
  SuiteOptions suite;
  SessionOptions& session = suite.session;
  // From the first effect to the last report, also where no world listens: an end in between would leave an agent alone and no report.
  const Result<host::Fd> interrupts = host::catch_interrupts();
  if (!interrupts) {
    complain(interrupts.error().message);
    return Exit::environment;
  }
  session.interrupts = interrupts->get();
  session.moment = now_utc();
  Screen screen(is_terminal(speech()), wants_colour(speech()));
  session.screen = &screen;
  session.lease = options.lease.value_or(std::chrono::seconds(15));
  session.crash = crash_point();
  session.argv = {"failc", "run"};
  session.argv.insert(session.argv.end(), words.begin(), words.end());
  session.run.seed = options.seed ? *options.seed : random_seed();
  session.run.time_scale = options.time_scale;
  session.run.players = options.load.driver ? std::vector{options.load.driver->model()} : players();

  report::Run run{.version = FAILC_VERSION, .seed = session.run.seed, .started = session.moment.iso, .elapsed = {}, .repeat = repeat(options, session.run.seed), .files = {}, .not_run = {}};
  for (const check::NotRun& one : program.not_run) run.not_run.push_back({program.sources[one.file].path, one.format, one.reason});
  suite.base = options.journal.value_or(fmt::format("{}/{}-{}", kRuns, session.moment.compact, ::getpid()));
  session.run.skip_setup = options.skip_setup;
  // What was not set up is not this run's to take down.
  session.run.skip_cleanup = options.skip_cleanup || options.skip_setup;
  suite.taken = &taken;
  suite.jobs = options.jobs;
  suite.retries = options.retries;
  suite.fail_fast = options.fail_fast;
  suite.allow_flaky = options.allow_flaky;
  say(fmt::format("failc {}, seed {}\n", FAILC_VERSION, session.run.seed));
  if (options.load.driver) say(fmt::format("played to {} {}\n", options.load.driver->facts().name, options.load.driver->facts().version));
  EventStream events(options.reports);
  std::mutex order;  // of events: several sessions may have some at once
  if (events.wanted())
    session.event = [&](const std::string& event) {
      const std::lock_guard lock(order);
      events.put(event);
    };
  if (events.wanted()) events.put(report::run_began(run));

  const auto began = std::chrono::steady_clock::now();
  if (const Status begun = run_suite(suite, program, chosen, run); !begun) {
    complain(begun.error().message);
    return Exit::environment;
  }
  run.elapsed = std::chrono::steady_clock::now() - began;
  for (const report::FileRun& file : run.files) say(report::property_lines(file, screen.colour()));
  say(not_run_table(program.not_run, program.formats_run, program.sources));
  if (options.load.driver) say(not_compared_table(*options.load.driver));
  say(report::summary(run, screen.colour()));
  if (nothing_shown(report::count(run))) complain("every scenario was skipped, so nothing was shown");
  if (events.wanted()) events.put(report::run_ended(run));
  const bool reported = write_reports(run, options.reports, read_records) && events.whole();
  const Exit code = verdict(run, options.allow_flaky);
  if (code == Exit::leaked) complain("something could not be undone (LEAKED above); `failc recover " + suite.base + "` tries again");
  return code == Exit::pass && !reported ? Exit::environment : code;
}

}  // namespace

Exit run_command(const Words& words) {
  RunOptions options;
  if (const auto over = read_options(words, options)) return *over;
  if (to_output(options.reports)) keep_output_for_reports();
  std::optional<FormerRun> former;
  if (options.rerun_failed)
    if (const auto over = find_failed(options, former)) return *over;
  if (options.driver)
    if (const auto over = open_driver(*options.driver, options.load)) return *over;
  LoadResult loaded = load(options.named, options.load);
  if (loaded.refused) return *loaded.refused;
  // It goes with the process: to take the plans of many files apart takes as long as to play some of them.
  static Program* const kept = loaded.program.release();
  Program& program = *kept;
  if (options.timeout)
    for (const Loaded& file : program.files)
      for (plan::Scenario& scenario : file.plan->scenarios) scenario.timeout = options.timeout;
  const auto chosen = select(program, options, former);
  // All that was named is skipped, with its reason: that is no pass, and no mistake of whoever named it.
  if (!chosen) return program.files.empty() && !program.not_run.empty() ? Exit::environment : Exit::input;
  TakenOver taken;
  if (options.skip_setup && !options.dry_run) {
    auto found = take_over(kRuns, program, *chosen);
    if (!found) {
      complain(found.error().message);
      return Exit::input;
    }
    taken = std::move(*found);
  }
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
  return run_all(words, options, program, *chosen, taken);
}

}  // namespace failc::tools
