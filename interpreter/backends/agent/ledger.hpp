#pragma once
// ledger.jsonl: what the agent started, written before and after it is done, so that its work can be undone without it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"
#include "interpreter/host/process.hpp"

namespace failc::agent {

class Ledger {
 public:
  /// Begins with a line that names the run and the agent.
  static Result<Ledger> open(const std::string& folder, const std::string& run, const host::ProcessIdentity& agent);
  /// Before: `what` is "launch" or "exec". An error means that the launch must not happen.
  Status launching(const std::string& what, const std::string& node, const std::string& dir, const std::vector<std::string>& argv);
  Status launched(const std::string& node, pid_t pid, std::uint64_t start_time);
  void ended(const std::string& node, pid_t pid, int code, bool by_signal);
  void undone(const std::string& what);

 private:
  explicit Ledger(host::Fd file) : file_(std::move(file)) {}
  Status write(const std::string& line);
  host::Fd file_;
};

/// A process that the ledger says was started. Its process group's number is its pid.
struct Started {
  std::string node;
  pid_t pid = 0;
  std::uint64_t start_time = 0;
};
struct LedgerContent {
  std::vector<std::string> runs;
  std::optional<host::ProcessIdentity> agent;  // the last one
  std::vector<Started> started;                // on the boot of the last agent
};
/// Reads what is there; torn and foreign lines are passed over.
LedgerContent read_ledger(const std::string& folder);

}  // namespace failc::agent
