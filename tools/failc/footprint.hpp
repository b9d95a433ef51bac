#pragma once
// What running a plan would touch, told before it does.
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "interpreter/plan/plan.hpp"

namespace failc::tools {

/// Per node: its program, ports and files, as far as they are known before the start. Ports are {name, number or null for one that
/// is chosen}. A text that depends on the node stands as "(computed)".
struct NodeFootprint {
  std::string name, backend, program;
  std::vector<std::pair<std::string, std::optional<std::int64_t>>> ports;
  std::vector<std::string> files;
};

/// The nodes of a scenario's clusters.
std::vector<NodeFootprint> footprint(const plan::Plan& plan, const plan::Scenario& scenario);
/// The ports that its nodes fix: no two scenarios with the same one can run at once.
std::set<std::int64_t> fixed_ports(const plan::Plan& plan, const plan::Scenario& scenario);
/// The backends of its clusters, each once.
std::vector<std::string> backends_of(const plan::Plan& plan, const plan::Scenario& scenario);
std::string to_text(const NodeFootprint& node);
nlohmann::ordered_json to_json(const NodeFootprint& node);

/// The statements of a scenario with the span in which each falls if all before it takes as long as it may.
std::string timeline(const plan::Plan& plan, const plan::Scenario& scenario);

}  // namespace failc::tools
