// Folders and ports of nodes, before they start.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "interpreter/backends/agent/agent_world.hpp"
#include "interpreter/host/paths.hpp"

namespace failc::agent {

namespace fs = std::filesystem;

Result<std::vector<backend::NodeInfo>> AgentWorld::prepare(const std::vector<backend::NodeSetup>& setups) {
  // What a driver of the scenario before still tries would reach this one's nodes: they have the same ports.
  drivers_.finish(std::chrono::nanoseconds(0));
  for (const backend::NodeSetup& setup : setups) {
    for (const auto& [name, fixed] : setup.ports) {
      if (!fixed) continue;
      const auto [found, fresh] = fixed_ports_.try_emplace(*fixed, setup.name);
      std::string& owner = found->second;
      // A node of an earlier scenario has no use for it any more.
      const bool at_once = std::any_of(setups.begin(), setups.end(), [&](const backend::NodeSetup& other) { return other.name == owner; });
      if (!fresh && !at_once && !nodes_[by_name_[owner]].pid) owner = setup.name;
      if (owner != setup.name) {
        return Error{"port " + std::to_string(*fixed) + " is fixed for both `" + owner + "` and `" + setup.name + "`; let one of them choose"};
      }
      ports_.reserve(*fixed);
    }
  }
  std::vector<backend::NodeInfo> infos;
  for (const backend::NodeSetup& setup : setups) {
    Node& node = nodes_[setup.node];
    node.name = setup.name;
    node.observing.clear();
    by_name_[setup.name] = setup.node;
    const auto as_it_was = prepare_kept(setup, node);
    if (!as_it_was) return as_it_was.error();
    if (*as_it_was) {
      infos.push_back(node.info);
      continue;
    }
    std::vector<std::pair<std::string, std::uint16_t>> ports;
    if (auto chosen = prepare_ports(setup, node, ports); !chosen) return chosen.error();
    node.info = {folder_ + "/nodes/" + host::folder_name(setup.name), "127.0.0.1", std::move(ports)};
    if (!node.pid) {
      if (auto made = prepare_folder(node); !made) return made.error();
    }
    infos.push_back(node.info);
  }
  return infos;
}

Result<bool> AgentWorld::prepare_kept(const backend::NodeSetup& setup, Node& node) {
  const auto found = kept_.find(setup.name);
  if (found == kept_.end()) return false;
  for (const auto& [name, fixed] : setup.ports) {
    const auto& ports = found->second.ports;
    const auto port = std::find_if(ports.begin(), ports.end(), [&name = name](const auto& one) { return one.first == name; });
    if (port != ports.end() && (!fixed || *fixed == port->second)) continue;
    return Error{"`" + setup.name + "` was kept " + (port == ports.end() ? "without" : "with another number for") + " its port `" + name + "`: the file has changed since; start it anew"};
  }
  node.info = std::move(found->second);
  kept_.erase(found);
  return true;
}

Status AgentWorld::prepare_ports(const backend::NodeSetup& setup, Node& node, std::vector<std::pair<std::string, std::uint16_t>>& ports) {
  for (const auto& [name, fixed] : setup.ports) {
    std::optional<std::uint16_t> before;
    for (const auto& [known, port] : node.info.ports) {
      if (known == name) before = port;
    }
    if (fixed) {
      if (!node.pid && !host::port_is_free(*fixed)) {
        const std::string holder = host::holder_of_port(*fixed);
        return Error{"port " + std::to_string(*fixed) + " (`" + name + "` of `" + setup.name + "`) is taken" + (holder.empty() ? "" : ", " + holder) +
                     "; end that program, or let the port be chosen"};
      }
      ports.emplace_back(name, *fixed);
    } else if (before && (node.pid || host::port_is_free(*before))) {
      ports.emplace_back(name, *before);
    } else {
      const auto port = ports_.choose();
      if (!port) return Error{"`" + name + "` of `" + setup.name + "` gets no port: " + port.error().message};
      ports.emplace_back(name, *port);
    }
  }
  return Done{};
}

/// A node begins with an empty folder; the log that it had in an earlier scenario stays beside it.
Status AgentWorld::prepare_folder(Node& node) {
  const std::string& dir = node.info.dir;
  std::error_code failed;
  if (fs::exists(dir + "/log", failed)) {
    fs::rename(dir + "/log", dir + "." + std::to_string(++node.cleared) + ".log", failed);
  }
  node.watched.clear();
  // What it said then is of no interest now.
  std::erase_if(told_, [&](const backend::Event& event) {
    const auto* line = std::get_if<backend::LogLine>(&event.what);
    return line && nodes_[line->node].name == node.name;
  });
  if (auto removed = host::remove_folder(dir); !removed) return removed;
  return host::make_folder(dir);
}

}  // namespace failc::agent
