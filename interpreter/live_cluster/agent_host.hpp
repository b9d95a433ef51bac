#pragma once
// The automation agent on this host: gives the state machine of interpreter/systems/automation its processes, sockets, clock and files.
#include <functional>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/live_cluster/ending.hpp"
#include "interpreter/systems/automation/agent.hpp"

namespace failc::live_cluster {

struct ServerProgram {
  std::string path;
  std::string origin;  // "found on PATH", for the log
};

/// The server that is run: `named` if not empty, else the real one on `search_path`, else the embedded one beside this program.
Result<ServerProgram> find_server(const std::string& named, const std::string& named_by, const std::string& search_path);

struct AgentRun {
  std::string config;
  Result<ServerProgram> server = Error{"no server was looked for"};
  automation::AgentOptions options;
};

/// Until SIGTERM or SIGINT. `out` takes the log's lines, without newlines.
Ending run_agent(const AgentRun& run, const std::function<void(const std::string&)>& out);

/// The lock that an agent of `config` holds.
std::string lock_path(const std::string& config);

}  // namespace failc::live_cluster
