#pragma once
// The processes of a live cluster, found by the marks in their environment: the kernel keeps those, whoever dies.
#include <string>
#include <utility>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/process.hpp"
#include "interpreter/value/value.hpp"

namespace failc::live_cluster {

/// `path` without `.`, `..` and relative to nothing. Links stay.
std::string absolute(const std::string& path);
/// Whether both name one file, be it by a link.
bool same_file(const std::string& one, const std::string& other);

/// What a server's environment says of it, for `config` (absolute).
std::vector<std::pair<std::string, std::string>> server_marks(const std::string& config, const std::string& process, const std::string& fingerprint);
/// And an agent's.
std::vector<std::pair<std::string, std::string>> agent_marks(const std::string& config);

struct Marked {
  host::ProcessStat stat;
  std::string process, fingerprint;  // empty: no server that failc's own agent started
};
/// This user's living processes with the mark of `config`, but for this one; the oldest first.
std::vector<Marked> marked_processes(const std::string& config);

/// Asks these to end (SIGTERM), and ends with SIGKILL what has not within `grace`. An error names what is left 5 s later.
Status end_processes(const std::vector<host::ProcessStat>& processes, Nanos grace);

}  // namespace failc::live_cluster
