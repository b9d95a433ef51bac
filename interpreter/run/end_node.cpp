// stop, kill, pause, resume: several nodes at once.
#include <fmt/format.h>

#include "interpreter/run/effect.hpp"
#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

/// One fault a node, applied together.
struct Applied {
  faults::Fault fault;
  InForce record;
  backend::NodeIndex node = 0;
};

struct Round {
  Batch batch;
  std::vector<Applied> applied;
  bool written = true;  // the journal took every one
};

void apply(ScenarioRun& run, Round& round, const faults::Fault& fault, backend::NodeIndex node, Nanos bound) {
  const std::optional<InForce> record = round.written ? begin_fault(run, fault, node) : std::nullopt;
  if (!record) {
    round.written = false;
    return;
  }
  round.applied.push_back({fault, *record, node});
  backend::Request request = fault.apply;
  run.scheduler.submit(round.batch, std::move(request), run.after(bound), std::nullopt);
}

Flow not_proven(ScenarioRun& run, const plan::BodyNode& node, const Applied& applied, Nanos bound, const std::string& why) {
  Failure failure = run.failure_at(node, fmt::format("`{}` was not done within {}: {}", applied.fault.what, show(bound), why), node.text);
  failure.verdict = Verdict::environment;
  return run.fail(std::move(failure));
}

void close_launch(ScenarioRun& run, backend::NodeIndex node, const std::string& evidence) {
  NodeRuntime& runtime = run.nodes[node];
  if (runtime.launch) run.recorder.done(*runtime.launch, FaultEnd::reverted, evidence);
  runtime.launch.reset();
}

}  // namespace

void node_is_gone(ScenarioRun& run, backend::NodeIndex node, const std::string& evidence) {
  run.nodes.ended(node);
  close_launch(run, node, evidence);
  process_is_gone(run, node, "the process is gone: " + evidence);
  run.changed(kNode);
}

Task<Flow> end_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, bool gently, Nanos bound) {
  ScenarioRun& run = context.run;
  Round round;
  std::vector<Nanos> bounds;
  for (const backend::NodeIndex one : nodes) {
    const plan::Component& component = run.nodes.component(one);
    const Nanos time = run.scaled(gently && component.stop_within > Nanos{} ? component.stop_within : bound);
    bounds.push_back(time);
    run.nodes[one].expected_to_end = run.nodes[one].state != eval::NodeState::stopped;
    apply(run, round, gently ? faults::stop(one, run.names[one], component.stop_signal, faults::grace_within(time)) : faults::kill(one, run.names[one]), one,
          time);
  }
  // What has begun cannot be called back: it would strike a node that a cleanup has started again. It has a bound, and is waited for.
  const CancelScope shield(nullptr, true);
  Task<bool> waiting = run.scheduler.replies(round.batch, shield);
  co_await waiting;
  Flow flow = Flow::go_on;
  for (std::size_t i = 0; i < round.applied.size(); ++i) {
    const Applied& applied = round.applied[i];
    const faults::Proof proof = faults::applied(applied.fault, *round.batch.replies[i]);
    end_fault(run, applied.record, proof.end, proof.evidence);
    if (!proof.proven()) {
      flow = not_proven(run, node, applied, bounds[i], proof.evidence);
      continue;
    }
    if (proof.end == FaultEnd::installed) run.nodes[applied.node].fault = fmt::format("was {} at {}", gently ? "stopped" : "killed", run.nodes.when(run.scheduler.now()));
    node_is_gone(run, applied.node, proof.evidence);
  }
  if (context.scope.cancelled() != Reason::none || !round.written) co_return Flow::cancelled;
  co_return flow;
}

Task<Flow> pause_nodes(Context context, Block& block, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound) {
  ScenarioRun& run = context.run;
  const Nanos time = run.scaled(bound);
  Round round;
  for (const backend::NodeIndex one : nodes) {
    const std::size_t before = round.applied.size();
    apply(run, round, faults::pause(one, run.names[one]), one, time);
    if (round.applied.size() == before) break;
    // From here on it has to be taken back, even if no answer comes. One that is paused already stays its first pause's.
    if (!run.nodes[one].pause) {
      run.nodes[one].pause = round.applied.back().record;
      block.pauses.emplace_back(block.statement, one);
    }
  }
  Task<bool> waiting = run.scheduler.replies(round.batch, context.scope);
  const bool all = co_await waiting;
  Flow flow = Flow::go_on;
  for (std::size_t i = 0; i < round.applied.size(); ++i) {
    const Applied& applied = round.applied[i];
    if (!round.batch.replies[i]) continue;
    NodeRuntime& runtime = run.nodes[applied.node];
    const bool first = runtime.pause && runtime.pause->effect == applied.record.effect;
    const faults::Proof proof = faults::applied(applied.fault, *round.batch.replies[i]);
    if (proof.proven() && !runtime.pause) continue;  // gone in the meantime, and its end was recorded then
    FaultResult& result = run.result.faults[applied.record.fault];
    result.end = proof.end;
    result.evidence = proof.evidence;
    if (!proof.proven()) {
      flow = not_proven(run, node, applied, time, proof.evidence);
    } else if (!first) {
      end_fault(run, applied.record, FaultEnd::skipped, "it was paused already");
    } else if (proof.end == FaultEnd::skipped) {
      end_fault(run, applied.record, proof.end, proof.evidence);
      runtime.pause.reset();
    } else if (runtime.state != eval::NodeState::stopped) {
      runtime.state = eval::NodeState::paused;
      runtime.fault = "is paused since " + run.nodes.when(run.scheduler.now());
    }
  }
  run.changed(kNode);
  if (!all || !round.written) co_return Flow::cancelled;
  co_return flow;
}

namespace {

/// Takes back what is in force; `proof` is the answer to a Resume.
void resumed(ScenarioRun& run, backend::NodeIndex node, const faults::Proof& proof) {
  NodeRuntime& runtime = run.nodes[node];
  if (runtime.pause && proof.proven()) {
    end_fault(run, *runtime.pause, FaultEnd::reverted, proof.evidence);
    runtime.pause.reset();
  }
  if (proof.proven() && runtime.state == eval::NodeState::paused) {
    runtime.state = eval::NodeState::running;
    runtime.fault.clear();
  }
}

}  // namespace

Task<Flow> resume_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound) {
  ScenarioRun& run = context.run;
  const Nanos time = run.scaled(bound);
  Round round;
  for (const backend::NodeIndex one : nodes) apply(run, round, faults::resume(one, run.names[one]), one, time);
  Task<bool> waiting = run.scheduler.replies(round.batch, context.scope);
  const bool all = co_await waiting;
  Flow flow = Flow::go_on;
  for (std::size_t i = 0; i < round.applied.size(); ++i) {
    const Applied& applied = round.applied[i];
    if (!round.batch.replies[i]) continue;
    const bool was_paused = run.nodes[applied.node].pause.has_value();
    const faults::Proof proof = faults::applied(applied.fault, *round.batch.replies[i]);
    if (proof.proven() && !was_paused) {
      end_fault(run, applied.record, FaultEnd::skipped, "it was not paused");
    } else {
      end_fault(run, applied.record, proof.end, proof.evidence);
    }
    if (!proof.proven()) {
      flow = not_proven(run, node, applied, time, proof.evidence);
      continue;
    }
    resumed(run, applied.node, faults::Proof{FaultEnd::reverted, proof.evidence});
  }
  run.changed(kNode);
  if (!all || !round.written) co_return Flow::cancelled;
  co_return flow;
}

Task<bool> undo_pauses(ScenarioRun& run, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound) {
  const CancelScope shield(nullptr, true);
  const Nanos time = run.scaled(bound);
  Batch batch;
  std::vector<std::pair<backend::NodeIndex, faults::Fault>> undone;
  for (const backend::NodeIndex one : nodes) {
    NodeRuntime& runtime = run.nodes[one];
    if (!runtime.pause) continue;
    if (runtime.state == eval::NodeState::stopped) {
      process_is_gone(run, one, "the process is gone");
      continue;
    }
    faults::Fault fault = faults::pause(one, run.names[one]);
    backend::Request request = *fault.undo;
    run.scheduler.submit(batch, std::move(request), run.after(time), std::nullopt);
    undone.emplace_back(one, std::move(fault));
  }
  Task<bool> waiting = run.scheduler.replies(batch, shield);
  co_await waiting;
  bool all = true;
  for (std::size_t i = 0; i < undone.size(); ++i) {
    const auto& [one, fault] = undone[i];
    if (!run.nodes[one].pause) continue;  // it has died meanwhile
    const faults::Proof proof = faults::undone(fault, *batch.replies[i]);
    resumed(run, one, proof);
    if (proof.proven()) continue;
    all = false;
    Failure failure = run.failure_at(node, fmt::format("{} could not be resumed within {}: {}", run.names[one], show(time), proof.evidence), node.text);
    failure.verdict = Verdict::environment;
    run.fail(std::move(failure));
  }
  if (!undone.empty()) run.changed(kNode);
  co_return all;
}

}  // namespace failc::run
