#include "interpreter/run/scenario_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/dice.hpp"
#include "interpreter/run/effect.hpp"

namespace failc::run {
namespace {

// Far beyond any run, and far enough from the end of the type that sums of a few do not overflow.
constexpr Nanos kForever = Nanos::max() / 4;

}  // namespace

ScenarioRun::ScenarioRun(const plan::Plan& plan, const plan::Scenario& scenario, const Options& options, RunState& state, Recorder& recorder,
                         const Progress& progress, backend::World& world, const std::vector<std::string>& names)
    : plan(plan),
      scenario(scenario),
      options(options),
      state(state),
      recorder(recorder),
      progress(progress),
      names(names),
      scheduler(world, [this](const backend::Event& event) { return observe(event); }),
      nodes(plan, state.keeps_lines),
      frame(scenario.slots, not_reached()),
      players(scenario.players.size()),
      seed(mix(mix(0, options.seed), scenario.id)) {
  workloads.reserve(plan.workloads.size());
  for (const plan::Workload& workload : plan.workloads) workloads.emplace_back(workload.name);
}

Nanos ScenarioRun::scaled(Nanos bound) const {
  if (options.time_scale == 1.0) return std::min(bound, kForever);
  const double nanos = static_cast<double>(bound.count()) * options.time_scale;
  if (!(nanos < static_cast<double>(kForever.count()))) return kForever;
  return Nanos(std::llround(nanos));
}

Instant ScenarioRun::after(Nanos bound) { return scheduler.now() + std::min(bound, kForever); }

std::uint8_t ScenarioRun::observe(const backend::Event& event) {
  struct Visit {
    ScenarioRun& run;
    Instant at;
    std::uint8_t operator()(const backend::Reply& reply) const {
      if (reply.breach) run.give_up(reply.error);
      return kNothing;
    }
    std::uint8_t operator()(const backend::NodeExited& exited) const {
      if (exited.node >= run.plan.nodes.size()) return kNothing;
      const bool surprise = run.nodes.exited(exited, at);
      if (surprise) process_is_gone(run, exited.node, "the process is gone: it " + NodeTable::describe(*run.nodes[exited.node].exit));
      return kNode;
    }
    std::uint8_t operator()(const backend::LogLine& line) const {
      if (line.node >= run.plan.nodes.size()) return kNothing;
      run.nodes.logged(line.node, line.text);
      return kLog;
    }
    std::uint8_t operator()(const backend::Observed& observed) const {
      if (observed.node >= run.plan.nodes.size()) return kNothing;
      run.nodes[observed.node].heard[observed.observer] = {observed.value, at};
      run.recorder.observed(run.names[observed.node], run.nodes.component(observed.node).observers.at(observed.observer).name, run.text(observed.value));
      return kNode;
    }
    std::uint8_t operator()(const backend::FileChanged&) const { return kFile; }
    std::uint8_t operator()(const backend::Interrupt&) const {
      run.state.interrupted = true;
      run.scheduler.cancel(run.everything, Reason::interrupt);
      return kNothing;
    }
    std::uint8_t operator()(const backend::Lost& lost) const {
      run.lose("the run cannot go on: " + lost.reason);
      return kNothing;
    }
  };
  const std::uint8_t wakes = std::visit(Visit{*this, event.at}, event.what);
  for (int bit = 0; bit < 4; ++bit) changes[bit] += (wakes >> bit) & 1;
  return wakes;
}

void ScenarioRun::changed(std::uint8_t wakes) {
  for (int bit = 0; bit < 4; ++bit) changes[bit] += (wakes >> bit) & 1;
  scheduler.wake(wakes);
}

Failure ScenarioRun::failure_at(const plan::BodyNode& node, std::string message, std::string wanted) {
  Failure failure;
  failure.at = node.at;
  failure.text = node.text;
  failure.message = std::move(message);
  failure.wanted = std::move(wanted);
  return failure;
}

Flow ScenarioRun::fail(Failure failure) {
  failure.when = scheduler.now();
  failure.active = nodes.active();
  const auto in_force = [&](const InForce& fault) { failure.active.push_back("`" + result.faults[fault.fault].what + "` is in force"); };
  for (backend::NodeIndex node = 0; node < plan.nodes.size(); ++node) {
    for (const auto& [name, armed] : nodes[node].armed) in_force(armed);
  }
  for (const auto& [slot, fault] : scoped) in_force(fault);
  for (const std::string& surprise : nodes.surprises()) {
    if (std::find(failure.notes.begin(), failure.notes.end(), surprise) == failure.notes.end()) failure.notes.push_back(surprise);
  }
  // What undoing meets behind an interrupt is not why the scenario ended.
  const bool later = result.failure.has_value() || state.interrupted;
  recorder.failure(failure, later);
  if (later) {
    result.later.push_back(std::move(failure));
  } else {
    result.failure = std::move(failure);
  }
  return Flow::failed;
}

plan::BodyNode ScenarioRun::place() const {
  plan::BodyNode node;
  node.at = scenario.at;
  const bool around = result.scenario >= plan.scenarios.size();  // setup and cleanup have no title of their own
  node.text = around ? scenario.title : fmt::format("scenario \"{}\"", scenario.title);
  return node;
}

void ScenarioRun::lose(const std::string& why) {
  if (!state.lost) state.lost = why;
  Failure failure = failure_at(place(), why);
  failure.verdict = Verdict::environment;
  fail(std::move(failure));
  scheduler.cancel(everything, Reason::lost);
}

void ScenarioRun::give_up(const std::string& breach) {
  if (std::exchange(gave_up, true)) return;
  const plan::BodyNode whole = place();
  Failure failure = failure_at(running.empty() ? whole : *running.back(), breach);
  failure.verdict = Verdict::harness;
  fail(std::move(failure));
  scheduler.cancel(everything, Reason::lost);
}

void ScenarioRun::note_timeout() {
  if (timed_out || everything.reason != Reason::timeout) return;
  timed_out = true;
  const Nanos bound = scaled(*scenario.timeout);
  if (!everything.struck) {
    Failure failure = failure_at(place(), fmt::format("the scenario's timeout of {} passed while its clusters were brought up", show(bound)));
    failure.verdict = Verdict::environment;
    fail(std::move(failure));
    return;
  }
  const plan::BodyNode& node = *everything.struck;
  fail(failure_at(node, fmt::format("the scenario's timeout of {} passed at this statement", show(bound)), node.text));
}

void ScenarioRun::note(Choice choice) {
  if (state.chooses && result.choices.size() < kMostChoices) result.choices.push_back(std::move(choice));
}

void ScenarioRun::note(const plan::BodyNode& node, std::uint64_t path, const std::vector<const plan::Expr*>& exprs, const std::vector<eval::Evaluated>& evaluated) {
  if (!state.chooses) return;
  for (std::size_t i = 0; i < exprs.size(); ++i) {
    bool whole = rests_on_choices(*exprs[i]);
    for (const eval::Choice& choice : evaluated[i].choices) {
      note({&node, path, choice.at, choice.value, choice.drawn});
      whole = whole && choice.at != exprs[i]->at;
    }
    if (whole) note({&node, path, exprs[i]->at, evaluated[i].value});
  }
}

void ScenarioRun::note_condition(const plan::BodyNode& node, std::uint64_t path, const std::vector<eval::Evaluated>& evaluated) {
  for (const eval::Evaluated& one : evaluated)
    for (const eval::Choice& choice : one.choices)
      if (!choice.role) note({&node, path, choice.at, choice.value, choice.drawn, true});
}

void ScenarioRun::note_reached(const plan::BodyNode& node, std::uint64_t path) {
  if (state.chooses && result.reached.size() < kMostReached) result.reached.push_back({&node, path});
}

std::uint64_t iteration(std::uint64_t path, std::uint64_t i) { return mix(path, i + 1); }
std::uint64_t actor(std::uint64_t path, const plan::Scope& actor) { return mix(path, actor.random); }

Draws draws_of(const Context& context, std::uint64_t salt, const std::vector<const plan::Expr*>& exprs) {
  return {mix(mix(context.run.seed, salt), context.path), random_sites(exprs)};
}

}  // namespace failc::run
