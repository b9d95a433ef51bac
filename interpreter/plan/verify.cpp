// Invariants of nodes, components, operations and workloads. Bodies are in verify_body.cpp.
#include "interpreter/plan/verify.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "grammar/base/bug.hpp"
#include "interpreter/plan/sets.hpp"

namespace failc::plan {

Status verify(const Plan& plan) { return Verifier(plan).run(); }

Status Verifier::run() {
  bool holds = require(plan_.format == kFormat, "the format is {}, and {} is known", plan_.format, kFormat) && clusters() && components() && acyclic();
  // Requests that need not ask can be told only once nothing goes in circles.
  for (const Component& one : plan_.components) holds = holds && component(one);
  for (const Operation& one : plan_.operations) holds = holds && operation(one);
  for (const Workload& one : plan_.workloads) holds = holds && workload(one);
  std::unordered_set<std::string_view> ids;
  ids.reserve(plan_.scenarios.size());
  where_.clear();
  for (const Scenario& one : plan_.scenarios) {
    scenario_ = nullptr;
    holds = holds && require(!one.id.empty(), "a scenario has no id") && require(ids.insert(one.id).second, "two scenarios have the id `{}`", one.id) && scenario(one);
  }
  scenario_ = nullptr;
  holds = holds && require(plan_.setup.size() <= 1 && plan_.cleanup.size() == plan_.setup.size(), "a file has one setup and one cleanup, or neither");
  for (const Scenario& one : plan_.setup) holds = holds && scenario(one) && require(one.clusters == plan_.cleanup.front().clusters, "its cleanup is of other clusters");
  for (const Scenario& one : plan_.cleanup) holds = holds && scenario(one);
  if (!holds) return Error{problem_};
  return Done{};
}

std::string Verifier::where() const {
  if (scenario_ == nullptr) return where_;
  std::string out = fmt::format("scenario `{}`: ", scenario_->title);
  for (const std::uint32_t line : lines_) out += fmt::format("line {}: ", line);
  return out;
}

bool Verifier::clusters() {
  std::set<std::string> names;
  std::size_t nodes = 0;
  for (std::size_t c = 0; c < plan_.clusters.size(); ++c) {
    const Cluster& cluster = plan_.clusters[c];
    where_ = fmt::format("cluster `{}`: ", cluster.name);
    if (!require(!cluster.name.empty() && names.insert(cluster.name).second, "its name is not its own")) return false;
    if (!require(cluster.first_node == nodes, "its first node is {}, and {} is next", cluster.first_node, nodes)) return false;
    if (!require(cluster.up >= Nanos() && cluster.down >= Nanos() && cluster.settle >= Nanos(), "a bound is negative")) return false;
    if (!place(cluster.at)) return false;
    for (const std::uint32_t index : cluster.groups) {
      if (!require(index < plan_.groups.size(), "group {} does not exist", index)) return false;
      const Group& group = plan_.groups[index];
      if (!require(group.cluster == c, "group `{}` belongs to another cluster", group.name)) return false;
      if (!require(group.component < plan_.components.size(), "component {} of group `{}` does not exist", group.component, group.name)) return false;
      if (!require(group.first_node == nodes && group.count <= plan_.nodes.size() - nodes, "the nodes of group `{}` do not exist", group.name)) return false;
      if (!require(group.settings.size() == plan_.components[group.component].settings.size(), "group `{}` has {} settings, and its component {}", group.name,
                   group.settings.size(), plan_.components[group.component].settings.size()))
        return false;
      for (std::uint32_t i = 0; i < group.count; ++i) {
        const Node& node = plan_.nodes[nodes + i];
        if (!require(node.group == index && node.index == i, "node `{}` is not number {} of group `{}`", node.name, i, group.name)) return false;
      }
      if (!std::all_of(group.settings.begin(), group.settings.end(), [&](const Value& setting) { return literal(setting); })) return false;
      nodes += group.count;
    }
    if (!require(cluster.node_count == nodes - cluster.first_node, "it has {} nodes, and its groups {}", cluster.node_count, nodes - cluster.first_node)) return false;
  }
  where_.clear();
  if (!require(nodes == plan_.nodes.size(), "{} nodes belong to no cluster", plan_.nodes.size() - nodes)) return false;
  std::size_t grouped = 0;
  for (const Cluster& cluster : plan_.clusters) grouped += cluster.groups.size();
  if (!require(grouped == plan_.groups.size(), "a group belongs to no cluster, or to several")) return false;
  std::set<std::string> own;
  for (const Node& node : plan_.nodes)
    if (!require(!node.name.empty() && own.insert(node.name).second, "two nodes are called `{}`", node.name)) return false;
  return true;
}

// Shapes only: what follows from them (`silent`) comes once all of them are known to be sound.
bool Verifier::components() {
  std::set<std::string> names;
  for (const Component& one : plan_.components) {
    where_ = fmt::format("component `{}`: ", one.name);
    if (!require(!one.name.empty() && names.insert(one.name).second, "its name is not its own")) return false;
    if (!require(one.slots >= 1, "its frame has no slot for the node")) return false;
    if (!expr(one.argv, one.slots) || !optional(one.environment, one.slots) || !optional(one.ready, one.slots)) return false;
    for (const ObserverOf& observer : one.observers)
      if (!require(!observer.name.empty() && !observer.model.empty(), "an observer has no name") || !expr(observer.options, one.slots)) return false;
    for (const NodeLet& let : one.lets)
      if (!expr(let.value, one.slots)) return false;
    for (const State& state : one.states)
      if (!require(!state.name.empty() && !is_builtin_state(state.name), "`{}` is no name for a state", state.name) || !expr(state.holds, one.slots)) return false;
    for (const Role& role : one.roles)
      if (!require(!role.name.empty(), "a role has no name") || !expr(role.holds, one.slots) || !optional(role.term, one.slots)) return false;
  }
  where_.clear();
  return true;
}

bool Verifier::component(const Component& one) {
  where_ = fmt::format("component `{}`: ", one.name);
  if (!silent(one.argv, one.slots, "`run`")) return false;
  if (one.environment && !silent(*one.environment, one.slots, "the environment")) return false;
  for (const NodeLet& let : one.lets)
    if (!silent(let.value, one.slots, "a `let`")) return false;
  for (const ObserverOf& observer : one.observers)
    if (!silent(observer.options, one.slots, "what an observer is told")) return false;
  for (const FileToWrite& file : one.files)
    if (!silent(file.path, one.slots, "a file's path") || !silent(file.content, one.slots, "a file's content")) return false;
  for (const Port& port : one.ports)
    if (!require(!port.name.empty(), "a port has no name") || (port.fixed && !silent(*port.fixed, one.slots, "a port"))) return false;
  if (!require(!one.stop_signal.empty(), "`stop` has no signal")) return false;
  if (!require(one.ready_within >= Nanos() && one.stop_within >= Nanos() && one.settle >= Nanos(), "a bound is negative")) return false;
  if (one.version_argv.empty()) return true;
  const auto pattern = compile_regex(one.version_pattern);
  return require(static_cast<bool>(pattern), "the version's pattern is no regular expression");
}

bool Verifier::operation(const Operation& one) {
  where_ = fmt::format("operation `{}`: ", one.name);
  const auto parameters = static_cast<std::uint32_t>(one.parameters.size());
  if (!require(one.component < plan_.components.size(), "component {} does not exist", one.component)) return false;
  const bool of_no_node = one.node_parameter == kNoNode && one.request.kind != RequestKind::exec;
  if (!require(of_no_node || one.node_parameter < parameters, "parameter {}, which should be the node, does not exist", one.node_parameter)) return false;
  if (!require(one.slots > parameters, "its frame of {} has no slot for the reply", one.slots)) return false;
  if (!require(one.timeout > Nanos(), "it has no timeout")) return false;
  const Request& request = one.request;
  if (!require(request.a != nullptr, "its request goes nowhere")) return false;
  switch (request.kind) {
    case RequestKind::http:
      if (!require(!request.method.empty(), "its request has no method")) return false;
      break;
    case RequestKind::exec: break;
    case RequestKind::driver:
    case RequestKind::tcp:
      if (!require(request.b != nullptr, "its request sends nothing")) return false;
      break;
  }
  for (const OptionalExpr* part : {&request.a, &request.b, &request.c})
    if (*part && !silent(**part, one.slots, "its request")) return false;
  for (const OptionalExpr* part : {&one.ok, &one.unknown, &one.result})
    if (*part && !silent(**part, one.slots, "the reading of its reply")) return false;
  return true;
}

bool Verifier::workload(const Workload& one) {
  where_ = fmt::format("workload `{}`: ", one.name);
  if (!require(one.operation < plan_.operations.size(), "operation {} does not exist", one.operation)) return false;
  const Operation& operation = plan_.operations[one.operation];
  if (!require(!operation.query, "`{}` is a query", operation.name)) return false;
  if (!require(one.args.size() == operation.parameters.size(), "`{}` takes {} arguments and has {}", operation.name, operation.parameters.size(), one.args.size())) return false;
  if (!require(one.every > Nanos(), "`every` is nothing")) return false;
  if (!require(one.timeout > Nanos(), "it has no timeout")) return false;
  if (!require(one.concurrency > 0, "nothing may be in flight")) return false;
  if (!require(one.counter_slot + 1 == one.slots, "its counter is not in the last of its {} slots", one.slots)) return false;
  return exprs(one.args, one.slots) && place(one.at);
}

}  // namespace failc::plan
