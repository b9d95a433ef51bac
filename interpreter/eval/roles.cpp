// Roles: who claims one, and which of the claims count together.
#include <algorithm>

#include <fmt/format.h>

#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

using plan::Expr;

namespace {

struct Claim {
  NodeIndex node = 0;
  Value term;  // null: the role has none
  Interval read;
};

/// Of the claims with terms, those of the term with most of them, the newest where equal.
std::vector<Claim> within_one_term(const std::vector<Claim>& claims) {
  std::vector<Claim> best;
  for (const Claim& candidate : claims) {
    std::vector<Claim> same;
    for (const Claim& claim : claims)
      if (equal(claim.term, candidate.term) == Truth::yes) same.push_back(claim);
    const bool newer = !best.empty() && same.size() == best.size() && compare(candidate.term, best.front().term) == Order::greater;
    if (same.size() > best.size() || newer) best = std::move(same);
  }
  return best;
}

/// Of the claims without, the largest set whose readings share an instant, the latest where equal. Intervals that overlap in pairs
/// share an instant, and one of those is where some interval begins. What rests on no reading holds at all times.
std::vector<Claim> at_one_instant(const std::vector<Claim>& claims) {
  std::vector<Instant> begins;
  for (const Claim& claim : claims)
    if (claim.read.any()) begins.push_back(claim.read.sent);
  if (begins.empty()) return claims;
  std::sort(begins.begin(), begins.end());
  std::vector<Claim> best;
  for (const Instant at : begins) {
    std::vector<Claim> then;
    for (const Claim& claim : claims)
      if (!claim.read.any() || (claim.read.sent <= at && at <= claim.read.received)) then.push_back(claim);
    if (then.size() >= best.size()) best = std::move(then);
  }
  return best;
}

/// Components may differ in whether they have terms; those that have are more certain of themselves.
std::vector<Claim> holders_of(const std::vector<Claim>& claims) {
  std::vector<Claim> termed, others;
  for (const Claim& claim : claims) (claim.term.is<Null>() ? others : termed).push_back(claim);
  if (others.empty()) return within_one_term(termed);
  std::vector<Claim> candidates = within_one_term(termed);
  candidates.insert(candidates.end(), others.begin(), others.end());
  return at_one_instant(candidates);
}

std::string names_of(const plan::Plan& plan, const std::vector<NodeIndex>& nodes) {
  std::string out;
  for (std::size_t i = 0; i < nodes.size(); ++i) out += (i == 0 ? "" : i + 1 == nodes.size() ? " and " : ", ") + node_name(plan, nodes[i]);
  return out;
}

}  // namespace

Maybe Evaluator::role(const Expr& expr, Frame frame) {
  Maybe set = evaluate(expr.args[0], frame);
  if (!set) return std::nullopt;
  if (set->undefined()) {
    record(expr.at, *set);
    return set;
  }
  const auto nodes = nodes_of(*set);
  if (!nodes) return Undefined{nodes.error().message};

  std::vector<Claim> claims;
  bool pending = false, declared = false;
  std::string silent;  // why some running node's answer is not known
  std::string stopped;
  for (const NodeIndex node : *nodes) {
    if (!known(node)) return Undefined{"the plan has no such node"};
    const auto& roles = component(node).roles;
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const plan::Role& role) { return role.name == expr.name || role.plural == expr.name; });
    if (found == roles.end()) continue;
    declared = true;
    // A process that does not run holds nothing, whatever its component would say of it.
    if (facts_.state(node) == NodeState::stopped) {
      if (stopped.empty()) stopped = node_name(plan_, node) + " is not running";
      continue;
    }
    const Interval outside = interval_;
    interval_ = {};
    const Maybe holds = in_component(found->holds, node);
    const Maybe term = found->term ? in_component(*found->term, node) : Maybe(Value());
    const Interval read = interval_;
    interval_ = outside;
    interval_.add(read);
    if (!holds || !term) {
      pending = true;
    } else if (const auto* reason = holds->as<Undefined>()) {
      if (silent.empty()) silent = reason->reason;
    } else if (!holds->is<bool>()) {
      if (silent.empty()) silent = fmt::format("what {} says of it is {}, and no condition", node_name(plan_, node), kind_of(*holds));
    } else if (*holds->as<bool>()) {
      if (const auto* why = term->as<Undefined>()) {
        if (silent.empty()) silent = fmt::format("the term of {} is not known: {}", node_name(plan_, node), why->reason);
      } else {
        claims.push_back({node, *term, read});
      }
    }
  }
  if (pending) return std::nullopt;

  std::vector<NodeIndex> holders;
  for (const Claim& claim : holders_of(claims)) holders.push_back(claim.node);
  // In declared order, whatever the terms were.
  std::vector<NodeIndex> ordered;
  for (const NodeIndex node : *nodes)
    if (std::find(holders.begin(), holders.end(), node) != holders.end()) ordered.push_back(node);

  Value value;
  if (!declared) {
    value = Undefined{nodes->empty() ? fmt::format("`{}` of an empty set", expr.name)
                                     : fmt::format("no component of {} has a role `{}`", set_name(plan_, *nodes), expr.name)};
  } else if (ordered.empty() && (expr.op == plan::Op::role || !silent.empty())) {
    // Nobody is known to hold it. That is no proof that nobody does where a node that runs kept silent.
    const std::string& why = silent.empty() ? stopped : silent;
    value = Undefined{fmt::format("no node of {} holds `{}`{}", set_name(plan_, *nodes), expr.name, why.empty() ? "" : "; " + why)};
  } else if (expr.op == plan::Op::role_all) {
    List out;
    for (const NodeIndex node : ordered) out.emplace_back(NodeRef{node});
    value = std::move(out);
  } else if (ordered.size() == 1) {
    value = NodeRef{ordered.front()};
  } else {
    value = Undefined{fmt::format("{} {} hold `{}`", names_of(plan_, ordered), ordered.size() == 2 ? "both" : "all", expr.name)};
  }
  record(expr.at, value);
  return chosen(expr, std::move(value));
}

}  // namespace failc::eval
