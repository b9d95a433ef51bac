#include "interpreter/prove/truth.hpp"

#include <algorithm>
#include <utility>

namespace failc::prove {

using plan::Op;

namespace {

constexpr int kDeepestLets = 4;
constexpr int kDeepest = 60;  // of components' conditions that name others; deeper, everything is possible

/// Kleene's `and`.
std::uint8_t both(std::uint8_t a, std::uint8_t b) {
  std::uint8_t out = 0;
  if (a & b & kTrue) out |= kTrue;
  if ((a | b) & kFalse) out |= kFalse;
  const bool a_open = a & (kUndefined | kOther), b_open = b & (kUndefined | kOther);
  if ((a_open && b != kFalse) || (b_open && a != kFalse)) out |= kUndefined;
  return out;
}

std::uint8_t inverse(std::uint8_t a) {
  std::uint8_t out = a & (kUndefined | kOther) ? kUndefined : 0;
  if (a & kTrue) out |= kFalse;
  if (a & kFalse) out |= kTrue;
  return out;
}

/// Whether the request's address is made of a port of the node in `slot`.
bool at_port_of(const plan::Component& component, const plan::Expr& expr, std::uint32_t slot, int lets = 0) {
  if (lets > kDeepestLets) return false;
  const bool own = !expr.args.empty() && expr.args[0].op == Op::local && expr.args[0].index == slot;
  if (expr.op == Op::node_port && own) return true;
  if (expr.op == Op::node_let && own && expr.index < component.lets.size())
    return at_port_of(component, component.lets[expr.index].value, 0, lets + 1);
  // Where a choice is made, the other address may be taken.
  if (expr.op == Op::call && expr.name != "string") return false;
  return std::any_of(expr.args.begin(), expr.args.end(), [&](const plan::Expr& arg) { return at_port_of(component, arg, slot, lets); });
}

}  // namespace

std::uint8_t Truths::of(const plan::Expr& expr) {
  if (left_ == 0) return kAll;
  --left_;
  switch (expr.op) {
    case Op::literal:
      if (const bool* value = expr.literal.as<bool>()) return *value ? kTrue : kFalse;
      return expr.literal.undefined() ? kUndefined : kOther;
    case Op::logical_not:
      return inverse(of(expr.args[0]));
    case Op::logical_and:
    case Op::logical_or:
      return logic(expr);
    case Op::every:
    case Op::any:
      return quantified(expr);
    case Op::eq:
    case Op::ne:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
      return compared(expr);
    case Op::in:
    case Op::not_in:
    case Op::matches:
      return strict(expr, kTrue | kFalse | kUndefined);
    case Op::is_state:
      return is_state(expr);
    case Op::role:
    case Op::role_all:
      return role(expr);
    case Op::query:
      return query(expr);
    case Op::call:
      return expr.name == "choose" ? kAll : strict(expr, kAll);
    case Op::negate:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::member:
    case Op::index:
      return strict(expr, kAll);
    case Op::node_let:
    case Op::node_field:
    case Op::node_port:
    case Op::setting:
    case Op::log_lines:
    case Op::node_file:
      return strict(expr, kAll);
    case Op::observed: {
      const std::optional<Nodes> node = exactly(plan_, expr.args[0], *slots_);
      if (node && node->size() == 1 && certain(node->front())) return kUndefined;
      return strict(expr, kAll);
    }
    case Op::local:
    case Op::list:
    case Op::list_for:
    case Op::doc:
    case Op::range:
    case Op::tolerance:
    case Op::then:
    case Op::group_nodes:
    case Op::minus:
    case Op::pick:
    case Op::pick_random:
    case Op::statistic:
      return kAll;
  }
  return kAll;
}

/// Undefined where an argument is.
std::uint8_t Truths::strict(const plan::Expr& expr, std::uint8_t otherwise) {
  for (const plan::Expr& arg : expr.args)
    if (of(arg) == kUndefined) return kUndefined;
  return otherwise;
}

std::uint8_t Truths::compared(const plan::Expr& expr) {
  if (strict(expr, kAll) == kUndefined) return kUndefined;
  return size_compared(plan_, expr, reason_).value_or(kTrue | kFalse | kUndefined);
}

std::uint8_t Truths::logic(const plan::Expr& expr) {
  if (expr.op == Op::logical_or) return inverse(both(inverse(of(expr.args[0])), inverse(of(expr.args[1]))));
  std::uint8_t out = both(of(expr.args[0]), of(expr.args[1]));
  if (!(out & kTrue)) return out;
  if (auto why = contradiction(expr)) {
    reason_ = std::move(*why);
    out = kFalse | kUndefined;
  }
  return out;
}

std::uint8_t Truths::quantified(const plan::Expr& expr) {
  if (of(expr.args[0]) == kUndefined) return kUndefined;
  const bool every = expr.op == Op::every;
  const std::optional<Nodes> nodes = exactly(plan_, expr.args[0], *slots_);
  if (!nodes || expr.index >= slots_->exact.size()) {
    const std::uint8_t each = of(expr.args[1]);
    std::uint8_t out = kFalse | kUndefined;
    if (each & kTrue) out |= kTrue;
    return out;
  }
  if (nodes->empty()) return kFalse;
  std::uint8_t out = every ? kTrue : kFalse;
  for (const std::uint32_t node : *nodes) {
    slots_->exact[expr.index] = Nodes{node};
    const std::uint8_t each = of(expr.args[1]);
    out = every ? both(out, each) : inverse(both(inverse(out), inverse(each)));
  }
  slots_->exact[expr.index].reset();
  return out;
}

std::uint8_t Truths::is_state(const plan::Expr& expr) {
  const std::optional<Nodes> nodes = exactly(plan_, expr.args[0], *slots_);
  if (!nodes) return of(expr.args[0]) == kUndefined ? kUndefined : kTrue | kFalse | kUndefined;
  if (nodes->empty()) return kFalse;
  std::uint8_t out = kTrue;
  for (const std::uint32_t node : *nodes) out = both(out, node_is(node, expr.name));
  return out;
}

std::uint8_t Truths::node_is(std::uint32_t node, const std::string& name) {
  constexpr std::uint8_t open = kTrue | kFalse;
  const std::uint8_t can = state_.nodes[node].can;
  const bool down = can == kDown;
  if (name == "running") return certain(node) ? kFalse : open;
  if (name == "stopped") return down && certain(node) ? kTrue : open;
  if (name == "paused") return down && certain(node) ? kFalse : open;
  const plan::Component& owner = component(node);
  if (name == "ready") {
    if (down && certain(node)) return kFalse;
    if (!certain(node)) return kTrue | kFalse | kUndefined;
    return owner.ready ? in_component(*owner.ready, node) | kFalse : kFalse;
  }
  if (!certain(node)) return kTrue | kFalse | kUndefined;
  for (const plan::State& declared : owner.states)
    if (declared.name == name) return in_component(declared.holds, node);
  return kUndefined;
}

std::uint8_t Truths::in_component(const plan::Expr& expr, std::uint32_t node) {
  if (depth_ >= kDeepest) return kAll;
  ++depth_;
  Slots own(component(node).slots);
  if (!own.exact.empty()) own.exact[0] = own.within[0] = Nodes{node};
  Slots* const outside = std::exchange(slots_, &own);
  const std::uint8_t out = of(expr);
  slots_ = outside;
  --depth_;
  return out;
}

std::uint8_t Truths::role(const plan::Expr& expr) {
  const std::optional<Nodes> nodes = exactly(plan_, expr.args[0], *slots_);
  if (!nodes) return of(expr.args[0]) == kUndefined ? kUndefined : kOther | kUndefined;
  for (const std::uint32_t node : *nodes) {
    const auto& roles = component(node).roles;
    const auto found = std::find_if(roles.begin(), roles.end(),
                                    [&](const plan::Role& role) { return role.name == expr.name || role.plural == expr.name; });
    if (found == roles.end() || state_.nodes[node].can == kDown) continue;
    if (!certain(node) || (in_component(found->holds, node) & kTrue)) return kOther | kUndefined;
  }
  for (const std::uint32_t node : *nodes) (void)certain(node);
  return kUndefined;
}

std::uint8_t Truths::query(const plan::Expr& expr) {
  if (strict(expr, kAll) == kUndefined) return kUndefined;
  const plan::Operation& operation = plan_.operations[expr.index];
  if (operation.node_parameter >= expr.args.size()) return kAll;
  if (lacks_quorum(operation, expr.args[operation.node_parameter])) return kUndefined;
  const std::optional<Nodes> node = exactly(plan_, expr.args[operation.node_parameter], *slots_);
  if (!node || node->size() != 1 || !certain(node->front())) return kAll;
  if (state_.nodes[node->front()].can == kDown) return kUndefined;  // it is not even asked
  return can_answer(operation, node->front()) ? kAll : kUndefined;
}

bool Truths::lacks_quorum(const plan::Operation& operation, const plan::Expr& target) {
  if (!operation.quorum) return false;
  const std::optional<Nodes> nodes = within(plan_, target, *slots_);
  if (!nodes || nodes->empty()) return false;
  const std::uint32_t which = plan_.nodes[nodes->front()].group;
  if (std::any_of(nodes->begin(), nodes->end(), [&](std::uint32_t node) { return plan_.nodes[node].group != which; })) return false;
  const plan::Group& group = plan_.groups[which];
  std::uint32_t up = 0;
  std::optional<std::uint32_t> lost;
  for (std::uint32_t node = group.first_node; node < group.first_node + group.count; ++node) {
    if (state_.nodes[node].can & kUp)
      ++up;
    else
      lost = node;
  }
  if (!lost || 2 * up > group.count) return false;
  culprit_ = lost;
  reason_ = "`" + operation.name + "` needs more than half of the " + std::to_string(group.count) + " nodes, and " +
            (up == 0 ? "none" : "only " + std::to_string(up)) + " can answer here";
  return true;
}

bool Truths::can_answer(const plan::Operation& operation, std::uint32_t node) {
  if (!certain(node)) return true;
  switch (operation.request.kind) {
    case plan::RequestKind::exec:
    case plan::RequestKind::driver:
      return true;
    case plan::RequestKind::http:
    case plan::RequestKind::tcp:
      break;
  }
  return !operation.request.a || !at_port_of(component(node), *operation.request.a, operation.node_parameter);
}

}  // namespace failc::prove
