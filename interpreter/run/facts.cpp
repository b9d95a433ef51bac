#include "interpreter/run/facts.hpp"

#include <fmt/format.h>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/dice.hpp"

namespace failc::run {

const eval::Observation* SampleFacts::observed(const std::string& key) const {
  const auto found = snapshot_.find(key);
  return found == snapshot_.end() ? nullptr : &found->second;
}

std::optional<eval::Observation> SampleFacts::heard(backend::NodeIndex node, std::uint32_t observer) const {
  const auto& said = run_.nodes[node].heard;
  const auto found = said.find(observer);
  if (found == said.end()) return std::nullopt;
  // A change would have been said: it holds until now.
  return eval::Observation{found->second.value, found->second.at, std::max(found->second.at, run_.scheduler.now())};
}

eval::NodeState SampleFacts::state(backend::NodeIndex node) const { return run_.nodes[node].state; }

Value SampleFacts::node_field(backend::NodeIndex node, const std::string& name) const {
  const NodeRuntime& runtime = run_.nodes[node];
  if (name == "name") return run_.names[node];
  if (name == "index") return static_cast<std::int64_t>(run_.plan.nodes[node].index);
  if (!runtime.taking_part) return Undefined{fmt::format("{} is not part of this scenario", run_.names[node])};
  if (name == "dir") return runtime.info.dir;
  if (name == "address") return runtime.info.address;
  if (name == "pid") {
    if (runtime.pid) return *runtime.pid;
    return Undefined{fmt::format("{} is not running", run_.names[node])};
  }
  if (name == "version") {
    if (!runtime.version) return Undefined{fmt::format("the version of {} is not known", run_.names[node])};
    if (auto version = parse_version(*runtime.version)) return *version;
    return *runtime.version;
  }
  return Undefined{fmt::format("a node has no field `{}`", name)};
}

Value SampleFacts::node_port(backend::NodeIndex node, const std::string& name) const {
  for (const auto& [port, number] : run_.nodes[node].info.ports) {
    if (port == name) return static_cast<std::int64_t>(number);
  }
  return Undefined{fmt::format("{} has no port `{}`", run_.names[node], name)};
}

Value SampleFacts::statistic(std::uint32_t workload, const std::string& name, const Nanos* window) const {
  return run_.workloads[workload].statistic(name, window, run_.scheduler.now());
}

List SampleFacts::log_lines(backend::NodeIndex node, const Regex& pattern) const { return run_.nodes.matching(node, pattern); }

std::vector<std::uint32_t> SampleFacts::draw(std::uint32_t size, std::uint32_t count, const plan::Source& site) const {
  return run::draw(Dice(mix(draws_.seed, ordinal(draws_.sites, site))), size, count);
}

}  // namespace failc::run
