// Every *.fail and every *.yml file below this folder is a test. What failc must say of it stands in comments:
//
//   sleep 5  #! error F0301 "a duration is wanted"     on the line of the mistake
//   #! error F0301 "a duration is wanted"              or alone, above it
//   #! warning F1001 "…"                               likewise; then warnings are asked for
//   #! param name=value   #! backend name   #! final   #! lint   options of the check
//
// A diagnostic without a comment fails, and so does a comment without its diagnostic. A `.plan.txt` beside a sample is the text of
// its plan; with UPDATE_GOLDEN=1 in the environment those are rewritten and the test is reported as skipped.
// Folders called lib/ hold what samples use; grammar/ holds texts for the parser alone: they are not checked by themselves.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/plan/plan.hpp"
#include "tests/lang/systems.hpp"

namespace failc {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(FAILC_SOURCE_DIR) / "tests" / "lang";

struct Expected {
  std::string file;
  std::uint32_t line = 0;
  std::string code, part;
};

std::vector<fs::path> samples(bool with_used = false) {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kFolder)) {
    const fs::path relative = fs::relative(entry.path(), kFolder);
    const bool sample = *relative.begin() != "grammar" && (with_used || relative.parent_path().filename() != "lib");
    const bool text = entry.path().extension() == ".fail" || entry.path().extension() == ".yml";
    if (text && sample) out.push_back(relative);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The `#!` comments of a text.
std::vector<Expected> expectations(const std::string& file, const std::string& text, check::Options& options) {
  std::vector<Expected> out, waiting;
  std::istringstream lines(text);
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
    const std::size_t first = line.find_first_not_of(" \t");
    const bool alone = first != std::string::npos && line[first] == '#';
    if (!alone && first != std::string::npos) {
      for (Expected& each : waiting) {
        each.line = number;
        out.push_back(each);
      }
      waiting.clear();
    }
    const std::size_t mark = line.find("#! ");
    if (mark == std::string::npos) continue;
    std::istringstream words(line.substr(mark + 3));
    std::string word;
    words >> word;
    if (word == "error" || word == "warning") {
      options.lint = options.lint || word == "warning";
      Expected expected{file, number, {}, {}};
      words >> expected.code;
      std::getline(words, expected.part);
      const std::size_t from = expected.part.find('"'), to = expected.part.rfind('"');
      expected.part = from != std::string::npos && to > from ? expected.part.substr(from + 1, to - from - 1) : "";
      for (std::size_t at = 0; (at = expected.part.find("\\\"", at)) != std::string::npos;) expected.part.erase(at, 1);
      (alone ? waiting : out).push_back(expected);
    } else if (word == "param") {
      std::string rest;
      words >> rest;
      options.params[rest.substr(0, rest.find('='))] = rest.substr(rest.find('=') + 1);
    } else if (word == "backend") {
      std::string name;
      words >> name;
      options.backend = name;
    } else if (word == "final") {
      options.final = true;
    } else if (word == "lint") {
      options.lint = true;
    } else {
      ADD_FAILURE() << file << ":" << number << ": `#! " << word << "` means nothing";
    }
  }
  for (const Expected& each : waiting) ADD_FAILURE() << file << ": `#! error " << each.code << "` stands above nothing";
  return out;
}

check::Options options() {
  check::Options out;
  out.backends.push_back({.name = "agent", .processes = true, .pause = true});
  add_systems(out);
  out.backends.push_back({.name = "docker", .available = false, .processes = true, .pause = true, .partition = true, .shape = true});
  out.backends.push_back({.name = "frozen", .processes = false});
  out.backends.push_back({.name = "lab", .processes = true, .pause = true, .partition = true, .shape = true});
  return out;
}

class Sample : public testing::TestWithParam<fs::path> {};

TEST_P(Sample, SaysWhatItsCommentsSay) {
  const fs::path path = kFolder / GetParam();
  check::Options how = options();
  SourceMap sources;
  diag::Sink sink;
  std::vector<Expected> wanted = expectations(path.string(), read(path), how);
  const check::Checked checked = check::check_file(path.string(), how, sources, sink);
  for (std::uint32_t i = 1; i < sources.size(); ++i) {
    const std::string& other = sources[FileId{i}].path;
    if (other.rfind(kFolder.string(), 0) != 0) continue;
    check::Options ignored;
    for (const Expected& each : expectations(other, sources[FileId{i}].text, ignored)) wanted.push_back(each);
  }
  for (const diag::Diagnostic& item : sink.all()) {
    const SourceFile& file = sources[item.place.file];
    const std::uint32_t line = file.position(item.place.span.begin).line;
    const auto fits = [&](const Expected& each) {
      return each.file == file.path && each.line == line && each.code == diag::row(item.code).code && (item.message + "; help: " + item.help).find(each.part) != std::string::npos;
    };
    const auto found = std::find_if(wanted.begin(), wanted.end(), fits);
    if (found == wanted.end()) ADD_FAILURE() << "not foreseen:\n" << diag::render({item}, sources, diag::Format::text, false);
    else wanted.erase(found);
  }
  for (const Expected& each : wanted) ADD_FAILURE() << each.file << ":" << each.line << ": not said: " << each.code << " \"" << each.part << "\"";
  EXPECT_FALSE(sink.has_errors() && checked.plan != nullptr);

  fs::path golden = path;
  golden.replace_extension(".plan.txt");
  if (!fs::exists(golden)) return;
  ASSERT_NE(checked.plan, nullptr);
  plan::Plan& plan = *checked.plan;
  for (std::string& file : plan.files)
    if (file.rfind(kFolder.string(), 0) == 0) file = file.substr(kFolder.string().size() + 1);
  for (plan::Scenario& scenario : plan.scenarios)
    if (scenario.id.rfind(kFolder.string(), 0) == 0) scenario.id = scenario.id.substr(kFolder.string().size() + 1);
  const std::string text = plan::to_text(plan);
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(golden, std::ios::binary) << text;
    GTEST_SKIP() << "rewrote " << golden;
  }
  EXPECT_EQ(read(golden), text) << golden;
}

INSTANTIATE_TEST_SUITE_P(Lang, Sample, testing::ValuesIn(samples()), [](const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.string();
  name.resize(name.size() - std::string(".fail").size());
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Tree, EveryFileThatIsToRunHasAPlan) {
  const fs::path root(FAILC_SOURCE_DIR);
  std::size_t seen = 0;
  for (const char* folder : {"stdlib", "scenarios", "examples"}) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".fail") continue;
      ++seen;
      SourceMap sources;
      diag::Sink sink;
      const check::Checked checked = check::check_file(entry.path().string(), options(), sources, sink);
      EXPECT_NE(checked.plan, nullptr) << diag::render(sink.all(), sources, diag::Format::text, false);
    }
  }
  EXPECT_GE(seen, 3u);
}

TEST(Catalogue, EachRowHasASampleThatProducesIt) {
  std::set<std::string> produced;
  check::Options ignored;
  for (const fs::path& sample : samples(true))
    for (const Expected& each : expectations(sample.string(), read(kFolder / sample), ignored)) produced.insert(each.code);
  for (std::size_t i = 0; i < diag::row_count(); ++i) {
    const diag::Row& row = diag::row(static_cast<diag::Code>(i));
    EXPECT_TRUE(produced.count(row.code)) << row.code << " (" << row.name << ") has no sample";
  }
}

}  // namespace
}  // namespace failc
