#include "interpreter/backends/agent/undo.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "interpreter/backends/agent/belongings.hpp"
#include "interpreter/backends/agent/ledger.hpp"
#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/host/line_channel.hpp"
#include "interpreter/host/unix_socket.hpp"

namespace failc::agent {

using host::ProcessStat;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

/// Ending takes milliseconds; an agent that needs longer is stuck.
constexpr auto kAgentPatience = 10s;

/// Finds a run's processes without its agent.
class Search {
 public:
  Search(LedgerContent ledger, std::vector<std::string> runs) : ledger_(std::move(ledger)), runs_(std::move(runs)) {
    // Another boot: the pids of the ledger mean nothing any more.
    if (!ledger_.agent || ledger_.agent->boot != host::boot_id()) {
      ledger_.started.clear();
      ledger_.agent.reset();
    }
  }

  /// Each living process of the run, and whose it is.
  std::map<pid_t, std::pair<ProcessStat, std::string>> find() const {
    std::map<pid_t, ProcessStat> all;
    for (ProcessStat& process : host::all_processes()) all.emplace(process.pid, std::move(process));
    std::map<pid_t, std::pair<ProcessStat, std::string>> found;
    for (const auto& [pid, process] : all) {
      if (!process.living() || pid == ::getpid() || pid <= 1) continue;
      if (ledger_.agent && pid == ledger_.agent->pid && process.start_time == ledger_.agent->start_time) continue;
      std::string whose = by_ledger(process, all);
      if (whose.empty()) whose = by_mark(pid);
      if (!whose.empty()) found.emplace(pid, std::pair(process, whose));
    }
    // Their descendants, whatever they call themselves.
    for (bool grown = true; grown;) {
      grown = false;
      for (const auto& [pid, process] : all) {
        const auto parent = found.find(process.parent);
        if (parent == found.end() || !process.living() || pid == ::getpid() || found.contains(pid)) continue;
        found.emplace(pid, std::pair(process, parent->second.second));
        grown = true;
      }
    }
    return found;
  }

 private:
  std::string by_ledger(const ProcessStat& process, const std::map<pid_t, ProcessStat>& all) const {
    for (const Started& started : ledger_.started) {
      if (process.pid == started.pid) {
        if (process.start_time == started.start_time) return "`" + started.node + "`";
        continue;
      }
      if (process.group != started.pid) continue;
      const auto leader = all.find(started.pid);
      if (leader != all.end()) {
        if (leader->second.start_time == started.start_time) return "`" + started.node + "`";
      } else if (process.session == started.pid && process.start_time >= started.start_time) {
        // The number of a group or session is not given to a new process while it has members.
        return "`" + started.node + "`";
      }
    }
    return {};
  }

  /// Anyone may give a process of his own any environment: another user's mark proves nothing, but to root, who may be undoing a server
  /// that changed its user.
  std::string by_mark(pid_t pid) const {
    if (::geteuid() != 0 && host::user_of(pid) != ::geteuid()) return {};
    const std::string environment = host::environment_of(pid);
    for (const std::string& run : runs_) {
      if (!host::has_entry(environment, Belongings::run_mark(run))) continue;
      const std::string key = "FAILC_NODE=";
      std::size_t at = 0;
      while (at < environment.size()) {
        const std::size_t end = std::min(environment.find('\0', at), environment.size());
        if (environment.compare(at, key.size(), key) == 0) return "`" + environment.substr(at + key.size(), end - at - key.size()) + "`";
        at = end + 1;
      }
      return "no node";
    }
    return {};
  }

  LedgerContent ledger_;
  std::vector<std::string> runs_;
};

}  // namespace

Result<std::vector<std::string>> ask_agent_to_undo(const std::string& folder, const std::string& run) {
  auto connection = host::connect_in(folder, kSocketName);
  if (!connection) return connection.error();
  std::vector<std::string> lines;
  std::string problem;
  bool done = false;
  try {
    boost::asio::io_context loop(1);
    const auto received = [&](std::string_view line) {
      const auto notice = decode_notice(line);
      if (!notice) {
        problem = notice.error().message;
        return;
      }
      const auto* answer = std::get_if<Answer>(&*notice);
      if (!answer) return;
      if (answer->delivery != backend::Delivery::answered) problem = answer->error;
      if (answer->id != 2) return;
      done = true;
      if (!answer->data.contains("lines") || !answer->data["lines"].is_array()) return;
      for (const auto& said : answer->data["lines"]) {
        if (said.is_string()) lines.push_back(said);
      }
    };
    host::LineChannel channel(loop, std::move(*connection), kMessageLimit, {received, [&](const std::string& why) { problem = why; }});
    channel.send(encode(Call{1, Hello{kProtocol, run}}));
    channel.send(encode(Call{2, UndoAll{}}));
    const auto give_up = Clock::now() + kAgentPatience;
    while (!done && problem.empty() && Clock::now() < give_up) loop.run_one_until(give_up);
  } catch (const std::exception& failed) {
    problem = failed.what();
  }
  if (done) return lines;
  return Error{"the agent did not undo the run: " + (problem.empty() ? "it did not answer within 10s" : problem)};
}

Result<std::vector<std::string>> end_without_agent(const std::string& folder, std::vector<std::string> runs) {
  LedgerContent ledger = read_ledger(folder);
  runs.insert(runs.end(), ledger.runs.begin(), ledger.runs.end());
  const Search search(std::move(ledger), std::move(runs));
  std::map<std::pair<pid_t, std::uint64_t>, std::string> ended;
  const auto give_up = Clock::now() + 30s;
  // Twice nothing: a process inside exec shows no environment for a moment.
  for (int empty = 0; empty < 2;) {
    const auto found = search.find();
    for (const auto& [pid, entry] : found) {
      ended.try_emplace({pid, entry.first.start_time}, entry.second);
      host::send_signal(pid, entry.first.start_time, SIGKILL);
    }
    empty = found.empty() ? empty + 1 : 0;
    if (!found.empty() && Clock::now() > give_up) {
      const auto& [process, whose] = found.begin()->second;
      return Error{"process " + std::to_string(process.pid) + " (" + process.program + ") of " + whose + " cannot be ended"};
    }
    std::this_thread::sleep_for(found.empty() ? 10ms : 3ms);
  }
  std::map<std::string, std::size_t> counts;
  for (const auto& [process, whose] : ended) ++counts[whose];
  std::vector<std::string> lines;
  for (const auto& [whose, count] : counts) lines.push_back("ended " + std::to_string(count) + (count == 1 ? " process of " : " processes of ") + whose);
  return lines;
}

}  // namespace failc::agent
