#include "tools/failc/former_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "interpreter/host/process.hpp"
#include "interpreter/journal/file_journal.hpp"
#include "interpreter/journal/folder.hpp"
#include "tools/failc/atomic_file.hpp"
#include "tools/failc/restore_run.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSelection = "selection.json";

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  if (list.is_array())
    for (const Json& item : list)
      if (item.is_string()) out.push_back(item);
  return out;
}

Result<std::vector<fs::path>> folders_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) out.push_back(it->path());
  }
  if (error) return Error{"cannot read `" + folder.string() + "`: " + error.message()};
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::vector<std::string>> noted_selection(const fs::path& folder) {
  std::ifstream file(folder / kSelection);
  const Json noted = Json::parse(file, nullptr, false);
  if (!noted.is_object() || !noted.contains("scenarios")) return std::nullopt;
  return texts(noted["scenarios"]);
}

/// Runs are named by the second in which they began; of those of one second the folder's own time tells.
fs::path newest_of(const std::vector<fs::path>& folders) {
  const auto time_of = [](const fs::path& folder) {
    std::error_code ignored;
    const std::string name = folder.filename().string();
    return std::pair(name.substr(0, name.find('-')), fs::last_write_time(folder, ignored));
  };
  return *std::max_element(folders.begin(), folders.end(), [&](const fs::path& a, const fs::path& b) { return time_of(a) < time_of(b); });
}

bool passed(run::Verdict verdict) { return verdict == run::Verdict::pass || verdict == run::Verdict::skipped; }

/// The ids of a file's scenarios that have something to do with what did not pass.
void add_failed(const report::FileRun& file, std::set<std::string>& out) {
  bool around_failed = false;
  std::set<std::string> never;
  for (const run::Property& property : file.properties)
    if (property.failed()) never.insert(property.title);
  for (const run::ScenarioResult& result : file.results) {
    if (passed(result.verdict)) continue;
    if (result.scenario < file.plan->scenarios.size()) out.insert(file.plan->scenarios[result.scenario].id);
    else around_failed = true;
  }
  for (const std::uint32_t index : file.left_out) out.insert(file.plan->scenarios[index].id);
  for (const plan::Scenario& scenario : file.plan->scenarios) {
    const auto places = run::sometimes_of(scenario);
    const bool has_never = std::any_of(places.begin(), places.end(), [&](const plan::BodyNode* place) { return never.contains(std::get<plan::Condition>(place->node).title); });
    if (around_failed || has_never) out.insert(scenario.id);
  }
}

}  // namespace

Result<FormerRun> last_run(const std::string& runs) {
  std::error_code error;
  if (!fs::is_directory(runs, error)) return Error{"there is no run in `" + runs + "` yet"};
  const auto all = folders_in(runs);
  if (!all) return all.error();
  if (all->empty()) return Error{"there is no run in `" + runs + "` yet"};
  const fs::path newest = newest_of(*all);
  const auto restored = restore_run(newest.string());
  if (!restored) return restored.error();
  std::vector<std::string> selected;
  std::set<std::string> ran, failed;
  for (const report::FileRun& file : restored->restored.run.files) {
    for (const plan::Scenario& scenario : file.plan->scenarios) {
      selected.push_back(scenario.id);
      ran.insert(scenario.id);
    }
    add_failed(file, failed);
  }
  if (auto noted = noted_selection(newest)) selected = std::move(*noted);
  FormerRun out{.folder = newest.string(), .scenarios = selected.size(), .not_passed = {}};
  for (const std::string& id : selected)
    if (failed.contains(id) || !ran.contains(id)) out.not_passed.push_back(id);
  return out;
}

Status clear_former(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Done{};
  const auto inside = folders_in(folder);
  if (!inside) return inside.error();
  std::vector<fs::path> all(*inside);
  all.push_back(folder);
  for (const fs::path& one : all) {
    if (!journal::holds_run(one.string())) continue;
    const auto opened = journal::FileJournal::open(one.string(), {.pid = host::self().pid});
    if (!opened) return opened.error();
    if (Status gone = (*opened)->discard(); !gone) return gone;
    fs::remove(one / "lock", error);
    if (one != folder) fs::remove(one, error);  // only where it is empty
  }
  return Done{};
}

Status note_selection(const std::string& folder, const std::vector<std::string>& ids) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{"cannot make `" + folder + "`: " + error.message()};
  return write_whole(folder + "/" + kSelection, Json{{"scenarios", ids}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace failc::tools
