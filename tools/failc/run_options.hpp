#pragma once
// What stands behind `failc run`.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/value/value.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/reports.hpp"
#include "tools/failc/selection.hpp"

namespace failc::tools {

struct RunOptions {
  std::vector<std::string> named, only, tags;
  LoadOptions load;
  std::optional<Shard> shard;
  std::optional<std::uint64_t> seed;
  std::optional<Nanos> timeout, lease;
  double time_scale = 1;
  std::optional<std::string> driver;
  unsigned jobs = 0, retries = 0;  // jobs: 0 where nothing was said
  bool fail_fast = false, allow_flaky = false, rerun_failed = false, skip_setup = false, skip_cleanup = false, dry_run = false;
  std::vector<ReportTo> reports;
  std::optional<std::string> journal;
};

/// Nothing: go on. Else the exit code; the message, or the help, was printed.
std::optional<Exit> read_options(const Words& words, RunOptions& options);

}  // namespace failc::tools
