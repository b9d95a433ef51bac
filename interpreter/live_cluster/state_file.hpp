#pragma once
// What `start` leaves for `scenario` and `stop`: `tmp_scenario_state.json` in the working folder.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"
#include "interpreter/host/process.hpp"

namespace failc::live_cluster {

inline constexpr const char* kStateName = "tmp_scenario_state.json";
/// Instead of it while `start` is at work, and where a `start` died.
inline constexpr const char* kStartingName = "tmp_scenario_state.json.starting";

struct State {
  host::ProcessIdentity agent;  // pid 0: not started yet
  std::string agent_program;    // empty: failc's own
  std::string config, log;      // absolute
  nlohmann::ordered_json topology;  // the config as `start` wrote it
};

std::string to_text(const State& state);
Result<State> read_state(const std::string& text);
/// None where there is no such file, or nothing in it.
Result<std::optional<State>> load_state(const std::string& path);
/// In one go.
Status write_atomically(const std::string& path, std::string_view text);
/// Into the file that is locked, and stays so.
Status write_locked(const host::Fd& file, std::string_view text);

}  // namespace failc::live_cluster
