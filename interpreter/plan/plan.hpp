#pragma once
// The intermediate representation: what a run will do, with every name resolved and every wait bounded.
// A scenario's body is a tree of three kinds of node: Step (does something), Scope (has a beginning and an end, and undoes
// what was done in it) and Condition (asks). Text scenarios and imported specs end here alike; the interpreter knows nothing else.
// `verify` states the invariants; `to_text` is golden-tested; `to_json`/`from_json` round-trip.
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "grammar/base/result.hpp"
#include "grammar/base/span.hpp"
#include "interpreter/value/reading.hpp"
#include "interpreter/value/value.hpp"

namespace failc::plan {

inline constexpr int kFormat = 1;

/// Where a node of the plan was written. `file` indexes Plan::files; line and column are 1-based.
struct Source {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;  // of the text on that line, for a caret; at least 1
  friend auto operator<=>(const Source&, const Source&) = default;
};

// ---------------------------------------------------------------- expressions

enum class Op : std::uint8_t {
  literal,     // literal
  local,       // index: slot of the frame
  list,        // args
  list_for,    // index: slot; args: in, body [, condition]
  doc,         // args, with keys in `names`
  member,      // args: object; name
  index,       // args: object, index
  negate, logical_not, logical_and, logical_or,
  eq, ne, lt, le, gt, ge, in, not_in, matches,
  add, subtract, multiply, divide, range, tolerance, then,
  setting,     // args: node; name. A component parameter as its group sets it
  node_field,  // args: node; name: name index dir address pid version
  node_port,   // args: node; name
  node_let,    // args: node; index into Component::lets
  observed,    // args: node; index into Component::observers. What was last heard of it
  group_nodes, // args: node. All nodes of its group, in order: `nodes` in a component
  role,        // args: set; name. The singular: one node or undefined. A role is looked up by name in each node's component
  role_all,    // args: set; name. All holders
  minus,       // args: set, set. `others of`
  pick,        // args: set, amount (int or percent)
  pick_random, // args: set, amount. Drawn once a statement and iteration
  is_state,    // args: node or set; name. A set: all of it, false if empty
  every, any,  // index: slot; args: in, condition; literal: an int, the most elements, where `most` cannot tell (else null)
  query,       // index: Plan::operations; args in signature order; at run time a request to a node
  call,        // name: a built-in function; args
  statistic,   // index: Plan::workloads; name: ok failed p99 …; args: none, or the `since` window
  log_lines,   // args: node, regex
  node_file,   // args: node, path
};

struct Expr {
  Op op = Op::literal;
  std::uint32_t index = 0;
  std::string name;
  std::vector<std::string> names;
  Value literal;
  std::vector<Expr> args;
  Source at;
};
using OptionalExpr = std::unique_ptr<Expr>;  // null: absent

// ---------------------------------------------------------------- what runs on a node

struct Parameter { std::string name; std::string type; std::string label /* "" or "on" … */; };

/// In place of a node: a request that is put to none.
inline constexpr std::uint32_t kNoNode = 0xffffffff;

enum class RequestKind : std::uint8_t { http, exec, tcp, driver };
/// http: a = URL, b = body (document or string) or absent. exec: a = argv, b = environment document. tcp: a = "host:port", b = text, c = regex or absent.
/// driver: a = the driver program's argv, b = the document it is asked with (drivers/PROTOCOL.md).
struct Request { RequestKind kind = RequestKind::exec; std::string method; OptionalExpr a, b, c; };

/// An operation or query. Its frame: slot i is parameter i; slot `parameters.size()` is `reply`, a document
/// (http: status text json headers; exec: code stdout stderr; tcp: text).
struct Operation {
  std::string name;
  std::uint32_t component = 0;
  bool query = false;
  std::vector<Parameter> parameters;
  std::uint32_t node_parameter = 0;  // which one is asked; kNoNode: none, and then it is no `exec`
  Request request;
  OptionalExpr ok, unknown, result;  // absent: the defaults of docs/language.md section 5
  bool quorum = false;               // it can end ok only while more than half of its node's group can answer
  Nanos timeout{};
  std::uint32_t slots = 0;
};

// Expressions of a component have the frame: slot 0 `node`; further slots are their own loops'.
struct Role { std::string name, plural; Expr holds; OptionalExpr term; };
struct State { std::string name; Expr holds; };
struct NodeLet { std::string name; Expr value; };
/// Follows each node from its launch to its end. `model` names a protocol model (backend/observer.hpp); `options` is the document it gets.
struct ObserverOf { std::string name, model; Expr options; };
struct FileToWrite { Expr path, content; };
struct Setting { std::string name, type; };
struct Port { std::string name; OptionalExpr fixed; };

struct Component {
  std::string name;
  std::vector<Setting> settings;
  std::vector<Port> ports;
  std::vector<NodeLet> lets;
  std::vector<ObserverOf> observers;
  std::vector<FileToWrite> files;
  Expr argv;
  OptionalExpr environment;
  std::vector<std::string> version_argv;  // empty: no version
  std::string version_pattern;
  OptionalExpr ready;          // absent: ready once its process has lived for a moment
  Nanos ready_within{};
  std::string stop_signal = "TERM";
  Nanos stop_within{};
  Nanos settle{};
  std::vector<State> states;
  std::vector<Role> roles;
  std::uint32_t slots = 1;     // frame size that suffices for every expression above
};

struct Group { std::string name; std::uint32_t cluster = 0, component = 0, first_node = 0, count = 0; std::vector<Value> settings; };
/// name: "kv.kvdb[0]". `settings`: in place of its group's where they are not empty.
struct Node { std::string name; std::uint32_t group = 0, index = 0; std::vector<Value> settings; };
struct Cluster { std::string name; std::string backend; std::vector<std::uint32_t> groups; std::uint32_t first_node = 0, node_count = 0; Nanos up{}, down{}, settle{}; Source at; };

/// `args` are evaluated for each invocation in a frame of its scenario's locals' size plus one: the last slot, `counter_slot`, is `counter`.
struct Workload { std::string name; std::uint32_t operation = 0; std::vector<Expr> args; Nanos every{}; Nanos timeout{}; std::uint32_t concurrency = 16; std::uint32_t slots = 1; std::uint32_t counter_slot = 0; Source at; };

// ---------------------------------------------------------------- bodies

struct BodyNode;
using Body = std::vector<BodyNode>;

enum class StepKind : std::uint8_t { let, start, stop, kill, restart, pause, resume, exec, operation, sleep, log, play, meet, fault };
struct Step {
  StepKind kind{};
  std::uint32_t slot = 0;       // let, and exec/operation with `binds`. meet: the barrier, a list of the actors that have come. fault: names the fault
  bool binds = false;           // play: the player is made, `args` are its options
  std::uint32_t operation = 0;  // operation
  std::vector<Expr> args;       // let: value. node steps: set. exec: node, argv [, environment]. operation: its parameters. sleep: duration. log: values. play: a document
                                // meet: barrier, actor, how many open it; literals. fault: none, or what proves that it is in force
  std::string fault;            // operation: the failpoint that it arms, or takes back; empty: neither. fault: what it is called, where it begins
  bool takes_back = false;
  OptionalExpr expect;          // exec/operation; sees result_slot.. : result, error, outcome in result_slot, +1, +2
  std::uint32_t result_slot = 0;
  std::uint32_t player = 0;     // play: into Scenario::players
  std::shared_ptr<const Reading> reading;  // play: what its model made of the document of a spec file when it was checked; null: nothing is kept. No part of the plan's text
  Nanos timeout{};              // of one effect: exec, operation, stop's grace, ready of start; meet: how long the others may take
  Nanos settle{};               // how long a singular role in `args` may be waited for; 0: none
  std::uint64_t random = 0;     // seed salt of this statement: stable when other statements come and go
};

enum class ScopeKind : std::uint8_t { group, branch, loop, repeat, during, cleanup, paused, parallel, actor };
/// The body of a `parallel` is a `let` for each barrier, then its actors; an actor stands nowhere else.
struct Scope {
  ScopeKind kind{};
  std::string title;                     // group; actor: its name
  std::vector<std::uint32_t> workloads;  // during
  std::uint32_t slot = 0;                // loop: its variable
  std::uint32_t times = 0;               // repeat
  OptionalExpr value;                    // branch: condition. loop: set or list. paused: the nodes
  Nanos length{};                        // paused with `for` and no body: resumes after it. cleanup: its deadline. loop: none
  Nanos timeout{};                       // paused: of the pause, and again of the resume
  std::uint32_t most = 0;                // loop: the most iterations there can be
  Nanos settle{};
  Nanos drain{};                         // during: how long requests in flight may still take
  std::uint64_t random = 0;              // actor: of all that is drawn in it
  Body body;
  Body otherwise;                        // branch
};

/// shows: a player compares itself with the document `condition`, whose parts keep their places.
enum class ConditionKind : std::uint8_t { expect, await, eventually, always, never, shows, sometimes };
struct Condition {
  ConditionKind kind{};
  Expr condition;
  Nanos lower{};    // await, eventually: not before
  Nanos upper{};    // await, eventually, never: the bound. expect, sometimes: what its queries may take together. always: unused
  Nanos every{};    // how often it is asked where no event wakes it
  std::string because;
  std::uint32_t player = 0;  // shows: into Scenario::players
  std::shared_ptr<const Reading> reading;  // shows: as Step::reading
  std::string title;  // sometimes: the property's, of all its places
  std::uint64_t random = 0;
};

struct BodyNode {
  std::variant<Step, Scope, Condition> node;
  Nanos bound{};  // the longest it can take; for `always` 0 (it runs beside)
  Source at;
  std::string text;  // its source, first line, for reports
};

struct Scenario {
  std::string id;     // path::title
  std::string title;
  std::string base;   // an instance of a matrix: its title as written, without the axes; else empty
  std::vector<std::pair<std::string, Value>> axes;  // and their values
  Source at;
  std::vector<std::string> tags;
  std::vector<std::uint32_t> clusters;  // brought up in this order, taken down in reverse
  std::optional<Nanos> timeout;
  Nanos up{}, body_bound{}, cleanup_bound{}, down{};
  Nanos worst_case() const;  // of all four; the largest duration where they sum to more
  std::uint32_t slots = 0;
  std::vector<std::string> players;     // the models (backend/player.hpp) that it plays, one instance each
  std::string skip;          // why it is not run; empty: it is
  bool expect_fails = false; // it passes where its first failure is a claim that did not hold, and fails where all held
  Body requirements;         // expects that ask nobody: they are decided before anything starts, and where one does not hold it is skipped
  Body body;
};

struct Plan {
  int format = kFormat;
  std::vector<std::string> files;
  std::vector<std::pair<std::string, Value>> params;
  std::vector<Component> components;
  std::vector<Operation> operations;
  std::vector<Cluster> clusters;
  std::vector<Group> groups;
  std::vector<Node> nodes;
  std::vector<Workload> workloads;
  std::vector<Scenario> scenarios;
  /// What is done before the first scenario and after the last; none or one each. Both name the same clusters, which are up in between, and which
  /// scenarios that name them share. Only `setup` has `up`, only `cleanup` has `down`.
  std::vector<Scenario> setup, cleanup;
};
/// Whether a cluster is up around all scenarios.
bool shared(const Plan& plan, std::uint32_t cluster);

/// Invariants: indices in range, slots within frames, arities, bounds equal to what the bodies sum to, scenario ids distinct.
/// The error names the first one that does not hold.
Status verify(const Plan& plan);

std::string to_text(const Plan& plan);
nlohmann::json to_json(const Plan& plan);
/// Checks shapes and then `verify`.
Result<Plan> from_json(const nlohmann::json& json);
/// 16 hexadecimal digits over the JSON form.
std::string hash(const Plan& plan);

// Bounds, in one place: the lowering fills them in and `verify` recomputes them.
/// What reading a file of a node's folder may take: a request like others, without a bound of its own in the language.
inline constexpr Nanos kNodeFileTimeout = std::chrono::seconds(5);
/// For a program to tell its version.
inline constexpr Nanos kVersionTimeout = std::chrono::seconds(10);
/// For a signal to all processes of a node: kill, pause, resume, and the kill of those that a take-down could not stop.
inline constexpr Nanos kSignalTimeout = std::chrono::seconds(5);
/// What bringing `clusters` up may take: all versions at once, then all nodes at once.
Nanos up_bound(const Plan& plan, const std::vector<std::uint32_t>& clusters);
/// What taking them down may take: all nodes are stopped at once, and killed where that is not proven.
Nanos down_bound(const Plan& plan, const std::vector<std::uint32_t>& clusters);
/// What the requests inside an expression may take: operands of `and`/`or`/quantifiers one after the other, other operands at once,
/// in rounds that end with their slowest reply.
Nanos request_bound(const Plan& plan, const Expr& expr);
Nanos bound(const Plan& plan, const BodyNode& node);
/// The same, where those inside of the node have their bounds.
Nanos bound_from_inner(const Plan& plan, const BodyNode& node);
/// An upper bound on the elements of a set or list; nothing where the plan does not tell (a statistic, a local).
std::optional<std::uint32_t> most(const Plan& plan, const Expr& expr);
/// What `Scenario` keeps apart: cleanups at the top level of its body, and all else. Nested cleanups belong to the body.
struct ScenarioBound { Nanos body{}; Nanos cleanup{}; };
/// From the bounds that its nodes have.
ScenarioBound scenario_bound(const Scenario& scenario);
/// Sets every field that bounds follow from: `bound` of body nodes, `upper` of `expect`, a scenario's `body_bound` and `cleanup_bound`.
void fill_bounds(Plan& plan);
/// Whether any expression of the plan is of this kind.
bool uses(const Plan& plan, Op op);
/// Visits `expr` and all that it rests on: its parts, and the conditions and `let`s of components that it names, each once.
void visit_all(const Plan& plan, const Expr& expr, const std::function<void(const Expr&)>& visit);
/// True where nothing but time or a request can change it: the wait has to poll.
bool polls(const Plan& plan, const Expr& expr);

}  // namespace failc::plan
