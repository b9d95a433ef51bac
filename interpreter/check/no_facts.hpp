#pragma once
// Before anything runs nothing is known of nodes but their places and parameters, which are in the plan.
#include "interpreter/eval/eval.hpp"

namespace failc::check {

class NoFacts : public eval::Facts {
 public:
  const eval::Observation* observed(const std::string&) const override { return nullptr; }
  std::optional<eval::Observation> heard(eval::NodeIndex, std::uint32_t) const override { return std::nullopt; }
  eval::NodeState state(eval::NodeIndex) const override { return eval::NodeState::stopped; }
  Value node_field(eval::NodeIndex, const std::string&) const override { return unknown(); }
  Value node_port(eval::NodeIndex, const std::string&) const override { return unknown(); }
  Value statistic(std::uint32_t, const std::string&, const Nanos*) const override { return unknown(); }
  List log_lines(eval::NodeIndex, const Regex&) const override { return {}; }
  std::vector<std::uint32_t> draw(std::uint32_t, std::uint32_t, const plan::Source&) const override { return {}; }

 private:
  static Value unknown() { return Undefined{"it is not known before anything runs"}; }
};

}  // namespace failc::check
