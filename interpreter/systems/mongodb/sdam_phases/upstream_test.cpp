// The specification's own files, where they are beside the project.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "interpreter/systems/mongodb/sdam_phases/phases.hpp"

namespace failc::sdam {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Upstream : public testing::TestWithParam<const char*> {};

TEST_P(Upstream, EveryFileHolds) {
  const fs::path folder = fs::path(FAILC_SOURCE_DIR) / "../shared/specs/server-discovery-and-monitoring/tests" / GetParam();
  if (!fs::is_directory(folder)) GTEST_SKIP() << "the specification's files are not at " << folder;
  std::size_t files = 0, passed = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const Result<PhaseFile> file = read_phase_text(text_of(entry.path()));
    ASSERT_TRUE(file) << entry.path() << ": " << file.error().message;
    const Result<std::vector<std::string>> played = play(*file);
    ASSERT_TRUE(played) << entry.path() << ": " << played.error().message;
    for (const std::string& difference : *played) ADD_FAILURE() << entry.path().filename() << ": " << difference;
    passed += played->empty() ? 1 : 0;
  }
  EXPECT_GT(files, 0u) << "nothing to run in " << folder;
  std::cout << GetParam() << ": " << passed << " of " << files << " files\n";
}

INSTANTIATE_TEST_SUITE_P(Phases, Upstream, testing::Values("rs", "single", "sharded", "load-balanced", "errors", "monitoring"),
                         [](const testing::TestParamInfo<const char*>& param) {
                           std::string name = param.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace failc::sdam
