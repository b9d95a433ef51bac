// failc plan: what a run would do, how long it can take and what it touches, without doing any of it.
#include "interpreter/plan/plan.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/footprint.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/not_run.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

constexpr const char* kJournal = ".failc/runs/<UTC>-<pid>/";

std::string joined(const std::vector<std::string>& parts) { return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", ")); }

std::string summary(const plan::Plan& plan) {
  std::string out = fmt::format("{}, {}, {}\n", plural(plan.scenarios.size(), "scenario"), plural(plan.clusters.size(), "cluster"), plural(plan.nodes.size(), "node"));
  out += fmt::format("privileges: none\njournal: {} (or --journal DIR)\n", kJournal);
  const auto one = [&](const plan::Scenario& scenario) {
    out += "\n" + timeline(plan, scenario);
    out += fmt::format("  worst case: {} = {} up + {} body + {} cleanup + {} down; timeout: {}\n", show(scenario.worst_case()), show(scenario.up), show(scenario.body_bound),
                       show(scenario.cleanup_bound), show(scenario.down), scenario.timeout ? show(*scenario.timeout) : "none");
    out += "  backends: " + joined(backends_of(plan, scenario)) + "\n";
    for (const NodeFootprint& node : footprint(plan, scenario)) out += "  touches: " + to_text(node) + "\n";
  };
  for (const std::vector<plan::Scenario>* part : {&plan.setup, &plan.scenarios, &plan.cleanup})
    for (const plan::Scenario& scenario : *part) one(scenario);
  return out + "\n";
}

nlohmann::ordered_json document(const plan::Plan& plan) {
  const auto row = [&](const plan::Scenario& scenario) {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const NodeFootprint& node : footprint(plan, scenario)) nodes.push_back(tools::to_json(node));
    return nlohmann::ordered_json{{"id", scenario.id},
                         {"title", scenario.title},
                         {"worst_case_ns", scenario.worst_case().count()},
                         {"up_ns", scenario.up.count()},
                         {"body_ns", scenario.body_bound.count()},
                         {"cleanup_ns", scenario.cleanup_bound.count()},
                         {"down_ns", scenario.down.count()},
                         {"timeout_ns", scenario.timeout ? nlohmann::ordered_json(scenario.timeout->count()) : nlohmann::ordered_json(nullptr)},
                         {"backends", backends_of(plan, scenario)},
                         {"nodes", nodes}};
  };
  nlohmann::ordered_json scenarios = nlohmann::ordered_json::array(), around = nlohmann::ordered_json::array();
  for (const plan::Scenario& scenario : plan.scenarios) scenarios.push_back(row(scenario));
  for (const std::vector<plan::Scenario>* part : {&plan.setup, &plan.cleanup})
    for (const plan::Scenario& scenario : *part) around.push_back(row(scenario));
  return {{"format", plan::kFormat}, {"hash", plan::hash(plan)}, {"privileges", nlohmann::ordered_json::array()}, {"journal", kJournal}, {"scenarios", scenarios}, {"around", around}, {"plan", plan::to_json(plan)}};
}

}  // namespace

Exit plan_command(const Words& words) {
  Arguments arguments("failc plan FILE [options]", "prints what would be done, how long it can take and what it touches");
  std::vector<std::string> named;
  LoadOptions options;
  std::string format = "text";
  arguments.words(named);
  arguments.value("--format", "KIND", "text or json", choice_into(format, {"text", "json"}));
  add_load_options(arguments, options, true);
  if (const auto over = arguments.parse(words)) return *over;
  if (named.size() > 1) {
    complain("one file is wanted; `failc list` takes several");
    return Exit::input;
  }
  const LoadResult loaded = load(named, options);
  if (loaded.refused) return *loaded.refused;
  if (loaded.program->files.empty()) {
    complain(not_run_list(loaded.program->not_run, loaded.program->sources));
    return Exit::environment;
  }
  if (loaded.program->files.size() > 1) {
    complain("`" + named.front() + "` holds " + plural(loaded.program->files.size(), "file") + "; a plan is one file's");
    return Exit::input;
  }
  const plan::Plan& plan = *loaded.program->files.front().plan;
  if (format == "json") say(document(plan).dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  else say(summary(plan) + plan::to_text(plan));
  return Exit::pass;
}

}  // namespace failc::tools
