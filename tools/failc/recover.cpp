// failc recover: undoes whatever runs that died left behind.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "interpreter/host/locks.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/journal/folder.hpp"
#include "interpreter/journal/reader.hpp"
#include "interpreter/live_cluster/stages.hpp"
#include "tools/failc/arguments.hpp"
#include "tools/failc/backends.hpp"
#include "tools/failc/command.hpp"
#include "tools/failc/diagnostics.hpp"
#include "tools/failc/recovered.hpp"
#include "tools/failc/terminal.hpp"

namespace failc::tools {
namespace {

namespace fs = std::filesystem;

/// The run folders at or below `folder`: a folder of runs holds runs, or folders with one run a file, and may itself have been a run's
/// before. Complains of folders that cannot be read and goes on; false where there was one.
bool find_runs(const fs::path& folder, unsigned depth, std::vector<std::string>& out) {
  const bool run = journal::holds_run(folder.string());
  if (run) out.push_back(folder.string());
  if (depth == 0) return true;
  std::error_code error;
  std::vector<fs::path> children;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const bool servers = run && it->path().filename() == "nodes";
    if (!servers && it->is_directory(ignored)) children.push_back(it->path());
  }
  bool all = !error;
  if (error) complain("cannot read `" + folder.string() + "`: " + error.message());
  std::sort(children.begin(), children.end());
  for (const fs::path& child : children) all = find_runs(child, depth - 1, out) && all;
  return all;
}

/// What the journal of a run says, as far as it can be read: a death may have left any part of it.
struct Former {
  std::optional<pid_t> alive;  // its failc, where that lives
  std::size_t records = 0;
  bool finished = false, kept = false;
  std::string foreign;  // why the journal is none of failc's, or no longer
};

Former look(const std::string& run) {
  Former out;
  out.alive = host::lock_holder(run + "/lock");
  const std::string path = run + "/journal.jsonl";
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return out;
  const auto contents = journal::read(path);
  if (!contents) {
    out.foreign = contents.error().message;
    return out;
  }
  if (!contents->records.empty()) {
    const std::string kind = contents->records.front()["kind"].get<std::string>();
    if (kind != "run" && kind != "recovered") out.foreign = "`" + path + "` does not begin like a run's journal";
  }
  out.records = contents->records.size();
  out.finished = journal::finished(*contents);
  out.kept = journal::kept(*contents);
  if (out.alive || contents->records.empty()) return out;
  const auto& first = contents->records.front();
  const auto has = [&](const char* key, bool (nlohmann::ordered_json::*is)() const noexcept) { return first.contains(key) && (first[key].*is)(); };
  if (!has("pid", &nlohmann::ordered_json::is_number_integer) || !has("start_time", &nlohmann::ordered_json::is_number_unsigned) ||
      !has("boot", &nlohmann::ordered_json::is_string))
    return out;
  const host::ProcessIdentity writer{.pid = first["pid"].get<pid_t>(), .start_time = first["start_time"].get<std::uint64_t>(), .boot = first["boot"].get<std::string>()};
  if (writer.pid > 0 && host::alive(writer)) out.alive = writer.pid;
  return out;
}

Exit recover_one(const std::string& run, bool kept_too) {
  const Former former = look(run);
  if (former.alive) {
    say(fmt::format("{}: its failc (process {}) is alive; left alone\n", run, *former.alive));
    return Exit::pass;
  }
  if (former.finished && former.kept && !kept_too) {
    say(fmt::format("{}: its nodes were kept on purpose; left alone (`failc recover --kept {}` ends them)\n", run, run));
    return Exit::pass;
  }
  const auto undone = undo_run(run);
  if (!undone) {
    complain(run + ": LEAKED: " + undone.error().message);
    return Exit::leaked;
  }
  for (const std::string& line : *undone) say(run + ": " + line + "\n");
  if (undone->empty()) say(run + ": nothing was left\n");
  if (!former.foreign.empty()) {
    complain(run + ": everything is undone, but nothing is written where the journal cannot be read: " + former.foreign);
    return Exit::environment;
  }
  if (former.finished && undone->empty() && !former.kept) return Exit::pass;
  const Status recorded = record_recovered(run, former.records, *undone);
  if (recorded) return Exit::pass;
  complain(run + ": everything is undone, but the journal cannot say so: " + recorded.error().message);
  return Exit::environment;
}

/// The live cluster of a folder, if there is one: nothing where not.
std::optional<Exit> recover_live_cluster(const std::string& folder) {
  const live_cluster::Recovery recovery = live_cluster::recover(folder);
  if (!recovery.found) return std::nullopt;
  for (const std::string& line : recovery.undone) say("live cluster: " + line + "\n");
  if (recovery.alive) say(fmt::format("live cluster: process {} is alive; left alone (`failc stop` ends a cluster)\n", *recovery.alive));
  if (recovery.leaked.empty()) return Exit::pass;
  complain("live cluster: LEAKED: " + recovery.leaked);
  return Exit::leaked;
}

}  // namespace

Exit recover_command(const Words& words) {
  Arguments arguments("failc recover [DIR]", "undoes what dead runs left behind; DIR is a run's folder or a folder of runs, by default `.failc/runs`; also the live cluster of a `failc start` there, by default here");
  std::vector<std::string> named;
  arguments.words(named);
  bool kept = false;
  arguments.flag("--kept", kept, "also what `failc run --skip-cleanup` left on purpose");
  if (const auto over = arguments.parse(words)) return *over;
  if (named.size() > 1) {
    complain("one folder is wanted");
    return Exit::input;
  }
  const std::string folder = named.empty() ? ".failc/runs" : named.front();
  const auto live = recover_live_cluster(named.empty() ? "." : folder);
  std::error_code error;
  if (live && (!named.empty() || !fs::exists(folder, error)) && !(named.size() == 1 && journal::holds_run(folder))) return *live;
  if (!fs::is_directory(folder, error)) {
    if (named.empty() && !fs::exists(folder, error)) {
      say("there are no runs in `.failc/runs`: nothing to recover\n");
      return Exit::pass;
    }
    complain("`" + folder + "` is no folder of a run");
    return Exit::input;
  }
  std::vector<std::string> runs;
  const bool all_read = find_runs(folder, 3, runs);
  if (runs.empty()) {
    if (!all_read) return Exit::environment;
    if (!named.empty() && !fs::is_empty(folder, error)) {
      complain("`" + folder + "` holds no run");
      return Exit::input;
    }
    say("`" + folder + "` holds no run: nothing to recover\n");
    return Exit::pass;
  }
  Exit code = live.value_or(Exit::pass);
  if (code == Exit::pass && !all_read) code = Exit::environment;
  for (const std::string& run : runs)
    if (const Exit one = recover_one(run, kept); one == Exit::leaked || code == Exit::pass) code = one;
  return code;
}

}  // namespace failc::tools
