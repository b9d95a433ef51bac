// TAP, version 14, as its specification has it: testanything.org/tap-version-14-specification.html.
#include <fmt/format.h>

#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

/// A description, or a directive's reason: one line in which `#` begins nothing.
std::string described(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '\\' || c == '#') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out;
}

/// A double-quoted scalar of YAML 1.2, which JSON's strings are.
std::string scalar(std::string_view text) { return nlohmann::json(printable(text)).dump(); }

std::string entry(std::string_view key, std::string_view text) { return fmt::format("  {}: {}\n", key, scalar(text)); }

std::string entries(std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  std::string out = fmt::format("  {}:\n", key);
  for (const std::string& text : texts) out += fmt::format("    - {}\n", scalar(text));
  return out;
}

std::string failure(const FileRun& file, const run::Failure& failure) {
  std::string out = entry("message", failure.message);
  out += entry("severity", word(failure.verdict));
  out += fmt::format("  at:\n    file: {}\n    line: {}\n    column: {}\n", scalar(failure.at.file < file.plan->files.size() ? file.plan->files[failure.at.file] : file.path), failure.at.line,
                     failure.at.column);
  if (const std::string line = source_line(file, failure.at); !line.empty()) out += entry("source", line);
  if (!failure.wanted.empty()) out += entry("wanted", failure.wanted);
  if (!failure.seen.empty()) out += "  seen:\n";
  for (const run::Seen& seen : failure.seen) out += fmt::format("    - at_ns: {}\n      expression: {}\n      value: {}\n", seen.at.count(), scalar(seen.expression), scalar(seen.value));
  return out + entries("active", failure.active) + entries("notes", failure.notes);
}

std::string diagnostics(const Run& run, const FileRun& file, const run::ScenarioResult& result) {
  std::string out = fmt::format("  verdict: {}\n  duration_ms: {:.3f}\n", word(result.verdict), static_cast<double>((result.ended - result.began).count()) / 1e6);
  if (result.failure) out += failure(file, *result.failure);
  std::vector<std::string> later, faults;
  for (const run::Failure& each : result.later) later.push_back(place(file, each.at) + ": " + each.message);
  for (const run::FaultResult& fault : result.faults) faults.push_back(fmt::format("{}: {} ({})", fault.what, word(fault.end), fault.evidence));
  out += entries("later", later) + entries("faults", faults) + entries("leaked", result.leaked);
  out += fmt::format("  seed: {}\n", run.seed) + entry("journal", journal_of(file, result)) + entry("again", again(run, file, run::scenario_of(*file.plan, result)));
  return "  ---\n" + out + "  ...\n";
}

/// Whether the test counts as ok: nothing but a pass, or a skip, that left nothing behind.
bool ok(const run::ScenarioResult& result) { return (result.verdict == run::Verdict::pass || result.verdict == run::Verdict::skipped) && result.leaked.empty(); }

}  // namespace

std::string tap(const Run& run) {
  std::size_t count = 0;
  for (const FileRun& file : run.files) count += file.results.size() + file.properties.size() + file.left_out.size();
  std::string out = fmt::format("TAP version 14\n1..{}{}\n", count, count == 0 ? " # nothing was run" : "");
  out += fmt::format("# failc {}, seed {}\n", run.version, run.seed);
  std::size_t number = 0;
  for (const FileRun& file : run.files) {
    for (const run::ScenarioResult& result : file.results) {
      const bool good = ok(result);
      const std::string skip = result.skipped.empty() ? "" : " # SKIP " + described(result.skipped);
      out += fmt::format("{} {} - {}{}\n", good ? "ok" : "not ok", ++number, described(run::scenario_of(*file.plan, result).id), skip);
      if (result.expected_failure) out += fmt::format("# failed as expected: {}: {}\n", described(place(file, result.expected_failure->at)), described(result.expected_failure->message));
      if (!good) out += diagnostics(run, file, result);
    }
    for (const run::Property& property : file.properties) {
      const std::string what = described(fmt::format("sometimes: {} ({})", property.title, place(file, property.at)));
      out += fmt::format("{} {} - {}{}\n", property.failed() ? "not ok" : "ok", ++number, what, property.judged ? "" : " # SKIP " + described(text_of(property)));
      if (property.failed()) out += "  ---\n" + entry("message", text_of(property)) + "  ...\n";
    }
    for (const std::uint32_t index : file.left_out) out += fmt::format("ok {} - {} # SKIP not run\n", ++number, described(file.plan->scenarios[index].id));
    if (!file.error.empty()) out += fmt::format("# {}: {}\n", described(file.path), described(file.error));
    for (const std::string& leaked : file.leaked) out += fmt::format("# LEAKED: {}\n", described(leaked));
  }
  // Nothing that ends a run early may look like a whole one.
  for (const FileRun& file : run.files)
    if (!file.error.empty()) return out + fmt::format("Bail out! {}\n", described(file.error));
  return out;
}

}  // namespace failc::report
