#include "interpreter/run/node_table.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace failc::run {
namespace {

constexpr std::size_t kTail = 20;
constexpr std::size_t kSurprises = 20;

}  // namespace

void NodeTable::ended(backend::NodeIndex node) {
  NodeRuntime& runtime = nodes_[node];
  runtime.state = eval::NodeState::stopped;
  runtime.pid.reset();
  runtime.heard.clear();
}

void NodeTable::launched(backend::NodeIndex node, std::optional<std::int64_t> pid) {
  NodeRuntime& runtime = nodes_[node];
  if (runtime.exit && pid && runtime.exit->pid == *pid) return;  // the news of its end came first
  runtime.state = eval::NodeState::running;
  runtime.expected_to_end = false;
  runtime.pid = pid;
  runtime.fault.clear();
}

bool NodeTable::exited(const backend::NodeExited& event, backend::Instant at) {
  NodeRuntime& runtime = nodes_[event.node];
  if (runtime.pid && event.pid != 0 && *runtime.pid != event.pid) return false;  // of a process before this one
  // Nodes of a scenario before this one may be announced late.
  const bool surprise = runtime.taking_part && !runtime.expected_to_end && runtime.state != eval::NodeState::stopped;
  runtime.exit = Exit{at, event.pid, event.code, event.by_signal, event.last_log_lines};
  ended(event.node);
  if (!surprise) return false;
  std::string text = fmt::format("{} {} at {}, and no step asked for it", name(event.node), describe(*runtime.exit), when(at));
  if (surprises_.size() < kSurprises) {
    surprises_.push_back(text);
    for (const std::string& line : event.last_log_lines) surprises_.push_back("  " + line);
  }
  if (runtime.fault.empty()) runtime.fault = fmt::format("{} at {}", describe(*runtime.exit), when(at));
  return true;
}

void NodeTable::logged(backend::NodeIndex node, const std::string& line) {
  std::vector<std::string>& lines = nodes_[node].lines;
  if (!keep_lines_ && lines.size() >= 2 * kTail) lines.erase(lines.begin(), lines.end() - kTail);
  lines.push_back(line);
}

const List& NodeTable::matching(backend::NodeIndex node, const Regex& pattern) const {
  Matches& matches = matches_[{node, pattern.pattern}];
  const std::vector<std::string>& lines = nodes_[node].lines;
  for (; matches.seen < lines.size(); ++matches.seen) {
    if (pattern.compiled && RE2::PartialMatch(lines[matches.seen], *pattern.compiled)) matches.lines.push_back(lines[matches.seen]);
  }
  return matches.lines;
}

std::vector<std::string> NodeTable::tail(backend::NodeIndex node, std::size_t count) const {
  const std::vector<std::string>& lines = nodes_[node].lines;
  return {lines.end() - static_cast<std::ptrdiff_t>(std::min(count, lines.size())), lines.end()};
}

std::string NodeTable::describe(const Exit& exit) {
  return exit.by_signal ? fmt::format("was ended by signal {}", exit.code) : fmt::format("exited with code {}", exit.code);
}

std::vector<std::string> NodeTable::active() const {
  std::vector<std::string> found;
  for (backend::NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].taking_part && !nodes_[node].fault.empty()) found.push_back(name(node) + " " + nodes_[node].fault);
  }
  return found;
}

}  // namespace failc::run
