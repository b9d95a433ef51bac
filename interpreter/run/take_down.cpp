// After the last step: every node that was started is ended, whatever happened, all at once.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/effect.hpp"
#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

/// Asks for the end of `nodes`; those that it is not proven for.
Task<std::vector<backend::NodeIndex>> end_all(ScenarioRun& run, const std::vector<backend::NodeIndex>& nodes, bool gently, Nanos bound) {
  const CancelScope shield(nullptr, true);
  Batch batch;
  std::vector<faults::Fault> ends;
  for (const backend::NodeIndex node : nodes) {
    const plan::Component& component = run.nodes.component(node);
    const Nanos time = run.scaled(gently && component.stop_within > Nanos{} ? component.stop_within : bound);
    run.nodes[node].expected_to_end = true;
    ends.push_back(gently ? faults::stop(node, run.names[node], component.stop_signal, faults::grace_within(time)) : faults::kill(node, run.names[node]));
    backend::Request request = ends.back().apply;
    run.scheduler.submit(batch, std::move(request), run.after(time), std::nullopt);
  }
  Task<bool> waiting = run.scheduler.replies(batch, shield);
  co_await waiting;
  std::vector<backend::NodeIndex> left;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const faults::Proof proof = faults::applied(ends[i], *batch.replies[i]);
    if (proof.proven()) {
      node_is_gone(run, nodes[i], proof.end == FaultEnd::skipped ? "no process of it was left" : proof.evidence);
      continue;
    }
    run.nodes[nodes[i]].end_trouble = proof.evidence;
    left.push_back(nodes[i]);
  }
  co_return left;
}

void leak(ScenarioRun& run, backend::NodeIndex node) {
  NodeRuntime& runtime = run.nodes[node];
  const std::string what = fmt::format("{} may still be running{}: {}", run.names[node], runtime.pid ? fmt::format(" (pid {})", *runtime.pid) : "", runtime.end_trouble);
  run.result.leaked.push_back(what);
  run.recorder.leaked(what, false);
  if (runtime.launch) run.recorder.done(*runtime.launch, FaultEnd::indeterminate, runtime.end_trouble);
  if (runtime.pause) end_fault(run, *runtime.pause, FaultEnd::indeterminate, runtime.end_trouble);
}

void keep(ScenarioRun& run, const std::vector<backend::NodeIndex>& nodes) {
  for (const backend::NodeIndex node : nodes) {
    const NodeRuntime& runtime = run.nodes[node];
    std::string what = fmt::format("{} ({}) in {}", run.names[node], runtime.pid ? fmt::format("pid {}", *runtime.pid) : "stopped", runtime.info.dir);
    if (runtime.state == eval::NodeState::paused) what += ", paused";
    for (const auto& [name, number] : runtime.info.ports) what += fmt::format(", {} at {}:{}", name, runtime.info.address, number);
    run.recorder.kept(what, run.names[node], runtime.info);
    run.result.kept.push_back(std::move(what));
  }
}

}  // namespace

Task<bool> take_down(ScenarioRun& run) {
  std::vector<backend::NodeIndex> nodes;
  for (std::size_t i = run.scenario.clusters.size(); i-- > 0;) {
    if (run.kept(run.scenario.clusters[i])) continue;
    const plan::Cluster& cluster = run.plan.clusters[run.scenario.clusters[i]];
    for (std::uint32_t n = cluster.node_count; n-- > 0;) {
      if (run.nodes[cluster.first_node + n].was_launched) nodes.push_back(cluster.first_node + n);
    }
  }
  if (run.keeps()) {
    leak_scoped(run);
    std::reverse(nodes.begin(), nodes.end());
    keep(run, nodes);
    co_return true;
  }
  Task<std::vector<backend::NodeIndex>> gently = end_all(run, nodes, true, kSignal);
  std::vector<backend::NodeIndex> left = co_await gently;
  if (!left.empty()) {
    Task<std::vector<backend::NodeIndex>> hard = end_all(run, left, false, kSignal);
    left = co_await hard;
  }
  for (const backend::NodeIndex node : left) leak(run, node);
  leak_scoped(run);
  co_return true;
}

}  // namespace failc::run
