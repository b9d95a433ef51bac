#pragma once
// What a run of a scenario came to, as a file that does the same under any seed.
#include <cstdint>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/resolve/body.hpp"
#include "interpreter/resolve/unit.hpp"
#include "interpreter/run/run.hpp"

namespace failc::resolve {

/// The scenario of `result` alone, and what it may rest on, formatted. What its statements chose is written out: roles became the nodes that held them, picks the nodes
/// that were picked, loops whose rounds chose differently one block a round, steps that chose one block a call; workloads got lists of what their invocations drew.
/// Params are their values, and files that are named have their whole paths. Roles that conditions ask for stay: they are questions. A statement that was not reached
/// has chosen nothing: where it would choose, a `log` stands in its place.
class Schedules {
 public:
  /// All outlive it. `sources` are those that the plan was made from; `origin` is said in the first line: "seed 7". The plan's first file is text, no spec file: that
  /// one chooses nothing.
  Schedules(const plan::Plan& plan, const SourceMap& sources, std::string origin) : plan_(plan), units_(plan, sources), origin_(std::move(origin)) {}
  /// What the file's setup or cleanup came to: of all texts from then on.
  void around(const run::ScenarioResult& result) { around_.push_back(result); }
  /// Errors: the sources are not those of the plan any more; it reached or chose more than is kept (run::kMostReached, run::kMostChoices); the text would be too long.
  Result<std::string> text(const run::ScenarioResult& result, Form form = Form::as_nodes);

 private:
  /// A name that none of the files has.
  std::string fresh(std::string_view name);

  const plan::Plan& plan_;
  Units units_;
  std::string origin_;
  std::vector<run::ScenarioResult> around_;
};

}  // namespace failc::resolve
