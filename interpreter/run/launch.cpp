// Starting nodes: write their files, start their processes, wait until each is ready.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/dice.hpp"
#include "interpreter/run/effect.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

Context context_of(ScenarioRun& run, CancelScope& scope, backend::NodeIndex node) { return {run, scope, mix(0, run.names[node])}; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Trouble trouble(std::string message) {
  Trouble found;
  found.message = std::move(message);
  return found;
}

/// What a component says about one of its nodes, as a Launch. The error names the part that has no value.
Result<backend::Launch> launch_of(ScenarioRun& run, backend::NodeIndex node, const Sample& sample) {
  const plan::Component& component = run.nodes.component(node);
  std::size_t next = 0;
  backend::Launch launch{node, {}, {}, {}, {}};
  Result<std::vector<std::string>> argv = eval::exec_words(sample.value(next++));
  if (!argv) return Error{fmt::format("{} cannot be started: {}", run.names[node], argv.error().message)};
  launch.argv = std::move(*argv);
  if (component.environment) {
    auto environment = eval::exec_environment(sample.value(next++));
    if (!environment) return Error{fmt::format("{} cannot be started: {}", run.names[node], environment.error().message)};
    launch.environment = std::move(*environment);
  }
  for (std::size_t i = 0; i < component.files.size(); ++i) {
    const Value& path = sample.value(next++);
    const Value& content = sample.value(next++);
    for (const Value* value : {&path, &content}) {
      if (value->is<std::string>()) continue;
      return Error{fmt::format("a file of {} cannot be written: its {} is {}", run.names[node], value == &path ? "path" : "content", run.text(*value))};
    }
    launch.files.push_back({*path.as<std::string>(), *content.as<std::string>()});
  }
  for (const plan::ObserverOf& observer : component.observers) {
    const Value& options = sample.value(next++);
    const auto* document = options.as<Document>();
    if (!document) return Error{fmt::format("`{}` cannot observe {}: what it is told is {}", observer.name, run.names[node], run.text(options))};
    launch.observers.push_back({observer.model, *document});
  }
  return launch;
}

/// The last lines of the node's log, of its own end where it has ended.
std::vector<std::string> last_lines(const ScenarioRun& run, backend::NodeIndex node) {
  std::vector<std::string> notes;
  const NodeRuntime& runtime = run.nodes[node];
  std::vector<std::string> lines = runtime.exit && !runtime.exit->lines.empty() ? runtime.exit->lines : run.nodes.tail(node, kTailLines);
  if (lines.empty()) {
    notes.push_back(run.names[node] + " wrote nothing to its log");
    return notes;
  }
  notes.push_back("the last lines of the log of " + run.names[node] + ":");
  for (std::string& line : lines) notes.push_back("  " + std::move(line));
  return notes;
}

Trouble died(const ScenarioRun& run, backend::NodeIndex node) {
  const NodeRuntime& runtime = run.nodes[node];
  Trouble found = trouble(fmt::format("{} {} before it was ready", run.names[node], runtime.exit ? NodeTable::describe(*runtime.exit) : "ended"));
  found.notes = last_lines(run, node);
  return found;
}

Task<Outcome> become_ready(ScenarioRun& run, CancelScope& scope, backend::NodeIndex node, Nanos bound, Instant begin, const plan::BodyNode& statement) {
  const plan::Component& component = run.nodes.component(node);
  SeenLog log(run, statement);
  std::vector<Value> frame(std::max<std::size_t>(component.slots, 1), Value());
  frame[0] = NodeRef{node};
  Wait wait;
  wait.question = question(context_of(run, scope, node), 0, {component.ready.get()}, frame);
  wait.holds = [](const Sample& sample) { return eval::truth(sample.value()); };
  wait.record = [&log](const Sample& sample, Truth truth) { log.add(sample, truth); };
  wait.stop = [&run, node] { return run.nodes[node].state == eval::NodeState::stopped; };
  wait.latest = begin + bound;
  wait.polls = plan::polls(run.plan, *component.ready);
  wait.wakes = kNode | wakes_of(run.plan, *component.ready);
  Task<WaitEnd> waiting = wait_until(run, scope, wait);
  const WaitEnd end = co_await waiting;
  log.finish();
  Outcome outcome;
  if (end == WaitEnd::cancelled) {
    outcome.emplace();
    outcome->cancelled = true;
    co_return outcome;
  }
  const WaitUsed used{statement.at, fmt::format("{} ready", run.names[node]), std::min(run.scheduler.now() - begin, bound), bound};
  run.result.waits.push_back(used);
  run.recorder.wait(used, end == WaitEnd::held);
  if (end == WaitEnd::stopped) {
    outcome = died(run, node);
  } else if (end != WaitEnd::held) {
    outcome = trouble(fmt::format("{} was not ready within {}{}", run.names[node], show(bound), log.reason().empty() ? "" : ": " + log.reason()));
    outcome->notes = last_lines(run, node);
  }
  if (outcome) outcome->seen = log.seen();
  co_return outcome;
}

/// A node is ready only once its process has lived for a moment: one that dies of its own arguments does so at once, and a stranger on its
/// port may answer for it.
constexpr Nanos kSteady = std::chrono::milliseconds(100);

Task<Outcome> stay_up(ScenarioRun& run, CancelScope& scope, backend::NodeIndex node, Instant latest) {
  Wait wait;
  wait.question = question(context_of(run, scope, node), 0, {}, {});
  wait.holds = [](const Sample&) { return Truth::no; };
  wait.stop = [&run, node] { return run.nodes[node].state == eval::NodeState::stopped; };
  wait.latest = latest;
  wait.polls = false;
  wait.wakes = kNode;
  Task<WaitEnd> waiting = wait_until(run, scope, wait);
  const WaitEnd end = co_await waiting;
  Outcome outcome;
  if (end == WaitEnd::stopped) outcome = died(run, node);
  if (end == WaitEnd::cancelled) {
    outcome.emplace();
    outcome->cancelled = true;
  }
  co_return outcome;
}

Task<bool> start_one(ScenarioRun& run, CancelScope& together, backend::NodeIndex node, Nanos bound, const plan::BodyNode& statement, Outcome& outcome) {
  Task<Outcome> task = bring_node_up(run, together, node, bound, statement);
  outcome = co_await task;
  // The others need not go on once one has failed.
  if (outcome && !outcome->cancelled) run.scheduler.cancel(together, Reason::over);
  co_return true;
}

}  // namespace

Task<Outcome> bring_node_up(ScenarioRun& run, CancelScope& scope, backend::NodeIndex node, Nanos bound, const plan::BodyNode& statement) {
  Outcome outcome;
  const plan::Component& component = run.nodes.component(node);
  NodeRuntime& runtime = run.nodes[node];
  const Instant begin = run.scheduler.now();
  const Instant deadline = run.after(bound);

  std::vector<const plan::Expr*> exprs{&component.argv};
  if (component.environment) exprs.push_back(component.environment.get());
  for (const plan::FileToWrite& file : component.files) {
    exprs.push_back(&file.path);
    exprs.push_back(&file.content);
  }
  for (const plan::ObserverOf& observer : component.observers) exprs.push_back(&observer.options);
  std::vector<Value> frame(std::max<std::size_t>(component.slots, 1), Value());
  frame[0] = NodeRef{node};
  const Question asked = question(context_of(run, scope, node), 0, exprs, frame);
  Task<Sample> asking = sample(run, scope, asked, deadline, std::nullopt);
  const Sample taken = co_await asking;
  Result<backend::Launch> launch = Error{""};
  std::optional<std::uint64_t> effect;
  if (!taken.cancelled) {
    launch = launch_of(run, node, taken);
    if (!launch) {
      outcome = trouble(launch.error().message);
      co_return outcome;
    }
    effect = run.recorder.effect("launch", run.names[node], "end", joined(launch->argv), true);
  }
  if (!effect) {
    outcome.emplace();
    outcome->cancelled = true;
    co_return outcome;
  }
  const std::string program = launch->argv.front();
  // From here on the node has to be ended, even if no answer comes.
  const std::optional<std::uint64_t> former = runtime.launch;
  runtime.launch = effect;
  runtime.was_launched = true;
  Batch batch;
  backend::Request request = std::move(*launch);
  run.scheduler.submit(batch, std::move(request), deadline, component.ready ? std::optional<Instant>(deadline) : std::nullopt);
  Task<bool> waiting = run.scheduler.replies(batch, scope);
  const bool answered = co_await waiting;
  if (!answered) {
    outcome.emplace();
    outcome->cancelled = true;
    co_return outcome;
  }
  const backend::Reply& reply = *batch.replies.front();
  const Value* already = reply.data.find("already");
  if (already && already->is<bool>() && *already->as<bool>()) {
    run.recorder.done(*effect, FaultEnd::skipped, "it was running");
    runtime.launch = former;
  } else if (former) {
    run.recorder.done(*former, FaultEnd::reverted, "it had ended before it was started again");
    process_is_gone(run, node, "the process is gone");
  }
  if (reply.delivery == backend::Delivery::not_sent) {
    run.recorder.done(*effect, FaultEnd::skipped, "it was not started: " + reply.error);
    runtime.launch.reset();
    outcome = trouble(fmt::format("{} could not be started: `{}`: {}", run.names[node], program, reply.error.empty() ? "not done" : reply.error));
    co_return outcome;
  }
  if (reply.delivery == backend::Delivery::interrupted) {
    outcome = trouble(fmt::format("{} was not started within {}: {}", run.names[node], show(bound), reply.error.empty() ? "no answer" : reply.error));
    co_return outcome;
  }
  const Value* pid = reply.data.find("pid");
  if (runtime.launch != former || runtime.state == eval::NodeState::stopped) {
    run.nodes.launched(node, pid && pid->is<std::int64_t>() ? std::optional(*pid->as<std::int64_t>()) : std::nullopt);
  }
  run.changed(kNode);
  const Instant steady = std::min(run.scheduler.now() + kSteady, deadline);
  if (component.ready) {
    Task<Outcome> becoming = become_ready(run, scope, node, bound, begin, statement);
    outcome = co_await becoming;
    if (outcome) co_return outcome;
  }
  Task<Outcome> staying = stay_up(run, scope, node, steady);
  outcome = co_await staying;
  co_return outcome;
}

Task<Started> start_together(ScenarioRun& run, CancelScope& scope, const std::vector<Launching>& nodes) {
  CancelScope together(&scope);
  std::vector<Outcome> outcomes(nodes.size());
  std::vector<std::unique_ptr<Fiber>> fibers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Nanos own = run.nodes.component(nodes[i].node).ready_within;
    const Nanos bound = run.scaled(own > Nanos{} ? own : nodes[i].bound);
    Task<bool> task = start_one(run, together, nodes[i].node, bound, *nodes[i].statement, outcomes[i]);
    fibers.push_back(run.scheduler.spawn(std::move(task)));
  }
  for (const std::unique_ptr<Fiber>& fiber : fibers) {
    Task<bool> joining = run.scheduler.join(*fiber);
    co_await joining;
  }
  Started started;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    // One may have ended while it waited for the others.
    if (!outcomes[i] && run.nodes[nodes[i].node].state == eval::NodeState::stopped) outcomes[i] = died(run, nodes[i].node);
    if (!outcomes[i]) continue;
    if (outcomes[i]->cancelled) {
      started.cancelled = true;
    } else {
      started.troubles.emplace_back(nodes[i].statement, std::move(*outcomes[i]));
    }
  }
  co_return started;
}

Task<Flow> start_nodes(Context context, const plan::BodyNode& node, const std::vector<backend::NodeIndex>& nodes, Nanos bound) {
  ScenarioRun& run = context.run;
  std::vector<Launching> all;
  for (const backend::NodeIndex one : nodes) all.push_back({one, bound, &node});
  Task<Started> task = start_together(run, context.scope, all);
  Started started = co_await task;
  for (auto& [statement, one] : started.troubles) {
    Failure failure = run.failure_at(node, std::move(one.message), node.text);
    failure.notes = std::move(one.notes);
    failure.seen = std::move(one.seen);
    run.fail(std::move(failure));
  }
  if (!started.troubles.empty()) co_return Flow::failed;
  co_return started.cancelled ? Flow::cancelled : Flow::go_on;
}

}  // namespace failc::run
