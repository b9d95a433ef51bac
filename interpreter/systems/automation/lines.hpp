#pragma once
// The lines of an agent's log that others look for.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace failc::automation {

/// `[13:34:14.786] `, in UTC.
std::string time_stamp(std::chrono::milliseconds since_epoch);

/// "All 3 Mongo processes are in goal state, …". `count` is of all processes, the disabled ones too.
std::string goal_line(std::size_t count, std::int64_t config_version);

struct GoalLine {
  std::size_t count = 0;
  std::optional<std::int64_t> config_version;  // none: another agent's line
};
std::optional<GoalLine> read_goal_line(std::string_view line);

/// How often a process failed in a row before it was up when the agent says that it looks hopeless.
inline constexpr unsigned kHopelessAfter = 5;
std::string hopeless_line(const std::string& process, const std::string& why);
/// Of a replica set that its servers will never take as the config has it.
std::string refused_line(const std::string& why);
bool is_hopeless_line(std::string_view line);
/// A mistake that the log tells of, for a person who waits.
bool is_error_line(std::string_view line);

}  // namespace failc::automation
