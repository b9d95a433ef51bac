// How fast generated files are checked (read, parsed, resolved, lowered) and formatted with the proof, on one core.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "grammar/format/format.hpp"
#include "interpreter/check/check.hpp"
#include "tools/failc/backends.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::string generated(int scenarios) {
  std::string out = "use std.process\n\ncluster app { process[3] with { command: [\"sleep\", \"60\"] } }\n\n";
  for (int i = 0; i < scenarios; ++i) {
    out += "# scenario " + std::to_string(i) + "\nscenario \"generated " + std::to_string(i) + "\" tags [generated] {\n";
    out += "  let chosen = random 1 of app\n  expect app[0] is running\n  kill app[1]\n  await app[1] is stopped within 5s\n";
    out += "  for node in app {\n    log \"node \" + node.name\n    if node is running {\n      stop node\n    }\n  }\n";
    out += "  repeat 3 {\n    start app[2]\n    eventually within 10s: app[2] is running and not (app[0] is paused)\n  }\n";
    out += "  expect count(chosen) + " + std::to_string(i) + " >= count([1, 2, " + std::to_string(i) + "])\n}\n\n";
  }
  return out;
}

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

}  // namespace

int main() {
  using namespace failc;
  const std::string text = generated(10000);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  double checking = 1e9, formatting = 1e9;
  for (int round = 0; round < 5; ++round) {
    SourceMap sources;
    diag::Sink sink;
    const FileId file = sources.add("generated.fail", text);
    auto began = Clock::now();
    const auto checked = check::check_source(file, tools::checking_options(), sources, sink);
    checking = std::min(checking, seconds_since(began));
    if (!checked.plan) {
      std::fprintf(stderr, "the generated file has mistakes:\n%.2000s\n", diag::render(sink.all(), sources, diag::Format::text, false).c_str());
      return 1;
    }
    began = Clock::now();
    const auto formatted = format::format(sources, file, sink);
    formatting = std::min(formatting, seconds_since(began));
    if (!formatted) {
      std::fprintf(stderr, "not formatted: %s\n", formatted.error().message.c_str());
      return 1;
    }
  }
  std::printf("{\"lines\": %ld, \"bytes\": %zu, \"check_lines_per_second\": %.0f, \"format_megabytes_per_second\": %.1f}\n", static_cast<long>(lines), text.size(),
              static_cast<double>(lines) / checking, static_cast<double>(text.size()) / formatting / 1e6);
}
