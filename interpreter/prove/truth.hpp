#pragma once
// What a condition can be at one place of a scenario.
#include <cstdint>
#include <optional>
#include <string>

#include "interpreter/prove/state.hpp"

namespace failc::prove {

/// A set of what evaluating an expression can give.
inline constexpr std::uint8_t kTrue = 1, kFalse = 2, kOther = 4, kUndefined = 8, kAll = 15;

class Truths {
 public:
  /// Slots of loops inside of expressions are used, and left unknown.
  Truths(const plan::Plan& plan, const State& state, Slots& slots) : plan_(plan), state_(state), slots_(&slots) {}

  /// What `expr` can be, as the evaluator would find it.
  std::uint8_t of(const plan::Expr& expr);
  /// A node whose state decided something.
  std::optional<std::uint32_t> culprit() const { return culprit_; }
  /// What decided apart from nodes: "`count(x)` is at most 3"; empty: nothing did.
  const std::string& reason() const { return reason_; }
  /// Whether an answer to a request of `operation` can come from anything but `node` itself, or the node can answer.
  bool can_answer(const plan::Operation& operation, std::uint32_t node);
  /// Whether `operation` needs more nodes of the group of `target` than can be up; the reason says so.
  bool lacks_quorum(const plan::Operation& operation, const plan::Expr& target);

 private:
  std::uint8_t logic(const plan::Expr& expr);
  std::uint8_t quantified(const plan::Expr& expr);
  std::uint8_t is_state(const plan::Expr& expr);
  std::uint8_t node_is(std::uint32_t node, const std::string& name);
  std::uint8_t role(const plan::Expr& expr);
  std::uint8_t query(const plan::Expr& expr);
  std::uint8_t strict(const plan::Expr& expr, std::uint8_t otherwise);
  std::uint8_t compared(const plan::Expr& expr);
  std::uint8_t in_component(const plan::Expr& expr, std::uint32_t node);
  const plan::Component& component(std::uint32_t node) const { return plan_.components[plan_.groups[plan_.nodes[node].group].component]; }
  /// Whether anything is certain of the node: it is not up.
  bool certain(std::uint32_t node) {
    const bool out = (state_.nodes[node].can & kUp) == 0;
    if (out && !culprit_) culprit_ = node;
    return out;
  }

  const plan::Plan& plan_;
  const State& state_;
  Slots* slots_;
  std::optional<std::uint32_t> culprit_;
  std::string reason_;
  int depth_ = 0;
  std::uint32_t left_ = 20'000;  // expressions that are still looked at: what is written out may be far larger than the text
};

/// Why no value satisfies all comparisons of a conjunction with constants; nothing where some may.
std::optional<std::string> contradiction(const plan::Expr& conjunction);
/// What comparing the size of something with a constant can give, whatever it holds; nothing where `expr` is no such comparison.
std::optional<std::uint8_t> size_compared(const plan::Plan& plan, const plan::Expr& expr, std::string& reason);

}  // namespace failc::prove
