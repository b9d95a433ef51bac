// The statements of a scenario in the order of their worst case, for `failc plan` and `failc run --dry-run`.
#include <fmt/format.h>

#include "grammar/base/bug.hpp"
#include "tools/failc/footprint.hpp"

namespace failc::tools {
namespace {

class Timeline {
 public:
  explicit Timeline(std::string& out) : out_(out) {}

  void line(Nanos from, Nanos length, unsigned depth, const std::string& text) {
    out_ += fmt::format("  {:>9} .. {:<9} {:{}}{}\n", show(from), show(from + length), "", depth * 2, text);
  }

  void body(const plan::Body& body, Nanos from, unsigned depth) {
    for (const plan::BodyNode& node : body) {
      line(from, node.bound, depth, node.text);
      if (const auto* scope = std::get_if<plan::Scope>(&node.node)) parts(*scope, from, depth + 1);
      from += node.bound;
    }
  }

 private:
  /// What stands inside begins with its scope at the earliest; of a loop the first round is shown.
  void parts(const plan::Scope& scope, Nanos from, unsigned depth) {
    body(scope.body, from, depth);
    if (scope.otherwise.empty()) return;
    out_ += fmt::format("  {:>9}    {:<9} {:{}}else\n", "", "", "", (depth - 1) * 2);
    body(scope.otherwise, from, depth);
  }

  std::string& out_;
};

std::string node_names(const plan::Plan& plan, const plan::Scenario& scenario) {
  std::string out;
  for (const NodeFootprint& node : footprint(plan, scenario)) out += (out.empty() ? "" : ", ") + node.name;
  return out.empty() ? "nothing" : out;
}

}  // namespace

std::string timeline(const plan::Plan& plan, const plan::Scenario& scenario) {
  if (!scenario.skip.empty()) return fmt::format("scenario \"{}\": skipped: {}\n", scenario.title, scenario.skip);
  const bool setup = !plan.setup.empty() && &scenario == &plan.setup.front(), cleanup = !plan.cleanup.empty() && &scenario == &plan.cleanup.front();
  std::string out = setup || cleanup ? scenario.title : fmt::format("scenario \"{}\"", scenario.title);
  out += fmt::format(": {} at most{}\n", show(scenario.worst_case()), scenario.expect_fails ? ", and expected to fail" : "");
  for (const plan::BodyNode& each : scenario.requirements) out += "  requires " + each.text + ", else it is skipped\n";
  Timeline lines(out);
  Nanos at{};
  const std::string nodes = node_names(plan, scenario);
  if (!cleanup) lines.line(at, scenario.up, 0, "bring up " + nodes);
  at += scenario.up;
  lines.body(scenario.body, at, 0);
  at += scenario.body_bound;
  if (scenario.cleanup_bound > Nanos{}) lines.line(at, scenario.cleanup_bound, 0, "cleanups");
  at += scenario.cleanup_bound;
  if (!setup) lines.line(at, scenario.down, 0, "take down " + nodes);
  return out;
}

}  // namespace failc::tools
