#include "interpreter/run/recorder.hpp"

#include "grammar/base/bug.hpp"

namespace failc::run {
namespace {

constexpr std::size_t kKeys = 15;  // of the largest record

/// A key that is not there yet: unlike `[]`, without looking for it.
void put(Recorder::Json& record, const char* key, Recorder::Json value) {
  record.get_ref<Recorder::Json::object_t&>().emplace_back(key, std::move(value));
}

}  // namespace

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
  json.get_ref<Json::object_t&>().reserve(kKeys);
  put(json, "at", world_.now().count());
  put(json, "kind", kind);
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
  put(record, "file", at.file < plan_.files.size() ? plan_.files[at.file] : "");
  put(record, "line", at.line);
  put(record, "column", at.column);
  put(record, "length", at.length);
}

void Recorder::scenario(const plan::Plan& plan, const plan::Scenario& scenario) {
  Json json = record("scenario");
  put(json, "id", scenario.id);
  put(json, "title", scenario.title);
  put(json, "file", plan.files[scenario.at.file]);
  put(json, "line", scenario.at.line);
  append(json, false);
}

void Recorder::step(const plan::Plan& plan, const plan::Scenario& scenario, const plan::BodyNode& node) {
  Json json = record("step");
  if (node.at.file != scenario.at.file) put(json, "file", plan.files[node.at.file]);
  put(json, "line", node.at.line);
  put(json, "text", node.text);
  append(json, false);
}

std::optional<std::uint64_t> Recorder::effect(const std::string& verb, const std::string& node, const std::string& undo, const std::string& detail,
                                              bool durable) {
  Json json = record("effect");
  put(json, "effect", effects_ + 1);
  put(json, "do", verb);
  put(json, "node", node);
  put(json, "undo", undo.empty() ? Json(nullptr) : Json(undo));
  put(json, "detail", detail);
  if (!append(json, durable)) return std::nullopt;
  return ++effects_;
}

void Recorder::done(std::uint64_t effect, FaultEnd end, const std::string& evidence) {
  Json json = record("done");
  put(json, "effect", effect);
  put(json, "end", name_of(end));
  put(json, "evidence", evidence);
  append(json, false);
}

void Recorder::sample(const plan::BodyNode& node, Json values, const char* truth) {
  Json json = record("sample");
  put(json, "line", node.at.line);
  put(json, "values", std::move(values));
  put(json, "truth", truth);
  append(json, false);
}

void Recorder::observed(const std::string& node, const std::string& observer, const std::string& value) {
  Json json = record("observed");
  put(json, "node", node);
  put(json, "observer", observer);
  put(json, "value", value);
  append(json, false);
}

void Recorder::wait(const WaitUsed& wait, bool held) {
  Json json = record("wait");
  put_place(json, wait.at);
  put(json, "text", wait.text);
  put(json, "used", wait.used.count());
  put(json, "bound", wait.bound.count());
  put(json, "held", held);
  append(json, false);
}

void Recorder::log(const std::string& text) {
  Json json = record("log");
  put(json, "text", text);
  append(json, false);
}

void Recorder::failure(const Failure& failure, bool later) {
  Json json = record("failure");
  put_place(json, failure.at);
  put(json, "text", failure.text);
  put(json, "message", failure.message);
  put(json, "wanted", failure.wanted);
  Json seen = Json::array();
  for (const Seen& value : failure.seen) {
    Json item = Json::object();
    put(item, "at", value.at.count());
    put(item, "expression", value.expression);
    put(item, "value", value.value);
    seen.push_back(std::move(item));
  }
  put(json, "seen", std::move(seen));
  put(json, "active", failure.active);
  put(json, "notes", failure.notes);
  put(json, "when", failure.when.count());
  put(json, "verdict", name_of(failure.verdict));
  put(json, "later", later);
  append(json, false);
}

void Recorder::verdict(const plan::Scenario& scenario, const ScenarioResult& result) {
  Json json = record("verdict");
  put(json, "id", scenario.id);
  put(json, "verdict", name_of(result.verdict));
  put(json, "seconds", std::chrono::duration<double>(result.ended - result.began).count());
  put(json, "assertions", result.assertions);
  put(json, "began", result.began.count());
  put(json, "ended", result.ended.count());
  Json faults = Json::array(), versions = Json::array();
  for (const FaultResult& fault : result.faults) faults.push_back({{"what", fault.what}, {"end", name_of(fault.end)}, {"evidence", fault.evidence}});
  for (const Version& found : result.versions) versions.push_back({{"component", found.component}, {"version", found.version}, {"program", found.program}});
  put(json, "faults", std::move(faults));
  put(json, "versions", std::move(versions));
  if (!result.sometimes.empty()) {
    Json sometimes = Json::array();
    for (const SometimesAsked& one : result.sometimes) sometimes.push_back({{"title", one.title}, {"asked", one.asked}, {"held", one.held}});
    put(json, "sometimes", std::move(sometimes));
  }
  if (!result.skipped.empty()) put(json, "skipped", result.skipped);
  if (result.expected_failure) put(json, "expected_failure", result.expected_failure->message);
  append(json, false);
}

void Recorder::leaked(const std::string& what, bool lasts) {
  Json json = record("leaked");
  put(json, "what", what);
  put(json, "lasts", lasts);
  append(json, true);
}

void Recorder::kept(const std::string& what) {
  Json json = record("kept");
  put(json, "what", what);
  append(json, true);
}

void Recorder::kept(const std::string& what, const std::string& node, const backend::NodeInfo& info) {
  Json json = record("kept");
  put(json, "what", what);
  put(json, "node", node);
  put(json, "dir", info.dir);
  put(json, "address", info.address);
  put(json, "ports", Json::object());
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
