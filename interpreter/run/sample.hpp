#pragma once
// Asking: evaluates expressions, makes the requests that they need, and evaluates again until nothing is missing.
#include <optional>
#include <span>
#include <vector>

#include "interpreter/run/scenario_run.hpp"

namespace failc::run {

/// One or more expressions over one frame, asked together.
struct Question {
  std::vector<const plan::Expr*> exprs;
  std::span<Value> frame;
  Draws draws;
};
Question question(const Context& context, std::uint64_t salt, std::vector<const plan::Expr*> exprs, std::span<Value> frame);

struct Sample {
  bool cancelled = false;
  bool asked = false;                      // requests were needed
  bool answered = true;                    // and all of them were, be it with a refusal
  std::vector<eval::Evaluated> evaluated;  // one an expression
  Instant at{};                            // when it was complete

  const Value& value(std::size_t i = 0) const { return evaluated[i].value; }
  /// Whether an undefined value is what the answers say: nobody holds the role, the key is not there. Not so where an answer is missing, or none was asked for.
  bool told() const { return asked && answered; }
};

/// `deadline` is that of every request; each has its own timeout besides. `wait_until`: see World::submit. At an event of `wakes` the
/// expressions are looked at again with the answers that are there: what it has decided does not wait for the others.
Task<Sample> sample(ScenarioRun& run, const CancelScope& scope, const Question& question, Instant deadline, std::optional<Instant> wait_until,
                    std::uint8_t wakes = kNothing);

/// No deadline but the requests' own.
inline constexpr Instant kNoDeadline = Instant::max();

}  // namespace failc::run
