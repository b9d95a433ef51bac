#pragma once
// What the stages share.
#include <optional>
#include <string>
#include <vector>

#include "interpreter/host/fd.hpp"
#include "interpreter/live_cluster/stages.hpp"
#include "interpreter/live_cluster/state_file.hpp"

namespace failc::live_cluster {

inline constexpr std::size_t kConfigLimit = 4u << 20;  // bytes
inline constexpr Nanos kServerGrace = std::chrono::seconds(10), kAgentGrace = std::chrono::seconds(5);

/// The state that a stage may work with; the lock keeps other stages off while it does. Else why there is none, and how to end.
struct Opened {
  std::optional<State> state;
  host::Fd lock;
  std::string why;
  Ending ending = Ending::input;
};
Opened open_state(const StageOptions& options);

/// The cluster as a stage changes it: which processes are disabled, and the config's version.
class Topology {
 public:
  /// As `start` wrote it; its version as the file says now, if that is higher.
  static Result<Topology> of(const State& state);
  const automation::Config& config() const { return config_; }
  std::int64_t version() const { return version_; }
  void disable(const std::string& process, bool disabled);
  void disable_all();
  /// Writes the config with the next version.
  Status write(const std::string& path);
  /// Whether the ports look as they should: for agents whose goal line names no version.
  bool plausible() const;

 private:
  automation::Config config_;
  std::vector<bool> disabled_;
  std::int64_t version_ = 0;
};

/// "the agent ended", "… within 5m", with the last error of the log.
std::string describe(StageLoop::Came came, Nanos timeout, const StageLoop& loop, const std::string& log);

/// Ends the agent, then all that carries the config's mark; removes the config, its lock and the state files. What was done, or what is left.
Result<std::vector<std::string>> end_everything(const State& state, const std::string& folder, Nanos grace);

std::string in_folder(const std::string& folder, const char* name);
/// "3 processes"
std::string counted(std::size_t count, const std::string& noun);
/// "1.25s", to the hundredth.
std::string seconds_since(std::chrono::steady_clock::time_point begin);

}  // namespace failc::live_cluster
