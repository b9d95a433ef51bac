// Before the first step: folders and ports, versions, and every node of the scenario's clusters at once.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/facts.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

/// The cluster of a node, as a place for failures and progress.
plan::BodyNode place_of(const plan::Cluster& cluster) {
  plan::BodyNode node;
  node.at = cluster.at;
  node.text = "cluster " + cluster.name;
  return node;
}

bool fail(ScenarioRun& run, const plan::BodyNode& place, Trouble trouble) {
  Failure failure = run.failure_at(place, std::move(trouble.message), place.text);
  failure.notes = std::move(trouble.notes);
  failure.seen = std::move(trouble.seen);
  failure.verdict = Verdict::environment;
  run.fail(std::move(failure));
  return false;
}

bool fail(ScenarioRun& run, const plan::BodyNode& place, std::string message) {
  Trouble trouble;
  trouble.message = std::move(message);
  return fail(run, place, std::move(trouble));
}

/// The number of a port that its component fixes; 0 where the backend is to choose. The error says what was there instead.
Result<std::uint16_t> fixed_port(ScenarioRun& run, backend::NodeIndex node, const plan::Port& port) {
  if (!port.fixed) return std::uint16_t{0};
  const Draws draws;
  const SampleFacts facts(run, draws);
  std::vector<Value> frame(std::max<std::size_t>(run.nodes.component(node).slots, 1), Value());
  frame[0] = NodeRef{node};
  const eval::Evaluated evaluated = eval::evaluate(run.plan, *port.fixed, frame, facts);
  const auto* number = evaluated.value.as<std::int64_t>();
  if (!evaluated.asks.empty() || !number || *number < 0 || *number > 65535) {
    const std::string seen = evaluated.asks.empty() ? run.text(evaluated.value) : std::string("known only while the node runs");
    return Error{fmt::format("the port `{}` of {} should be a number from 1 to 65535, and it is {}", port.name, run.names[node], seen)};
  }
  return static_cast<std::uint16_t>(*number);
}

/// Folders and ports of all clusters, asked for together so that no two get the same.
bool prepare(ScenarioRun& run, const std::vector<plan::BodyNode>& places) {
  std::vector<backend::NodeSetup> setups;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (run.kept(run.scenario.clusters[i])) continue;
    const plan::Cluster& cluster = run.plan.clusters[run.scenario.clusters[i]];
    for (std::uint32_t n = 0; n < cluster.node_count; ++n) {
      const backend::NodeIndex node = cluster.first_node + n;
      run.nodes[node].taking_part = true;
      backend::NodeSetup setup{node, run.names[node], {}};
      for (const plan::Port& port : run.nodes.component(node).ports) {
        const Result<std::uint16_t> fixed = fixed_port(run, node, port);
        if (!fixed) return fail(run, places[i], fixed.error().message);
        setup.ports.emplace_back(port.name, *fixed == 0 ? std::nullopt : std::optional<std::uint16_t>(*fixed));
      }
      setups.push_back(std::move(setup));
    }
  }
  if (places.empty()) return true;
  Result<std::vector<backend::NodeInfo>> infos = run.scheduler.world().prepare(setups);
  if (!infos) return fail(run, places.front(), infos.error().message);
  FAILC_ASSERT(infos->size() == setups.size());
  for (std::size_t i = 0; i < setups.size(); ++i) run.nodes[setups[i].node].info = std::move((*infos)[i]);
  return true;
}

std::string text_of(const backend::Reply& reply, std::string_view key) {
  const Value* value = reply.data.find(key);
  const auto* text = value ? value->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A component whose program is asked for its version, in the folder of one of its nodes.
struct VersionAsked {
  std::uint32_t component = 0;
  const plan::BodyNode* place = nullptr;
};

bool read_version(ScenarioRun& run, const VersionAsked& asked, const backend::Reply& reply, Nanos bound) {
  const plan::Component& component = run.plan.components[asked.component];
  const std::string& program = component.version_argv.front();
  if (reply.delivery == backend::Delivery::not_sent) {
    return fail(run, *asked.place, fmt::format("`{}`, which component `{}` runs, cannot be started: {}; is it installed?", program, component.name, reply.error));
  }
  if (reply.delivery == backend::Delivery::interrupted) {
    return fail(run, *asked.place, fmt::format("`{}` did not tell its version within {}", program, show(bound)));
  }
  const std::string output = text_of(reply, "stdout") + text_of(reply, "stderr");
  const Result<Regex> pattern = compile_regex(component.version_pattern);
  const Result<std::string> found = pattern ? extract(output, *pattern) : Result<std::string>(pattern.error());
  if (!found || found->empty()) {
    return fail(run, *asked.place,
                fmt::format("the version of component `{}` was not found: `{}` printed `{}`, {}", component.name, program, first_line(output),
                            found ? "and what matches is empty" : found.error().message));
  }
  run.state.versions.emplace(asked.component, *found);
  return true;
}

/// The versions of the components, all asked at once; each component is asked once in a run.
Task<bool> find_versions(ScenarioRun& run, const std::vector<plan::BodyNode>& places) {
  const Nanos bound = run.scaled(plan::kVersionTimeout);
  Batch batch;
  std::vector<VersionAsked> all;
  std::vector<const plan::Group*> groups;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (const std::uint32_t index : run.plan.clusters[run.scenario.clusters[i]].groups) {
      const plan::Group& group = run.plan.groups[index];
      const plan::Component& component = run.plan.components[group.component];
      if (component.version_argv.empty() || group.count == 0) continue;
      groups.push_back(&group);
      const bool asked = std::any_of(all.begin(), all.end(), [&](const VersionAsked& one) { return one.component == group.component; });
      if (asked || run.state.versions.contains(group.component)) continue;
      all.push_back({group.component, &places[i]});
      backend::Request request = backend::Exec{group.first_node, component.version_argv, {}};
      run.scheduler.submit(batch, std::move(request), run.after(bound), std::nullopt);
    }
  }
  Task<bool> waiting = run.scheduler.replies(batch, run.everything);
  const bool answered = co_await waiting;
  if (!answered) co_return false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!read_version(run, all[i], *batch.replies[i], bound)) co_return false;
  }
  for (const plan::Group* group : groups) {
    const std::string& version = run.state.versions.at(group->component);
    for (std::uint32_t i = 0; i < group->count; ++i) run.nodes[group->first_node + i].version = version;
    const plan::Component& component = run.plan.components[group->component];
    const std::string& program = component.version_argv.front();
    const Version entry{component.name, version, program.substr(program.rfind('/') + 1)};
    if (std::find(run.result.versions.begin(), run.result.versions.end(), entry) != run.result.versions.end()) continue;
    run.result.versions.push_back(entry);
    if (run.progress.message) run.progress.message(text_of(entry));
  }
  co_return true;
}

/// Of a cluster that is up around all scenarios: one before may have left a node stopped.
bool to_be_started_again(ScenarioRun& run, backend::NodeIndex node) {
  const eval::NodeState state = run.nodes[node].state;
  if (state == eval::NodeState::stopped && run.progress.message) run.progress.message(fmt::format("{} was left stopped: it is started again", run.names[node]));
  return state != eval::NodeState::running;
}

/// Whether a requirement holds, now that versions are known. Where it does not, the scenario is skipped; undefined, it cannot run here.
bool required(ScenarioRun& run, const plan::BodyNode& node) {
  const plan::Expr& condition = std::get<plan::Condition>(node.node).condition;
  const Draws draws;
  const SampleFacts facts(run, draws);
  Sample sample;
  sample.at = run.scheduler.now();
  sample.evaluated.push_back(eval::evaluate(run.plan, condition, run.frame, facts));
  const Truth truth = eval::truth(sample.value());
  SeenLog log(run, node);
  log.add(sample, truth);
  if (truth == Truth::yes) return true;
  std::string what = fmt::format("it requires `{}`", node.text);
  if (truth == Truth::undefined) return fail(run, node, fmt::format("{}, and that is undefined: {}", what, log.reason()));
  for (const Seen& seen : log.seen()) what += fmt::format(", and {} is {}", seen.expression, seen.value);
  run.result.skipped = std::move(what);
  return false;
}

}  // namespace

std::string text_of(const Version& version) {
  return version.component + " " + version.version + (version.program == version.component ? "" : " (" + version.program + ")");
}

Task<bool> bring_up(ScenarioRun& run) {
  std::vector<plan::BodyNode> places;
  for (const std::uint32_t index : run.scenario.clusters) places.push_back(place_of(run.plan.clusters[index]));
  if (!prepare(run, places)) co_return false;
  Task<bool> finding = find_versions(run, places);
  const bool known = co_await finding;
  if (!known) co_return false;
  for (const plan::BodyNode& node : run.scenario.requirements)
    if (!required(run, node)) co_return false;
  std::vector<Launching> all;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const plan::Cluster& cluster = run.plan.clusters[run.scenario.clusters[i]];
    const bool kept = run.kept(run.scenario.clusters[i]);
    for (backend::NodeIndex node = cluster.first_node; node < cluster.first_node + cluster.node_count; ++node) {
      if (kept && !to_be_started_again(run, node)) continue;
      if (run.nodes[node].state == eval::NodeState::paused) {
        fail(run, places[i], fmt::format("{} was left paused by a scenario before, and could not be resumed", run.names[node]));
        co_return false;
      }
      all.push_back({node, cluster.up, &places[i]});
    }
  }
  Task<Started> starting = start_together(run, run.everything, all);
  Started started = co_await starting;
  for (auto& [statement, trouble] : started.troubles) fail(run, *statement, std::move(trouble));
  co_return started.troubles.empty() && !started.cancelled;
}

}  // namespace failc::run
