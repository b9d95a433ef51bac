#include "tools/failc/footprint.hpp"

#include <algorithm>

#include <fmt/format.h>

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
        const auto* number = port.fixed && port.fixed->op == plan::Op::literal ? port.fixed->literal.as<std::int64_t>() : nullptr;
        node.ports.emplace_back(port.name, number ? std::optional(*number) : std::nullopt);
      }
      for (const plan::FileToWrite& file : component.files) node.files.push_back(literal_text(file.path));
      out.push_back(std::move(node));
    }
  }
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
