#pragma once
// Finding and starting the program failc-agent.
#include <chrono>
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

/// Beside this program, or in ../libexec/failc/ from it.
Result<std::string> find_agent_program();

struct AgentProcess {
  host::ProcessIdentity identity;
  host::Fd connection;  // nothing was said on it yet
};
/// Starts `program` for the run and waits until its socket takes connections, 10 s at most.
Result<AgentProcess> start_agent(const std::string& program, const std::string& folder, const std::string& run, std::chrono::nanoseconds lease);

}  // namespace failc::agent
