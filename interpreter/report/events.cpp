#include "interpreter/report/events.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace failc::report {
namespace {

using Json = nlohmann::ordered_json;

/// Which event a record is, and which of its keys it has, in their order; `>` renames one.
struct Shape {
  std::string_view kind, event;
  std::array<std::string_view, 13> keys;
};

constexpr Shape kShapes[] = {
    {"run", "file_began", {"path", "folder>journal", "scenarios", "attempt"}},
    {"scenario", "scenario_began", {"title", "file", "line"}},
    {"step", "step", {"file", "line", "text"}},
    {"effect", "fault", {"effect", "do", "node", "undo", "detail"}},
    {"done", "fault_ended", {"effect", "end", "evidence"}},
    {"sample", "sample", {"line", "truth", "values"}},
    {"observed", "observed", {"node", "observer", "value"}},
    {"wait", "wait", {"file", "line", "text", "used>used_ns", "bound>bound_ns", "held"}},
    {"log", "log", {"text"}},
    {"failure", "failure", {"file", "line", "column", "text", "message", "wanted", "seen", "active", "notes", "verdict", "later"}},
    {"verdict", "scenario_ended", {"verdict", "began>began_ns", "ended>ended_ns", "assertions", "faults", "versions", "skipped", "expected_failure"}},
    {"leaked", "leaked", {"what"}},
    {"kept", "kept", {"what", "node"}},
    {"recovered", "recovered", {"what"}},
    {"end", "file_ended", {"verdict", "error", "not_run", "properties"}},
    {"left", "file_ended", {"verdict", "error", "not_run", "properties", "leaked"}},
};

std::string as_line(const Json& event) { return event.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json event_named(std::string_view name) { return {{"v", kEventsVersion}, {"event", name}}; }

}  // namespace

std::optional<std::string> Events::of(const Json& record) {
  const auto kind = record.find("kind");
  if (kind == record.end() || !kind->is_string()) return std::nullopt;
  const auto id = record.find("id");
  if (*kind == "scenario" && id != record.end() && id->is_string()) scenario_ = *id;
  std::optional<std::string> out;
  for (const Shape& shape : kShapes) {
    if (*kind != shape.kind) continue;
    Json event = event_named(shape.event);
    if (const auto at = record.find("at"); at != record.end()) event["at_ns"] = *at;
    if (!scenario_.empty()) event["scenario"] = scenario_;
    for (const std::string_view key : shape.keys) {
      if (key.empty()) break;
      const std::size_t renamed = key.find('>');
      const auto found = record.find(std::string(key.substr(0, renamed)));
      if (found != record.end()) event[std::string(renamed == std::string_view::npos ? key : key.substr(renamed + 1))] = *found;
    }
    out = as_line(event);
  }
  if (*kind == "verdict") scenario_.clear();
  return out;
}

std::string run_began(const Run& run) {
  Json event = event_named("run_began");
  event["failc"] = run.version;
  event["seed"] = run.seed;
  event["started"] = run.started;
  return as_line(event);
}

std::string run_ended(const Run& run) {
  Json event = event_named("run_ended");
  event.update(json(run)["run"]);
  event.erase("files");
  return as_line(event);
}

}  // namespace failc::report
