#include "tests/run/fixture.hpp"

#include <map>

#include <nlohmann/json.hpp>

namespace failc::testing {

std::string prelude(int nodes) {
  return R"(
component app {
  param speed: int = 1
  port client
  let url = "http://" + node.address + ":" + string(node.ports.client)
  file "app.conf" from "speed " + string(speed)
  run ["app", "--port", string(node.ports.client)] with { LANG: "C" }
  ready within 7s: up(node) == true
  stop by TERM within 5s
  settle 4s
  state healthy = up(node) == true
  role boss, bosses = boss_here(node) == true
  query up on node within 1s { http GET node.url + "/up" }
  query boss_here on node within 700ms { http GET node.url + "/boss" }
  query value key: string on node within 300ms { exec ["get", key] }
  query told on node within 400ms { tcp node.address send "x" }
  operation put key: string, value: string on node within 2s { http PUT node.url + "/" + key with { value: value } }
}
cluster kv { app[)" +
         std::to_string(nodes) + R"(] }
cluster w { app[1] }
workload writes = put "k" + string(counter), "v" on kv[0] every 100ms
)";
}

std::unique_ptr<plan::Plan> plan_of(const std::string& text, int nodes) {
  SourceMap sources;
  diag::Sink sink;
  check::Options options;
  options.prove = false;  // what cannot succeed is what some of these tests run
  options.final = true;
  check::Capabilities agent;
  agent.name = "agent";
  agent.processes = agent.pause = true;
  options.backends.push_back(agent);
  options.observers = {"model"};
  const FileId file = sources.add("test.fail", prelude(nodes) + text);
  check::Checked checked = check::check_source(file, options, sources, sink);
  if (!checked.plan) ADD_FAILURE() << diag::render(sink.all(), sources, diag::Format::text, false);
  return std::move(checked.plan);
}

std::unique_ptr<plan::Plan> plan_of_body(const std::string& body, int nodes) { return plan_of("scenario \"one\" {\n" + body + "\n}\n", nodes); }

Ran run_one(const plan::Plan& plan, backend::FakeWorld& world, run::Options options) {
  Ran ran;
  if (options.scenarios.empty()) options.scenarios = {0};
  journal::MemoryJournal journal;
  run::Progress progress;
  progress.message = [&](const std::string& text) { ran.messages.push_back(text); };
  std::vector<run::ScenarioResult> results = run::run(plan, options, world, journal, progress);
  ran.result = std::move(results.front());
  ran.journal = std::move(journal.lines);
  ran.history = std::move(journal.operations);
  return ran;
}

std::vector<nlohmann::json> records(const Ran& ran, const std::string& kind) {
  std::vector<nlohmann::json> found;
  for (const std::string& line : ran.journal) {
    nlohmann::json record = nlohmann::json::parse(line);
    if (record["kind"] == kind) found.push_back(std::move(record));
  }
  return found;
}

std::string text_of(const run::Failure& failure) {
  std::string text = failure.message + "\n" + failure.wanted + "\n";
  for (const std::string& note : failure.notes) text += note + "\n";
  for (const run::Seen& seen : failure.seen) text += seen.expression + " = " + seen.value + "\n";
  for (const std::string& active : failure.active) text += active + "\n";
  return text;
}

::testing::AssertionResult all_taken_back(const Ran& ran) {
  std::map<int, std::string> open;
  for (const nlohmann::json& record : records(ran, "effect")) {
    if (!record["undo"].is_null()) open[record["effect"]] = record.dump();
  }
  for (const nlohmann::json& record : records(ran, "done")) {
    if (record["end"] == "reverted" || record["end"] == "skipped") open.erase(record["effect"].get<int>());
  }
  if (open.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "not taken back: " << open.begin()->second;
}

std::string path_of(const backend::Request& request) {
  const auto* http = std::get_if<backend::Http>(&request);
  if (!http) return {};
  return http->url.substr(http->url.find('/', 8));
}

backend::NodeIndex node_of(const backend::Request& request) {
  return std::visit([](const auto& one) { return one.node; }, request);
}

}  // namespace failc::testing
