// 10,000 scenarios of one step and one expectation on the fake world, from text to verdicts, with a journal on disk.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "interpreter/backend/fake.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/journal/file_journal.hpp"
#include "interpreter/run/run.hpp"
#include "tools/failc/backends.hpp"

int main() {
  using namespace failc;
  constexpr std::uint32_t count = 10000;
  std::string text = "use std.process\n\ncluster app { process[1] with { command: [\"sleep\", \"60\"] } }\n\n";
  for (std::uint32_t i = 0; i < count; ++i) text += "scenario \"number " + std::to_string(i) + "\" {\n  kill app[0]\n  expect app[0] is stopped\n}\n\n";
  std::string folder = std::filesystem::temp_directory_path() / "failc-bench-XXXXXX";
  if (!::mkdtemp(folder.data())) return 1;

  const auto began = std::chrono::steady_clock::now();
  SourceMap sources;
  diag::Sink sink;
  const auto checked = check::check_source(sources.add("generated.fail", std::move(text)), tools::checking_options(), sources, sink);
  if (!checked.plan) {
    std::fprintf(stderr, "the generated file has mistakes:\n%.2000s\n", diag::render(sink.all(), sources, diag::Format::text, false).c_str());
    return 1;
  }
  std::size_t passed = 0;
  {
    auto journal = journal::FileJournal::open(folder, {.pid = 0, .sync = false});
    if (!journal) {
      std::fprintf(stderr, "%s\n", journal.error().message.c_str());
      return 1;
    }
    backend::FakeWorld world;
    world.keep_requests(false);
    run::Options options;
    for (std::uint32_t i = 0; i < count; ++i) options.scenarios.push_back(i);
    for (const run::ScenarioResult& result : run::run(*checked.plan, options, world, **journal, {})) passed += result.verdict == run::Verdict::pass && result.assertions == 1;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::filesystem::remove_all(folder);
  if (passed != count) {
    std::fprintf(stderr, "%zu of %u passed\n", passed, count);
    return 1;
  }
  std::printf("{\"scenarios\": %u, \"seconds\": %.3f}\n", count, seconds);
}
