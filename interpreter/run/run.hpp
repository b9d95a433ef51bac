#pragma once
// Runs a Plan in a World. Single-threaded and sans-I/O: with the same plan, seed and events it does the same.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/backend/player.hpp"
#include "interpreter/backend/world.hpp"
#include "interpreter/eval/eval.hpp"
#include "interpreter/journal/journal.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::run {

/// `inconclusive`: a claim that could not be decided. `harness`: a mistake of failc's own or of a driver program, never of what is tested.
/// `flaky`: it passed, but not at once; of several attempts together, never of one.
enum class Verdict : std::uint8_t { pass, fail, environment, interrupted, harness, inconclusive, skipped, flaky };

/// One value seen while a condition was asked.
struct Seen { backend::Instant at; std::string expression; std::string value; };

struct Failure {
  plan::Source at;
  std::string text;                // the statement's source
  std::string message;             // "the condition did not hold within 10s"
  std::string wanted;              // the condition's source, or what the step needed
  std::vector<Seen> seen;          // the last three samples of each operand, oldest first
  std::vector<std::string> active; // faults in force then
  std::vector<std::string> notes;  // last log lines of a node that died, a key that is missing …
  backend::Instant when{};
  Verdict verdict = Verdict::fail;
};

/// How near a wait came to its bound.
struct WaitUsed { plan::Source at; std::string text; Nanos used{}; Nanos bound{}; };

/// How a fault ended.
enum class FaultEnd : std::uint8_t { installed, skipped, indeterminate, reverted };
struct FaultResult { std::string what; FaultEnd end; std::string evidence; };

/// What was found to be under test: a version, and the name of the program that told it.
struct Version {
  std::string component, version, program;
  friend bool operator==(const Version&, const Version&) = default;
};
/// "kvd 8.0.4 (kvd-next)"; the program only where it is not called as its component is.
std::string text_of(const Version& version);

/// How often a `sometimes` of that title was asked, and how often it was true.
struct SometimesAsked { std::string title; std::uint64_t asked = 0, held = 0; };

/// In place of a scenario: what a file does around all of them.
inline constexpr std::uint32_t kSetup = 0xfffffffe, kCleanup = 0xffffffff;
/// What a choice of a statement came to: a role, a pick, what a loop ran over; and the whole of an argument that rests on choices. Undefined where it came to
/// nothing. One in a list or a condition that is made for each element is there for each.
struct Choice {
  const plan::BodyNode* statement = nullptr;  // of the plan
  std::uint64_t path = 0;                     // in which iteration of the loops around it: see `iteration`
  plan::Source at;
  Value value;
  std::optional<eval::Drawn> drawn = {};  // of a pick that came to something
  bool asked = false;                     // in a condition
};
/// A statement that was begun, in one iteration of the loops around it.
struct Reached { const plan::BodyNode* statement = nullptr; std::uint64_t path = 0; };
/// What a choice of an invocation of a workload came to; `counter` counts from 1. Undefined where it came to nothing.
struct WorkloadChoice { std::uint32_t workload = 0; std::int64_t counter = 0; plan::Source at; Value value; };
/// The path of the `i`th iteration, from 0, of a loop whose own is `path`.
std::uint64_t iteration(std::uint64_t path, std::uint64_t i);
/// That of an actor of a `parallel` whose own is `path`.
std::uint64_t actor(std::uint64_t path, const plan::Scope& actor);

/// One of several times that a scenario was run. `journal`: its folder.
struct Attempt { Verdict verdict = Verdict::pass; std::optional<Failure> failure; std::string journal; Nanos elapsed{}; };

inline constexpr std::size_t kMostChoices = 200'000, kMostReached = 1'000'000, kMostDrawn = 200'000;

struct ScenarioResult {
  std::uint32_t scenario = 0;               // of the plan, or kSetup, kCleanup
  Verdict verdict = Verdict::pass;
  std::optional<Failure> failure;           // the first one
  std::optional<Failure> expected_failure;  // what `expect fails` was to see, where it passed; then there is no `failure`
  std::string skipped;                      // why it was not run
  std::vector<Failure> later;               // of cleanups and take-down: never mask the first
  std::vector<SometimesAsked> sometimes;
  std::vector<WaitUsed> waits;
  std::vector<FaultResult> faults;
  std::vector<std::string> leaked;          // what could not be undone
  std::vector<std::string> lasting;         // of these, what the end of the nodes does not undo
  std::vector<std::string> kept;            // nodes that were left as they are, on purpose
  std::string kept_in;                      // the folder of the run that they are of, where it is another one's
  std::vector<Version> versions;            // as found
  std::uint64_t assertions = 0;             // how many were asked
  backend::Instant began{}, ended{};
  std::vector<Choice> choices;              // as they were made, up to kMostChoices; of conditions those that are no roles
  std::vector<Reached> reached;             // up to kMostReached; of plans in which anything is chosen
  std::vector<WorkloadChoice> drawn;        // of workloads, up to kMostDrawn
  std::string journal;                      // the folder of its record, where whoever runs it knows it
  std::vector<Attempt> attempts;            // where there was more than one: all, oldest first
};

const plan::Scenario& scenario_of(const plan::Plan& plan, const ScenarioResult& result);

/// A `sometimes` over all its places, iterations and scenarios of a file: it fails the run where it is judged and was never true.
struct Property {
  std::string title;
  plan::Source at;   // its first place
  std::string text;  // what stands there
  std::uint64_t asked = 0, held = 0;
  bool judged = false;  // not where it was never true and a scenario that has it was not run to its end
  bool failed() const { return judged && held == 0; }
};
/// The places of a scenario that have one.
std::vector<const plan::BodyNode*> sometimes_of(const plan::Scenario& scenario);
/// Those of the scenarios that were selected, in order of their first places. What was skipped does not count.
std::vector<Property> properties(const plan::Plan& plan, const std::vector<std::uint32_t>& selected, const std::vector<ScenarioResult>& results);
/// "it was never true; it was asked 3 times".
std::string text_of(const Property& property);

/// For live progress; all optional.
struct Progress {
  std::function<void(const plan::Scenario&)> began;
  std::function<void(const plan::Scenario&, const plan::BodyNode&)> step;  // a statement begins
  std::function<void(const std::string&)> message;                         // `log`, versions
  std::function<void(const ScenarioResult&)> ended;
};

struct Options {
  std::uint64_t seed = 1;
  double time_scale = 1.0;             // multiplies upper bounds only
  std::vector<std::uint32_t> scenarios;  // which, in order
  std::function<std::optional<std::uint32_t>()> next;  // where it is there: the scenario to be run next, one of `scenarios`, or none any more
  bool skip_setup = false;             // the file's `setup` is left out: what it does was done to the nodes that are there
  bool skip_cleanup = false;           // nodes are left running and cleanups left out, unless it is interrupted
  bool fail_fast = false;              // the first scenario that does not pass is the last one
  std::vector<backend::PlayerModel> players;  // all that are known
  std::function<std::string(const plan::Source&)> text_of;  // what is written there, for failures; "" or no function: unknown
};

/// Never throws. Each scenario's effects are undone before the next begins. An Interrupt undoes and ends the rest as interrupted.
/// A result for each scenario, in order; and one for the file's setup or cleanup where that did not pass.
std::vector<ScenarioResult> run(const plan::Plan& plan, const Options& options, backend::World& world, journal::Journal& journal, const Progress& progress);

}  // namespace failc::run
