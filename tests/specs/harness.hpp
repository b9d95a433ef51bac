#pragma once
// Spec files and `.fail` texts about models, checked and run without a world around them.
#include <filesystem>
#include <string>
#include <vector>

#include "tests/lang/systems.hpp"
#include "tests/run/fixture.hpp"

namespace failc::testing {

inline const std::filesystem::path kPhases = std::filesystem::path(FAILC_SOURCE_DIR) / "../shared/specs/server-discovery-and-monitoring/tests";
inline const std::filesystem::path kOwn = std::filesystem::path(FAILC_SOURCE_DIR) / "tests/specs/samples";

inline check::Options spec_options() {
  check::Options options;
  add_systems(options);
  return options;
}

struct Checked {
  SourceMap sources;
  diag::Sink sink;
  std::unique_ptr<plan::Plan> plan;

  Checked(const std::string& name, std::string text) {
    const FileId file = sources.add(name, std::move(text));
    const check::Options options = spec_options();
    if (name.ends_with(".fail")) plan = check::check_source(file, options, sources, sink).plan;
    else plan = check::check_specs(std::vector<FileId>{file}, options, sources, sink).plan;
  }
  std::string said() const { return diag::render(sink.all(), sources, diag::Format::text, false); }
};

inline Ran run_spec(const plan::Plan& plan) {
  backend::FakeWorld world;
  run::Options options;
  options.players = spec_options().players;
  return run_one(plan, world, std::move(options));
}

/// Of all scenarios, in order.
inline std::vector<run::ScenarioResult> run_all(const plan::Plan& plan, std::uint64_t seed = 1) {
  backend::FakeWorld world;
  run::Options options;
  options.players = spec_options().players;
  options.seed = seed;
  for (std::uint32_t index = 0; index < plan.scenarios.size(); ++index) options.scenarios.push_back(index);
  journal::MemoryJournal journal;
  return run::run(plan, options, world, journal, {});
}

/// "pass" (of all scenarios, or they are skipped), "checked" (a mistake was found before they ran), or the first failure.
inline std::string verdict(const std::string& name, std::string text) {
  const Checked checked(name, std::move(text));
  if (!checked.plan) return "checked";
  if (checked.plan->scenarios.empty()) return "nothing";
  for (const run::ScenarioResult& result : run_all(*checked.plan))
    if (result.verdict != run::Verdict::pass && result.verdict != run::Verdict::skipped) return result.failure ? text_of(*result.failure) : "no failure";
  return "pass";
}

/// Below the specifications, and in our own samples, where files are that are run.
struct FormatFolder {
  const char *upstream, *own;
  /// Of a file, or of each of its tests, what is an outcome.
  std::vector<const char*> outcomes;
};
inline const std::filesystem::path kUpstream = std::filesystem::path(FAILC_SOURCE_DIR) / "../shared/specs";
inline const std::vector<FormatFolder> kFormats = {
    {"server-selection/tests/server_selection", "selection", {"suitable_servers", "in_latency_window", "error"}},
    {"max-staleness/tests", "staleness", {"suitable_servers", "in_latency_window", "error"}},
    {"server-selection/tests/in_window", "window", {"outcome"}},
    {"server-selection/tests/rtt", "round_trip", {"new_avg_rtt"}},
    {"connection-string/tests", "connection_string", {"valid", "warning", "hosts", "auth", "options"}},
    {"uri-options/tests", "options", {"valid", "warning", "hosts", "auth", "options"}},
    {"auth/tests/legacy", "credential", {"valid", "credential"}},
    {"read-write-concern/tests/connection-string", "concern_string", {"valid", "warning", "readConcern", "writeConcern"}},
    {"read-write-concern/tests/document", "concern_document", {"valid", "isServerDefault", "isAcknowledged", "readConcernDocument", "writeConcernDocument"}},
};

/// The files below `folder` with that ending, without those of the unified format.
inline std::vector<std::filesystem::path> phase_files(const std::filesystem::path& folder, const std::string& ending) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ending && entry.path().string().find("/unified/") == std::string::npos) out.push_back(entry.path());
  return out;
}

inline std::string text_of_file(const std::filesystem::path& path) {
  Result<std::string> text = read_file(path.string());
  EXPECT_TRUE(text) << path;
  return text ? std::move(*text) : "";
}

}  // namespace failc::testing
