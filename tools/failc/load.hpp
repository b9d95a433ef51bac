#pragma once
// From the words of a command line to checked plans.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/check/check.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/systems/mongodb/black_box/driver.hpp"
#include "tools/failc/arguments.hpp"

namespace failc::tools {

struct LoadOptions {
  std::string format = "text";
  std::optional<std::string> backend;
  std::map<std::string, std::string> params;
  std::shared_ptr<black_box::Driver> driver;  // spec files are played to it, and nothing else is taken
};
/// Adds `--format` (unless `own_format`), `--backend` and `--param`.
void add_load_options(Arguments& arguments, LoadOptions& options, bool own_format = false);

struct Loaded {
  std::string path;
  std::unique_ptr<plan::Plan> plan;  // never null
};
struct Program {
  SourceMap sources;
  std::vector<Loaded> files;             // all spec files are one
  std::vector<check::NotRun> not_run;    // of the spec files
  std::map<std::string, std::size_t> formats_run;  // of the others
};

/// Checks all files that `words` mean, by all processors. Diagnostics are printed; where there is an error, or a param has no value, the exit code is in `refused`.
struct LoadResult {
  std::unique_ptr<Program> program;
  std::optional<Exit> refused;
};
LoadResult load(const std::vector<std::string>& words, const LoadOptions& options);

/// Where a program is, for `find_program(…)`: beside failc, else in PATH.
std::optional<std::string> find_program(const std::string& name);

}  // namespace failc::tools
