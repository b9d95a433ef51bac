#include "interpreter/run/run.hpp"

#include "interpreter/run/around.hpp"
#include "interpreter/run/engine.hpp"

namespace failc::run {
namespace {

Task<bool> scenario_task(ScenarioRun& run) {
  if (run.scenario.timeout) run.scheduler.set_deadline(run.everything, run.after(run.scaled(*run.scenario.timeout)));
  Task<bool> bringing = bring_up(run);
  const bool up = co_await bringing;
  if (up) {
    Task<Flow> body = run_body(run, run.everything, 0, run.scenario.body);
    const Flow flow = co_await body;
    if (flow == Flow::cancelled) run.note_timeout();
  } else {
    run.note_timeout();
  }
  run.scheduler.clear_deadline(run.everything);
  Task<bool> taking = take_down(run);
  co_await taking;
  co_return true;
}

Verdict verdict_of(const ScenarioRun& run) {
  if (run.result.failure) return run.result.failure->verdict;
  if (run.state.interrupted) return Verdict::interrupted;
  return run.result.skipped.empty() ? Verdict::pass : Verdict::skipped;
}

/// `expect fails`: a claim that did not hold is what was wanted; that all held is a failure. Whatever else ended it stays what it is.
void judge_expected_failure(ScenarioRun& run) {
  ScenarioResult& result = run.result;
  if (result.verdict == Verdict::fail) {
    result.expected_failure = std::move(result.failure);
    result.failure.reset();
    result.verdict = Verdict::pass;
  } else if (result.verdict == Verdict::pass) {
    run.fail(run.failure_at(run.place(), "it was expected to fail, and everything that it claims held", "a claim that does not hold: `expect fails`"));
    result.verdict = Verdict::fail;
  }
}

bool good(const ScenarioResult& result) {
  return (result.verdict == Verdict::pass || result.verdict == Verdict::skipped) && result.leaked.empty();
}

}  // namespace

const plan::Scenario& scenario_of(const plan::Plan& plan, const ScenarioResult& result) {
  return result.scenario == kSetup ? plan.setup.front() : result.scenario == kCleanup ? plan.cleanup.front() : plan.scenarios[result.scenario];
}

std::vector<ScenarioResult> run(const plan::Plan& plan, const Options& options, backend::World& world, journal::Journal& journal,
                                const Progress& progress) {
  std::vector<std::string> names;
  for (const plan::Node& node : plan.nodes) names.push_back(node.name);
  RunState state;
  state.keeps_lines = plan::uses(plan, plan::Op::log_lines);
  for (const plan::Op op : {plan::Op::role, plan::Op::role_all, plan::Op::pick, plan::Op::pick_random}) state.chooses = state.chooses || plan::uses(plan, op);
  ScenarioRun* current = nullptr;
  Recorder recorder(plan, journal, world, [&] {  // only called once `recorder` is there
    if (current) current->lose("the journal could not be written: " + *recorder.error());
  });
  Around around(plan);
  std::optional<ScenarioResult> setup;
  const auto carry_out = [&](const plan::Scenario& scenario, std::uint32_t index, const std::function<void(ScenarioRun&)>& what) {
    ScenarioRun one(plan, scenario, options, state, recorder, progress, world, names);
    current = &one;
    one.result.scenario = index;
    one.result.began = world.now();
    one.nodes.count_from(one.result.began);
    around.hand_to(one);
    if (progress.began) progress.began(scenario);
    recorder.scenario(plan, scenario);
    what(one);
    recorder.scenario_ended();
    one.result.ended = world.now();
    recorder.verdict(scenario, one.result);
    around.take_from(one);
    if (progress.ended) progress.ended(one.result);
    current = nullptr;
    return std::move(one.result);
  };
  const auto run_scenario = [&](ScenarioRun& one) {
    bool ran = false;
    if (state.lost && !one.result.failure) {
      one.lose(*state.lost);
    } else if (!one.scenario.skip.empty()) {
      one.result.skipped = one.scenario.skip;
    } else if (setup && setup->failure && !state.interrupted) {
      Failure failure = *setup->failure;
      failure.message = "not run, since the file's setup did not succeed: " + failure.message;
      one.fail(std::move(failure));
    } else if (!state.interrupted && !state.lost) {
      Task<bool> task = scenario_task(one);
      one.scheduler.run(task);
      ran = true;
    }
    one.result.verdict = verdict_of(one);
    if (ran && one.scenario.expect_fails) judge_expected_failure(one);
  };

  std::vector<ScenarioResult> results;
  std::size_t taken = 0;
  const auto in_order = [&]() -> std::optional<std::uint32_t> {
    return taken < options.scenarios.size() ? std::optional(options.scenarios[taken++]) : std::nullopt;
  };
  // Who hands scenarios out has others to give them to where nothing more can be done here.
  while (const auto index = !options.next ? in_order() : state.lost || state.interrupted ? std::nullopt : options.next()) {
    const plan::Scenario& scenario = plan.scenarios[*index];
    if (around.wanted() && !setup && scenario.skip.empty() && !state.interrupted && !state.lost) {
      setup = carry_out(plan.setup.front(), kSetup, [](ScenarioRun& one) {
        Task<bool> task = setup_task(one);
        one.scheduler.run(task);
        one.result.verdict = verdict_of(one);
      });
      if (!good(*setup) && setup->failure) results.push_back(*setup);
    }
    results.push_back(carry_out(scenario, *index, run_scenario));
    if (options.fail_fast && !good(results.back())) break;
  }
  if (setup) {
    ScenarioResult cleanup = carry_out(plan.cleanup.front(), kCleanup, [](ScenarioRun& one) {
      Task<bool> task = cleanup_task(one);
      one.scheduler.run(task);
      one.result.verdict = verdict_of(one);
    });
    // What is kept is told of with the scenario that it was kept for.
    std::vector<std::string>& kept = results.back().kept;
    kept.insert(kept.end(), cleanup.kept.begin(), cleanup.kept.end());
    cleanup.kept.clear();
    if (cleanup.failure || !cleanup.leaked.empty()) results.push_back(std::move(cleanup));
  }
  return results;
}

}  // namespace failc::run
