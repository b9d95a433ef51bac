#pragma once
// Inside of the evaluator: one pass over an expression. Not for other folders.
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "interpreter/eval/eval.hpp"

namespace failc::eval {

/// Nothing: the value needs an answer that is not there yet; the question is in `asks`.
using Maybe = std::optional<Value>;
using Frame = std::span<Value>;
using Values = std::vector<const Value*>;

/// A list prepared to be searched often. Only where all its elements are of one kind whose keys tell equality.
class Members {
 public:
  explicit Members(const List& list);
  /// Whether `value` is in it; nothing where that takes comparing.
  std::optional<bool> contains(const Value& value) const;

 private:
  std::optional<std::size_t> kind_;  // as the variant counts
  std::unordered_set<std::string> keys_;
};

/// As much of a value as a message shows of it.
Value brief(const Value& value);

/// From the sending of the first request to the answer of the last one, of those that a value rests on.
struct Interval {
  Instant sent{}, received{-1};
  bool any() const { return received >= sent; }
  void add(Interval other) {
    if (!other.any()) return;
    sent = any() ? std::min(sent, other.sent) : other.sent;
    received = std::max(received, other.received);
  }
};

class Evaluator {
 public:
  Evaluator(const plan::Plan& plan, const Facts& facts) : plan_(plan), facts_(facts) {}

  Maybe evaluate(const plan::Expr& expr, Frame frame);
  Evaluated finish(Maybe value);

 private:
  // evaluator.cpp
  Maybe dispatch(const plan::Expr& expr, Frame frame);
  /// What is the same for every element of the loops around it is found once: a list is neither copied nor searched for each of them.
  struct Kept {
    std::size_t level = 0;           // of the loops that are open, outermost first, the last that it depends on; 0: on none
    const Value* at = nullptr;       // null: not found yet, or no longer
    Maybe own;                       // where it is no literal
    std::vector<Operand> operands;   // what finding it recorded
    Interval interval;
    std::optional<Members> members;  // of a list that something was looked for in
  };
  /// Null where `expr` depends on the innermost loop, or there is none, or it is pending: then `pending` is set.
  Kept* kept(const plan::Expr& expr, Frame frame, bool& pending);
  /// A loop while it is open; `step` before its variable gets another value.
  struct Loop {
    Loop(Evaluator& evaluator, std::uint32_t slot) : evaluator(evaluator) { evaluator.loops_.push_back(slot); }
    ~Loop() {
      step();
      evaluator.loops_.pop_back();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    void step() const;
    Evaluator& evaluator;
  };
  /// Every argument, visited even if an earlier one has to be asked for. Undefined ones are returned as `undefined`.
  struct Arguments {
    bool pending = false;
    const Value* undefined = nullptr;
    Values values;           // each in `own`, or where it lies
    std::vector<Value> own;
    Value take(std::size_t i) { return values[i] == &own[i] ? std::move(own[i]) : *values[i]; }
  };
  Arguments arguments(const plan::Expr& expr, Frame frame);
  /// Applies `function` to the arguments once all are there and defined.
  Maybe strict(const plan::Expr& expr, Frame frame, const std::function<Value(Arguments&)>& function);
  Maybe comparison(const plan::Expr& expr, Frame frame);
  Maybe logic(const plan::Expr& expr, Frame frame);
  Maybe quantifier(const plan::Expr& expr, Frame frame);
  Maybe list_for(const plan::Expr& expr, Frame frame);
  Maybe document(const plan::Expr& expr, Frame frame);
  Maybe choose(const plan::Expr& expr, Frame frame);

  // nodes.cpp
  /// An expression of a node's component in its own frame. Operands inside are not reported.
  Maybe in_component(const plan::Expr& expr, NodeIndex node);
  bool known(NodeIndex node) const;
  const plan::Component& component(NodeIndex node) const;  // of a known node
  /// With one node as its argument.
  Maybe of_node(const plan::Expr& expr, Frame frame, const std::function<Maybe(NodeIndex)>& function);
  Maybe setting(NodeIndex node, const std::string& name) const;
  Maybe node_field(NodeIndex node, const std::string& name) const;
  Maybe group_nodes(NodeIndex node) const;
  Value heard(NodeIndex node, std::uint32_t observer);
  Maybe is_state(const plan::Expr& expr, Frame frame);
  Maybe node_is(NodeIndex node, const std::string& state);
  Value pick(const plan::Expr& expr, const Value& set, const Value& amount);
  Value member(const Value& object, const std::string& name) const;

  // roles.cpp
  Maybe role(const plan::Expr& expr, Frame frame);

  // asks.cpp
  Maybe query(const plan::Expr& expr, Frame frame);
  Maybe statistic(const plan::Expr& expr, Frame frame);
  Maybe node_file(const plan::Expr& expr, Frame frame);
  Maybe log_lines(const plan::Expr& expr, Frame frame);
  Maybe ask(Ask question, const plan::Source& at);

  void record(const plan::Source& at, const Value& value) {
    if (silent_ == 0) operands_.push_back({at, brief(value)});
  }

  Value chosen(const plan::Expr& expr, Value value, std::optional<Drawn> drawn = {}) {
    if (silent_ == 0) choices_.push_back({expr.at, value, expr.op == plan::Op::role || expr.op == plan::Op::role_all, std::move(drawn)});
    return value;
  }

  const plan::Plan& plan_;
  const Facts& facts_;
  std::vector<Ask> asks_;
  std::set<std::string> asked_;
  std::vector<Operand> operands_;
  std::vector<Choice> choices_;
  Interval interval_;
  std::vector<std::uint32_t> loops_;                   // the slots of those that are open
  std::unordered_map<const plan::Expr*, Kept> kept_;   // of the frame at hand
  int depth_ = 0;
  int silent_ = 0;  // > 0: inside a component
  int quiet_ = 0;   // > 0: nothing is asked; what would have to be is pending
};

// ---- helpers of the folder

std::vector<std::string> node_names(const plan::Plan& plan);
std::string node_name(const plan::Plan& plan, NodeIndex node);
/// What a set of nodes is called: "kv", "c.data", or its members.
std::string set_name(const plan::Plan& plan, const std::vector<NodeIndex>& nodes);
/// The one node of a node or of a set of one. The error says what was there instead.
Result<NodeIndex> one_node(const Value& value);
/// As `string(x)` writes it: without quotes.
Value to_text(const Value& value, const std::vector<std::string>& names);

/// Operators over defined values. Undefined, with a reason, where there is no result: overflow, division by zero, kinds that do not fit.
Value binary(plan::Op op, const Value& left, const Value& right);
Value negate(const Value& value);
Value to_value(Truth truth, const char* reason);

/// A built-in function by name, over defined arguments.
Value call(const plan::Plan& plan, const std::string& name, const Values& arguments);
// The functions by what they are about: nullopt where `name` is not one of theirs.
Maybe call_text(const plan::Plan& plan, const std::string& name, const Values& arguments);
Maybe call_list(const plan::Plan& plan, const std::string& name, const Values& arguments);
/// Equal for equal values, so that large lists can be hashed. int and float mix as in `==`.
std::string hash_key(const Value& value);

}  // namespace failc::eval
