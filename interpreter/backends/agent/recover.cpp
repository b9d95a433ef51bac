#include "interpreter/backends/agent/recover.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "interpreter/backends/agent/ledger.hpp"
#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/undo.hpp"
#include "interpreter/host/locks.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

using namespace std::chrono_literals;

namespace {

/// The first line of a file, if it is a whole JSON object.
nlohmann::json first_record(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || file.eof()) return nlohmann::json::object();
  auto record = nlohmann::json::parse(line, nullptr, false);
  return record.is_object() ? record : nlohmann::json::object();
}

std::optional<host::ProcessIdentity> identity_in(const nlohmann::json& record) {
  const auto number = [&](const char* key) { return record.contains(key) && record[key].is_number_integer() ? record[key].get<std::int64_t>() : 0; };
  if (number("pid") <= 0 || !record.contains("boot") || !record["boot"].is_string()) return std::nullopt;
  return host::ProcessIdentity{static_cast<pid_t>(number("pid")), static_cast<std::uint64_t>(number("start_time")), record["boot"].get<std::string>()};
}

std::string run_in(const nlohmann::json& record) {
  return record.contains("run") && record["run"].is_string() ? record["run"].get<std::string>() : std::string();
}

/// False where it still lives after `bound`.
bool wait_for_end(const host::ProcessIdentity& process, std::chrono::nanoseconds bound) {
  const auto give_up = std::chrono::steady_clock::now() + bound;
  while (host::alive(process)) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

}  // namespace

std::optional<Serving> serving(const std::string& folder) {
  const auto lock = first_record(folder + "/" + kLockName);
  const auto agent = identity_in(lock);
  if (!agent || !host::alive(*agent)) return std::nullopt;
  return Serving{*agent, run_in(lock)};
}

Result<Recovered> recover(const std::string& folder) {
  struct stat info;
  if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return Error{"`" + folder + "` is no folder of a run"};
  const auto journal = first_record(folder + "/journal.jsonl");
  const auto writer = identity_in(journal);
  if (writer && writer->pid != ::getpid() && host::alive(*writer)) {
    return Error{"the run in `" + folder + "` is alive: its failc is process " + std::to_string(writer->pid) + "; end that one first"};
  }
  if (const auto holder = host::lock_holder(folder + "/lock"); holder && *holder != ::getpid() && host::stat_of(*holder)) {
    return Error{"the run in `" + folder + "` is alive: its failc is process " + std::to_string(*holder) + "; end that one first"};
  }

  Recovered recovered;
  std::vector<std::string> runs;
  const auto lock = first_record(folder + "/" + kLockName);
  const std::string run = run_in(lock);
  if (!run.empty()) runs.push_back(run);
  if (!run_in(journal).empty()) runs.push_back(run_in(journal));
  const auto agent = identity_in(lock);
  if (agent && host::alive(*agent)) {
    auto undone = ask_agent_to_undo(folder, run);
    if (undone) {
      recovered.lines = std::move(*undone);
      if (!wait_for_end(*agent, 5s)) undone = Error{"it did not end"};
    }
    // It may have been dying when it was found.
    if (!undone && !wait_for_end(*agent, 200ms)) {
      host::send_signal(agent->pid, agent->start_time, SIGKILL);
      recovered.lines.push_back("ended the agent (process " + std::to_string(agent->pid) + "), which did not answer");
      if (!wait_for_end(*agent, 5s)) return Error{"the agent (process " + std::to_string(agent->pid) + ") cannot be ended"};
    }
  }
  // What an agent left, or never knew of.
  const auto ended = end_without_agent(folder, std::move(runs));
  if (!ended) return ended.error();
  recovered.lines.insert(recovered.lines.end(), ended->begin(), ended->end());
  return recovered;
}

}  // namespace failc::agent
