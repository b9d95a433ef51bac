#pragma once
// One scenario while it runs. Everything that its fibers share; not for other folders.
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "interpreter/eval/eval.hpp"
#include "interpreter/faults/fault.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/run/cancel.hpp"
#include "interpreter/run/node_table.hpp"
#include "interpreter/run/recorder.hpp"
#include "interpreter/run/run.hpp"
#include "interpreter/run/scheduler.hpp"
#include "interpreter/run/workload_log.hpp"

namespace failc::run {

/// How a statement ended. `failed`: the failure is recorded. `cancelled`: its scope was told to stop.
enum class Flow : std::uint8_t { go_on, failed, cancelled };

/// What a name stands for before its `let`.
inline Value not_reached() { return Undefined{"its `let` was not reached"}; }

/// What ends a whole run, shared by its scenarios.
struct RunState {
  bool keeps_lines = false;  // of logs: some expression of the plan looks for them
  bool chooses = false;      // some expression of the plan names a role or picks: what was reached and chosen is kept
  bool interrupted = false;
  std::optional<std::string> lost;  // why nothing more can be done to the world
  std::map<std::uint32_t, std::string> versions;  // of components, as found
};

struct ScenarioRun {
  ScenarioRun(const plan::Plan& plan, const plan::Scenario& scenario, const Options& options, RunState& state, Recorder& recorder,
              const Progress& progress, backend::World& world, const std::vector<std::string>& names);

  const plan::Plan& plan;
  const plan::Scenario& scenario;
  const Options& options;
  RunState& state;
  Recorder& recorder;
  const Progress& progress;
  const std::vector<std::string>& names;  // of nodes
  Scheduler scheduler;
  NodeTable nodes;
  std::vector<WorkloadLog> workloads;
  ScenarioResult result;
  CancelScope everything{nullptr};             // bring-up and body; interrupts and the timeout strike here
  std::vector<Value> frame;
  std::vector<std::unique_ptr<backend::Player>> players;  // null: not made yet
  std::vector<const plan::BodyNode*> running;  // statements in progress, of all actors, in the order in which they began
  std::map<std::uint32_t, InForce> scoped;     // faults that a file declares, by their slots, until they are undone
  std::uint64_t seed = 0;                      // of this scenario
  bool gave_up = false;                        // on a driver, and its failure is recorded
  bool timed_out = false;                      // and its failure is recorded
  std::uint64_t changes[4] = {0, 0, 0, 0};     // how many events of each Wake bit have come

  /// Whether a cluster was up before this run and stays up behind it.
  bool kept(std::uint32_t cluster) const { return result.scenario < plan.scenarios.size() && plan::shared(plan, cluster); }
  /// An upper bound as `--time-scale` wants it.
  Nanos scaled(Nanos bound) const;
  /// `now + bound`, without overflow.
  Instant after(Nanos bound);
  std::string text(const Value& value, std::size_t limit = 400) const { return show(value, names, limit); }

  /// The first failure is the scenario's; what comes after it, from its cleanups, is kept beside it.
  Flow fail(Failure failure);
  Failure failure_at(const plan::BodyNode& node, std::string message, std::string wanted = "");
  /// The scenario as a whole, for failures of none of its statements.
  plan::BodyNode place() const;
  /// Nothing more can be done to the world, or written: ends the run.
  void lose(const std::string& why);
  /// What asks on our behalf is broken: ends the scenario, and undoes it.
  void give_up(const std::string& breach);
  /// Whether nothing of it is taken back at its end.
  bool keeps() const { return options.skip_cleanup && !state.interrupted && !state.lost; }
  /// Records the scenario's timeout, once, with the statement that was running.
  void note_timeout();
  /// Keeps what the choices of a statement's arguments came to, and the arguments themselves where they rest on choices.
  void note(const plan::BodyNode& node, std::uint64_t path, const std::vector<const plan::Expr*>& exprs, const std::vector<eval::Evaluated>& evaluated);
  /// The same of a condition: its roles are no choices.
  void note_condition(const plan::BodyNode& node, std::uint64_t path, const std::vector<eval::Evaluated>& evaluated);
  void note(Choice choice);
  /// Keeps that a statement was begun.
  void note_reached(const plan::BodyNode& node, std::uint64_t path);
  /// Wakes every wait that depends on what has just been changed by a step.
  void changed(std::uint8_t wakes);

 private:
  std::uint8_t observe(const backend::Event& event);
};

/// Where a statement runs: what cancels it, and which iteration of its loops this is.
struct Context {
  ScenarioRun& run;
  CancelScope& scope;
  std::uint64_t path = 0;
};

/// What the draws of one statement and iteration depend on.
struct Draws {
  std::uint64_t seed = 0;
  std::vector<plan::Source> sites;
};
Draws draws_of(const Context& context, std::uint64_t salt, const std::vector<const plan::Expr*>& exprs);

}  // namespace failc::run
