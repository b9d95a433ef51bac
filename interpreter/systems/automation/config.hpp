#pragma once
// The automation config: which processes there are to be, and which replica sets they form. The form is that of the automation agent
// of the Ops Manager (`processes`, `replicaSets`, …); docs/live-failover.md lists what is understood.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "interpreter/systems/automation/located_json.hpp"

namespace failc::automation {

struct Process {
  std::string name;
  std::string hostname;  // in its replica set's member list
  bool disabled = false;
  std::uint16_t port = 0;
  std::string listens_on;  // an address of this host that it can be asked on
  std::string db_path, log_path, set;
  std::vector<std::string> arguments;  // behind the program's name
  std::string fingerprint;             // changes when the process has to be started anew

  std::string member_address() const { return hostname + ":" + std::to_string(port); }
  std::string address() const { return listens_on + ":" + std::to_string(port); }
};

struct Member {
  std::int64_t id = 0;
  std::string process;
  double priority = 1;
  int votes = 1;
  bool arbiter_only = false, hidden = false;
  nlohmann::ordered_json document;  // as replSetInitiate takes it: with the member's address
};

struct ReplicaSet {
  std::string name;
  std::vector<Member> members;
  nlohmann::ordered_json document;  // as replSetInitiate takes it, `version` 1
};

struct Config {
  std::int64_t version = 0;
  std::vector<Process> processes;
  std::vector<ReplicaSet> sets;
  nlohmann::ordered_json document;  // the whole, as it was written

  const Process* find(std::string_view process) const;
};

struct Parsed {
  Config config;  // to be used only where there are no problems
  std::vector<Problem> problems;
};

/// With `lenient`, keys that are not known are let through: for an agent that knows more of them.
Parsed parse_config(std::string_view text, bool lenient = false);

/// `path:line:col: error: message`, the line with carets, help; one after the other.
std::string render(const std::string& path, std::string_view text, const std::vector<Problem>& problems);

/// The config's text with `version` and `disabled` as given. `disabled[i]` is of process i.
std::string with_disabled(const nlohmann::ordered_json& document, std::int64_t version, const std::vector<bool>& disabled);

}  // namespace failc::automation
