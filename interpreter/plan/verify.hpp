#pragma once
// Inside of `verify`: the first invariant that does not hold, by its place. Not for other folders.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "interpreter/plan/plan.hpp"

namespace failc::plan {

class Verifier {
 public:
  explicit Verifier(const Plan& plan) : plan_(plan) {}
  Status run();

 private:
  // Each returns false, and has said why, where something does not hold.
  bool clusters();
  bool components();
  bool component(const Component& component);
  bool operation(const Operation& operation);
  bool workload(const Workload& workload);
  bool scenario(const Scenario& scenario);
  bool body(const Body& body, std::uint32_t slots, int depth);
  bool node(const BodyNode& node, std::uint32_t slots, int depth);
  bool kind(const Step& step, std::uint32_t slots, int depth);
  bool kind(const Scope& scope, std::uint32_t slots, int depth);
  bool kind(const Condition& condition, std::uint32_t slots, int depth);

  // verify_expr.cpp
  bool expr(const Expr& expr, std::uint32_t slots, int depth = 0);
  bool optional(const OptionalExpr& value, std::uint32_t slots) { return !value || expr(*value, slots); }
  bool exprs(const std::vector<Expr>& values, std::uint32_t slots);
  bool literal(const Value& value);
  bool place(const Source& at);
  /// An expression that has to be known without asking anyone.
  bool silent(const Expr& value, std::uint32_t slots, const char* what);
  /// No role, state or `let` needs itself.
  bool acyclic();

  template <class... A>
  bool require(bool holds, fmt::format_string<A...> reason, A&&... arguments) {
    if (!holds && problem_.empty()) problem_ = where() + fmt::format(reason, std::forward<A>(arguments)...);
    return holds;
  }
  /// That a bound is what its parts sum to; `reason` takes both.
  bool sums_to(Nanos bound, Nanos sum, fmt::format_string<std::string, std::string> reason) {
    return bound == sum || require(false, reason, show(bound), show(sum));
  }
  /// Put together only where something does not hold: most plans are sound.
  std::string where() const;

  const Plan& plan_;
  std::size_t players_ = 0;  // of the scenario at hand
  std::string where_;  // "component `x`: "
  const Scenario* scenario_ = nullptr;  // at hand, in place of that
  std::vector<std::uint32_t> lines_;    // in it, of the nodes around the one at hand and of that
  std::string problem_;
};

}  // namespace failc::plan
