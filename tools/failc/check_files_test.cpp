#include "tools/failc/check_files.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tools/failc/backends.hpp"
#include "tools/failc/threads.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

TEST(Threads, EachNumberOnce) {
  for (const unsigned jobs : {1u, 2u, 5u}) {
    std::vector<std::atomic<int>> calls(100);
    in_parallel(jobs, calls.size(), [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
  in_parallel(3, 0, [](std::size_t) { FAIL(); });
}

TEST(CheckFiles, SeveralAtOnceSayWhatOneAfterTheOtherDo) {
  std::string folder = fs::temp_directory_path() / "failc-check-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/shared.fail") << "check talks n: node = count(log_lines(n, r\"x\")) >= 1\n";
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) {
    paths.push_back(folder + "/" + std::to_string(i) + ".fail");
    std::ofstream(paths.back()) << "use std.process\nuse \"shared.fail\"\ncluster app { process[1] with { command: [\"a\"] } }\nscenario \"s\" {\n"
                                << std::string(static_cast<std::size_t>(i % 3), '\n') << (i % 2 ? "  expect app[0] is runing\n" : "  expect app[0] is running\n") << "}\n";
  }
  paths.push_back(folder + "/absent.fail");
  const check::Options options = checking_options();
  const auto checked = [&](unsigned jobs, std::size_t& plans) {
    SourceMap sources;
    diag::Sink sink;
    for (const auto& one : check_files(paths, options, jobs, sources, sink)) plans += one.plan != nullptr;
    EXPECT_TRUE(sink.has_errors());
    sink.finish();
    return diag::render(sink.all(), sources, diag::Format::text, false);
  };
  std::size_t one = 0, many = 0;
  const std::string expected = checked(1, one);
  EXPECT_NE(expected.find("39.fail:5:20"), std::string::npos) << expected;
  EXPECT_NE(expected.find("absent.fail"), std::string::npos);
  for (int round = 0; round < 5; ++round) EXPECT_EQ(checked(4, many), expected);
  EXPECT_EQ(one, 20u);
  EXPECT_EQ(many, 5 * one);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace failc::tools
