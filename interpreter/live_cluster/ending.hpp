#pragma once
// How an agent or a stage ended. The command line has an exit code for each.
#include <cstdint>
#include <functional>
#include <string>

namespace failc::live_cluster {

enum class Ending : std::uint8_t { pass, failed, input, environment, leaked, interrupted };

/// Where a stage's words go; each is one line without its newline, or several with newlines between.
struct Voices {
  std::function<void(const std::string&)> say;       // what was done
  std::function<void(const std::string&)> complain;  // what went wrong
  std::function<void(const std::string&)> trace;     // each step
};

}  // namespace failc::live_cluster
