// failc recover: undoes whatever runs that died left behind.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "tools/failc/arguments.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

bool is_run(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"journal.jsonl", "agent.lock", "ledger.jsonl"})
    if (fs::exists(folder / name, error)) return true;
  return false;
}

/// The run folders at or below `folder`: a folder of runs holds runs, or folders with one run a file.
Status find_runs(const fs::path& folder, unsigned depth, std::vector<std::string>& out) {
  if (is_run(folder)) {
    out.push_back(folder.string());
    return Done{};
  }
  if (depth == 0) return Done{};
  std::error_code error;
  std::vector<fs::path> children;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) children.push_back(it->path());
  }
  if (error) return Error{"cannot read `" + folder.string() + "`: " + error.message()};
  std::sort(children.begin(), children.end());
  for (const fs::path& child : children)
    if (auto found = find_runs(child, depth - 1, out); !found) return found;
  return Done{};
}

}  // namespace

Exit recover_command(const Words& words) {
  Arguments arguments("failc recover [DIR]", "undoes what dead runs left behind; DIR is a run's folder or a folder of runs, by default `.failc/runs`");
  std::vector<std::string> named;
  arguments.words(named);
  arguments.not_yet({"--kept"});
  if (const auto over = arguments.parse(words)) return *over;
  if (named.size() > 1) {
    complain("one folder is wanted");
    return Exit::input;
  }
  const std::string folder = named.empty() ? ".failc/runs" : named.front();
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    if (named.empty() && !fs::exists(folder, error)) {
      say("there are no runs in `.failc/runs`: nothing to recover\n");
      return Exit::pass;
    }
    complain("`" + folder + "` is no folder of a run");
    return Exit::input;
  }
  std::vector<std::string> runs;
  if (const auto found = find_runs(folder, 3, runs); !found) {
    complain(found.error().message);
    return Exit::environment;
  }
  if (runs.empty()) {
    if (!named.empty() && !fs::is_empty(folder, error)) {
      complain("`" + folder + "` holds no run");
      return Exit::input;
    }
    say("`" + folder + "` holds no run: nothing to recover\n");
    return Exit::pass;
  }
  bool left = false;
  for (const std::string& run : runs) {
    const auto recovered = recover_run(run);
    if (!recovered) {
      complain(run + ": " + recovered.error().message);
      left = true;
      continue;
    }
    if (recovered->live) say(run + ": its failc is alive; left alone\n");
    for (const std::string& line : recovered->undone) say(run + ": " + line + "\n");
    for (const std::string& line : recovered->left) complain(run + ": LEAKED: " + line);
    if (!recovered->live && recovered->undone.empty() && recovered->left.empty()) say(run + ": nothing was left\n");
    left = left || !recovered->left.empty();
  }
  return left ? Exit::leaked : Exit::pass;
}

}  // namespace failc::tools
