// Who may include whom. ARCHITECTURE.md draws it; this holds it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// A folder's own files (and those of the folders in it), and whatever is listed: a folder, or one header. Tests beside the code may also reach what their folder's library links.
const std::map<std::string, std::set<std::string>> kAllowed = {
    {"grammar/base", {}},
    {"grammar/source", {"grammar/base"}},
    {"grammar/diag", {"grammar/base", "grammar/source"}},
    {"grammar/ast", {"grammar/base"}},
    {"grammar/rules", {"grammar/base", "grammar/ast", "grammar/diag", "grammar/parse/literal.hpp"}},
    {"grammar/import", {"grammar/base", "grammar/source", "grammar/diag"}},
    {"grammar/parse", {"grammar/base", "grammar/source", "grammar/diag", "grammar/ast", "grammar/rules"}},
    {"grammar/format", {"grammar/base", "grammar/source", "grammar/diag", "grammar/ast", "grammar/parse"}},
    {"stdlib", {}},
    {"interpreter/value", {"grammar/base"}},
    {"interpreter/plan", {"grammar/base", "interpreter/value"}},
    {"interpreter/backend", {"grammar/base", "interpreter/value"}},
    {"interpreter/eval", {"grammar/base", "interpreter/value", "interpreter/plan", "interpreter/backend"}},
    {"interpreter/prove", {"grammar/base", "grammar/diag", "interpreter/value", "interpreter/plan"}},
    {"interpreter/check",
     {"grammar/base", "grammar/source", "grammar/diag", "grammar/ast", "grammar/parse", "grammar/import", "interpreter/value", "interpreter/plan", "interpreter/eval", "interpreter/prove", "interpreter/backend", "stdlib"}},
    {"interpreter/journal", {"grammar/base"}},
    {"interpreter/faults", {"grammar/base", "interpreter/value", "interpreter/plan", "interpreter/backend", "interpreter/run/run.hpp"}},
    {"interpreter/run",
     {"grammar/base", "interpreter/value", "interpreter/plan", "interpreter/eval", "interpreter/backend", "interpreter/faults", "interpreter/journal"}},
    {"interpreter/report", {"grammar/base", "grammar/source", "interpreter/value", "interpreter/plan", "interpreter/run", "interpreter/journal"}},
    {"interpreter/resolve",
     {"grammar/base", "grammar/source", "grammar/diag", "grammar/ast", "grammar/parse", "grammar/import", "grammar/format", "interpreter/value", "interpreter/plan", "interpreter/run",
      "interpreter/check/places.hpp", "interpreter/check/visit.hpp"}},
    {"interpreter/systems/mongodb/replication", {"grammar/base"}},
    {"interpreter/host", {"grammar/base", "interpreter/value", "interpreter/backend/observer.hpp"}},
    {"interpreter/systems/automation", {"grammar/base", "grammar/source", "grammar/diag", "interpreter/value", "interpreter/systems/mongodb/bson", "interpreter/systems/mongodb/wire"}},
    {"interpreter/live_cluster", {"grammar/base", "interpreter/value", "interpreter/host", "interpreter/systems/automation", "interpreter/systems/mongodb/wire"}},
    {"interpreter/backends/agent", {"grammar/base", "interpreter/value", "interpreter/backend", "interpreter/host", "interpreter/journal"}},
    {"interpreter/systems/mongodb/bson", {"grammar/base"}},
    {"interpreter/systems/mongodb/query", {"grammar/base", "interpreter/systems/mongodb/bson"}},
    {"interpreter/systems/mongodb/sdam", {"grammar/base", "interpreter/value"}},
    {"interpreter/systems/mongodb/observer",
     {"grammar/base", "interpreter/value", "interpreter/backend/observer.hpp", "interpreter/systems/mongodb/bson", "interpreter/systems/mongodb/sdam", "interpreter/systems/mongodb/wire"}},
    {"interpreter/systems/mongodb/sdam_phases",
     {"grammar/base", "grammar/diag", "grammar/import", "interpreter/value", "interpreter/backend/player.hpp", "interpreter/check/spec_format.hpp", "interpreter/systems/mongodb/sdam"}},
    {"interpreter/systems/mongodb/connection_string", {"grammar/base"}},
    {"interpreter/systems/mongodb/played",
     {"grammar/base", "grammar/diag", "grammar/import", "interpreter/value", "interpreter/backend/player.hpp", "interpreter/check/spec_format.hpp", "interpreter/systems/mongodb/sdam",
      "interpreter/systems/mongodb/connection_string"}},
    {"interpreter/systems/mongodb/specs",
     {"grammar/import", "interpreter/backend/player.hpp", "interpreter/check/spec_format.hpp", "interpreter/systems/mongodb/sdam_phases", "interpreter/systems/mongodb/played"}},
    {"interpreter/systems/mongodb/black_box",
     {"grammar/base", "grammar/import", "interpreter/value", "interpreter/backend/player.hpp", "interpreter/check/spec_format.hpp", "interpreter/host", "interpreter/systems/mongodb/sdam",
      "interpreter/systems/mongodb/sdam_phases", "interpreter/systems/mongodb/bson", "interpreter/systems/mongodb/wire"}},
    {"interpreter/systems/mongodb/wire", {"grammar/base", "interpreter/systems/mongodb/bson"}},
    {"interpreter/systems/mongodb/mongod",
     {"grammar/base", "interpreter/systems/mongodb/wire", "interpreter/systems/mongodb/bson", "interpreter/systems/mongodb/query", "interpreter/systems/mongodb/replication"}},
    {"tools/failc-mongod",
     {"grammar/base", "grammar/diag", "interpreter/host/fd.hpp", "interpreter/systems/mongodb/wire", "interpreter/systems/mongodb/mongod"}},
    {"tools/failc-agent", {"grammar/base", "interpreter/host", "interpreter/backends/agent"}},
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// The folder of the table that holds `folder`, or "".
std::string home_of(std::string folder) {
  while (!folder.empty() && !kAllowed.contains(folder)) folder = folder_of(folder);
  return folder;
}

/// What is wrong with `path` including `included`, or "".
std::string judge(const std::string& path, const std::string& included) {
  const std::string from = folder_of(path), to = folder_of(included);
  const bool test = path.ends_with("_test.cpp");
  const std::string home = home_of(from);
  const bool concrete = to.starts_with("interpreter/backends/");
  if (from.starts_with("grammar/") && !to.starts_with("grammar/")) return "grammar/ knows nothing of the rest";
  if (concrete && from != to && path != "tools/failc/backends.cpp" && !from.starts_with("tools/failc-agent")) return "only tools/failc/backends.cpp names a concrete backend";
  if (test || from == "tools/failc") return "";
  if (home.empty()) return "this folder is not in the table";
  const std::string target = home_of(to);
  const std::set<std::string>& allowed = kAllowed.at(home);
  return home == target || allowed.contains(target) || allowed.contains(included) ? "" : home + " may not include " + to;
}

std::vector<std::string> includes_of(const fs::path& path) {
  static const std::regex pattern("^\\s*#\\s*include\\s*\"([^\"]+)\"");
  std::vector<std::string> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (std::smatch match; std::regex_search(line, match, pattern)) out.push_back(match[1]);
  return out;
}

std::vector<fs::path> sources() {
  std::vector<fs::path> out;
  for (const char* top : {"grammar", "interpreter", "stdlib", "tools"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(FAILC_SOURCE_DIR) / top))
      if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") out.push_back(entry.path());
  return out;
}

TEST(Arrows, NoneIsForbidden) {
  std::size_t arrows = 0;
  for (const fs::path& path : sources()) {
    const std::string name = fs::relative(path, FAILC_SOURCE_DIR);
    for (const std::string& included : includes_of(path)) {
      ++arrows;
      EXPECT_EQ(judge(name, included), "") << name << " includes " << included;
    }
  }
  EXPECT_GT(arrows, 200u) << "the scan found next to nothing";
}

TEST(Arrows, ForbiddenOnesAreFound) {
  EXPECT_NE(judge("grammar/parse/x.cpp", "interpreter/value/value.hpp"), "");
  EXPECT_NE(judge("grammar/parse/x_test.cpp", "interpreter/value/value.hpp"), "");
  EXPECT_NE(judge("interpreter/plan/x.cpp", "interpreter/eval/eval.hpp"), "");
  EXPECT_NE(judge("interpreter/run/x.cpp", "interpreter/backends/agent/world.hpp"), "");
  EXPECT_NE(judge("tools/failc/run.cpp", "interpreter/backends/agent/world.hpp"), "");
  EXPECT_NE(judge("interpreter/backends/agent/x.cpp", "interpreter/backends/docker/x.hpp"), "");
  EXPECT_NE(judge("interpreter/backends/agent/x.cpp", "interpreter/run/run.hpp"), "");
  EXPECT_NE(judge("interpreter/report/x.cpp", "interpreter/check/check.hpp"), "");
  EXPECT_NE(judge("interpreter/new/x.cpp", "grammar/base/span.hpp"), "");
  EXPECT_EQ(judge("tools/failc/backends.cpp", "interpreter/backends/agent/world.hpp"), "");
  EXPECT_EQ(judge("interpreter/run/x.cpp", "interpreter/eval/eval.hpp"), "");
}

/// The libraries that are wanted in one place only.
TEST(Arrows, LibrariesHaveOneIncluder) {
  const std::map<std::string, std::string> homes = {
      {"<CLI/", "tools/"}, {"<tao/", "grammar/rules/"}, {"<boost/process", "interpreter/host/"}, {"<boost/beast", "interpreter/host/"}, {"<bson/", "interpreter/systems/"}};
  for (const fs::path& path : sources()) {
    const std::string name = fs::relative(path, FAILC_SOURCE_DIR);
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include <")) continue;
      for (const auto& [library, home] : homes) EXPECT_TRUE(line.find(library) == std::string::npos || name.starts_with(home)) << name << ": " << line;
    }
  }
}

TEST(Arrows, FilesStayShort) {
  for (const fs::path& path : sources()) {
    std::ifstream in(path);
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    EXPECT_LE(lines, 600u) << path;
  }
}

}  // namespace
