#pragma once
// What the nodes of a plan can be doing at one place of a scenario.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/plan/plan.hpp"

namespace failc::prove {

/// What failc made of a node. One that is up may have ended by itself, and so may one that is paused; one that is down stays so until it is
/// started.
inline constexpr std::uint8_t kUp = 1, kDown = 2, kPaused = 4, kAnything = 7;

struct NodeState {
  std::uint8_t can = kUp;     // any of these
  std::uint64_t started = 0;  // the moment of State::moment when it was last made to run
  plan::Source since;         // what put it there; empty: it was brought up with its cluster
};

struct State {
  std::vector<NodeState> nodes;                           // as Plan::nodes
  std::set<std::pair<std::uint32_t, std::string>> armed;  // failpoints that are armed for certain
  std::uint64_t moment = 0;                               // a new one where time may have passed
  void join(const State& other);
};

using Nodes = std::vector<std::uint32_t>;

/// What is known of the slots of a scenario's frame, or of a component's.
struct Slots {
  std::vector<std::optional<Nodes>> exact;   // it holds these nodes
  std::vector<std::optional<Nodes>> within;  // it holds some of them
  explicit Slots(std::uint32_t count) : exact(count), within(count) {}
};

/// The nodes that `set` is in every run.
std::optional<Nodes> exactly(const plan::Plan& plan, const plan::Expr& set, const Slots& slots);
/// Nodes that all of `set` is of, where that is known.
std::optional<Nodes> within(const plan::Plan& plan, const plan::Expr& set, const Slots& slots);
/// The same; all nodes of the plan where it is not known.
Nodes at_most(const plan::Plan& plan, const plan::Expr& set, const Slots& slots);

}  // namespace failc::prove
