#pragma once
// The scenarios of a run, several at once, and again where they did not pass.
#include <cstdint>
#include <string>
#include <vector>

#include "interpreter/report/report.hpp"
#include "tools/failc/kept_run.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/session.hpp"

namespace failc::tools {

/// The scenarios that are asked for, of each file.
using Chosen = std::vector<std::vector<std::uint32_t>>;

struct SuiteOptions {
  SessionOptions session;
  std::string base;      // the run's folder
  unsigned jobs = 1;     // scenarios at once; those that fix the same port never are
  unsigned retries = 0;  // how often one that did not pass is begun anew
  bool fail_fast = false, allow_flaky = false;
  const TakenOver* taken = nullptr;  // nodes of former runs that scenarios take over
};

/// Runs what was chosen, and fills in `run.files`: one for each file of which something was, results in the file's order. One job without retries is one session a
/// file, on this thread; otherwise each job has sessions of its own, and so has each attempt behind the first.
/// An error where the folder is not to be used; then nothing was begun.
Status run_suite(const SuiteOptions& options, const Program& program, const Chosen& chosen, report::Run& run);

/// Whether nothing needs to be told with an exit code: a pass, or what `--allow-flaky` lets go as one.
bool good(const run::ScenarioResult& result, bool allow_flaky);

}  // namespace failc::tools
