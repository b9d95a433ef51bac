#pragma once
// Expressions, evaluated. A pure function of frame and facts: where it needs an answer from a node that is not there yet it
// says what to ask, and is called again once that is known. Used by the checker for constants and by the runner.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "interpreter/backend/world.hpp"
#include "interpreter/plan/plan.hpp"
#include "interpreter/value/value.hpp"

namespace failc::eval {

using backend::Instant;
using backend::NodeIndex;

/// A question to a node: a query with its arguments, or a file of its folder.
struct Ask {
  enum class Kind : std::uint8_t { query, node_file } kind = Kind::query;
  std::uint32_t operation = 0;  // query
  NodeIndex node = 0;
  std::vector<Value> arguments;  // query: in signature order. node_file: the path
  /// Equal for equal questions: what a snapshot is keyed by.
  std::string key() const;
};

/// An answer. `value` is undefined, with the reason, where the node did not give one.
struct Observation { Value value; Instant sent{}, received{}; bool answered = true; };

enum class NodeState : std::uint8_t { stopped, running, paused };

/// What an expression can know. The runner's implementation holds one sample's observations; the checker's knows nothing.
class Facts {
 public:
  virtual ~Facts() = default;
  virtual const Observation* observed(const std::string& key) const = 0;  // null: not asked yet in this sample
  /// What an observer (an index into Component::observers) last heard of a node that runs, and from when to when it holds; nothing: it heard nothing yet.
  virtual std::optional<Observation> heard(NodeIndex node, std::uint32_t observer) const = 0;
  virtual NodeState state(NodeIndex node) const = 0;
  /// name index dir address pid version; undefined where unknown.
  virtual Value node_field(NodeIndex node, const std::string& name) const = 0;
  virtual Value node_port(NodeIndex node, const std::string& name) const = 0;
  virtual Value statistic(std::uint32_t workload, const std::string& name, const Nanos* window) const = 0;
  virtual List log_lines(NodeIndex node, const Regex& pattern) const = 0;
  /// `count` distinct indices below `size`, in ascending order; the same answer for the same `site` within one statement and iteration.
  virtual std::vector<std::uint32_t> draw(std::uint32_t size, std::uint32_t count, const plan::Source& site) const = 0;
};

/// One operand and what it was: for failures ("leader of kv" → "undefined (…)").
struct Operand { plan::Source at; Value value; };

/// How a pick came to its value: `which` of a set of `of`. `node`: the set was a node by itself.
struct Drawn { std::uint32_t of = 0; bool node = false; std::vector<std::uint32_t> which; };
/// What a role or a pick came to, outside of components.
struct Choice { plan::Source at; Value value; bool role = false; std::optional<Drawn> drawn; };

struct Evaluated {
  Value value;                     // meaningless while `asks` is not empty
  std::vector<Ask> asks;           // everything that can be asked now; distinct
  std::vector<Operand> operands;   // the leaves that decided: roles, queries, statistics, locals compared; in source order
  std::vector<Choice> choices;
  Instant sent{}, received{};      // the interval of the observations used; received < sent: none
};

/// `frame` has at least the slots the expression uses; loops write theirs. Strict operands are all visited even if one needs asking, so that one
/// round asks for all of them; `and`, `or` and quantifiers ask one after the other (plan::request_bound counts the same way), and what decides
/// them without asking does so at once.
Evaluated evaluate(const plan::Plan& plan, const plan::Expr& expr, std::span<Value> frame, const Facts& facts);

/// Kleene truth of a value: bool, or undefined. Anything else is a bug of the checker.
Truth truth(const Value& value);

/// The nodes of a value: a node, a list of nodes. Undefined stays so.
Result<std::vector<NodeIndex>> nodes_of(const Value& value);

// ---- operations

enum class OutcomeKind : std::uint8_t { ok, failed, unknown };
const char* name_of(OutcomeKind kind);
/// `error` is a document {kind, code, codeName, labels, message}, or null when ok.
struct Outcome { OutcomeKind kind = OutcomeKind::ok; Value result; Value error; };
/// Whether it rests on what the server said, be that a refusal: not so where it could not be reached, or was not heard in time.
bool answered(const Outcome& outcome);

/// The request of an operation or query. Errors: an argument of the wrong kind at run time (of type any), an undefined argument.
Result<backend::Request> make_request(const plan::Plan& plan, std::uint32_t operation, const std::vector<Value>& arguments, const Facts& facts);
/// What the reply to it means.
Outcome read_reply(const plan::Plan& plan, std::uint32_t operation, const std::vector<Value>& arguments, const backend::Reply& reply, const Facts& facts);

/// A program's arguments and environment: strings, and ints in decimal. For `exec` steps, `run` and operations alike.
Result<std::vector<std::string>> exec_words(const Value& argv);
Result<std::vector<std::pair<std::string, std::string>>> exec_environment(const Value& environment);

/// The request that answers a question.
Result<backend::Request> make_request(const plan::Plan& plan, const Ask& ask, const Facts& facts);
/// What the reply to it says: the query's result or the file's text, else undefined with the reason.
Observation read_answer(const plan::Plan& plan, const Ask& ask, const backend::Reply& reply, const Facts& facts);

/// The name of every built-in function, and its signature for the checker: type names, "any" for any, "list" …; `variadic` none.
struct Builtin { std::string_view name; std::vector<std::string_view> parameters; std::string_view result; };
const std::vector<Builtin>& builtins();

}  // namespace failc::eval
