#include "tools/failc/former_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "interpreter/journal/folder.hpp"
#include "interpreter/journal/reader.hpp"
#include "tools/failc/atomic_file.hpp"

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

/// What the sessions of a run selected and found.
struct Found {
  std::vector<std::string> selected;
  std::map<std::string, std::vector<std::string>> verdicts;  // by id, one an attempt
};

Status read_session(const fs::path& folder, Found& found) {
  const auto contents = journal::read((folder / "journal.jsonl").string());
  if (!contents) return contents.error();
  for (const Json& record : contents->records) {
    if (record["kind"] == "run")
      for (std::string& id : texts(record.value("scenarios", Json::array())))
        if (std::find(found.selected.begin(), found.selected.end(), id) == found.selected.end()) found.selected.push_back(std::move(id));
    if (record["kind"] == "verdict") found.verdicts[record.value("id", "")].push_back(record.value("verdict", ""));
  }
  return Done{};
}

std::optional<std::vector<std::string>> noted_selection(const fs::path& folder) {
  std::ifstream file(folder / kSelection);
  const Json noted = Json::parse(file, nullptr, false);
  if (!noted.is_object() || !noted.contains("scenarios")) return std::nullopt;
  return texts(noted["scenarios"]);
}

bool passed(const std::vector<std::string>& verdicts) {
  return !verdicts.empty() && std::all_of(verdicts.begin(), verdicts.end(), [](const std::string& verdict) { return verdict == "pass" || verdict == "skipped"; });
}

}  // namespace

Result<FormerRun> last_run(const std::string& runs) {
  std::error_code error;
  if (!fs::is_directory(runs, error)) return Error{"there is no run in `" + runs + "` yet"};
  const auto all = folders_in(runs);
  if (!all) return all.error();
  if (all->empty()) return Error{"there is no run in `" + runs + "` yet"};
  const fs::path& newest = all->back();
  auto sessions = folders_in(newest);
  if (!sessions) return sessions.error();
  sessions->insert(sessions->begin(), newest);
  Found found;
  for (const fs::path& session : *sessions)
    if (journal::holds_run(session.string()))
      if (Status read = read_session(session, found); !read) return read.error();
  if (auto noted = noted_selection(newest)) found.selected = std::move(*noted);
  if (found.selected.empty()) return Error{"`" + newest.string() + "` does not say what it ran"};
  FormerRun out{.folder = newest.string(), .scenarios = found.selected.size(), .not_passed = {}};
  for (const std::string& id : found.selected)
    if (!passed(found.verdicts[id])) out.not_passed.push_back(id);
  return out;
}

Status note_selection(const std::string& folder, const std::vector<std::string>& ids) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{"cannot make `" + folder + "`: " + error.message()};
  return write_whole(folder + "/" + kSelection, Json{{"scenarios", ids}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace failc::tools
