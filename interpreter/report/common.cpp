// What all reports say alike.
#include <algorithm>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {

run::ScenarioResult combined(std::vector<run::ScenarioResult> attempts) {
  FAILC_ASSERT(!attempts.empty());
  if (attempts.size() == 1) return std::move(attempts.front());
  std::vector<run::Attempt> all;
  std::vector<std::string> leaked;
  std::vector<run::SometimesAsked> sometimes;
  for (const run::ScenarioResult& attempt : attempts) {
    sometimes.insert(sometimes.end(), attempt.sometimes.begin(), attempt.sometimes.end());
    all.push_back({attempt.verdict, attempt.failure, attempt.journal, attempt.ended - attempt.began});
    leaked.insert(leaked.end(), attempt.leaked.begin(), attempt.leaked.end());
  }
  const auto is = [](run::Verdict verdict) { return [verdict](const run::ScenarioResult& attempt) { return attempt.verdict == verdict; }; };
  auto stands = std::find_if(attempts.begin(), attempts.end(), is(run::Verdict::fail));
  if (stands == attempts.end()) stands = attempts.begin();
  const run::Verdict last = attempts.back().verdict;
  if (last == run::Verdict::pass || last == run::Verdict::interrupted) stands = attempts.end() - 1;
  run::ScenarioResult out = std::move(*stands);
  if (last == run::Verdict::pass) out.verdict = run::Verdict::flaky;
  out.attempts = std::move(all);
  out.leaked = std::move(leaked);
  out.sometimes = std::move(sometimes);
  return out;
}

std::string_view word(run::Verdict verdict) {
  switch (verdict) {
    case run::Verdict::pass: return "pass";
    case run::Verdict::fail: return "fail";
    case run::Verdict::environment: return "environment";
    case run::Verdict::interrupted: return "interrupted";
    case run::Verdict::harness: return "harness";
    case run::Verdict::inconclusive: return "inconclusive";
    case run::Verdict::skipped: return "skipped";
    case run::Verdict::flaky: return "flaky";
  }
  FAILC_BUG("a verdict without a word");
}

std::string_view word(run::FaultEnd end) {
  switch (end) {
    case run::FaultEnd::installed: return "installed";
    case run::FaultEnd::skipped: return "skipped";
    case run::FaultEnd::indeterminate: return "indeterminate";
    case run::FaultEnd::reverted: return "reverted";
  }
  FAILC_BUG("an end of a fault without a word");
}

Counts count(const Run& run) {
  Counts out;
  for (const FileRun& file : run.files) {
    out.left_out += file.left_out.size();
    out.leaked += file.leaked.size();
    for (const run::Property& property : file.properties) out.never += property.failed();
    for (const run::ScenarioResult& result : file.results) {
      out.leaked += result.leaked.size();
      switch (result.verdict) {
        case run::Verdict::pass: ++out.passed; break;
        case run::Verdict::fail: ++out.failed; break;
        case run::Verdict::environment: ++out.environment; break;
        case run::Verdict::harness: ++out.harness; break;
        case run::Verdict::inconclusive: ++out.inconclusive; break;
        case run::Verdict::interrupted: ++out.interrupted; break;
        case run::Verdict::skipped: ++out.skipped; break;
        case run::Verdict::flaky: ++out.flaky; break;
      }
    }
  }
  return out;
}

Nanos elapsed(const Run& run) {
  Nanos out{};
  for (const FileRun& file : run.files) out += file.elapsed;
  return out;
}

std::string backends(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::vector<std::string> names;
  for (const std::uint32_t index : scenario.clusters)
    if (std::find(names.begin(), names.end(), plan.clusters[index].backend) == names.end()) names.push_back(plan.clusters[index].backend);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

const std::string& journal_of(const FileRun& file, const run::ScenarioResult& result) { return result.journal.empty() ? file.journal : result.journal; }

std::string again(const Run& run, const FileRun& file, const plan::Scenario& scenario) {
  // A word that begins with `-` would be taken for an option.
  const std::string& written = file_of(file, scenario);
  const std::string path = written.starts_with("-") ? "./" + written : written;
  const bool around = (!file.plan->setup.empty() && &scenario == &file.plan->setup.front()) || (!file.plan->cleanup.empty() && &scenario == &file.plan->cleanup.front());
  if (around) return "failc run " + shell_quoted(path) + " " + run.repeat;
  const std::string only = scenario.title.starts_with("-") ? "--only=" + shell_quoted(scenario.title) : "--only " + shell_quoted(scenario.title);
  return "failc run " + shell_quoted(path) + " " + only + " " + run.repeat;
}

const std::string& file_of(const FileRun& file, const plan::Scenario& scenario) {
  return scenario.at.file < file.plan->files.size() ? file.plan->files[scenario.at.file] : file.path;
}

std::string source_text(const FileRun& file, const plan::Source& at) {
  const std::string line = source_line(file, at);
  std::string out;
  std::uint32_t column = 0;
  for (const char c : line) {
    column += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (column >= at.column + at.length) break;
    if (column >= at.column) out += c;
  }
  return out;
}

std::string source_line(const FileRun& file, const plan::Source& at) {
  if (!file.sources || at.file >= file.plan->files.size() || at.line == 0) return "";
  const std::string& path = file.plan->files[at.file];
  for (std::uint32_t i = 0; i < file.sources->size(); ++i) {
    const SourceFile& source = (*file.sources)[FileId{i}];
    if (source.path != path) continue;
    std::size_t begin = 0;
    for (std::uint32_t line = 1; line < at.line; ++line) {
      begin = source.text.find('\n', begin);
      if (begin == std::string::npos) return "";
      ++begin;
    }
    return source.text.substr(begin, source.text.find_first_of("\r\n", begin) - begin);
  }
  return "";
}

std::string place(const FileRun& file, const plan::Source& at) {
  if (at.line == 0 || at.file >= file.plan->files.size()) return file.path;
  return fmt::format("{}:{}:{}", file.plan->files[at.file], at.line, at.column);
}

}  // namespace failc::report
