// Annotations of GitHub's workflows, one line each: docs.github.com, "Workflow commands for GitHub Actions".
#include <fmt/format.h>

#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '%') out += "%25";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else if (property && c == ':') out += "%3A";
    else if (property && c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

std::string annotation(const FileRun& file, const plan::Source& at, std::string_view title, std::string_view message) {
  std::string path = at.line > 0 && at.file < file.plan->files.size() ? file.plan->files[at.file] : file.path;
  std::string out = "::error file=" + escaped(path, true);
  if (at.line > 0) out += fmt::format(",line={},col={}", at.line, at.column);
  return out + ",title=" + escaped(title, true) + "::" + escaped(message, false) + "\n";
}

std::string told(const run::Failure& failure) {
  std::string out = failure.message;
  if (!failure.wanted.empty()) out += "\nwanted: " + failure.wanted;
  for (const run::Seen& seen : failure.seen) out += "\n" + seen.expression + " = " + seen.value;
  for (const std::string& active : failure.active) out += "\nactive: " + active;
  return out;
}

}  // namespace

std::string github(const Run& run) {
  std::string out;
  for (const FileRun& file : run.files) {
    for (const run::ScenarioResult& result : file.results) {
      const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
      const std::string title = std::string(word(result.verdict)) + ": " + scenario.title;
      if (result.failure) out += annotation(file, result.failure->at, title, told(*result.failure) + "\nagain: " + again(run, file, scenario));
      else if (result.verdict != run::Verdict::pass && result.verdict != run::Verdict::skipped) out += annotation(file, scenario.at, title, word(result.verdict));
      for (const run::Failure& later : result.later) out += annotation(file, later.at, "later, while undoing: " + scenario.title, told(later));
      for (const std::string& leaked : result.leaked) out += annotation(file, scenario.at, "leaked: " + scenario.title, leaked);
    }
    for (const run::Property& property : file.properties)
      if (property.failed()) out += annotation(file, property.at, "sometimes: " + property.title, text_of(property));
    if (!file.error.empty()) out += annotation(file, {}, "failc could not run it", file.error);
    for (const std::string& leaked : file.leaked) out += annotation(file, {}, "leaked", leaked);
  }
  return out;
}

}  // namespace failc::report
