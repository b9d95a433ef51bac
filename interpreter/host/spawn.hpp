#pragma once
// Starts programs. The only place that knows how: an argument list, no shell, nothing inherited but what is named.
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::host {

struct SpawnOptions {
  std::vector<std::string> argv;                                  // [0] is looked up in PATH unless it holds a `/`
  std::vector<std::pair<std::string, std::string>> environment;  // on top of this process's own; the later of equal keys wins
  std::string folder;                                             // becomes the working folder; empty: this process's
  int output = -1, error = -1, input = -1;                        // standard output, error and input; -1: /dev/null
};

/// The pid, once exec has succeeded. The caller waits for the process. An error means that nothing was started.
/// It leads a session of its own: a process group whose parent is in the same session would get SIGHUP and SIGCONT from
/// the kernel when that parent dies while one of its processes is stopped.
Result<pid_t> spawn(const SpawnOptions& options);

/// Where `program` would be found: itself if it holds a `/` (relative to `folder`), else the first hit in PATH.
Result<std::string> find_program(const std::string& program, const std::string& search_path, const std::string& folder);

/// `program` in the folder of the program that runs: what was built together belongs together. Itself where it is not there.
std::string beside_this(const std::string& program);

}  // namespace failc::host
