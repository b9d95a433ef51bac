// `sometimes`: a property of the whole run. Each place asks once whenever it is reached; it is judged when all scenarios have ended.
#include <algorithm>

#include <fmt/format.h>

#include "interpreter/run/dependencies.hpp"
#include "interpreter/run/engine.hpp"
#include "interpreter/run/seen.hpp"

namespace failc::run {
namespace {

void find(const plan::Body& body, std::vector<const plan::BodyNode*>& out) {
  for (const plan::BodyNode& node : body) {
    const auto* condition = std::get_if<plan::Condition>(&node.node);
    if (condition && condition->kind == plan::ConditionKind::sometimes) out.push_back(&node);
    const auto* scope = std::get_if<plan::Scope>(&node.node);
    if (!scope) continue;
    find(scope->body, out);
    find(scope->otherwise, out);
  }
}

/// Whether all of the scenario that could be shown was shown.
bool over(const ScenarioResult* result) {
  if (result == nullptr) return false;
  switch (result->verdict) {
    case Verdict::pass:
    case Verdict::flaky:
    case Verdict::fail:
    case Verdict::inconclusive:
    case Verdict::skipped: return true;
    case Verdict::environment:
    case Verdict::interrupted:
    case Verdict::harness: return false;
  }
  FAILC_BUG("no such verdict");
}

}  // namespace

Task<Flow> run_sometimes(Context context, const plan::BodyNode& node, const plan::Condition& condition) {
  ScenarioRun& run = context.run;
  const Question asked = question(context, condition.random, {&condition.condition}, run.frame);
  const Instant deadline = run.after(run.scaled(condition.upper));
  Task<Sample> asking = sample(run, context.scope, asked, deadline, std::nullopt, wakes_of(run.plan, condition.condition) & ~kOwn);
  const Sample taken = co_await asking;
  if (taken.cancelled) co_return Flow::cancelled;
  run.note_condition(node, context.path, taken.evaluated);
  SeenLog log(run, node);
  const Truth truth = eval::truth(taken.value());
  log.add(taken, truth);
  std::vector<SometimesAsked>& all = run.result.sometimes;
  auto entry = std::find_if(all.begin(), all.end(), [&](const SometimesAsked& one) { return one.title == condition.title; });
  if (entry == all.end()) entry = all.insert(all.end(), SometimesAsked{condition.title, 0, 0});
  ++entry->asked;
  entry->held += truth == Truth::yes;
  co_return Flow::go_on;
}

std::vector<const plan::BodyNode*> sometimes_of(const plan::Scenario& scenario) {
  std::vector<const plan::BodyNode*> out;
  find(scenario.body, out);
  return out;
}

std::vector<Property> properties(const plan::Plan& plan, const std::vector<std::uint32_t>& selected, const std::vector<ScenarioResult>& results) {
  std::vector<Property> out;
  for (const std::uint32_t index : selected) {
    const auto result = std::find_if(results.begin(), results.end(), [&](const ScenarioResult& one) { return one.scenario == index; });
    const ScenarioResult* ended = result == results.end() ? nullptr : &*result;
    if (ended != nullptr && ended->verdict == Verdict::skipped) continue;
    for (const plan::BodyNode* place : sometimes_of(plan.scenarios[index])) {
      const std::string& title = std::get<plan::Condition>(place->node).title;
      auto property = std::find_if(out.begin(), out.end(), [&](const Property& one) { return one.title == title; });
      if (property == out.end()) property = out.insert(out.end(), Property{title, place->at, place->text, 0, 0, true});
      property->judged = property->judged && over(ended);
    }
    if (ended == nullptr) continue;
    for (const SometimesAsked& asked : ended->sometimes)
      for (Property& property : out) {
        if (property.title != asked.title) continue;
        property.asked += asked.asked;
        property.held += asked.held;
      }
  }
  for (Property& property : out) property.judged = property.judged || property.held > 0;
  return out;
}

std::string text_of(const Property& property) {
  const auto times = [](std::uint64_t count) { return count == 1 ? std::string("once") : fmt::format("{} times", count); };
  if (property.held > 0) return fmt::format("it was true {} of {} times", property.held, property.asked);
  if (!property.judged) return "it is not judged: a scenario that has it did not come to its end";
  return property.asked == 0 ? "it was never reached" : fmt::format("it was never true; it was asked {}", times(property.asked));
}

}  // namespace failc::run
