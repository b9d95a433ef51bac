// One JSON object with everything the results hold. Durations are nanoseconds, instants count from the run's begin.
#include "interpreter/report/report.hpp"

namespace failc::report {
namespace {

using Json = nlohmann::ordered_json;

Json place_json(const FileRun& file, const plan::Source& at) {
  const bool known = at.file < file.plan->files.size();
  return {{"file", known ? file.plan->files[at.file] : file.path}, {"line", at.line}, {"column", at.column}};
}

Json failure_json(const FileRun& file, const run::Failure& failure) {
  Json seen = Json::array();
  for (const run::Seen& value : failure.seen) seen.push_back({{"at_ns", value.at.count()}, {"expression", value.expression}, {"value", value.value}});
  return {{"at", place_json(file, failure.at)},
          {"text", failure.text},
          {"message", failure.message},
          {"wanted", failure.wanted},
          {"seen", seen},
          {"active", failure.active},
          {"notes", failure.notes},
          {"when_ns", failure.when.count()},
          {"verdict", word(failure.verdict)}};
}

Json scenario_json(const Run& run, const FileRun& file, const run::ScenarioResult& result) {
  const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
  Json later = Json::array(), waits = Json::array(), faults = Json::array(), attempts = Json::array(), versions = Json::object(), programs = Json::object();
  for (const run::Failure& failure : result.later) later.push_back(failure_json(file, failure));
  for (const run::WaitUsed& wait : result.waits)
    waits.push_back({{"at", place_json(file, wait.at)}, {"text", wait.text}, {"used_ns", wait.used.count()}, {"bound_ns", wait.bound.count()}});
  for (const run::FaultResult& fault : result.faults) faults.push_back({{"what", fault.what}, {"end", word(fault.end)}, {"evidence", fault.evidence}});
  for (const run::Attempt& attempt : result.attempts)
    attempts.push_back({{"verdict", word(attempt.verdict)},
                        {"elapsed_ns", attempt.elapsed.count()},
                        {"failure", attempt.failure ? failure_json(file, *attempt.failure) : Json(nullptr)},
                        {"journal", attempt.journal}});
  for (const run::Version& found : result.versions) {
    versions[found.component] = found.version;
    programs[found.component] = found.program;
  }
  return {{"id", scenario.id},
          {"title", scenario.title},
          {"at", place_json(file, scenario.at)},
          {"tags", scenario.tags},
          {"backend", backends(*file.plan, scenario)},
          {"verdict", word(result.verdict)},
          {"began_ns", result.began.count()},
          {"ended_ns", result.ended.count()},
          {"assertions", result.assertions},
          {"versions", versions},
          {"programs", programs},
          {"failure", result.failure ? failure_json(file, *result.failure) : Json(nullptr)},
          {"expected_failure", result.expected_failure ? failure_json(file, *result.expected_failure) : Json(nullptr)},
          {"skipped", result.skipped.empty() ? Json(nullptr) : Json(result.skipped)},
          {"later", later},
          {"waits", waits},
          {"faults", faults},
          {"leaked", result.leaked},
          {"kept", result.kept},
          {"attempts", attempts},
          {"journal", journal_of(file, result)},
          {"again", again(run, file, scenario)}};
}

}  // namespace

Json not_run_json(const Run& run) {
  Json out = Json::array();
  for (const NotRun& file : run.not_run) out.push_back({{"path", file.path}, {"format", file.format}, {"reason", file.reason}});
  return out;
}

nlohmann::ordered_json json(const Run& run) {
  Json properties = Json::array(), scenarios = Json::array(), failures = Json::array(), waits = Json::array(), faults = Json::array(), files = Json::array();
  for (const FileRun& file : run.files) {
    Json left_out = Json::array();
    for (const std::uint32_t index : file.left_out) left_out.push_back(file.plan->scenarios[index].id);
    files.push_back({{"path", file.path}, {"journal", file.journal}, {"plan", file.plan_hash.empty() ? plan::hash(*file.plan) : file.plan_hash}, {"elapsed_ns", file.elapsed.count()}, {"not_run", left_out}, {"error", file.error}, {"leaked", file.leaked}});
    for (const run::Property& property : file.properties)
      properties.push_back({{"title", property.title},
                            {"at", place_json(file, property.at)},
                            {"verdict", property.failed() ? "fail" : property.judged ? "pass" : "unjudged"},
                            {"asked", property.asked},
                            {"held", property.held}});
    for (const run::ScenarioResult& result : file.results) {
      Json scenario = scenario_json(run, file, result);
      const auto collect = [&](Json& all, const Json& item) {
        all.push_back(item);
        all.back()["scenario"] = scenario["id"];
      };
      if (result.failure) collect(failures, scenario["failure"]);
      for (const Json& wait : scenario["waits"]) collect(waits, wait);
      for (const Json& fault : scenario["faults"]) collect(faults, fault);
      scenarios.push_back(std::move(scenario));
    }
  }
  const Counts counts = count(run);
  return {{"format", 1},
          {"run",
           {{"failc", run.version},
            {"seed", run.seed},
            {"started", run.started},
            {"elapsed_ns", elapsed(run).count()},
            {"passed", counts.passed},
            {"flaky", counts.flaky},
            {"failed", counts.failed},
            {"inconclusive", counts.inconclusive},
            {"environment", counts.environment},
            {"harness", counts.harness},
            {"interrupted", counts.interrupted},
            {"skipped", counts.skipped},
            {"never", counts.never},
            {"not_run", counts.left_out},
            {"leaked", counts.leaked},
            {"files", files},
            {"specs_not_run", not_run_json(run)}}},
          {"scenarios", scenarios},
          {"failures", failures},
          {"properties", properties},
          {"waits", waits},
          {"faults", faults}};
}

}  // namespace failc::report
