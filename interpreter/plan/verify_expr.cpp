// Invariants of expressions: arity, indices, slots, names.
#include <algorithm>
#include <limits>
#include <unordered_map>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/fields.hpp"
#include "interpreter/plan/sets.hpp"
#include "interpreter/plan/verify.hpp"

namespace failc::plan {
namespace {

constexpr int kDeepestExpr = 300;
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

struct Shape {
  std::size_t least, most;  // arguments
  bool named = false;
};

Shape shape_of(Op op) {
  switch (op) {
    case Op::literal:
    case Op::local: return {0, 0};
    case Op::list:
    case Op::doc:
    case Op::query: return {0, kAny};
    case Op::call: return {0, kAny, true};
    case Op::list_for: return {2, 3};
    case Op::member:
    case Op::setting:
    case Op::node_field:
    case Op::node_port:
    case Op::role:
    case Op::role_all:
    case Op::is_state: return {1, 1, true};
    case Op::negate:
    case Op::logical_not:
    case Op::node_let:
    case Op::observed:
    case Op::group_nodes: return {1, 1};
    case Op::statistic: return {0, 1, true};
    case Op::index:
    case Op::logical_and:
    case Op::logical_or:
    case Op::eq:
    case Op::ne:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
    case Op::in:
    case Op::not_in:
    case Op::matches:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::range:
    case Op::tolerance:
    case Op::then:
    case Op::minus:
    case Op::pick:
    case Op::pick_random:
    case Op::every:
    case Op::any:
    case Op::log_lines:
    case Op::node_file: return {2, 2};
  }
  FAILC_BUG("an operator that does not exist");
}

bool has_slot(Op op) { return op == Op::local || op == Op::list_for || op == Op::every || op == Op::any; }

/// Depth-first over what the expressions of components evaluate of other nodes.
class Cycles {
 public:
  explicit Cycles(const Plan& plan) : plan_(plan) {}

  bool found_from(const Expr& part) {
    const auto [entry, fresh] = state_.try_emplace(&part, State::open);
    if (!fresh) return entry->second == State::open;
    if (inside(part)) return true;
    state_[&part] = State::closed;
    return false;
  }

 private:
  enum class State : std::uint8_t { open, closed };

  bool inside(const Expr& expr) {
    if (std::any_of(expr.args.begin(), expr.args.end(), [&](const Expr& argument) { return inside(argument); })) return true;
    if (expr.args.empty() || !has_component_parts(expr)) return false;
    for (const std::uint32_t component : components_of(plan_, expr.args[0]))
      for (const Expr* part : component_parts(plan_.components[component], expr))
        if (found_from(*part)) return true;
    return false;
  }

  const Plan& plan_;
  std::unordered_map<const Expr*, State> state_;
};

}  // namespace

bool Verifier::expr(const Expr& value, std::uint32_t slots, int depth) {
  if (!require(depth <= kDeepestExpr, "an expression is nested more than {} deep", kDeepestExpr)) return false;
  const Shape shape = shape_of(value.op);
  const char* op = name_of(value.op);
  const std::size_t count = value.args.size();
  if (!require(count >= shape.least && count <= shape.most, "`{}` has {} arguments", op, count)) return false;
  if (!require(!shape.named || !value.name.empty(), "`{}` has no name", op)) return false;
  if (!require(!has_slot(value.op) || value.index < slots, "`{}` uses slot {} of a frame of {}", op, value.index, slots)) return false;
  if (!require(value.op != Op::doc || value.names.size() == count, "a document has {} keys and {} values", value.names.size(), count)) return false;
  if (!literal(value.literal) || !place(value.at)) return false;
  if (value.op == Op::query) {
    if (!require(value.index < plan_.operations.size(), "query {} does not exist", value.index)) return false;
    const Operation& asked = plan_.operations[value.index];
    if (!require(asked.query, "`{}` is an operation and stands in an expression", asked.name)) return false;
    if (!require(count == asked.parameters.size(), "`{}` takes {} arguments and has {}", asked.name, asked.parameters.size(), count)) return false;
  }
  if (value.op == Op::statistic && !require(value.index < plan_.workloads.size(), "workload {} does not exist", value.index)) return false;
  if (value.op == Op::node_let) {
    const bool exists = std::any_of(plan_.components.begin(), plan_.components.end(), [&](const Component& one) { return value.index < one.lets.size(); });
    if (!require(exists, "`let` {} exists in no component", value.index)) return false;
  }
  if (value.op == Op::observed) {
    const bool exists = std::any_of(plan_.components.begin(), plan_.components.end(), [&](const Component& one) { return value.index < one.observers.size(); });
    if (!require(exists, "observer {} exists in no component", value.index)) return false;
  }
  return std::all_of(value.args.begin(), value.args.end(), [&](const Expr& argument) { return expr(argument, slots, depth + 1); });
}

bool Verifier::exprs(const std::vector<Expr>& values, std::uint32_t slots) {
  return std::all_of(values.begin(), values.end(), [&](const Expr& value) { return expr(value, slots); });
}

bool Verifier::literal(const Value& value) {
  if (const auto* node = value.as<NodeRef>()) return require(node->index < plan_.nodes.size(), "node {} does not exist", node->index);
  if (const auto* list = value.as<List>()) return std::all_of(list->begin(), list->end(), [&](const Value& item) { return literal(item); });
  if (const auto* document = value.as<Document>())
    return std::all_of(document->entries.begin(), document->entries.end(), [&](const auto& entry) { return literal(entry.second); });
  if (const auto* range = value.as<Range>()) return require(range->ends.size() == 2, "a range has {} ends", range->ends.size());
  return true;
}

bool Verifier::place(const Source& at) {
  // Line 0: written nowhere.
  return require(at.line == 0 || at.file < plan_.files.size(), "file {} does not exist", at.file);
}

bool Verifier::silent(const Expr& value, std::uint32_t slots, const char* what) {
  return expr(value, slots) && require(request_bound(plan_, value) == Nanos(), "{} asks a node", what);
}

bool Verifier::acyclic() {
  Cycles cycles(plan_);
  for (const Component& component : plan_.components) {
    where_ = fmt::format("component `{}`: ", component.name);
    for (const NodeLet& let : component.lets)
      if (!require(!cycles.found_from(let.value), "`{}` needs itself", let.name)) return false;
    for (const State& state : component.states)
      if (!require(!cycles.found_from(state.holds), "`{}` needs itself", state.name)) return false;
    for (const Role& role : component.roles)
      if (!require(!cycles.found_from(role.holds) && !(role.term && cycles.found_from(*role.term)), "`{}` needs itself", role.name)) return false;
    if (component.ready && !require(!cycles.found_from(*component.ready), "`ready` needs itself")) return false;
  }
  where_.clear();
  return true;
}

}  // namespace failc::plan
