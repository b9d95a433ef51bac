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

/// "pass", "checked" (a mistake was found before it ran), or the failure.
inline std::string verdict(const std::string& name, std::string text) {
  const Checked checked(name, std::move(text));
  if (!checked.plan) return "checked";
  if (checked.plan->scenarios.empty()) return "nothing";
  const Ran ran = run_spec(*checked.plan);
  if (ran.result.verdict == run::Verdict::pass) return "pass";
  return ran.result.failure ? text_of(*ran.result.failure) : "no failure";
}

/// The phase files below `folder` with that ending.
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
