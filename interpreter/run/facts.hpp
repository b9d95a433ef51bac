#pragma once
// What one sample knows: the state of the run, and the answers that were given to it so far.
#include <string>
#include <unordered_map>

#include "interpreter/run/scenario_run.hpp"

namespace failc::run {

class SampleFacts : public eval::Facts {
 public:
  SampleFacts(ScenarioRun& run, const Draws& draws) : run_(run), draws_(draws) {}

  void observe(std::string key, eval::Observation observation) { snapshot_.insert_or_assign(std::move(key), std::move(observation)); }

  const eval::Observation* observed(const std::string& key) const override;
  std::optional<eval::Observation> heard(backend::NodeIndex node, std::uint32_t observer) const override;
  eval::NodeState state(backend::NodeIndex node) const override;
  Value node_field(backend::NodeIndex node, const std::string& name) const override;
  Value node_port(backend::NodeIndex node, const std::string& name) const override;
  Value statistic(std::uint32_t workload, const std::string& name, const Nanos* window) const override;
  List log_lines(backend::NodeIndex node, const Regex& pattern) const override;
  std::vector<std::uint32_t> draw(std::uint32_t size, std::uint32_t count, const plan::Source& site) const override;

 private:
  ScenarioRun& run_;
  const Draws& draws_;
  std::unordered_map<std::string, eval::Observation> snapshot_;
};

}  // namespace failc::run
