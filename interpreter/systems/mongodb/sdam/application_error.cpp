#include "interpreter/systems/mongodb/sdam/application_error.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/sdam/extended_json.hpp"

namespace failc::sdam {
namespace {

struct Words {
  std::optional<std::int64_t> code;
  std::string message;
};

/// One field a reader: a wrong type of one must not hide the others.
Words words_of(const DocumentView& document) {
  Words out;
  out.code = Fields(document, "").integer("code");
  // Before there were codes for all errors some replies had a 0.
  if (out.code == 0) out.code.reset();
  out.message = Fields(document, "").text("errmsg").value_or("");
  return out;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

StateChange classify(const std::optional<std::int64_t>& code, const std::string& message) {
  if (!code) {
    if (contains(message, "node is recovering") || contains(message, "not master or secondary")) return StateChange::recovering;
    return contains(message, "not master") ? StateChange::not_writable_primary : StateChange::none;
  }
  switch (*code) {
    case 11600:  // InterruptedAtShutdown
    case 91:     // ShutdownInProgress
      return StateChange::shutting_down;
    case 11602:  // InterruptedDueToReplStateChange
    case 13436:  // NotPrimaryOrSecondary
    case 189:    // PrimarySteppedDown
      return StateChange::recovering;
    case 10107:  // NotWritablePrimary
    case 13435:  // NotPrimaryNoSecondaryOk
    case 10058:  // LegacyNotPrimary
      return StateChange::not_writable_primary;
    default:
      return StateChange::none;
  }
}

CommandFailure read_failure(const nlohmann::json& response) {
  CommandFailure out;
  out.failed = !is_ok(response);
  Words words;
  if (out.failed) {
    words = words_of(response);
  } else if (const auto concern = Fields(response, "").object("writeConcernError")) {
    words = words_of(*concern);
  }
  out.message = words.message;
  out.state_change = classify(words.code, words.message);
  out.topology_version = Fields(response, "").topology_version("topologyVersion");
  return out;
}

bool has_label(const ApplicationError& error, const std::string& label) {
  if (std::find(error.labels.begin(), error.labels.end(), label) != error.labels.end()) return true;
  const std::vector<std::string> labels = Fields(error.response, "").texts("errorLabels");
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace failc::sdam
