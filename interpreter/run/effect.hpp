#pragma once
// Faults as they are applied, proven and taken back, in the journal and in the scenario's result. Not for other folders.
#include <optional>
#include <string>

#include "interpreter/faults/fault.hpp"
#include "interpreter/run/scenario_run.hpp"

namespace failc::run {

/// What a fault is called in the journal and in the report.
struct FaultWords { std::string verb, what, undo_verb, detail; };

/// Written ahead; nothing where the journal could not take it: then it must not be done.
std::optional<InForce> begin_fault(ScenarioRun& run, const FaultWords& fault, backend::NodeIndex node);
std::optional<InForce> begin_fault(ScenarioRun& run, const faults::Fault& fault, backend::NodeIndex node);
/// What became of it. Once it is proven that it was installed and needs an undo, its record stays open until that.
void end_fault(ScenarioRun& run, const InForce& fault, FaultEnd end, const std::string& evidence);

/// What was in force on the node's process, a pause or failpoints, is over with it.
void process_is_gone(ScenarioRun& run, backend::NodeIndex node, const std::string& evidence);

}  // namespace failc::run
