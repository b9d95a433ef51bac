#pragma once
// A line that a driver program wrote.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::host {

/// What a driver reported by itself.
struct DriverEvent {
  std::string name, entity;
  std::uint64_t sequence = 0;
  std::string data;  // JSON
};

struct DriverLine {
  std::optional<std::uint64_t> id;   // none: an event, or of nobody's request
  std::string ok, failure;           // its `ok` and `error`, as JSON; empty where they are not there
  std::optional<DriverEvent> event;  // where it is whole: a line without one of its members is none
};

/// An error where the line is no JSON object, or its brackets stand too deep inside each other.
Result<DriverLine> read_driver_line(std::string_view line);

}  // namespace failc::host
