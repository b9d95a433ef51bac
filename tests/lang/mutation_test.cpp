// Whatever is written, the checker answers: with a plan that verifies, or with a diagnostic. It never stops the program.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "grammar/diag/diagnostic.hpp"
#include "grammar/parse/parse.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/plan/plan.hpp"
#include "tests/lang/systems.hpp"

namespace failc {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(FAILC_SOURCE_DIR) / "tests" / "lang";

std::vector<std::string> texts() {
  std::vector<std::string> paths, out;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kFolder))
    if (entry.path().extension() == ".fail") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    out.push_back(text.str());
  }
  return out;
}

std::vector<std::string> words(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  const ast::Tokens tokens = parse::lex(sources, sources.add("words", text), sink);
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < tokens.tokens.size(); ++i) out.emplace_back(tokens.tokens[i].kind == ast::Kind::newline ? "\n" : tokens.of(i));
  return out;
}

TEST(Mutation, TokensThatMoveNeverStopTheChecker) {
  std::mt19937 dice(20);
  check::Options options;
  add_systems(options);
  options.backends.push_back({.name = "agent", .processes = true, .pause = true});
  options.backends.push_back({.name = "lab", .processes = true, .pause = true, .partition = true, .shape = true});
  const std::vector<std::string> all = texts();
  std::vector<std::string> pool;
  for (const std::string& text : all)
    for (const std::string& word : words(text)) pool.push_back(word);
  std::size_t plans = 0, refused = 0;
  for (const std::string& text : all) {
    const std::vector<std::string> original = words(text);
    const bool good = text.find("#! error") == std::string::npos;
    for (int round = 0; round < (good ? 200 : 30); ++round) {
      std::vector<std::string> changed = original;
      const int changes = round % 2 == 0 ? 1 : 1 + static_cast<int>(dice() % 4);
      for (int i = 0; i < changes && !changed.empty(); ++i) {
        const std::size_t at = dice() % changed.size();
        switch (dice() % 4) {
          case 0: changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at)); break;
          case 1: changed[at] = pool[dice() % pool.size()]; break;
          case 2: std::swap(changed[at], changed[dice() % changed.size()]); break;
          default: changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), pool[dice() % pool.size()]);
        }
      }
      std::string mutant;
      for (const std::string& word : changed) mutant += word + (word == "\n" ? "" : " ");
      SourceMap sources;
      diag::Sink sink;
      const check::Checked checked = check::check_source(sources.add((kFolder / "mutant.fail").string(), mutant), options, sources, sink);
      ASSERT_FALSE(checked.plan != nullptr && sink.has_errors()) << mutant;
      if (checked.plan != nullptr) {
        ++plans;
        const Status verified = plan::verify(*checked.plan);
        ASSERT_TRUE(static_cast<bool>(verified)) << verified.error().message << "\n" << mutant;
      } else {
        ++refused;
      }
    }
  }
  // The mutants must be of both kinds, or nothing was tried.
  EXPECT_GT(plans, 20u);
  EXPECT_GT(refused, 500u);
}

}  // namespace
}  // namespace failc
