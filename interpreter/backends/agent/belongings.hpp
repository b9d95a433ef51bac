#pragma once
// Which process belongs to which node, as the agent sees it. Whatever the agent started stays below it (it is a subreaper), so only its
// descendants are looked at. A process belongs to whom its process group, its parent, its environment or at last its working folder says; once
// known, it stays known.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/host/process.hpp"

namespace failc::agent {

/// A node, or one of its running execs.
struct Owner {
  std::size_t node = 0;
  std::uint64_t exec = 0;  // 0: the node itself
};

class Belongings {
 public:
  explicit Belongings(std::string run) : run_(std::move(run)) {}

  /// `folder`: absolute, and the node's alone.
  void name_node(std::size_t node, const std::string& name, const std::string& folder) {
    nodes_[name] = node;
    folders_[folder] = node;
  }
  void started(pid_t pid, std::uint64_t start_time, Owner owner);
  /// The process was reaped: whose it was.
  std::optional<Owner> reaped(pid_t pid);
  /// What an ended exec leaves running is its node's, and from now on a stray.
  void exec_ended(std::uint64_t exec);

  /// Looks at /proc again. Only what lives can tell of its children: what is found late may belong to nobody.
  void refresh();
  std::vector<host::ProcessStat> of_node(std::size_t node) const;
  std::vector<host::ProcessStat> of_exec(std::uint64_t exec) const;
  /// Everything below the agent.
  const std::vector<host::ProcessStat>& all() const { return living_; }
  /// A process below the agent was in the middle of exec and did not tell whose it is: look again soon.
  bool unclear() const { return unclear_; }

  /// Processes found since the last call that are outside the group of a main process that is still waited for: nobody else's record tells of them.
  std::vector<std::pair<host::ProcessStat, Owner>> take_strays() { return std::exchange(strays_, {}); }

  static std::string run_mark(const std::string& run) { return "FAILC_RUN=" + run; }
  static std::string node_mark(const std::string& node) { return "FAILC_NODE=" + node; }
  static std::string exec_mark(std::uint64_t exec) { return "FAILC_EXEC=" + std::to_string(exec); }

 private:
  struct Known {
    std::uint64_t start_time;
    Owner owner;
  };
  struct Group {
    Owner owner;
    bool left_over = false;  // its main process, an exec, has ended
  };
  std::optional<Owner> by_environment(pid_t pid, bool& unreadable) const;
  std::optional<Owner> by_folder(pid_t pid) const;

  std::string run_;
  std::map<std::string, std::size_t> nodes_, folders_;
  std::map<pid_t, Known> known_;
  std::set<std::uint64_t> execs_;  // that run
  std::map<pid_t, Group> groups_;  // of main processes; one goes when it has no process any more
  std::vector<host::ProcessStat> living_;
  std::vector<std::pair<host::ProcessStat, Owner>> strays_;
  bool unclear_ = false;
};

}  // namespace failc::agent
