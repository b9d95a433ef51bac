// The same seed, the same journals, byte for byte, however many threads share the scenarios.
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>

#include "interpreter/backend/fake.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/journal/journal.hpp"
#include "interpreter/run/run.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/queue.hpp"
#include "tools/failc/threads.hpp"

namespace failc::tools {
namespace {

constexpr std::uint32_t kCount = 40;

std::string file_of_scenarios() {
  std::string out = "use std.process\n\ncluster app { process[5] with { command: [\"sleep\", \"60\"] } }\n\n";
  for (std::uint32_t i = 0; i < kCount; ++i) {
    out += "scenario \"number " + std::to_string(i) + "\" {\n  repeat 10 {\n    kill (random 2 of app)\n    start app\n  }\n";
    out += i % 3 == 0 ? "  expect app[0] is stopped\n}\n\n" : "  expect app[0] is running\n}\n\n";
  }
  return out;
}

using Journals = std::map<std::uint32_t, std::string>;

/// Each scenario in a session of its own, as with `--retries`.
Journals journals_of(const plan::Plan& plan, std::uint64_t seed, unsigned jobs) {
  std::vector<Work> all;
  for (std::uint32_t i = 0; i < plan.scenarios.size(); ++i) all.push_back({0, i, 1, {}});
  Queue queue(all);
  std::mutex mutex;
  Journals out;
  in_parallel(jobs, jobs, [&](std::size_t) {
    while (const auto work = queue.take()) {
      backend::FakeWorld world;
      journal::MemoryJournal journal;
      run::Options options;
      options.seed = seed;
      options.scenarios = {work->scenario};
      run::run(plan, options, world, journal, {});
      std::string text;
      for (const auto* lines : {&journal.lines, &journal.operations})
        for (const std::string& line : *lines) text += line + "\n";
      queue.finish(*work, false);
      const std::lock_guard lock(mutex);
      out.emplace(work->scenario, std::move(text));
    }
  });
  return out;
}

TEST(Jobs, OneSeedWritesTheSameJournalsWithAnyNumberOfThreads) {
  SourceMap sources;
  diag::Sink sink;
  const auto checked = check::check_source(sources.add("generated.fail", file_of_scenarios()), checking_options(), sources, sink);
  ASSERT_TRUE(checked.plan) << diag::render(sink.all(), sources, diag::Format::text, false);
  const Journals alone = journals_of(*checked.plan, 7, 1);
  ASSERT_EQ(alone.size(), kCount);
  EXPECT_GT(alone.begin()->second.size(), 1000u);
  for (const unsigned jobs : {1u, 2u, 2u, 4u}) EXPECT_EQ(journals_of(*checked.plan, 7, jobs), alone) << jobs << " jobs";
  EXPECT_NE(journals_of(*checked.plan, 8, 2), alone) << "another seed draws other nodes";
}

}  // namespace
}  // namespace failc::tools
