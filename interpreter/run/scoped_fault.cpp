// Faults that a file declares, `step … scoped`: in the journal before anything of them is done, and proven by their evidence.
#include <fmt/format.h>

#include "interpreter/run/effect.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

constexpr std::size_t kMostEvidence = 80;

void prove(ScenarioRun& run, FaultResult& fault, const plan::BodyNode& node, const plan::Expr& expr, const Value& value) {
  const auto* undefined = value.as<Undefined>();
  const auto* truth = value.as<bool>();
  fault.end = undefined ? FaultEnd::indeterminate : truth && !*truth ? FaultEnd::skipped : FaultEnd::installed;
  fault.evidence = fmt::format("`{}` was {}", source_text(run, node, expr.at), run.text(value, kMostEvidence));
}

}  // namespace

Task<Flow> run_fault(Context context, const plan::BodyNode& node, const plan::Step& step) {
  ScenarioRun& run = context.run;
  if (!step.fault.empty()) {
    const auto record = begin_fault(run, FaultWords{"step", step.fault, "undo", node.text}, backend::kNoNode);
    if (!record) co_return Flow::cancelled;
    run.result.faults[record->fault].evidence = "its `do` did not come to its end";
    run.scoped[step.slot] = *record;
    co_return Flow::go_on;
  }
  const auto known = run.scoped.find(step.slot);
  if (known == run.scoped.end()) co_return Flow::go_on;  // the journal could not be written
  const InForce record = known->second;
  if (step.takes_back) {
    const FaultResult fault = run.result.faults[record.fault];
    const bool skipped = fault.end == FaultEnd::skipped;
    end_fault(run, record, skipped ? FaultEnd::skipped : FaultEnd::reverted, skipped ? fault.evidence : "it was undone; before, " + fault.evidence);
    run.scoped.erase(step.slot);
    co_return Flow::go_on;
  }
  if (step.args.empty()) {
    run.result.faults[record.fault].end = FaultEnd::installed;
    run.result.faults[record.fault].evidence = "its `do` came to its end";
    co_return Flow::go_on;
  }
  const std::vector<const plan::Expr*> exprs{&step.args.front()};
  Task<Arguments> asking = arguments(context, node, exprs, step.random, step.settle);
  const Arguments taken = co_await asking;
  if (taken.flow == Flow::go_on) prove(run, run.result.faults[record.fault], node, step.args.front(), taken.values.front());
  co_return taken.flow;
}

void leak_scoped(ScenarioRun& run) {
  for (const auto& [slot, record] : run.scoped) {
    const std::string what = run.result.faults[record.fault].what;
    end_fault(run, record, FaultEnd::indeterminate, "its `undo` did not come to its end");
    if (run.keeps()) {
      run.result.kept.push_back("`" + what + "`, whose `undo` was left out");
      run.recorder.kept(run.result.kept.back());
      continue;
    }
    run.result.leaked.push_back("`" + what + "` may still be in force: its `undo` did not come to its end");
    run.result.lasting.push_back(run.result.leaked.back());
    run.recorder.leaked(run.result.leaked.back(), true);
  }
  run.scoped.clear();
}

}  // namespace failc::run
