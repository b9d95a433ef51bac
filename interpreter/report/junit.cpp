// JUnit's XML, as CI systems read it.
#include <fmt/format.h>

#include "interpreter/report/report.hpp"
#include "interpreter/report/text.hpp"

namespace failc::report {
namespace {

std::string seconds(Nanos duration) { return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1e9); }

/// "scenarios/kv/leader.fail" is the class "scenarios.kv.leader". Stable for the same path, whatever the working folder's spelling.
std::string classname(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with("/")) path.remove_prefix(1);
  if (path.ends_with(".fail")) path.remove_suffix(5);
  std::string out;
  for (const char c : path) {
    if (c != '/') out += c;
    else if (!out.empty() && out.back() != '.') out += '.';
  }
  return out;
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(value));
}

/// A flaky one is a failure for whoever counts those, whatever `failc run` was told to make of it.
bool is_failure(const run::ScenarioResult& result) { return result.verdict == run::Verdict::fail || result.verdict == run::Verdict::flaky; }

std::string problem(const Run& run, const FileRun& file, const run::ScenarioResult& result) {
  if (result.verdict == run::Verdict::skipped) return "    <skipped message=\"" + xml_escaped(result.skipped) + "\"/>\n";
  const bool leaked = result.verdict == run::Verdict::pass;
  if (leaked && result.leaked.empty()) return "";
  const char* element = is_failure(result) ? "failure" : "error";
  std::string message = leaked ? "could not be undone: " + result.leaked.front() : std::string(word(result.verdict));
  if (result.failure) message = result.failure->message;
  if (result.verdict == run::Verdict::flaky)
    message = fmt::format("flaky: it passed at attempt {}{}", result.attempts.size(), result.attempts.front().failure ? "; at first: " + result.attempts.front().failure->message : "");
  return fmt::format("    <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element, leaked ? "leaked" : word(result.verdict), xml_escaped(message),
                     xml_escaped(failure_block(run, file, result, false)));
}

std::string told(const FileRun& file, const run::ScenarioResult& result) {
  std::string out;
  if (result.expected_failure) out += fmt::format("failed as expected: {}: {}\n", place(file, result.expected_failure->at), result.expected_failure->message);
  for (const run::WaitUsed& wait : result.waits) out += fmt::format("line {}: {} of {}: {}\n", wait.at.line, show(wait.used), show(wait.bound), wait.text);
  for (const run::FaultResult& fault : result.faults) out += fmt::format("{}: {} ({})\n", fault.what, word(fault.end), fault.evidence);
  return out;
}

std::string testcase(const Run& run, const FileRun& file, const run::ScenarioResult& result) {
  const plan::Scenario& scenario = run::scenario_of(*file.plan, result);
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\" assertions=\"{}\">\n", xml_escaped(classname(file_of(file, scenario))),
                                xml_escaped(scenario.title), xml_escaped(file_of(file, scenario)), scenario.at.line, seconds(result.ended - result.began), result.assertions);
  out += "    <properties>\n" + property("seed", std::to_string(run.seed)) + property("backend", backends(*file.plan, scenario)) + property("file", file_of(file, scenario)) +
         property("line", std::to_string(scenario.at.line)) + property("journal", journal_of(file, result));
  for (const run::Version& version : result.versions) out += property("version", text_of(version));
  out += "    </properties>\n" + problem(run, file, result);
  if (const std::string text = told(file, result); !text.empty()) out += "    <system-out>" + xml_escaped(text) + "</system-out>\n";
  return out + "    </testcase>\n";
}

/// A `sometimes` is a case of its own: it is of no single scenario.
std::string property_case(const FileRun& file, const run::Property& property) {
  const std::string text = xml_escaped(text_of(property));
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"sometimes: {}\" file=\"{}\" line=\"{}\" time=\"0.000\" assertions=\"{}\">", xml_escaped(classname(file.path)),
                                xml_escaped(property.title), xml_escaped(file.path), property.at.line, property.asked);
  if (property.failed()) out += fmt::format("<failure type=\"never\" message=\"{0}\">{1}: {0}</failure>", text, xml_escaped(place(file, property.at)));
  else if (!property.judged) out += fmt::format("<skipped message=\"{}\"/>", text);
  return out + "</testcase>\n";
}

std::string left_out(const FileRun& file, std::uint32_t index) {
  const plan::Scenario& scenario = file.plan->scenarios[index];
  return fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"0.000\"><skipped message=\"not run\"/></testcase>\n",
                     xml_escaped(classname(file_of(file, scenario))), xml_escaped(scenario.title), xml_escaped(file_of(file, scenario)), scenario.at.line);
}

std::string not_run(const Run& run) {
  if (run.not_run.empty()) return "";
  std::string out = fmt::format("  <testsuite name=\"not run\" tests=\"{0}\" failures=\"0\" errors=\"0\" skipped=\"{0}\" time=\"0.000\">\n", run.not_run.size());
  for (const NotRun& file : run.not_run)
    out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"0.000\"><skipped message=\"{}\"/></testcase>\n", xml_escaped(classname(file.path)),
                       xml_escaped(file.format), xml_escaped(file.path), xml_escaped(file.reason));
  return out + "  </testsuite>\n";
}

std::string counts_of(const Run& run) {
  std::size_t tests = run.not_run.size(), failures = 0, errors = 0, skipped = tests;
  for (const FileRun& file : run.files) {
    tests += file.results.size() + file.properties.size() + file.left_out.size();
    for (const run::Property& property : file.properties) {
      failures += property.failed();
      skipped += !property.judged;
    }
    skipped += file.left_out.size();
    for (const run::ScenarioResult& result : file.results) {
      const bool failure = is_failure(result);
      failures += failure;
      skipped += result.verdict == run::Verdict::skipped;
      errors += !failure && result.verdict != run::Verdict::skipped && (result.verdict != run::Verdict::pass || !result.leaked.empty());
    }
  }
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests, failures, errors, skipped);
}

}  // namespace

std::string junit(const Run& run) {
  std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"failc\" {} time=\"{}\">\n", counts_of(run), seconds(elapsed(run)));
  for (const FileRun& file : run.files) {
    Nanos elapsed{};
    for (const run::ScenarioResult& result : file.results) elapsed += result.ended - result.began;
    Run alone{.version = run.version, .seed = run.seed, .started = run.started, .elapsed = elapsed, .repeat = run.repeat, .files = {}, .not_run = {}};
    alone.files.push_back(file);
    out += fmt::format("  <testsuite name=\"{}\" {} time=\"{}\" timestamp=\"{}\">\n", xml_escaped(classname(file.path)), counts_of(alone), seconds(elapsed),
                       xml_escaped(run.started.ends_with("Z") ? run.started.substr(0, run.started.size() - 1) : run.started));
    for (const run::ScenarioResult& result : file.results) out += testcase(run, file, result);
    for (const run::Property& property : file.properties) out += property_case(file, property);
    for (const std::uint32_t index : file.left_out) out += left_out(file, index);
    if (!file.error.empty()) out += "    <system-err>" + xml_escaped(file.error) + "</system-err>\n";
    out += "  </testsuite>\n";
  }
  return out + not_run(run) + "</testsuites>\n";
}

}  // namespace failc::report
