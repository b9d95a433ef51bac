#include "interpreter/plan/print_expr.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"

namespace failc::plan {
namespace {

std::vector<std::string> node_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Node& node : plan.nodes) names.push_back(node.name);
  return names;
}

/// The cluster or group that a list of node literals is, or "".
std::string set_name(const Plan& plan, const List& list) {
  const auto is = [&](std::uint32_t first, std::uint32_t count) {
    if (list.empty() || list.size() != count) return false;
    for (std::uint32_t i = 0; i < count; ++i)
      if (const auto* node = list[i].as<NodeRef>(); !node || node->index != first + i) return false;
    return true;
  };
  for (const Cluster& cluster : plan.clusters)
    if (is(cluster.first_node, cluster.node_count)) return cluster.name;
  for (const Group& group : plan.groups)
    if (group.cluster < plan.clusters.size() && is(group.first_node, group.count)) return plan.clusters[group.cluster].name + "." + group.name;
  return "";
}

class Printer {
 public:
  explicit Printer(const Plan& plan) : plan_(plan) {}

  std::string of(const Expr& expr) const {
    switch (expr.op) {
      case Op::literal: return print(plan_, expr.literal);
      case Op::local: return fmt::format("${}", expr.index);
      case Op::list: return list(expr);
      case Op::list_for: {
        const std::string condition = expr.args.size() > 2 ? " if " + argument(expr, 2) : "";
        return fmt::format("[for ${} in {}{}: {}]", expr.index, argument(expr, 0), condition, argument(expr, 1));
      }
      case Op::doc: return document(expr);
      case Op::member:
      case Op::node_field: return operand(expr, 0) + "." + expr.name;
      case Op::setting: return operand(expr, 0) + ".settings." + expr.name;
      case Op::node_port: return operand(expr, 0) + ".ports." + expr.name;
      case Op::observed: return fmt::format("{}.observer{}", operand(expr, 0), expr.index);
      case Op::node_let: return fmt::format("{}.let{}", operand(expr, 0), expr.index);
      case Op::group_nodes: return fmt::format("nodes({})", argument(expr, 0));
      case Op::index: return fmt::format("{}[{}]", operand(expr, 0), argument(expr, 1));
      case Op::negate: return "-" + operand(expr, 0);
      case Op::logical_not: return "not " + operand(expr, 0);
      case Op::logical_and: return infix(expr, "and");
      case Op::logical_or: return infix(expr, "or");
      case Op::eq: return infix(expr, "==");
      case Op::ne: return infix(expr, "!=");
      case Op::lt: return infix(expr, "<");
      case Op::le: return infix(expr, "<=");
      case Op::gt: return infix(expr, ">");
      case Op::ge: return infix(expr, ">=");
      case Op::in: return infix(expr, "in");
      case Op::not_in: return infix(expr, "not in");
      case Op::matches: return infix(expr, "matches");
      case Op::add: return infix(expr, "+");
      case Op::subtract: return infix(expr, "-");
      case Op::multiply: return infix(expr, "*");
      case Op::divide: return infix(expr, "/");
      case Op::range: return infix(expr, "..");
      case Op::tolerance: return infix(expr, "+-");
      case Op::then: return infix(expr, "then");
      case Op::role:
      case Op::role_all: return fmt::format("{} of {}", expr.name, operand(expr, 0));
      case Op::minus: return fmt::format("{} without {}", operand(expr, 0), operand(expr, 1));
      case Op::pick: return fmt::format("{} of {}", operand(expr, 1), operand(expr, 0));
      case Op::pick_random: return fmt::format("random {} of {}", operand(expr, 1), operand(expr, 0));
      case Op::is_state: return fmt::format("{} is {}", operand(expr, 0), expr.name);
      case Op::every: return fmt::format("every ${} in {}: {}", expr.index, argument(expr, 0), argument(expr, 1));
      case Op::any: return fmt::format("any ${} in {}: {}", expr.index, argument(expr, 0), argument(expr, 1));
      case Op::query: return call(expr, expr.index < plan_.operations.size() ? plan_.operations[expr.index].name : "?");
      case Op::call: return call(expr, expr.name);
      case Op::log_lines: return call(expr, "log_lines");
      case Op::node_file: return call(expr, "node_file");
      case Op::statistic: {
        const std::string workload = expr.index < plan_.workloads.size() ? plan_.workloads[expr.index].name : "?";
        return workload + "." + expr.name + (expr.args.empty() ? "" : " since " + operand(expr, 0));
      }
    }
    FAILC_BUG("an operator that does not exist");
  }

 private:
  std::string argument(const Expr& expr, std::size_t i) const { return i < expr.args.size() ? of(expr.args[i]) : "?"; }
  /// In parentheses where another operator could take a part of it.
  std::string operand(const Expr& expr, std::size_t i) const {
    const std::string text = argument(expr, i);
    return i < expr.args.size() && is_open(expr.args[i]) ? "(" + text + ")" : text;
  }
  bool is_open(const Expr& expr) const {
    switch (expr.op) {
      case Op::literal: return expr.literal.is<Range>();
      case Op::statistic: return !expr.args.empty();
      case Op::local:
      case Op::list:
      case Op::list_for:
      case Op::doc:
      case Op::member:
      case Op::index:
      case Op::setting:
      case Op::node_field:
      case Op::node_port:
      case Op::node_let:
      case Op::observed:
      case Op::group_nodes:
      case Op::query:
      case Op::call:
      case Op::log_lines:
      case Op::node_file: return false;
      default: return true;
    }
  }
  std::string infix(const Expr& expr, const char* op) const { return fmt::format("{} {} {}", operand(expr, 0), op, operand(expr, 1)); }
  std::string items(const Expr& expr) const {
    std::string out;
    for (std::size_t i = 0; i < expr.args.size(); ++i) out += (i > 0 ? ", " : "") + of(expr.args[i]);
    return out;
  }
  std::string call(const Expr& expr, const std::string& name) const { return name + "(" + items(expr) + ")"; }
  std::string list(const Expr& expr) const {
    List literals;
    for (const Expr& item : expr.args)
      if (item.op == Op::literal) literals.push_back(item.literal);
    const std::string name = literals.size() == expr.args.size() ? set_name(plan_, literals) : "";
    return name.empty() ? "[" + items(expr) + "]" : name;
  }
  std::string document(const Expr& expr) const {
    std::string out = "{";
    for (std::size_t i = 0; i < expr.args.size() && i < expr.names.size(); ++i)
      out += fmt::format("{}{}: {}", i > 0 ? ", " : " ", expr.names[i], of(expr.args[i]));
    return out + (expr.args.empty() ? "}" : " }");
  }

  const Plan& plan_;
};

}  // namespace

std::string print(const Plan& plan, const Value& value) {
  if (const auto* list = value.as<List>())
    if (const std::string name = set_name(plan, *list); !name.empty()) return name;
  return show(value, node_names(plan), 10'000);
}

std::string print(const Plan& plan, const Expr& expr) { return Printer(plan).of(expr); }

}  // namespace failc::plan
