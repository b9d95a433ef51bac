#pragma once
// The statements of a body, one function a kind; each in the .cpp of its name. Not for other folders.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/run/sample.hpp"
#include "interpreter/run/scenario_run.hpp"

namespace failc::run {

/// How often a condition is asked where nothing else is said.
inline constexpr Nanos kPoll = std::chrono::milliseconds(20);
/// For a signal to all processes of a node, where the plan gives no time of its own.
inline constexpr Nanos kSignal = plan::kSignalTimeout;
inline constexpr std::size_t kTailLines = 10;

// ---- body.cpp: a block, its watchers, cleanups and undos

/// A watcher of a block: an `always`. It reports its own violation and cancels the block.
struct Watcher {
  CancelScope scope;
  const plan::BodyNode* node = nullptr;
  std::uint64_t path = 0;
  std::uint64_t samples = 0, defined = 0;
  std::string last_reason;  // of an undefined sample
  std::unique_ptr<Fiber> fiber;
  explicit Watcher(const CancelScope* parent) : scope(parent) {}
};

struct Block {
  CancelScope scope;
  std::vector<std::unique_ptr<Watcher>> watchers;
  std::vector<std::pair<std::size_t, backend::NodeIndex>> pauses;  // statement, node
  std::size_t statement = 0;                                       // which one is running
  const plan::BodyNode* current = nullptr;                         // the last one that began
  explicit Block(const CancelScope* parent) : scope(parent) {}
};

/// Runs a block to its end: its statements, then its watchers' end, its cleanups and undos, whatever happened.
Task<Flow> run_body(ScenarioRun& run, CancelScope& outer, std::uint64_t path, const plan::Body& body);

Task<Flow> run_scope(Context context, Block& block, const plan::BodyNode& node, const plan::Scope& scope);
Task<Flow> run_step(Context context, Block& block, const plan::BodyNode& node, const plan::Step& step);
Task<Flow> run_condition(Context context, Block& block, const plan::BodyNode& node, const plan::Condition& condition);
Task<Flow> run_sometimes(Context context, const plan::BodyNode& node, const plan::Condition& condition);

// ---- arguments.cpp

/// The values of a step's or scope's arguments. Where singular roles are among them and `settle` is not 0, they are asked for until all are
/// defined, for that long.
struct Arguments {
  Flow flow = Flow::go_on;
  std::vector<Value> values;
};
std::vector<const plan::Expr*> pointers(const std::vector<plan::Expr>& exprs);
Task<Arguments> arguments(Context context, const plan::BodyNode& node, const std::vector<const plan::Expr*>& exprs, std::uint64_t salt, Nanos settle);
/// The nodes of a step's set; failure where it is undefined or empty.
struct NodeSet {
  Flow flow = Flow::go_on;
  std::vector<backend::NodeIndex> nodes;
};
Task<NodeSet> node_set(Context context, const plan::BodyNode& node, const plan::Expr& expr, std::uint64_t salt, Nanos settle);

// ---- wait.cpp

enum class WaitEnd : std::uint8_t { held, too_early, too_late, stopped, cancelled };

/// Asks until it holds. Bounds are absolute.
struct Wait {
  Question question;
  std::function<Truth(const Sample&)> holds;
  std::function<bool()> stop;  // ends it at once, if given: what is waited for cannot come any more
  std::function<void(const Sample&, Truth)> record;  // sees every sample in time, if given
  Instant earliest{};                         // not before
  Instant latest{};
  bool last_may_end_late = false;             // the last sample may begin at `latest`, and has the time that its requests have
  Nanos every = kPoll;
  bool polls = true;
  std::uint8_t wakes = kNothing;
};
Task<WaitEnd> wait_until(ScenarioRun& run, const CancelScope& scope, const Wait& wait);

/// Until `until`, cancellation, or an event of `wakes`. Operations of workloads end often: they are looked at once every kPoll, and `before` says
/// how many had ended when it was looked last.
Task<Woken> until_changed(ScenarioRun& run, const CancelScope& scope, std::uint8_t wakes, std::optional<Instant> until, std::uint64_t before);
/// How many operations of workloads have ended, or could not begin.
std::uint64_t own_changes(const ScenarioRun& run);

// ---- launch.cpp, end_node.cpp

/// A failure's message, notes and verdict, before a statement makes it its own.
struct Trouble {
  std::string message;
  std::vector<std::string> notes;
  std::vector<Seen> seen;
  bool cancelled = false;
};
/// Nothing where it succeeded.
using Outcome = std::optional<Trouble>;

/// Starts a node and waits until it is ready; `bound` (scaled already) is for both. `statement` is what it is for.
Task<Outcome> bring_node_up(ScenarioRun& run, CancelScope& scope, backend::NodeIndex node, Nanos bound, const plan::BodyNode& statement);

struct Launching {
  backend::NodeIndex node = 0;
  Nanos bound{};  // where its component has none of its own
  const plan::BodyNode* statement = nullptr;
};
struct Started {
  std::vector<std::pair<const plan::BodyNode*, Trouble>> troubles;  // of the nodes that did not start
  bool cancelled = false;
};
/// Several nodes at once; the first that fails ends the wait for the others.
Task<Started> start_together(ScenarioRun& run, CancelScope& scope, const std::vector<Launching>& nodes);

Task<Flow> start_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound);
/// Stop (`gently`, each within its component's time) or kill.
Task<Flow> end_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, bool gently, Nanos bound);
Task<Flow> pause_nodes(Context context, Block& block, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound);
Task<Flow> resume_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound);
/// Takes pauses back; failures are recorded. Whatever is not paused by us any more is left alone.
Task<bool> undo_pauses(ScenarioRun& run, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound);
/// The node's processes are gone: what was in force on it is over.
void node_is_gone(ScenarioRun& run, backend::NodeIndex node, const std::string& evidence);

// ---- scoped_fault.cpp

/// A fault that a file declares begins, is in force, or was undone.
Task<Flow> run_fault(Context context, const plan::BodyNode& node, const plan::Step& step);
/// What was not undone by the scenario's end.
void leak_scoped(ScenarioRun& run);

// ---- invoke.cpp

Task<Flow> run_exec(Context context, const plan::BodyNode& node, const plan::Step& step);
Task<Flow> run_operation(Context context, const plan::BodyNode& node, const plan::Step& step);

// ---- play.cpp

Task<Flow> run_play(Context context, const plan::BodyNode& node, const plan::Step& step);
Task<Flow> run_shows(Context context, const plan::BodyNode& node, const plan::Condition& condition);

// ---- during.cpp

Task<Flow> run_during(Context context, Block& block, const plan::BodyNode& node, const plan::Scope& scope);

// ---- parallel.cpp

Task<Flow> run_parallel(Context context, Block& block, const plan::Scope& scope);
/// An actor comes to a barrier, and waits until enough have come.
Task<Flow> run_meet(Context context, const plan::BodyNode& node, const plan::Step& step);

// ---- always.cpp

void start_watcher(Context context, Block& block, const plan::BodyNode& node, const plan::Condition& condition);
/// Ends the block's watchers; true where one that saw nothing failed.
Task<bool> end_watchers(ScenarioRun& run, Block& block, bool judge);

// ---- bring_up.cpp, take_down.cpp

Task<bool> bring_up(ScenarioRun& run);
Task<bool> take_down(ScenarioRun& run);

}  // namespace failc::run
