// What is known of nodes: their fields, settings, states, and sets of them.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

using plan::Expr;

namespace {

const plan::Group* group_of(const plan::Plan& plan, NodeIndex node) {
  if (node >= plan.nodes.size() || plan.nodes[node].group >= plan.groups.size()) return nullptr;
  return &plan.groups[plan.nodes[node].group];
}

/// How many of a set of `size` an amount is.
Result<std::uint32_t> count_of(const Value& amount, std::uint32_t size) {
  if (const auto* percent = amount.as<Percent>()) {
    if (!(percent->value >= 0 && percent->value <= 100)) return Error{fmt::format("{} of a set is no share of it", show(amount))};
    if (size == 0) return Error{fmt::format("{} of nothing", show(amount))};
    // The small step down keeps 30% of 10 at 3, whatever the last bit of the product says.
    return std::clamp(static_cast<std::uint32_t>(std::ceil(percent->value * size / 100 - 1e-9)), 1u, size);
  }
  const auto* number = amount.as<std::int64_t>();
  if (!number) return Error{fmt::format("one picks a number or a percentage, not {}", kind_of(amount))};
  if (*number < 0) return Error{fmt::format("{} of a set", *number)};
  if (*number > size) return Error{fmt::format("{} of a set of {}", *number, size)};
  return static_cast<std::uint32_t>(*number);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return out;
}

}  // namespace

std::vector<std::string> node_names(const plan::Plan& plan) {
  std::vector<std::string> names;
  for (const plan::Node& node : plan.nodes) names.push_back(node.name);
  return names;
}

std::string node_name(const plan::Plan& plan, NodeIndex node) {
  return node < plan.nodes.size() ? plan.nodes[node].name : fmt::format("node {}", node);
}

std::string set_name(const plan::Plan& plan, const std::vector<NodeIndex>& nodes) {
  if (nodes.empty()) return "an empty set";
  const auto whole = [&](std::uint32_t first, std::uint32_t count) {
    if (nodes.size() != count) return false;
    for (std::uint32_t i = 0; i < count; ++i)
      if (std::find(nodes.begin(), nodes.end(), first + i) == nodes.end()) return false;
    return true;
  };
  for (const plan::Cluster& cluster : plan.clusters)
    if (whole(cluster.first_node, cluster.node_count)) return cluster.name;
  for (const plan::Group& group : plan.groups)
    if (group.cluster < plan.clusters.size() && whole(group.first_node, group.count)) return plan.clusters[group.cluster].name + "." + group.name;
  std::vector<std::string> names;
  for (const NodeIndex node : nodes) names.push_back(node_name(plan, node));
  return joined(names);
}

Result<std::vector<NodeIndex>> nodes_of(const Value& value) {
  std::vector<NodeIndex> out;
  if (const auto* undefined = value.as<Undefined>()) return Error{undefined->reason};
  if (const auto* node = value.as<NodeRef>()) {
    out.push_back(node->index);
    return out;
  }
  const auto* list = value.as<List>();
  if (!list) return Error{fmt::format("nodes are wanted, and this is {}", kind_of(value))};
  for (const Value& item : *list) {
    const auto* node = item.as<NodeRef>();
    if (!node) return Error{fmt::format("nodes are wanted, and {} is in the list", kind_of(item))};
    if (std::find(out.begin(), out.end(), node->index) == out.end()) out.push_back(node->index);
  }
  return out;
}

Result<NodeIndex> one_node(const Value& value) {
  auto nodes = nodes_of(value);
  if (!nodes) return nodes.error();
  if (nodes->size() != 1) return Error{fmt::format("one node is wanted, and the set has {}", nodes->empty() ? "none" : std::to_string(nodes->size()))};
  return nodes->front();
}

bool Evaluator::known(NodeIndex node) const {
  const plan::Group* group = group_of(plan_, node);
  return group && group->component < plan_.components.size();
}

const plan::Component& Evaluator::component(NodeIndex node) const {
  return plan_.components[group_of(plan_, node)->component];
}

Maybe Evaluator::in_component(const Expr& expr, NodeIndex node) {
  std::vector<Value> frame(std::max<std::size_t>(component(node).slots, 1));
  frame[0] = NodeRef{node};
  // Its loops and slots are its own.
  std::vector<std::uint32_t> loops = std::exchange(loops_, {});
  std::unordered_map<const Expr*, Kept> kept = std::exchange(kept_, {});
  ++silent_;
  Maybe value = evaluate(expr, frame);
  --silent_;
  loops_ = std::move(loops);
  kept_ = std::move(kept);
  return value;
}

Maybe Evaluator::of_node(const Expr& expr, Frame frame, const std::function<Maybe(NodeIndex)>& function) {
  Maybe value = evaluate(expr.args[0], frame);
  if (!value || value->undefined()) return value;
  const auto node = one_node(*value);
  if (!node) return Undefined{node.error().message};
  if (!known(*node)) return Undefined{"the plan has no such node"};
  return function(*node);
}

Maybe Evaluator::setting(NodeIndex node, const std::string& name) const {
  const plan::Group& group = *group_of(plan_, node);
  const auto& settings = component(node).settings;
  const std::vector<Value>& values = plan_.nodes[node].settings.empty() ? group.settings : plan_.nodes[node].settings;
  for (std::size_t i = 0; i < settings.size() && i < values.size(); ++i)
    if (settings[i].name == name) return values[i];
  return Undefined{fmt::format("component `{}` has no parameter `{}`", component(node).name, name)};
}

Maybe Evaluator::node_field(NodeIndex node, const std::string& name) const {
  if (name == "name") return Value(plan_.nodes[node].name);
  if (name == "index") return Value(static_cast<std::int64_t>(plan_.nodes[node].index));
  return facts_.node_field(node, name);
}

Maybe Evaluator::group_nodes(NodeIndex node) const {
  const plan::Group& group = *group_of(plan_, node);
  List out;
  for (std::uint32_t i = 0; i < group.count; ++i) out.emplace_back(NodeRef{group.first_node + i});
  return Value(std::move(out));
}

Value Evaluator::heard(NodeIndex node, std::uint32_t observer) {
  const auto& observers = component(node).observers;
  if (observer >= observers.size()) return Undefined{"the plan names an observer that its component has not"};
  const NodeState state = facts_.state(node);
  // What was heard before says nothing of a node that cannot speak.
  if (state != NodeState::running) return Undefined{fmt::format("{} is {}", node_name(plan_, node), state == NodeState::paused ? "paused" : "not running")};
  std::optional<Observation> last = facts_.heard(node, observer);
  if (!last) return Undefined{fmt::format("`{}` has heard nothing of {} yet", observers[observer].name, node_name(plan_, node))};
  interval_.add({last->sent, last->received});
  return std::move(last->value);
}

Maybe Evaluator::node_is(NodeIndex node, const std::string& state) {
  const NodeState now = facts_.state(node);
  if (state == "running") return Value(now == NodeState::running);
  if (state == "stopped") return Value(now == NodeState::stopped);
  if (state == "paused") return Value(now == NodeState::paused);
  const plan::Component& owner = component(node);
  if (state == "ready") {
    if (now == NodeState::stopped) return Value(false);
    return owner.ready ? in_component(*owner.ready, node) : Maybe(now == NodeState::running);
  }
  for (const plan::State& declared : owner.states)
    if (declared.name == state) return in_component(declared.holds, node);
  return Undefined{fmt::format("component `{}` has no state `{}`", owner.name, state)};
}

Maybe Evaluator::is_state(const Expr& expr, Frame frame) {
  Maybe set = evaluate(expr.args[0], frame);
  if (!set || set->undefined()) return set;
  const auto nodes = nodes_of(*set);
  if (!nodes) return Undefined{nodes.error().message};
  bool pending = false, all = !nodes->empty();
  Maybe undefined;
  for (const NodeIndex node : *nodes) {
    if (!known(node)) return Undefined{"the plan has no such node"};
    Maybe value = node_is(node, expr.name);
    pending = pending || !value;
    if (!value) continue;
    const bool* holds = value->as<bool>();
    if (holds) all = all && *holds;
    else if (!undefined) undefined = value->undefined() ? *value : Value(Undefined{fmt::format("`{}` is no condition", expr.name)});
  }
  if (pending && all) return std::nullopt;
  Value value = undefined && all ? *undefined : Value(all);
  record(expr.at, value);
  return value;
}

Value Evaluator::pick(const Expr& expr, const Value& set, const Value& amount) {
  const List* items = set.as<List>();
  const List one = set.is<NodeRef>() ? List{set} : List{};
  if (set.is<NodeRef>()) items = &one;
  if (!items) return chosen(expr, Undefined{fmt::format("one picks from a set, not from {}", kind_of(set))});
  const auto size = static_cast<std::uint32_t>(items->size());
  const Result<std::uint32_t> count = count_of(amount, size);
  if (!count) return chosen(expr, Undefined{count.error().message});
  std::vector<std::uint32_t> which(*count);
  std::iota(which.begin(), which.end(), 0u);
  if (expr.op == plan::Op::pick_random) which = facts_.draw(size, *count, expr.at);
  std::erase_if(which, [&](std::uint32_t at) { return at >= size; });
  List out;
  for (const std::uint32_t at : which) out.push_back((*items)[at]);
  return chosen(expr, std::move(out), Drawn{size, set.is<NodeRef>(), std::move(which)});
}

Value Evaluator::member(const Value& object, const std::string& name) const {
  if (const auto* document = object.as<Document>()) {
    const Value* value = document->find(name);
    return value ? *value : Value(Undefined{fmt::format("the document has no key `{}`", name)});
  }
  return Undefined{fmt::format("{} has no `{}`", kind_of(object), name)};
}

}  // namespace failc::eval
