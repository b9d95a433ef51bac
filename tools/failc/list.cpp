// failc list: the scenarios of files, for people and for scripts.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/failc/command.hpp"
#include "tools/failc/footprint.hpp"
#include "tools/failc/load.hpp"
#include "tools/failc/not_run.hpp"
#include "tools/failc/selection.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

std::string text_line(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::string out = fmt::format("{}  [{}]  at most {}", scenario.id, fmt::join(backends_of(plan, scenario), ", "), show(scenario.worst_case()));
  if (!scenario.skip.empty()) out += "  skipped: " + scenario.skip;
  for (const plan::BodyNode& each : scenario.requirements) out += "  requires " + each.text;
  if (scenario.expect_fails) out += "  expected to fail";
  if (!scenario.tags.empty()) out += fmt::format("  tags: {}", fmt::join(scenario.tags, ", "));
  return out + "\n";
}

nlohmann::ordered_json json_row(const plan::Plan& plan, const plan::Scenario& scenario) {
  nlohmann::ordered_json required = nlohmann::ordered_json::array();
  for (const plan::BodyNode& each : scenario.requirements) required.push_back(each.text);
  nlohmann::ordered_json axes = nlohmann::ordered_json::object();
  for (const auto& [name, value] : scenario.axes) axes[name] = failc::to_json(value);
  return {{"id", scenario.id},
          {"title", scenario.title},
          {"axes", axes},
          {"file", plan.files[scenario.at.file]},
          {"line", scenario.at.line},
          {"tags", scenario.tags},
          {"skip", scenario.skip.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(scenario.skip)},
          {"requires", required},
          {"expect_fails", scenario.expect_fails},
          {"backends", backends_of(plan, scenario)},
          {"worst_case_ns", scenario.worst_case().count()},
          {"timeout_ns", scenario.timeout ? nlohmann::ordered_json(scenario.timeout->count()) : nlohmann::ordered_json(nullptr)}};
}

}  // namespace

Exit list_command(const Words& words) {
  Arguments arguments("failc list FILE|DIR... [options]", "prints each scenario's id, backends, bound and tags");
  std::vector<std::string> named, only, tags;
  LoadOptions options;
  std::optional<Shard> shard;
  std::string format = "text";
  arguments.words(named);
  arguments.value("--format", "KIND", "text or json", choice_into(format, {"text", "json"}));
  arguments.value("--only", "GLOB", "scenarios whose title or id it matches", texts_into(only), true);
  arguments.value("--tag", "TAG", "scenarios that carry it", texts_into(tags), true);
  arguments.value("--shard", "I/N", "the Ith of N parts of what is selected", shard_into(shard));
  add_load_options(arguments, options, true);
  if (const auto over = arguments.parse(words)) return *over;
  const LoadResult loaded = load(named, options);
  if (loaded.refused) return *loaded.refused;

  std::vector<Candidate> candidates;
  std::vector<std::pair<const plan::Plan*, const plan::Scenario*>> all;
  for (const Loaded& file : loaded.program->files)
    for (const plan::Scenario& scenario : file.plan->scenarios) {
      candidates.push_back({scenario.id, scenario.title, &scenario.tags, scenario.base});
      all.emplace_back(file.plan.get(), &scenario);
    }
  auto taken = select_scenarios(candidates, only, tags);
  if (format == "text") say(not_run_list(loaded.program->not_run, loaded.program->sources));
  if (taken.empty()) {
    if (all.empty() && !loaded.program->not_run.empty()) return Exit::pass;
    complain(all.empty() ? "there is no scenario in what was named" : "no scenario is selected by `--only` and `--tag`");
    return Exit::input;
  }
  if (shard) taken = select_shard(candidates, taken, *shard);
  std::string text;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::size_t index : taken) {
    const auto& [plan, scenario] = all[index];
    if (format == "json") rows.push_back(json_row(*plan, *scenario));
    else text += text_line(*plan, *scenario);
  }
  say(format == "json" ? rows.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n" : text);
  return Exit::pass;
}

}  // namespace failc::tools
