#pragma once
// The run of one file: its folder, its supervised world, its journal.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/journal/crash.hpp"
#include "interpreter/report/report.hpp"
#include "interpreter/run/run.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/live.hpp"
#include "tools/failc/moment.hpp"

namespace failc::tools {

struct SessionOptions {
  run::Options run;
  Screen* screen = nullptr;
  bool together = false;  // messages stand with their scenario: others run at the same time
  unsigned attempt = 1;   // how often its scenarios were begun before, and this time
  std::chrono::nanoseconds lease{};
  int interrupts = -1;  // can be read from once there was one
  Moment moment;
  const KeptNodes* kept = nullptr;  // its nodes, which another run left
  std::vector<std::string> argv;
  std::optional<journal::CrashPoint> crash;
  std::function<void(const std::string& event)> event;  // is told each as it happens, if given
};

/// Runs scenarios of `file.plan` as `options.run` says, in `file.journal`, and fills in its results, or its error. `tell` sees each result before the world's end,
/// which may still settle what it calls leaked; `run` is the whole, which the journal tells of. Whatever happens, nothing that was started goes on behind it, but for what the results call leaked.
void run_session(const SessionOptions& options, const report::Run& run, report::FileRun& file, const Tell& tell);

}  // namespace failc::tools
