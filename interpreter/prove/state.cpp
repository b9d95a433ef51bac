#include "interpreter/prove/state.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace failc::prove {
namespace {

std::optional<Nodes> of_literal(const plan::Plan& plan, const Value& value) {
  if (const auto* node = value.as<NodeRef>()) {
    if (node->index >= plan.nodes.size()) return std::nullopt;
    return Nodes{node->index};
  }
  const auto* list = value.as<List>();
  if (!list) return std::nullopt;
  Nodes out;
  out.reserve(list->size());
  for (const Value& item : *list) {
    const auto* node = item.as<NodeRef>();
    if (!node || node->index >= plan.nodes.size()) return std::nullopt;
    out.push_back(node->index);
  }
  return out;
}

std::optional<Nodes> join_of(const std::vector<std::optional<Nodes>>& parts) {
  Nodes out;
  for (const auto& part : parts) {
    if (!part) return std::nullopt;
    out.insert(out.end(), part->begin(), part->end());
  }
  return out;
}

/// `leaf` says what a slot holds.
template <class Leaf>
std::optional<Nodes> walk(const plan::Plan& plan, const plan::Expr& set, bool subsets, const Leaf& leaf) {
  using plan::Op;
  switch (set.op) {
    case Op::literal:
      return of_literal(plan, set.literal);
    case Op::local:
      return leaf(set.index);
    case Op::list:
    case Op::then: {
      std::vector<std::optional<Nodes>> parts;
      for (const plan::Expr& arg : set.args) parts.push_back(walk(plan, arg, subsets, leaf));
      return join_of(parts);
    }
    case Op::group_nodes: {
      const std::optional<Nodes> one = set.args.empty() ? std::nullopt : walk(plan, set.args[0], false, leaf);
      if (!one || one->size() != 1) return std::nullopt;
      const plan::Group& group = plan.groups[plan.nodes[one->front()].group];
      Nodes out(group.count);
      std::iota(out.begin(), out.end(), group.first_node);
      return out;
    }
    case Op::index:
    case Op::role:
    case Op::role_all:
    case Op::minus:
    case Op::pick:
    case Op::pick_random:
      if (!subsets || set.args.empty()) return std::nullopt;
      return walk(plan, set.args[0], true, leaf);
    default:
      return std::nullopt;
  }
}

}  // namespace

void State::join(const State& other) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].can |= other.nodes[i].can;
    nodes[i].started = std::min(nodes[i].started, other.nodes[i].started);
  }
  std::set<std::pair<std::uint32_t, std::string>> both;
  std::set_intersection(armed.begin(), armed.end(), other.armed.begin(), other.armed.end(), std::inserter(both, both.end()));
  armed = std::move(both);
  moment = std::max(moment, other.moment);
}

std::optional<Nodes> exactly(const plan::Plan& plan, const plan::Expr& set, const Slots& slots) {
  return walk(plan, set, false, [&](std::uint32_t slot) { return slot < slots.exact.size() ? slots.exact[slot] : std::nullopt; });
}

std::optional<Nodes> within(const plan::Plan& plan, const plan::Expr& set, const Slots& slots) {
  return walk(plan, set, true, [&](std::uint32_t slot) { return slot < slots.within.size() ? slots.within[slot] : std::nullopt; });
}

Nodes at_most(const plan::Plan& plan, const plan::Expr& set, const Slots& slots) {
  if (auto found = within(plan, set, slots)) return *std::move(found);
  Nodes all(plan.nodes.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace failc::prove
