// Texts of unusual shape and size are checked in a time that grows with them.
#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/check/check.hpp"
#include "tests/lang/systems.hpp"

namespace failc {
namespace {

/// A list of pairs, with `between` after each.
double seconds_to_check(int pairs, const char* between) {
  std::string text = "component p { run [\"p\"] }\ncluster c { p }\nscenario \"s\" { expect c[0] is running\nlet xs = [";
  for (int i = 0; i < pairs; ++i) text += "[\"é\", " + std::to_string(i) + "]," + between;
  text += "] }\n";
  SourceMap sources;
  diag::Sink sink;
  check::Options options;
  add_systems(options);
  options.backends.push_back({.name = "agent", .processes = true, .pause = true});
  const FileId file = sources.add("large.fail", std::move(text));
  const std::clock_t begin = std::clock();
  const check::Checked checked = check::check_source(file, options, sources, sink);
  EXPECT_TRUE(checked.plan) << diag::render(sink.all(), sources, diag::Format::text, false);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Large, ALongLineTakesWhatManyLinesTake) {
  constexpr int kPairs = 60'000;
  EXPECT_LT(seconds_to_check(kPairs, " "), 10 * seconds_to_check(kPairs, "\n") + 0.1);
}

}  // namespace
}  // namespace failc
