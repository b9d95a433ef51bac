#include "interpreter/run/around.hpp"

#include "interpreter/run/engine.hpp"

namespace failc::run {

Around::Around(const plan::Plan& plan) : wanted_(!plan.setup.empty()) {
  if (!wanted_) return;
  for (const std::uint32_t index : plan.setup.front().clusters) {
    const plan::Cluster& cluster = plan.clusters[index];
    for (std::uint32_t n = 0; n < cluster.node_count; ++n) nodes_.emplace_back(cluster.first_node + n, NodeRuntime{});
  }
}

void Around::hand_to(ScenarioRun& run) const {
  for (const auto& [node, runtime] : nodes_) run.nodes[node] = runtime;
}

void Around::take_from(ScenarioRun& run) {
  for (auto& [node, runtime] : nodes_) {
    runtime = std::move(run.nodes[node]);
    runtime.lines.clear();
    runtime.exit.reset();
    runtime.armed.clear();
    runtime.pause.reset();
    runtime.fault.clear();
    runtime.end_trouble.clear();
    runtime.expected_to_end = false;
  }
}

Task<bool> setup_task(ScenarioRun& run) {
  Task<bool> bringing = bring_up(run);
  const bool up = co_await bringing;
  if (!up) co_return false;
  if (run.options.skip_setup) co_return true;
  Task<Flow> body = run_body(run, run.everything, 0, run.scenario.body);
  const Flow flow = co_await body;
  co_return flow == Flow::go_on;
}

Task<bool> cleanup_task(ScenarioRun& run) {
  if (!run.keeps()) {
    Task<Flow> body = run_body(run, run.everything, 0, run.scenario.body);
    co_await body;
  }
  Task<bool> taking = take_down(run);
  co_return co_await taking;
}

}  // namespace failc::run
