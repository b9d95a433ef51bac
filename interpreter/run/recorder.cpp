#include "interpreter/run/recorder.hpp"

#include "grammar/base/bug.hpp"

namespace failc::run {
namespace {

using journal::Record;

/// What `put` does for each of `items`, as a list of objects.
template <class Items, class Put>
std::string list_of(const Items& items, const Put& put) {
  std::string out = "[";
  for (const auto& item : items) {
    Record object;
    put(object, item);
    if (out.size() > 1) out += ',';
    out += object.finish();
  }
  return out + "]";
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    journal::write_json(out, std::string_view(text));
  }
  return out + "]";
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

Record Recorder::record(const char* kind) {
  Record record;
  record.put("at", world_.now().count());
  record.put("kind", kind);
  return record;
}

bool Recorder::check(const Status& status) {
  if (status) return true;
  if (!error_) {
    error_ = status.error().message;
    failed_();
  }
  return false;
}

bool Recorder::append(Record& record, bool durable) { return !error_ && check(journal_.write(record.finish(), durable)); }

void Recorder::put_place(Record& record, const plan::Source& at) const {
  record.put("file", at.file < plan_.files.size() ? plan_.files[at.file] : "");
  record.put("line", at.line);
  record.put("column", at.column);
  record.put("length", at.length);
}

void Recorder::scenario(const plan::Plan& plan, const plan::Scenario& scenario) {
  Record out = record("scenario");
  out.put("id", scenario.id);
  out.put("title", scenario.title);
  out.put("file", plan.files[scenario.at.file]);
  out.put("line", scenario.at.line);
  append(out, false);
}

void Recorder::step(const plan::Plan& plan, const plan::Scenario& scenario, const plan::BodyNode& node) {
  Record out = record("step");
  if (node.at.file != scenario.at.file) out.put("file", plan.files[node.at.file]);
  out.put("line", node.at.line);
  out.put("text", node.text);
  append(out, false);
}

std::optional<std::uint64_t> Recorder::effect(const std::string& verb, const std::string& node, const std::string& undo, const std::string& detail,
                                              bool durable) {
  Record out = record("effect");
  out.put("effect", effects_ + 1);
  out.put("do", verb);
  out.put("node", node);
  if (undo.empty()) out.put_json("undo", "null");
  else out.put("undo", undo);
  out.put("detail", detail);
  if (!append(out, durable)) return std::nullopt;
  return ++effects_;
}

void Recorder::done(std::uint64_t effect, FaultEnd end, const std::string& evidence) {
  Record out = record("done");
  out.put("effect", effect);
  out.put("end", name_of(end));
  out.put("evidence", evidence);
  append(out, false);
}

void Recorder::sample(const plan::BodyNode& node, std::string_view values, const char* truth) {
  Record out = record("sample");
  out.put("line", node.at.line);
  out.put_json("values", values);
  out.put("truth", truth);
  append(out, false);
}

void Recorder::observed(const std::string& node, const std::string& observer, const std::string& value) {
  Record out = record("observed");
  out.put("node", node);
  out.put("observer", observer);
  out.put("value", value);
  append(out, false);
}

void Recorder::wait(const WaitUsed& wait, bool held) {
  Record out = record("wait");
  put_place(out, wait.at);
  out.put("text", wait.text);
  out.put("used", wait.used.count());
  out.put("bound", wait.bound.count());
  out.put("held", held);
  append(out, false);
}

void Recorder::log(const std::string& text) {
  Record out = record("log");
  out.put("text", text);
  append(out, false);
}

void Recorder::failure(const Failure& failure, bool later) {
  Record out = record("failure");
  put_place(out, failure.at);
  out.put("text", failure.text);
  out.put("message", failure.message);
  out.put("wanted", failure.wanted);
  out.put_json("seen", list_of(failure.seen, [](Record& item, const Seen& value) {
    item.put("at", value.at.count());
    item.put("expression", value.expression);
    item.put("value", value.value);
  }));
  out.put_json("active", list_of(failure.active));
  out.put_json("notes", list_of(failure.notes));
  out.put("when", failure.when.count());
  out.put("verdict", name_of(failure.verdict));
  out.put("later", later);
  append(out, false);
}

void Recorder::verdict(const plan::Scenario& scenario, const ScenarioResult& result) {
  Record out = record("verdict");
  out.put("id", scenario.id);
  out.put("verdict", name_of(result.verdict));
  out.put("seconds", std::chrono::duration<double>(result.ended - result.began).count());
  out.put("assertions", result.assertions);
  out.put("began", result.began.count());
  out.put("ended", result.ended.count());
  out.put_json("faults", list_of(result.faults, [](Record& item, const FaultResult& fault) {
    item.put("what", fault.what);
    item.put("end", name_of(fault.end));
    item.put("evidence", fault.evidence);
  }));
  out.put_json("versions", list_of(result.versions, [](Record& item, const Version& found) {
    item.put("component", found.component);
    item.put("version", found.version);
    item.put("program", found.program);
  }));
  if (!result.sometimes.empty()) {
    out.put_json("sometimes", list_of(result.sometimes, [](Record& item, const SometimesAsked& one) {
      item.put("title", one.title);
      item.put("asked", one.asked);
      item.put("held", one.held);
    }));
  }
  if (!result.skipped.empty()) out.put("skipped", result.skipped);
  if (result.expected_failure) out.put("expected_failure", result.expected_failure->message);
  append(out, false);
}

void Recorder::leaked(const std::string& what, bool lasts) {
  Record out = record("leaked");
  out.put("what", what);
  out.put("lasts", lasts);
  append(out, true);
}

void Recorder::kept(const std::string& what) {
  Record out = record("kept");
  out.put("what", what);
  append(out, true);
}

void Recorder::kept(const std::string& what, const std::string& node, const backend::NodeInfo& info) {
  Record out = record("kept");
  out.put("what", what);
  out.put("node", node);
  out.put("dir", info.dir);
  out.put("address", info.address);
  Record ports;
  for (const auto& [name, number] : info.ports) ports.put(name, number);
  out.put_json("ports", ports.finish());
  append(out, true);
}

void Recorder::history(const Json& record) {
  if (!error_) check(journal_.history(record));
}

void Recorder::scenario_ended() {
  if (!error_) check(journal_.scenario_ended());
}

}  // namespace failc::run
