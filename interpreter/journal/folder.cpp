#include "interpreter/journal/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "interpreter/journal/reader.hpp"

namespace failc::journal {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Files that failc, its agent and its drivers make in a run's folder.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"journal.jsonl", "history.jsonl", "ledger.jsonl", "lock", "nodes", "resolved", "agent.lock", "agent.sock", "agent.log"};
  for (const std::string_view ours : kNames) {
    if (name == ours) return true;
  }
  return name.starts_with("driver-") && name.ends_with(".log");
}

/// The first line of a file that is not empty, if it is a whole JSON object; else an empty one.
Json first_record(const fs::path& path) {
  constexpr std::size_t kLimit = 16u << 20;
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return Json::object();  // a pipe would be waited for
  std::ifstream file(path, std::ios::binary);
  std::string line;
  for (char byte = 0; file.get(byte) && line.size() < kLimit;) {
    if (byte != '\n') {
      line += byte;
    } else if (!line.empty()) {
      Json record = Json::parse(line, nullptr, false);
      return record.is_object() ? record : Json::object();
    }
  }
  return Json::object();
}

std::string text(const Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What a failc leaves that died while it was making the folder: files without content, and a lock with a number in it at most.
bool is_blank(const fs::directory_entry& entry) {
  std::error_code error;
  const fs::file_status status = entry.symlink_status(error);
  if (fs::is_directory(status)) return fs::is_empty(entry.path(), error);
  if (!fs::is_regular_file(status)) return false;
  const std::uintmax_t size = entry.file_size(error);
  if (error || size == 0 || entry.path().filename() != "lock") return !error && size == 0;
  std::string content;
  std::getline(std::ifstream(entry.path()), content);
  return size <= 20 && content.find_first_not_of("0123456789") == std::string::npos;
}

std::string reason(const std::error_code& error) { return error.message(); }

Error no_folder(const std::string& folder, const std::string& why) { return Error{fmt::format("cannot make the journal's folder `{}`: {}", folder, why)}; }

/// Makes `folder` and its parents; only `folder` itself is closed to others.
Status make(const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::path(folder).lexically_normal();
  const fs::path named = path.filename().empty() ? path.parent_path() : path;
  if (named.has_parent_path()) fs::create_directories(named.parent_path(), error);
  if (error) return no_folder(folder, reason(error));
  if (::mkdir(named.c_str(), 0700) == 0) return Done{};
  if (errno != EEXIST) return no_folder(folder, std::strerror(errno));
  if (!fs::is_directory(named, error)) return no_folder(folder, "it is there and is no folder");
  return Done{};
}

/// Something in `folder` that is not failc's, where nothing shows that the folder was a run's: names alone do not.
std::optional<std::string> stranger(const std::string& folder, std::error_code& error) {
  if (holds_run(folder)) return std::nullopt;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_ours(name) || !is_blank(*entry)) return name;
  }
  return std::nullopt;
}

std::string holder(int lock) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size() - 1, 0);
  if (size <= 0) return "another failc";
  std::string pid(text.data(), static_cast<std::size_t>(size));
  pid.erase(pid.find_last_not_of('\n') + 1);
  return "failc with pid " + pid;
}

Status take(int lock, const std::string& folder, std::int64_t pid) {
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return Error{fmt::format("cannot lock `{}/lock`: {}", folder, std::strerror(errno))};
    return Error{fmt::format("`{}` is in use: {} is running in it; wait for its end or name another folder with `--journal`", folder, holder(lock))};
  }
  const std::string text = std::to_string(pid) + "\n";
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return Error{fmt::format("cannot write `{}/lock`: {}", folder, std::strerror(errno))};
  }
  return Done{};
}

/// Refuses a run that died and may have left something behind, and what is no journal at all.
Status check_former(const std::string& folder) {
  if (!holds_run(folder)) return Done{};
  const fs::path path = fs::path(folder) / "journal.jsonl";
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (error) return Error{fmt::format("cannot read `{}`: {}", path.string(), reason(error))};
  const Error died{fmt::format("a run in `{0}` died and may have left processes behind; `failc recover {0}` ends them", folder)};
  if (!there) return died;
  const Result<Contents> contents = read(path.string());
  if (!contents) return Error{fmt::format("{}; name another folder with `--journal`", contents.error().message)};
  if (!finished(*contents)) return died;
  if (kept(*contents)) return Error{fmt::format("a run in `{0}` kept its nodes; `failc recover --kept {0}` ends them", folder)};
  return Done{};
}

}  // namespace

bool holds_run(const std::string& folder) {
  const fs::path path(folder);
  const Json journal = first_record(path / "journal.jsonl"), ledger = first_record(path / "ledger.jsonl");
  const std::string kind = text(journal, "kind");
  if (journal.contains("n") && journal["n"] == 1 && (kind == "run" || kind == "recovered")) return true;
  return !text(first_record(path / "agent.lock"), "run").empty() || (text(ledger, "kind") == "agent" && !text(ledger, "run").empty());
}

Status sweep(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_ours(name) || name == "lock") continue;
    std::error_code failed;
    fs::remove_all(entry->path(), failed);
    if (failed) return Error{fmt::format("cannot remove `{}` of the run before: {}", entry->path().string(), reason(failed))};
  }
  if (error) return Error{fmt::format("cannot read `{}`: {}", folder, reason(error))};
  return Done{};
}

Result<Folder> claim(const std::string& folder, std::int64_t pid) {
  if (Status made = make(folder); !made) return made.error();
  std::error_code error;
  if (const auto name = stranger(folder, error)) {
    return Error{fmt::format("`{}` holds `{}`, which is not of failc's making; name an empty or a new folder", folder, *name)};
  }
  if (error) return Error{fmt::format("cannot read `{}`: {}", folder, reason(error))};
  const std::string path = folder + "/lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return Error{fmt::format("cannot make `{}`: {}", path, std::strerror(errno))};
  Status status = take(lock, folder, pid);
  if (status) status = check_former(folder);
  if (status) status = sweep(folder);
  if (!status) {
    ::close(lock);
    return status.error();
  }
  return Folder{lock};
}

}  // namespace failc::journal
