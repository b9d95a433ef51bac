// Schedules of scenarios that rest on several files.
#include "tests/run/resolve_fixture.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace failc::testing {
namespace {

using namespace resolving;

/// Files in a folder that goes with the test.
class Folder {
 public:
  Folder() : path(std::filesystem::temp_directory_path() / ("failc-resolve-" + std::to_string(::getpid()))) { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  const std::filesystem::path path;
};

/// The resolved text of the scenario of a file, and whether it does the same under other seeds.
std::string resolved_file(const Folder& folder, const std::string& file, std::uint32_t scenario = 0) {
  SourceMap sources;
  diag::Sink sink;
  const auto plan = check::check_file((folder.path / file).string(), options_with({}), sources, sink).plan;
  if (!plan) {
    ADD_FAILURE() << diag::render(sink.all(), sources, diag::Format::text, false);
    return "";
  }
  const Done original = done(*plan, 7, scenario);
  EXPECT_EQ(original.result.verdict, run::Verdict::pass) << (original.result.failure ? text_of(*original.result.failure) : "");
  resolve::Schedules schedules(*plan, sources, "seed 7");
  const auto text = schedules.text(original.result);
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return "";
  }
  const Checked again = checked(*text);
  if (!again.plan) return *text;
  EXPECT_EQ(again.plan->scenarios.size(), 1u) << *text;
  EXPECT_EQ(again.plan->scenarios.front().title, plan->scenarios[scenario].title);
  for (const std::uint64_t seed : {1u, 8u}) {
    const Done second = done(*again.plan, seed);
    EXPECT_EQ(second.requests, original.requests) << *text;
    EXPECT_EQ(second.writes, original.writes) << *text;
  }
  return *text;
}

TEST(Resolve, MatricesAndWorkloadsOfUsedFiles) {
  const Folder folder;
  folder.write("used.fail", prelude(5) + R"(
param size: int = 3
cluster shaped { app[size] }
matrix shapes { size: [4, 2] }
workload spread = put "s" + string(counter), "v" on (random 1 of kv) every 50ms
step loaded { during spread { sleep 1s } }
)");
  folder.write("main.fail", R"(use "used.fail"
workload spread_1 = put "t" + string(counter), "v" on kv[0] every 50ms
scenario "one" matrix shapes {
  kill (random 1 of shaped)
  start shaped
  during spread, spread_1 { sleep 1s }
  loaded
  expect spread.ok > 10
}
)");
  for (const std::uint32_t instance : {0u, 1u}) {
    const std::string text = resolved_file(folder, "main.fail", instance);
    EXPECT_EQ(text.find("random"), std::string::npos) << text;
    EXPECT_NE(text.find("matrix shapes_1 {"), std::string::npos) << text;
    EXPECT_NE(text.find("workload spread_2 = "), std::string::npos) << text;
    EXPECT_NE(text.find("expect spread_2.ok > 10"), std::string::npos) << text;
  }
}

TEST(Resolve, NamesOfFilesAreWholePaths) {
  const Folder files;
  const std::string folder = files.path.string();
  std::ofstream(folder + "/used.fail") << "step strike on victim: node {\n  kill victim\n  start (random 1 of [victim, victim])\n}\n";
  std::ofstream(folder + "/main.fail") << "use \"used.fail\"\n" + prelude(3) + "scenario \"one\" {\n  strike on kv[1]\n  log text_file(\"used.fail\")\n  expect w[0] is running\n}\n";
  SourceMap sources;
  diag::Sink sink;
  const auto plan = check::check_file(folder + "/main.fail", options_with({}), sources, sink).plan;
  ASSERT_TRUE(plan) << diag::render(sink.all(), sources, diag::Format::text, false);
  resolve::Schedules schedules(*plan, sources, "seed 7");
  const auto text = schedules.text(done(*plan, 7).result);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("use \"" + folder + "/used.fail\""), std::string::npos) << *text;
  EXPECT_NE(text->find("text_file(\"" + folder + "/used.fail\")"), std::string::npos) << *text;
  checked(*text);
}

}  // namespace
}  // namespace failc::testing
