// For people.
#include <algorithm>

#include <fmt/format.h>

#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

struct Style { const char *green = "", *red = "", *yellow = "", *bold = "", *plain = ""; };

Style style(bool colour) {
  if (!colour) return {};
  return {"\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"};
}

/// Short enough to read while waiting: milliseconds are the finest.
std::string shown(Nanos duration) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  return milliseconds.count() == 0 && duration.count() != 0 ? "<1ms" : show(Nanos(milliseconds));
}

std::string indented(std::string_view text, std::string_view by) {
  std::string out;
  for (const char c : printable(text)) {
    out += c;
    if (c == '\n') out += by;
  }
  return out;
}

/// The line and a caret under the place; tabs are kept so that the caret stands right.
std::string excerpt(const FileRun& file, const plan::Source& at, const Style& s) {
  const std::string line = source_line(file, at);
  if (line.empty()) return "";
  std::string under;
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < line.size() && column < at.column; ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) == 0x80) continue;
    under += line[i] == '\t' ? '\t' : ' ';
    ++column;
  }
  const std::size_t rest = line.size() > under.size() ? line.size() - under.size() : 1;
  const std::size_t carets = std::clamp<std::size_t>(at.length, 1, rest);
  return fmt::format("  {:>5} | {}\n        | {}{}{}{}\n", at.line, printable(line), under, s.red, "^" + std::string(carets - 1, '~'), s.plain);
}

std::string waits_of(const run::ScenarioResult& result) {
  std::string out;
  for (const run::WaitUsed& wait : result.waits)
    out += fmt::format("    line {}: {} of {}{}  {}\n", wait.at.line, shown(wait.used), show(wait.bound),
                       wait.bound.count() > 0 ? fmt::format(" ({:.0f}%)", 100.0 * static_cast<double>(wait.used.count()) / static_cast<double>(wait.bound.count())) : "",
                       indented(wait.text, "      "));
  return out;
}

std::string attempts_of(const run::ScenarioResult& result) {
  std::string out;
  for (std::size_t i = 0; i < result.attempts.size(); ++i) {
    const run::Attempt& attempt = result.attempts[i];
    out += fmt::format("  attempt {}: {} in {}{}  {}\n", i + 1, word(attempt.verdict), shown(attempt.elapsed),
                       attempt.failure ? ": " + indented(attempt.failure->message, "    ") : "", attempt.journal);
  }
  return out;
}

std::string failure_text(const FileRun& file, const run::Failure& failure, const Style& s, Nanos began) {
  std::string out = fmt::format("  {}{}{}: {}\n", s.bold, place(file, failure.at), s.plain, indented(failure.message, "    "));
  out += excerpt(file, failure.at, s);
  if (!failure.wanted.empty()) out += "  wanted: " + indented(failure.wanted, "    ") + "\n";
  if (!failure.seen.empty()) out += "  last values:\n";
  for (const run::Seen& seen : failure.seen) out += fmt::format("    at {:>8}  {} = {}\n", shown(seen.at - began), indented(seen.expression, "      "), indented(seen.value, "      "));
  if (!failure.active.empty()) out += "  active faults:\n";
  for (const std::string& fault : failure.active) out += "    " + indented(fault, "      ") + "\n";
  for (const std::string& note : failure.notes) out += "  note: " + indented(note, "    ") + "\n";
  return out;
}

const char* mark(run::Verdict verdict) {
  switch (verdict) {
    case run::Verdict::pass: return "pass";
    case run::Verdict::fail: return "FAIL";
    case run::Verdict::environment: return "ENVIRONMENT";
    case run::Verdict::interrupted: return "INTERRUPTED";
    case run::Verdict::harness: return "HARNESS";
    case run::Verdict::inconclusive: return "INCONCLUSIVE";
    case run::Verdict::skipped: return "skip";
    case run::Verdict::flaky: return "FLAKY";
  }
  return "";
}

}  // namespace

std::string scenario_line(const FileRun& file, const run::ScenarioResult& result, bool colour) {
  const Style s = style(colour);
  const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
  const char* tint = result.verdict == run::Verdict::pass ? s.green : result.verdict == run::Verdict::fail ? s.red : s.yellow;
  std::string out = fmt::format("{}{}{}  {}  ({}, {} assertion{})", tint, mark(result.verdict), s.plain, printable(scenario.id), shown(result.ended - result.began), result.assertions,
                                result.assertions == 1 ? "" : "s");
  for (const run::Version& version : result.versions) out += "  " + printable(text_of(version));
  if (result.verdict == run::Verdict::skipped) out += "  skipped: " + indented(result.skipped, "  ");
  if (result.expected_failure) out += "  failed as expected: " + indented(result.expected_failure->message, "  ");
  return out + "\n";
}

std::string failure_block(const Run& run, const FileRun& file, const run::ScenarioResult& result, bool colour) {
  const Style s = style(colour);
  const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
  std::string out;
  if (result.expected_failure) out += "  the failure that was expected:\n" + failure_text(file, *result.expected_failure, s, result.began);
  if (result.failure) {
    out += failure_text(file, *result.failure, s, result.began);
    if (const std::string waits = waits_of(result); !waits.empty()) out += "  waits, and how near each came to its bound:\n" + waits;
    if (!result.faults.empty()) out += "  faults:\n";
    for (const run::FaultResult& fault : result.faults) out += fmt::format("    {}: {} ({})\n", indented(fault.what, "      "), word(fault.end), indented(fault.evidence, "      "));
  }
  for (const run::Failure& later : result.later) out += "  later, while undoing:\n" + failure_text(file, later, s, result.began);
  for (const std::string& leaked : result.leaked) out += fmt::format("  {}LEAKED{}: {}\n", s.red, s.plain, indented(leaked, "    "));
  out += attempts_of(result);
  if (out.empty() && (result.verdict == run::Verdict::pass || result.verdict == run::Verdict::skipped)) return "";
  out += fmt::format("  journal: {}\n  seed: {}\n  again: {}\n", journal_of(file, result), run.seed, again(run, file, scenario));
  return out;
}

std::string property_lines(const FileRun& file, bool colour) {
  const Style s = style(colour);
  std::string out;
  for (const run::Property& property : file.properties) {
    const char* tint = property.failed() ? s.red : property.judged ? s.green : s.yellow;
    const char* marked = property.failed() ? "NEVER" : property.judged ? "sometimes" : "unjudged";
    out += fmt::format("{}{}{}  {}: \"{}\"  {}\n", tint, marked, s.plain, place(file, property.at), printable(property.title), text_of(property));
    if (property.failed()) out += excerpt(file, property.at, s);
  }
  return out;
}

std::string summary(const Run& run, bool colour) {
  const Style s = style(colour);
  const Counts counts = count(run);
  const bool good =
      counts.flaky + counts.failed + counts.never + counts.inconclusive + counts.environment + counts.harness + counts.interrupted + counts.leaked + counts.left_out == 0;
  std::string out = fmt::format("{}{} passed{}", good ? s.green : "", counts.passed, good ? s.plain : "");
  const auto add = [&](std::size_t number, const char* what) {
    if (number > 0) out += fmt::format(", {}{} {}{}", s.red, number, what, s.plain);
  };
  add(counts.flaky, "flaky");
  add(counts.failed, "failed");
  add(counts.never, counts.never == 1 ? "property never true" : "properties never true");
  add(counts.inconclusive, "inconclusive");
  add(counts.environment, "could not run here");
  add(counts.harness, "ended by a mistake of the harness");
  add(counts.interrupted, "interrupted");
  if (counts.skipped > 0) out += fmt::format(", {} skipped", counts.skipped);
  add(counts.left_out, "not run");
  add(counts.leaked, "LEAKED");
  out += fmt::format(" in {}, seed {}\n", shown(run.elapsed), run.seed);
  const auto add_leaked = [&](const std::vector<std::string>& all) {
    for (const std::string& leaked : all) out += fmt::format("{}LEAKED{}: {}\n", s.red, s.plain, indented(leaked, "  "));
  };
  for (const FileRun& file : run.files) {
    for (const run::ScenarioResult& result : file.results) add_leaked(result.leaked);
    add_leaked(file.leaked);
  }
  for (const FileRun& file : run.files)
    for (const run::ScenarioResult& result : file.results) {
      for (const std::string& kept : result.kept) out += fmt::format("{}KEPT{}: {}\n", s.yellow, s.plain, indented(kept, "  "));
      if (!result.kept.empty()) out += fmt::format("  `failc recover --kept {}` ends what {} kept\n", shell_quoted(result.kept_in.empty() ? journal_of(file, result) : result.kept_in), printable(run::scenario_of(*file.plan, result).id));
    }
  std::string_view before;
  for (const FileRun& file : run.files) {
    if (!file.journal.empty() && file.journal != before) out += fmt::format("journal: {}\n", file.journal);
    before = file.journal;
  }
  return out;
}

}  // namespace failc::report
