#include "interpreter/run/effect.hpp"

namespace failc::run {

std::optional<InForce> begin_fault(ScenarioRun& run, const faults::Fault& fault, backend::NodeIndex node) {
  return begin_fault(run, FaultWords{fault.verb, fault.what, fault.undo_verb, fault.detail}, node);
}

std::optional<InForce> begin_fault(ScenarioRun& run, const FaultWords& fault, backend::NodeIndex node) {
  const std::optional<std::uint64_t> effect = run.recorder.effect(fault.verb, node == backend::kNoNode ? std::string() : run.names[node], fault.undo_verb, fault.detail, true);
  if (!effect) return std::nullopt;
  run.result.faults.push_back({fault.what, FaultEnd::indeterminate, "it was not answered"});
  return InForce{*effect, run.result.faults.size() - 1};
}

void end_fault(ScenarioRun& run, const InForce& fault, FaultEnd end, const std::string& evidence) {
  FaultResult& result = run.result.faults[fault.fault];
  result.end = end;
  result.evidence = evidence;
  run.recorder.done(fault.effect, end, evidence);
}

void process_is_gone(ScenarioRun& run, backend::NodeIndex node, const std::string& evidence) {
  NodeRuntime& runtime = run.nodes[node];
  if (runtime.pause) end_fault(run, *runtime.pause, FaultEnd::reverted, evidence);
  runtime.pause.reset();
  for (const auto& [name, armed] : runtime.armed) end_fault(run, armed, FaultEnd::reverted, evidence);
  runtime.armed.clear();
}

}  // namespace failc::run
