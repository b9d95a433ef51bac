#pragma once
// From trees to a Plan: names, types, units, bounds, capabilities. Where it reports no error, the Plan verifies.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "grammar/diag/diagnostic.hpp"
#include "interpreter/backend/player.hpp"
#include "interpreter/check/spec_format.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::check {

/// What a backend can do, as data. `name` is what stands behind `on`.
struct Capabilities {
  std::string name;
  bool available = true;         // false: known by name, not built into this program
  bool processes = false;        // start stop kill restart exec
  bool pause = false;
  bool partition = false;        // partition, isolate
  bool shape = false;            // slow, drop
};

/// Reads what `cluster … from NAME FILE` names: a document a node, in order, or what is wrong with the text and where.
struct NodeSource {
  struct Problem { Span place; std::string message, help; };
  std::string name;
  std::function<List(std::string_view text, std::vector<Problem>& problems)> read;
};

struct Options {
  std::vector<Capabilities> backends;               // all that are known
  std::vector<std::string> observers;               // protocol models that are known
  std::vector<NodeSource> sources;                  // that are known
  std::vector<backend::PlayerModel> players;        // that are known
  std::vector<SpecFormat> formats;                  // that are known; the first whose shape a file has is its format
  std::set<std::string> found;                      // spec files that nobody named: where one cannot be read, it is not run, and that is all
  std::optional<std::string> backend;               // --backend
  std::map<std::string, std::string> params;        // --param NAME=VALUE
  bool final = false;                               // these are all parameters there will be: one without a value is a mistake.
                                                    // Otherwise it is no mistake, but there is no plan
  bool prove = true;                                // errors that follow from the states of nodes; runs of the runner's own tests do without
  bool lint = false;                                // warnings too
  std::function<std::optional<std::string>(const std::string&)> find_program;  // where a program is; of `find_program(…)`
  /// Does `work` for each number below `count`, as many at once as it likes; nothing: one after the other. Spec files are read so.
  std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)> in_parallel;
};

struct Checked {
  std::unique_ptr<plan::Plan> plan;  // null where there were errors
};

/// A spec file that says nothing that could be run, and why.
struct NotRun {
  FileId file;
  std::string format, reason;
};
/// Spec files: all their scenarios in one plan, which is null where there were errors.
struct Specs {
  std::unique_ptr<plan::Plan> plan;
  std::vector<NotRun> not_run;
  std::map<std::string, std::size_t> run;  // how many files of each format are in the plan, or would be
};
Specs check_specs(const std::vector<std::string>& paths, const Options& options, SourceMap& sources, diag::Sink& sink);
/// The same for files that are in `sources` already.
Specs check_specs(const std::vector<FileId>& files, const Options& options, const SourceMap& sources, diag::Sink& sink);

/// Reads `path`, what it uses (`use` relative to the file, `std.X` from the embedded library) and checks all of it.
Checked check_file(const std::string& path, const Options& options, SourceMap& sources, diag::Sink& sink);

/// The same for a file that is in `sources` already.
Checked check_source(FileId file, const Options& options, SourceMap& sources, diag::Sink& sink);

}  // namespace failc::check
