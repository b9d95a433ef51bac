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
#include "tools/failc/moment.hpp"

namespace failc::tools {

struct SessionOptions {
  run::Options run;
  bool terminal = false, colour = false;
  std::chrono::nanoseconds lease{};
  int interrupts = -1;  // a byte can be read from it for each
  Moment moment;
  std::vector<std::string> argv;
  std::optional<journal::CrashPoint> crash;
  std::function<void(const std::string& event)> event;  // is told each as it happens, if given
};

/// Runs `options.run.scenarios` of `file.plan` in `file.journal` and fills in its results, or its error. `run` is the whole, for
/// messages. Whatever happens, nothing that was started goes on behind it, but for what the results call leaked.
void run_session(const SessionOptions& options, const report::Run& run, report::FileRun& file);

}  // namespace failc::tools
