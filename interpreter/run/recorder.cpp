#include "interpreter/run/recorder.hpp"

#include "grammar/base/bug.hpp"

namespace failc::run {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
    case Verdict::environment: return "environment";
    case Verdict::interrupted: return "interrupted";
    case Verdict::harness: return "harness";
    case Verdict::inconclusive: return "inconclusive";
    case Verdict::skipped: return "skipped";
    case Verdict::flaky: return "flaky";
  }
  FAILC_BUG("no such verdict");
}

const char* name_of(FaultEnd end) {
  switch (end) {
    case FaultEnd::installed: return "installed";
    case FaultEnd::skipped: return "skipped";
    case FaultEnd::indeterminate: return "indeterminate";
    case FaultEnd::reverted: return "reverted";
  }
  FAILC_BUG("no such end");
}

Recorder::Json Recorder::record(const char* kind) {
  Json json = Json::object();
  json["at"] = world_.now().count();
  json["kind"] = kind;
  return json;
}

bool Recorder::check(const Status& status) {
  if (status) return true;
  if (!error_) {
    error_ = status.error().message;
    failed_();
  }
  return false;
}

bool Recorder::append(const Json& record, bool durable) { return !error_ && check(journal_.append(record, durable)); }

void Recorder::put_place(Json& record, const plan::Source& at) const {
  record["file"] = at.file < plan_.files.size() ? plan_.files[at.file] : "";
  record["line"] = at.line;
  record["column"] = at.column;
  record["length"] = at.length;
}

void Recorder::scenario(const plan::Plan& plan, const plan::Scenario& scenario) {
  Json json = record("scenario");
  json["id"] = scenario.id;
  json["title"] = scenario.title;
  json["file"] = plan.files[scenario.at.file];
  json["line"] = scenario.at.line;
  append(json, false);
}

void Recorder::step(const plan::Plan& plan, const plan::Scenario& scenario, const plan::BodyNode& node) {
  Json json = record("step");
  if (node.at.file != scenario.at.file) json["file"] = plan.files[node.at.file];
  json["line"] = node.at.line;
  json["text"] = node.text;
  append(json, false);
}

std::optional<std::uint64_t> Recorder::effect(const std::string& verb, const std::string& node, const std::string& undo, const std::string& detail,
                                              bool durable) {
  Json json = record("effect");
  json["effect"] = effects_ + 1;
  json["do"] = verb;
  json["node"] = node;
  json["undo"] = undo.empty() ? Json(nullptr) : Json(undo);
  json["detail"] = detail;
  if (!append(json, durable)) return std::nullopt;
  return ++effects_;
}

void Recorder::done(std::uint64_t effect, FaultEnd end, const std::string& evidence) {
  Json json = record("done");
  json["effect"] = effect;
  json["end"] = name_of(end);
  json["evidence"] = evidence;
  append(json, false);
}

void Recorder::sample(const plan::BodyNode& node, Json values, const char* truth) {
  Json json = record("sample");
  json["line"] = node.at.line;
  json["values"] = std::move(values);
  json["truth"] = truth;
  append(json, false);
}

void Recorder::observed(const std::string& node, const std::string& observer, const std::string& value) {
  Json json = record("observed");
  json["node"] = node;
  json["observer"] = observer;
  json["value"] = value;
  append(json, false);
}

void Recorder::wait(const WaitUsed& wait, bool held) {
  Json json = record("wait");
  put_place(json, wait.at);
  json["text"] = wait.text;
  json["used"] = wait.used.count();
  json["bound"] = wait.bound.count();
  json["held"] = held;
  append(json, false);
}

void Recorder::log(const std::string& text) {
  Json json = record("log");
  json["text"] = text;
  append(json, false);
}

void Recorder::failure(const Failure& failure, bool later) {
  Json json = record("failure");
  put_place(json, failure.at);
  json["text"] = failure.text;
  json["message"] = failure.message;
  json["wanted"] = failure.wanted;
  Json seen = Json::array();
  for (const Seen& value : failure.seen) {
    Json item = Json::object();
    item["at"] = value.at.count();
    item["expression"] = value.expression;
    item["value"] = value.value;
    seen.push_back(std::move(item));
  }
  json["seen"] = std::move(seen);
  json["active"] = failure.active;
  json["notes"] = failure.notes;
  json["when"] = failure.when.count();
  json["verdict"] = name_of(failure.verdict);
  json["later"] = later;
  append(json, false);
}

void Recorder::verdict(const plan::Scenario& scenario, const ScenarioResult& result) {
  Json json = record("verdict");
  json["id"] = scenario.id;
  json["verdict"] = name_of(result.verdict);
  json["seconds"] = std::chrono::duration<double>(result.ended - result.began).count();
  json["assertions"] = result.assertions;
  json["began"] = result.began.count();
  json["ended"] = result.ended.count();
  Json faults = Json::array(), versions = Json::array();
  for (const FaultResult& fault : result.faults) faults.push_back({{"what", fault.what}, {"end", name_of(fault.end)}, {"evidence", fault.evidence}});
  for (const Version& found : result.versions) versions.push_back({{"component", found.component}, {"version", found.version}, {"program", found.program}});
  json["faults"] = std::move(faults);
  json["versions"] = std::move(versions);
  if (!result.sometimes.empty()) {
    Json sometimes = Json::array();
    for (const SometimesAsked& one : result.sometimes) sometimes.push_back({{"title", one.title}, {"asked", one.asked}, {"held", one.held}});
    json["sometimes"] = std::move(sometimes);
  }
  if (!result.skipped.empty()) json["skipped"] = result.skipped;
  if (result.expected_failure) json["expected_failure"] = result.expected_failure->message;
  append(json, false);
}

void Recorder::leaked(const std::string& what, bool lasts) {
  Json json = record("leaked");
  json["what"] = what;
  json["lasts"] = lasts;
  append(json, true);
}

void Recorder::kept(const std::string& what) {
  Json json = record("kept");
  json["what"] = what;
  append(json, true);
}

void Recorder::kept(const std::string& what, const std::string& node, const backend::NodeInfo& info) {
  Json json = record("kept");
  json["what"] = what;
  json["node"] = node;
  json["dir"] = info.dir;
  json["address"] = info.address;
  json["ports"] = Json::object();
  for (const auto& [name, number] : info.ports) json["ports"][name] = number;
  append(json, true);
}

void Recorder::history(const Json& record) {
  if (!error_) check(journal_.history(record));
}

void Recorder::flush() {
  if (!error_) check(journal_.flush());
}

}  // namespace failc::run
