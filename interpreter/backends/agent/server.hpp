#pragma once
// The agent's outside: its lock, its socket, its lease. `serve` is the whole life of the program failc-agent.
#include <chrono>
#include <string>

#include "grammar/base/result.hpp"

namespace failc::agent {

struct ServeOptions {
  std::string folder;  // of the run; absolute
  std::string run;
  std::chrono::nanoseconds lease{};
};

/// Serves until the run is undone: by a request, by SIGTERM, or because the lease ran out. An error means that it could not begin.
/// The process must be a subreaper and have no children yet.
Status serve(const ServeOptions& options);

}  // namespace failc::agent
