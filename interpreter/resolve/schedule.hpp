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
/// Params are their values, and files that are named have their whole paths. Roles that conditions ask for stay: they are questions. What was not reached stays as
/// it was written, and so does what a step or a loop would be too large for; the first lines say so.
class Schedules {
 public:
  /// All outlive it. `sources` are those that the plan was made from; `origin` is said in the first line: "seed 7".
  Schedules(const plan::Plan& plan, const SourceMap& sources, std::string origin) : plan_(plan), units_(plan, sources), origin_(std::move(origin)) {}
  /// Not of a scenario, or an instance of a matrix, of another file. The first one is text, no spec file: these choose nothing.
  bool can_tell(std::uint32_t scenario);
  /// What the file's setup or cleanup came to: of all texts from then on.
  void around(const run::ScenarioResult& result) { around_.insert(around_.end(), result.choices.begin(), result.choices.end()); }
  /// For one that it can tell. An error where the sources are not those of the plan any more.
  Result<std::string> text(const run::ScenarioResult& result, Form form = Form::as_nodes);

 private:
  const plan::Plan& plan_;
  Units units_;
  std::string origin_;
  std::vector<run::Choice> around_;
};

}  // namespace failc::resolve
