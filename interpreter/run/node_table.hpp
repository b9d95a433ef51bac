#pragma once
// What the runner knows of each node: its state, its past, the faults in force on it.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/backend/world.hpp"
#include "interpreter/eval/eval.hpp"
#include "interpreter/plan/plan.hpp"

namespace failc::run {

/// An effect that is in force and can be taken back.
struct InForce {
  std::uint64_t effect = 0;  // its number in the journal
  std::size_t fault = 0;     // into ScenarioResult::faults
};

struct Exit {
  backend::Instant at{};
  std::int64_t pid = 0;
  int code = 0;
  bool by_signal = false;
  std::vector<std::string> lines;
};

/// What an observer said last.
struct Heard { Value value; backend::Instant at{}; };

struct NodeRuntime {
  bool taking_part = false;
  bool was_launched = false;         // in this scenario: it has to be ended
  eval::NodeState state = eval::NodeState::stopped;
  bool expected_to_end = false;      // a stop or kill of ours is under way
  std::optional<std::int64_t> pid;
  std::optional<Exit> exit;          // the last one
  backend::NodeInfo info;
  std::optional<std::string> version;
  std::optional<std::uint64_t> launch;  // the effect of its launch, while it may run
  std::optional<InForce> pause;
  std::map<std::string, InForce> armed;  // failpoints, by what the plan calls them
  std::string end_trouble;           // why its end could not be proven
  std::string fault;                 // what was done to it and lasts: "was killed at 1.2s"
  std::map<std::uint32_t, Heard> heard;  // by observer, of the process that runs
  std::vector<std::string> lines;    // of its log since the scenario began; only the last few where no condition reads them
};

class NodeTable {
 public:
  NodeTable(const plan::Plan& plan, bool keep_lines) : plan_(plan), keep_lines_(keep_lines), nodes_(plan.nodes.size()) {}

  NodeRuntime& operator[](backend::NodeIndex node) { return nodes_[node]; }
  const NodeRuntime& operator[](backend::NodeIndex node) const { return nodes_[node]; }
  const std::string& name(backend::NodeIndex node) const { return plan_.nodes[node].name; }
  const plan::Component& component(backend::NodeIndex node) const { return plan_.components[plan_.groups[plan_.nodes[node].group].component]; }

  /// Times in texts are counted from here, in milliseconds: as reports do.
  void count_from(backend::Instant began) { began_ = began; }
  std::string when(backend::Instant at) const { return show(Nanos(std::chrono::floor<std::chrono::milliseconds>(at - began_))); }

  /// True where nobody asked for it: it is a line for a failure's notes.
  bool exited(const backend::NodeExited& event, backend::Instant at);
  void launched(backend::NodeIndex node, std::optional<std::int64_t> pid);
  void ended(backend::NodeIndex node);
  void logged(backend::NodeIndex node, const std::string& line);

  /// Lines of `node` that match, in order.
  const List& matching(backend::NodeIndex node, const Regex& pattern) const;
  /// The last `count` lines of its log.
  std::vector<std::string> tail(backend::NodeIndex node, std::size_t count) const;
  /// "exited with code 2", "was ended by signal 9".
  static std::string describe(const Exit& exit);
  /// What is in force now, for a failure.
  std::vector<std::string> active() const;
  /// Exits that nobody asked for, with their last lines.
  const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  backend::Instant began_{};
  struct Matches {
    std::size_t seen = 0;  // lines looked at
    List lines;
  };

  const plan::Plan& plan_;
  bool keep_lines_;
  std::vector<NodeRuntime> nodes_;
  std::vector<std::string> surprises_;
  mutable std::map<std::pair<backend::NodeIndex, std::string>, Matches> matches_;  // so that each line is matched once
};

}  // namespace failc::run
