// Any bytes as an automation config, a state file or a line of an agent's log: read, or refused with places inside the text. What was read can be
// written with another version, and is then the same cluster.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "interpreter/live_cluster/state_file.hpp"
#include "interpreter/systems/automation/config.hpp"
#include "interpreter/systems/automation/lines.hpp"
#include "interpreter/systems/automation/set_config.hpp"

namespace {

using namespace failc::automation;

void check(bool right) {
  if (!right) std::abort();
}

void check_problems(std::string_view text, const Parsed& parsed) {
  for (const Problem& problem : parsed.problems) {
    check(problem.place.begin <= problem.place.end && problem.place.end <= text.size());
    check(!problem.message.empty());
  }
  check(render("fuzz.json", text, parsed.problems).empty() == parsed.problems.empty());
}

void check_config(const Config& config, bool lenient) {
  const std::vector<bool> disabled(config.processes.size(), true);
  const Parsed again = parse_config(with_disabled(config.document, config.version + 1, disabled), lenient);
  check(again.problems.empty());
  check(again.config.version == config.version + 1);
  check(again.config.processes.size() == config.processes.size() && again.config.sets.size() == config.sets.size());
  for (std::size_t i = 0; i < config.processes.size(); ++i) {
    check(again.config.processes[i].disabled);
    check(again.config.processes[i].fingerprint == config.processes[i].fingerprint);
  }
  for (const ReplicaSet& set : config.sets) check(!next_config(plain(set.document), set));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Parsed strict = parse_config(text), lenient = parse_config(text, true);
  check_problems(text, strict);
  check_problems(text, lenient);
  if (strict.problems.empty()) check_config(strict.config, false);
  if (lenient.problems.empty()) check_config(lenient.config, true);
  check(!strict.problems.empty() || lenient.problems.empty());
  if (const auto state = failc::live_cluster::read_state(text)) {
    const auto again = failc::live_cluster::read_state(to_text(*state));
    check(again && to_text(*again) == to_text(*state));
  }
  if (const auto goal = read_goal_line(text)) check(text.find("Mongo processes are in goal state") != std::string::npos);
  is_hopeless_line(text);
  return 0;
}
