#pragma once
// Which process is restarted next.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "interpreter/systems/automation/config.hpp"

namespace failc::automation {

enum class RestartOrder : std::uint8_t { secondaries_first, listed };

/// The first of `left` (in the config's order) that is no primary, else the first; none where `left` is empty. `primaries` is as of now.
inline std::optional<std::string> next_to_restart(const std::vector<std::string>& left, const std::set<std::string>& primaries, RestartOrder order) {
  if (left.empty()) return std::nullopt;
  if (order == RestartOrder::secondaries_first)
    for (const std::string& name : left)
      if (!primaries.contains(name)) return name;
  return left.front();
}

}  // namespace failc::automation
