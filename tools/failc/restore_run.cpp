#include "tools/failc/restore_run.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <tuple>
#include <utility>

#include "interpreter/journal/folder.hpp"
#include "interpreter/journal/reader.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

/// Sessions are called `N-FILE`, and later ones of the file `N-FILE.2` …: by both numbers, then by name.
std::tuple<unsigned long, unsigned long, std::string> order_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  unsigned long number = 0, session = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) std::from_chars(name.data() + dot + 1, name.data() + name.size(), session);
  return {number, session, name};
}

/// The folder itself where it is a run's; else those in it that are, in the order in which they ran.
Result<std::vector<std::string>> sessions_of(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Error{"`" + folder + "` is no folder of a run: name one of `.failc/runs`, or what `--journal` named"};
  std::vector<fs::path> found;
  if (journal::holds_run(folder) || fs::exists(fs::path(folder) / "journal.jsonl", error)) return std::vector<std::string>{folder};
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && journal::holds_run(it->path().string())) found.push_back(it->path());
  }
  if (error) return Error{"cannot read `" + folder + "`: " + error.message()};
  if (found.empty()) return Error{"there is no run in `" + folder + "`"};
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) { return order_of(a) < order_of(b); });
  std::vector<std::string> out;
  for (const fs::path& one : found) out.push_back(one.string());
  return out;
}

}  // namespace

Result<RestoredRun> restore_run(const std::string& folder) {
  const auto sessions = sessions_of(folder);
  if (!sessions) return sessions.error();
  RestoredRun out;
  for (const std::string& session : *sessions) {
    const std::string path = session + "/journal.jsonl";
    auto contents = journal::read(path);
    if (!contents) return contents.error();
    if (const Status added = report::add_session(out.restored, *contents, path); !added) return added.error();
    out.where[out.restored.run.files.back().journal] = session;
    out.journals.push_back(std::move(*contents));
  }
  report::join_sessions(out.restored);
  return out;
}

}  // namespace failc::tools
