#include "tools/failc/footprint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "interpreter/check/no_facts.hpp"
#include "interpreter/eval/eval.hpp"

namespace failc::tools {
namespace {

constexpr const char* kComputed = "(computed)";

std::string literal_text(const plan::Expr& expr) {
  const auto* text = expr.op == plan::Op::literal ? expr.literal.as<std::string>() : nullptr;
  return text ? *text : kComputed;
}

/// The program is the first word of the argument list.
std::string program_of(const plan::Expr& argv) {
  if (argv.op == plan::Op::list && !argv.args.empty()) return literal_text(argv.args.front());
  if (argv.op == plan::Op::literal)
    if (const auto* list = argv.literal.as<List>(); list && !list->empty())
      if (const auto* text = list->front().as<std::string>()) return *text;
  return kComputed;
}

/// A node's port: what its component fixes it to with the node's parameters.
std::optional<std::int64_t> port_of(const plan::Plan& plan, std::uint32_t node, const plan::Port& port) {
  if (!port.fixed) return std::nullopt;
  std::vector<Value> frame(std::max<std::size_t>(plan.components[plan.groups[plan.nodes[node].group].component].slots, 1), Value());
  frame[0] = NodeRef{node};
  const eval::Evaluated evaluated = eval::evaluate(plan, *port.fixed, frame, check::NoFacts());
  const auto* number = evaluated.value.as<std::int64_t>();
  return evaluated.asks.empty() && number && *number > 0 ? std::optional(*number) : std::nullopt;
}

}  // namespace

std::vector<NodeFootprint> footprint(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::vector<NodeFootprint> out;
  if (!scenario.skip.empty()) return out;
  for (const std::uint32_t index : scenario.clusters) {
    const plan::Cluster& cluster = plan.clusters[index];
    for (std::uint32_t n = cluster.first_node; n < cluster.first_node + cluster.node_count; ++n) {
      const plan::Component& component = plan.components[plan.groups[plan.nodes[n].group].component];
      NodeFootprint node{.name = plan.nodes[n].name, .backend = cluster.backend, .program = program_of(component.argv), .ports = {}, .files = {}};
      for (const plan::Port& port : component.ports) {
        node.ports.push_back({port.name, port_of(plan, n, port)});
      }
      for (const plan::FileToWrite& file : component.files) node.files.push_back(literal_text(file.path));
      out.push_back(std::move(node));
    }
  }
  return out;
}

std::set<std::int64_t> fixed_ports(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::set<std::int64_t> out;
  for (const NodeFootprint& node : footprint(plan, scenario))
    for (const auto& [name, number] : node.ports)
      if (number) out.insert(*number);
  return out;
}

std::vector<std::string> backends_of(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::vector<std::string> out;
  for (const std::uint32_t index : scenario.clusters)
    if (std::find(out.begin(), out.end(), plan.clusters[index].backend) == out.end()) out.push_back(plan.clusters[index].backend);
  return out;
}

std::string to_text(const NodeFootprint& node) {
  std::string out = fmt::format("{} on {}: runs {}", node.name, node.backend, node.program);
  for (const auto& [name, number] : node.ports) out += fmt::format(", port {} {}", name, number ? std::to_string(*number) : "chosen");
  for (const std::string& file : node.files) out += ", writes " + file;
  return out;
}

nlohmann::ordered_json to_json(const NodeFootprint& node) {
  nlohmann::ordered_json ports = nlohmann::ordered_json::array();
  for (const auto& [name, number] : node.ports)
    ports.push_back({{"name", name}, {"fixed", number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(nullptr)}});
  return {{"name", node.name}, {"backend", node.backend}, {"program", node.program}, {"ports", ports}, {"files", node.files}};
}

}  // namespace failc::tools
