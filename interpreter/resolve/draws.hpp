#pragma once
// What the invocations of workloads chose, each for itself, as expressions over `counter`.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "interpreter/plan/plan.hpp"
#include "interpreter/run/run.hpp"

namespace failc::resolve {

class Draws {
 public:
  /// Both outlive it.
  Draws(const plan::Plan& plan, const run::ScenarioResult& result);
  /// Whether any invocation of the workload of that name chose.
  bool drew(std::string_view workload) const { return names_.contains(workload); }
  /// What the invocations of `workload` came to at `at`: a node, or a list by `counter` whose last one stands for all beyond. An invocation that did not ask there has the
  /// node of the one before; where nobody was found it takes what is past the end of a list, which is undefined.
  std::string text(std::string_view workload, const plan::Source& at) const;

 private:
  const plan::Plan& plan_;
  std::map<std::pair<std::string_view, plan::Source>, std::map<std::int64_t, const Value*>> drawn_;  // by workload and place
  std::set<std::string_view> names_;
};

}  // namespace failc::resolve
