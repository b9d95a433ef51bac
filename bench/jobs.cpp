// What a second job is worth: 1,000 scenarios on fake worlds, taken by one and by two threads; and 2,000 files checked by two.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "interpreter/backend/fake.hpp"
#include "interpreter/run/run.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/check_files.hpp"
#include "tools/failc/queue.hpp"
#include "tools/failc/threads.hpp"

namespace {

using namespace failc;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

/// A cluster that is killed and started again a few times, with what is asked of it.
std::string scenarios(int count) {
  std::string out = "use std.process\n\ncluster app { process[3] with { command: [\"sleep\", \"60\"] } }\n\n";
  for (int i = 0; i < count; ++i) {
    out += "scenario \"number " + std::to_string(i) + "\" {\n  repeat 20 {\n    kill (random 1 of app)\n    await count([for n in app if n is stopped: n]) == 1 within 5s\n    start app\n  }\n";
    out += "  expect app[0] is running\n}\n\n";
  }
  return out;
}

/// As `failc run --jobs` does it: each job has a world and a journal, and takes what is next.
double time_of_run(const plan::Plan& plan, unsigned jobs) {
  std::vector<tools::Work> work;
  for (std::uint32_t i = 0; i < plan.scenarios.size(); ++i) work.push_back({0, i, 1, {}});
  tools::Queue queue(work);
  std::atomic<std::size_t> passed{0};
  const auto began = Clock::now();
  tools::in_parallel(jobs, jobs, [&](std::size_t) {
    backend::FakeWorld world;
    world.keep_requests(false);
    journal::MemoryJournal journal;
    run::Options options;
    std::optional<tools::Work> current;
    options.next = [&]() -> std::optional<std::uint32_t> {
      if (current) queue.finish(*current, false);
      current = queue.take_of(0);
      return current ? std::optional(current->scenario) : std::nullopt;
    };
    for (const run::ScenarioResult& result : run::run(plan, options, world, journal, {})) passed += result.verdict == run::Verdict::pass;
  });
  const double seconds = seconds_since(began);
  if (passed != plan.scenarios.size()) {
    std::fprintf(stderr, "%zu of %zu passed\n", passed.load(), plan.scenarios.size());
    std::exit(1);
  }
  return seconds;
}

double time_of_check(const std::vector<std::string>& paths, unsigned jobs) {
  SourceMap sources;
  diag::Sink sink;
  const auto began = Clock::now();
  const auto checked = tools::check_files(paths, tools::checking_options(), jobs, sources, sink);
  const double seconds = seconds_since(began);
  for (const check::Checked& one : checked)
    if (!one.plan) {
      std::fprintf(stderr, "a generated file has mistakes:\n%.2000s\n", diag::render(sink.all(), sources, diag::Format::text, false).c_str());
      std::exit(1);
    }
  return seconds;
}

}  // namespace

int main() {
  constexpr int files = 2000, count = 1000;
  std::string folder = std::filesystem::temp_directory_path() / "failc-bench-XXXXXX";
  if (!::mkdtemp(folder.data())) return 1;
  std::vector<std::string> paths;
  for (int i = 0; i < files; ++i) {
    paths.push_back(folder + "/" + std::to_string(i) + ".fail");
    std::ofstream(paths.back()) << scenarios(2);
  }
  double check_one = 1e9, check_two = 1e9, run_one = 1e9, run_two = 1e9;
  for (int round = 0; round < 5; ++round) {
    check_one = std::min(check_one, time_of_check(paths, 1));
    check_two = std::min(check_two, time_of_check(paths, 2));
  }
  std::filesystem::remove_all(folder);
  SourceMap sources;
  diag::Sink sink;
  const auto checked = check::check_source(sources.add("generated.fail", scenarios(count)), tools::checking_options(), sources, sink);
  if (!checked.plan) return 1;
  for (int round = 0; round < 5; ++round) {
    run_one = std::min(run_one, time_of_run(*checked.plan, 1));
    run_two = std::min(run_two, time_of_run(*checked.plan, 2));
  }
  std::printf("{\"files\": %d, \"files_per_second_one\": %.0f, \"files_per_second_two\": %.0f, \"scenarios\": %d, \"one_job_seconds\": %.3f, \"two_jobs_seconds\": %.3f, \"times\": %.2f}\n", files,
              files / check_one, files / check_two, count, run_one, run_two, run_one / run_two);
}
