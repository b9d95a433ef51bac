#pragma once
// A run's events, for programs that follow it: the records of its journals, named and shaped so that others may rely on them.
// JSON Lines; docs/reports.md describes each.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "interpreter/report/report.hpp"

namespace failc::report {

inline constexpr int kEventsVersion = 1;

/// Of one session: turns its records into events, in their order.
class Events {
 public:
  /// The event that a record is, without a newline; nothing for those that are of no use to others.
  std::optional<std::string> of(const nlohmann::ordered_json& record);

 private:
  std::string scenario_;  // that runs
};

/// The first and the last event of a run, around those of its sessions.
std::string run_began(const Run& run);
std::string run_ended(const Run& run);

}  // namespace failc::report
