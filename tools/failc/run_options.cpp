#include "tools/failc/run_options.hpp"

#include <chrono>

#include "tools/failc/threads.hpp"

namespace failc::tools {
namespace {

constexpr unsigned kDriverJobs = 4;

}  // namespace

std::optional<Exit> read_options(const Words& words, RunOptions& options) {
  Arguments arguments("failc run FILE|DIR... [options]", "brings clusters up, does what the scenarios say, undoes everything and reports");
  arguments.words(options.named);
  add_load_options(arguments, options.load);
  arguments.value("--only", "GLOB", "scenarios whose title or id it matches", texts_into(options.only), true);
  arguments.value("--tag", "TAG", "scenarios that carry it", texts_into(options.tags), true);
  arguments.value("--shard", "I/N", "the Ith of N parts of what is selected", shard_into(options.shard));
  arguments.flag("--rerun-failed", options.rerun_failed, "what did not pass in the newest run of `.failc/runs`; without FILE: of its files");
  arguments.value("--seed", "N", "of everything random; drawn and printed where it is not given", whole_number_into(options.seed));
  arguments.value("--jobs", "N", "how many scenarios run at once, 1, with `--driver` 4; those that fix the same port never do", number_into(options.jobs, 1, kMostJobs));
  arguments.value("--retries", "N", "how often one that failed is begun anew, 0; if it passes then, it is flaky", number_into(options.retries, 0, 100));
  arguments.flag("--allow-flaky", options.allow_flaky, "exits as if what is flaky had passed; it is named all the same");
  arguments.flag("--fail-fast", options.fail_fast, "ends with the first scenario that does not pass");
  arguments.value("--time-scale", "X", "multiplies the upper bounds of waits", factor_into(options.time_scale));
  arguments.value("--timeout", "D", "of each scenario, in place of what it says", duration_into(options.timeout));
  arguments.flag("--dry-run", options.dry_run, "prints what would be done, and when at the latest; touches nothing");
  arguments.flag("--skip-setup", options.skip_setup, "takes over the nodes that a run of `.failc/runs` kept, leaves `setup` out, and keeps them again");
  arguments.flag("--skip-cleanup", options.skip_cleanup, "leaves the nodes running, and cleanups out; `failc recover --kept` ends them");
  add_reports(arguments, options.reports);
  arguments.value("--journal", "DIR", "the run's folder; by default `.failc/runs/<UTC>-<pid>`", text_into(options.journal));
  arguments.value("--lease", "D", "how long nodes outlive a failc that died, 15s", duration_into(options.lease, std::chrono::milliseconds(100), std::chrono::hours(24)));
  arguments.value("--driver", "NAME|PROGRAM", "plays spec files of discovery to a driver: `node`, `libmongoc`, `pymongo`, or the path of an adapter", text_into(options.driver));
  arguments.not_yet({"--cluster"});
  const auto over = arguments.parse(words);
  // A driver waits half a second for each check, and does nothing meanwhile.
  if (options.jobs == 0) options.jobs = options.driver ? kDriverJobs : 1;
  return over;
}

}  // namespace failc::tools
