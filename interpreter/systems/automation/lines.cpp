#include "interpreter/systems/automation/lines.hpp"

#include <charconv>

#include <fmt/format.h>

namespace failc::automation {
namespace {

constexpr std::string_view kAll = "All ", kGoal = " Mongo processes are in goal state", kVersion = "config version ", kHopeless = " times in a row before it was up: ", kRefused = "it cannot be as the config has it: ";

template <class Number>
std::optional<Number> leading_number(std::string_view text, std::size_t& length) {
  Number number{};
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc()) return std::nullopt;
  length = static_cast<std::size_t>(end - text.data());
  return number;
}

}  // namespace

std::string time_stamp(std::chrono::milliseconds since_epoch) {
  const std::int64_t day = ((since_epoch.count() % 86'400'000) + 86'400'000) % 86'400'000;
  return fmt::format("[{:02}:{:02}:{:02}.{:03}] ", day / 3'600'000, day / 60'000 % 60, day / 1000 % 60, day % 1000);
}

std::string goal_line(std::size_t count, std::int64_t config_version) {
  return fmt::format("{}{}{}, no monitoring agent specified, {}{}", kAll, count, kGoal, kVersion, config_version);
}

std::optional<GoalLine> read_goal_line(std::string_view line) {
  for (std::size_t at = line.find(kAll); at != std::string_view::npos; at = line.find(kAll, at + 1)) {
    const std::string_view rest = line.substr(at + kAll.size());
    std::size_t length = 0;
    const auto count = leading_number<std::size_t>(rest, length);
    if (!count || !rest.substr(length).starts_with(kGoal)) continue;
    GoalLine out{*count, std::nullopt};
    if (const auto version = rest.find(kVersion); version != std::string_view::npos) out.config_version = leading_number<std::int64_t>(rest.substr(version + kVersion.size()), length);
    return out;
  }
  return std::nullopt;
}

std::string hopeless_line(const std::string& process, const std::string& why) {
  return fmt::format("Error: `{}` failed {}{}{}", process, kHopelessAfter, kHopeless, why);
}

std::string refused_line(const std::string& why) { return std::string(kRefused) + why; }

bool is_hopeless_line(std::string_view line) { return is_error_line(line) && (line.find(kHopeless) != std::string_view::npos || line.find(kRefused) != std::string_view::npos); }

bool is_error_line(std::string_view line) {
  if (line.starts_with("[") && line.find("] ") != std::string_view::npos) line.remove_prefix(line.find("] ") + 2);
  return line.starts_with("Error");
}

}  // namespace failc::automation
