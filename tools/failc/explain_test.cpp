// Each code has a page, whose wrong sample gives that code alone and whose right sample gives nothing.
//
// The samples of a page are its code fences below `## Wrong` and `## Right`. ```fail is the sample itself; in ```fail bytes `\xHH` is that
// byte. Any other has the name of a file that lies beside the sample. `#! param NAME=VALUE` and `#! final` are options of the check.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/check/check.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/pages.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

struct Part {
  std::string sample;
  std::map<std::string, std::string> files;
};

std::string with_bytes(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\\x") == 0 && i + 4 <= text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

Part part(std::string_view page, const std::string& heading) {
  Part out;
  std::istringstream lines{std::string(page)};
  std::string line, text, info;
  bool here = false, inside = false;
  while (std::getline(lines, line)) {
    if (!inside && line.starts_with("## ")) here = line == "## " + heading;
    if (!line.starts_with("```")) {
      if (inside) text += line + "\n";
      continue;
    }
    if (inside && here) {
      if (info == "fail" || info == "fail bytes") {
        EXPECT_EQ(out.sample, "") << "two samples below " << heading;
        out.sample = info == "fail" ? text : with_bytes(text);
      } else {
        out.files[info.substr(info.find(' ') + 1)] = text;
      }
    }
    inside = !inside;
    info = line.substr(3);
    text.clear();
  }
  EXPECT_FALSE(inside) << "a fence is not closed";
  EXPECT_NE(out.sample, "") << "no sample below " << heading;
  return out;
}

check::Options options_of(const std::string& sample) {
  check::Options out = checking_options();
  out.find_program = find_program;
  std::istringstream lines(sample);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#! ")) continue;
    if (line == "#! final") {
      out.final = true;
      continue;
    }
    EXPECT_TRUE(line.starts_with("#! param ")) << line;
    const std::string rest = line.substr(9);
    out.params[rest.substr(0, rest.find('='))] = rest.substr(rest.find('=') + 1);
  }
  return out;
}

class Page : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("failc-explain-" + GetParam() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The codes that are said of a part of the page, each once, and what is said.
  std::pair<std::vector<std::string>, std::string> said(const std::string& heading, bool lint) {
    const auto page = pages::find(GetParam());
    if (!page) return {{"no page"}, ""};
    const Part part = tools::part(*page, heading);
    for (const auto& [name, text] : part.files) std::ofstream(folder_ / name, std::ios::binary) << text;
    const fs::path path = folder_ / "sample.fail";
    std::ofstream(path, std::ios::binary) << part.sample;
    SourceMap sources;
    diag::Sink sink;
    check::Options options = options_of(part.sample);
    options.lint = lint;
    check::check_file(path.string(), options, sources, sink);
    sink.finish();
    std::vector<std::string> codes;
    for (const diag::Diagnostic& item : sink.all())
      if (std::find(codes.begin(), codes.end(), diag::row(item.code).code) == codes.end()) codes.emplace_back(diag::row(item.code).code);
    return {codes, diag::render(sink.all(), sources, diag::Format::text, false)};
  }

  fs::path folder_;
};

TEST_P(Page, IsThereAndNamesItsCode) {
  const auto page = pages::find(GetParam());
  ASSERT_TRUE(page) << "docs/explain/" << GetParam() << ".md is missing";
  EXPECT_TRUE(page->starts_with("# " + GetParam() + ": ")) << page->substr(0, 80);
  EXPECT_GT(page->find("## Wrong"), page->find('\n') + 40) << "nothing explains it";
}

TEST_P(Page, WrongSampleGivesItsCodeAlone) {
  // A warning is what `failc lint` says; errors are looked for as `failc check` does.
  const auto [codes, text] = said("Wrong", GetParam().starts_with("F10"));
  EXPECT_EQ(codes, std::vector<std::string>{GetParam()}) << text;
}

TEST_P(Page, RightSampleGivesNothing) {
  const auto [codes, text] = said("Right", true);
  EXPECT_EQ(codes, std::vector<std::string>{}) << text;
}

std::vector<std::string> codes() {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < diag::row_count(); ++i) out.emplace_back(diag::row(static_cast<diag::Code>(i)).code);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Explain, Page, testing::ValuesIn(codes()), [](const auto& info) { return info.param; });

TEST(Pages, AreOfCodesThatThereAre) {
  const std::vector<std::string> known = codes();
  for (const std::string_view name : pages::names()) EXPECT_NE(std::find(known.begin(), known.end(), name), known.end()) << name;
}

}  // namespace
}  // namespace failc::tools
