#include "interpreter/backends/agent/belongings.hpp"

#include <unistd.h>

#include <set>

namespace failc::agent {

using host::ProcessStat;

void Belongings::started(pid_t pid, std::uint64_t start_time, Owner owner) {
  known_[pid] = {start_time, owner};
  groups_[pid] = {owner};
  if (owner.exec != 0) execs_.insert(owner.exec);
}

std::optional<Owner> Belongings::reaped(pid_t pid) {
  const auto found = known_.find(pid);
  if (found == known_.end()) return std::nullopt;
  const Owner owner = found->second.owner;
  known_.erase(found);
  return owner;
}

void Belongings::exec_ended(std::uint64_t exec) {
  execs_.erase(exec);
  for (const ProcessStat& process : of_exec(exec)) strays_.emplace_back(process, Owner{known_.at(process.pid).owner.node, 0});
  for (auto& [pid, known] : known_) {
    if (known.owner.exec == exec) known.owner.exec = 0;
  }
  for (auto& [pid, group] : groups_) {
    if (group.owner.exec == exec) group = {{group.owner.node, 0}, true};
  }
}

std::optional<Owner> Belongings::by_environment(pid_t pid, bool& unreadable) const {
  const std::string environment = host::environment_of(pid);
  unreadable = environment.empty();
  if (!host::has_entry(environment, run_mark(run_))) return std::nullopt;
  for (const auto& [name, node] : nodes_) {
    if (!host::has_entry(environment, node_mark(name))) continue;
    for (const std::uint64_t exec : execs_) {
      if (host::has_entry(environment, exec_mark(exec))) return Owner{node, exec};
    }
    return Owner{node, 0};
  }
  return std::nullopt;
}

/// It forked twice, left its group and cleared its environment before anyone saw it: where it works still tells.
std::optional<Owner> Belongings::by_folder(pid_t pid) const {
  const std::string folder = host::folder_of(pid);
  for (const auto& [own, node] : folders_) {
    if (folder.starts_with(own) && (folder.size() == own.size() || folder[own.size()] == '/')) return Owner{node, 0};
  }
  return std::nullopt;
}

void Belongings::refresh() {
  std::map<pid_t, ProcessStat> processes;
  std::multimap<pid_t, pid_t> children;
  for (ProcessStat& process : host::all_processes()) {
    children.emplace(process.parent, process.pid);
    processes.emplace(process.pid, std::move(process));
  }
  living_.clear();
  unclear_ = false;
  std::map<pid_t, Known> known;
  std::set<pid_t> used_groups;
  const std::uint64_t now = host::ticks_since_boot();
  // Parents before children, so that a parent's owner is known.
  std::vector<pid_t> open = {::getpid()};
  while (!open.empty()) {
    const pid_t parent = open.back();
    open.pop_back();
    for (auto [child, end] = children.equal_range(parent); child != end; ++child) {
      const ProcessStat& process = processes.at(child->second);
      open.push_back(process.pid);
      used_groups.insert(process.group);
      std::optional<Owner> owner;
      if (const auto before = known_.find(process.pid); before != known_.end() && before->second.start_time == process.start_time) {
        owner = before->second.owner;
      } else if (const auto group = groups_.find(process.group); group != groups_.end()) {
        owner = group->second.owner;
      } else if (const auto above = known.find(process.parent); above != known.end()) {
        owner = above->second.owner;
      } else if (process.living()) {
        bool unreadable = false;
        owner = by_environment(process.pid, unreadable);
        // A program without any environment looks the same; half a second tells them apart.
        const bool young = now - process.start_time < static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)) / 2;
        if (unreadable && young) unclear_ = true;
        if (!owner && !(unreadable && young)) owner = by_folder(process.pid);
      }
      if (owner) {
        known[process.pid] = {process.start_time, *owner};
        const auto before = known_.find(process.pid);
        const bool fresh = before == known_.end() || before->second.start_time != process.start_time;
        const auto group = groups_.find(process.group);
        if (fresh && process.living() && (group == groups_.end() || group->second.left_over)) strays_.emplace_back(process, *owner);
      }
      if (process.living()) living_.push_back(process);
    }
  }
  known_ = std::move(known);
  std::erase_if(groups_, [&](const auto& entry) { return !used_groups.contains(entry.first); });
}

std::vector<ProcessStat> Belongings::of_node(std::size_t node) const {
  std::vector<ProcessStat> found;
  for (const ProcessStat& process : living_) {
    const auto known = known_.find(process.pid);
    if (known != known_.end() && known->second.owner.node == node && known->second.owner.exec == 0) found.push_back(process);
  }
  return found;
}

std::vector<ProcessStat> Belongings::of_exec(std::uint64_t exec) const {
  std::vector<ProcessStat> found;
  for (const ProcessStat& process : living_) {
    const auto known = known_.find(process.pid);
    if (known != known_.end() && known->second.owner.exec == exec) found.push_back(process);
  }
  return found;
}

}  // namespace failc::agent
