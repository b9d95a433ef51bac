// start, stop, kill, restart, pause and resume: what they do to the states of nodes, and where they do nothing.
#include <algorithm>
#include <utility>

#include "interpreter/prove/flow.hpp"

namespace failc::prove {

using diag::Code;
using plan::StepKind;

void Flow::set(std::uint32_t node, std::uint8_t can, const plan::Source& at) {
  NodeState& state = state_.nodes[node];
  state.can = foreign_.contains(node) ? kAnything : can;
  state.since = at;
  if (can == kUp) state.started = state_.moment;
  if (can == kDown) std::erase_if(state_.armed, [&](const auto& armed) { return armed.first == node; });
}

bool Flow::all(const Nodes& nodes, std::uint8_t only) const {
  return std::all_of(nodes.begin(), nodes.end(), [&](std::uint32_t node) { return (state_.nodes[node].can & ~only) == 0; });
}

void Flow::node_step(const plan::BodyNode& node, const plan::Step& step) {
  if (step.settle > Nanos{}) pass();
  if (step.kind == StepKind::pause) {
    Nodes paused;
    pause(node, step.args[0], paused);
    return;
  }
  const std::optional<Nodes> nodes = exactly(plan_, step.args[0], slots_);
  if (nodes && !nodes->empty())
    certain_step(node, step.kind, *nodes);
  else
    possible_step(step.kind, at_most(plan_, step.args[0], slots_));
}

void Flow::certain_step(const plan::BodyNode& node, StepKind kind, const Nodes& nodes) {
  const auto fresh = [&](std::uint32_t one) {
    // Of what came up with its cluster nobody said that it goes on.
    return state_.nodes[one].can == kUp && state_.nodes[one].since.line > 0 && state_.nodes[one].started == state_.moment;
  };
  const auto who = [&] { return names(nodes); };
  const char* are = nodes.size() == 1 ? "is" : "are";
  switch (kind) {
    case StepKind::kill:
      if (all(nodes, kDown))
        say(Code::strikes_nothing, node, {who(), are, "kill"}, nodes.front());
      else if (std::any_of(nodes.begin(), nodes.end(), [&](std::uint32_t one) {
                 return state_.nodes[one].can == kPaused && std::count(around_.begin(), around_.end(), one) > 0;
               }))
        say(Code::ends_own_pause, node, {who()}, nodes.front());
      break;
    case StepKind::stop:
      if (all(nodes, kDown)) say(Code::goal_holds, node, {who(), are, "stopped"}, nodes.front());
      break;
    case StepKind::start:
      if (std::all_of(nodes.begin(), nodes.end(), fresh)) say(Code::goal_holds, node, {who(), are, "running"}, nodes.front());
      break;
    case StepKind::resume:
      if (all(nodes, kUp | kDown)) say(Code::resumes_nothing, node, {who(), are}, nodes.front());
      break;
    case StepKind::restart:
    case StepKind::pause:
    case StepKind::let:
    case StepKind::exec:
    case StepKind::operation:
    case StepKind::sleep:
    case StepKind::log:
    case StepKind::play:
    case StepKind::meet:
    case StepKind::fault:
      break;
  }
  for (const std::uint32_t one : nodes) {
    switch (kind) {
      case StepKind::kill:
      case StepKind::stop:
        set(one, kDown, node.at);
        break;
      case StepKind::restart:
        set(one, kDown, node.at);
        set(one, kUp, node.at);
        break;
      // What is paused runs already, and stays paused.
      case StepKind::start:
        set(one, static_cast<std::uint8_t>(kUp | (state_.nodes[one].can & kPaused)), node.at);
        break;
      case StepKind::resume:
        resume(one);
        break;
      case StepKind::pause:
      case StepKind::let:
      case StepKind::exec:
      case StepKind::operation:
      case StepKind::sleep:
      case StepKind::log:
      case StepKind::play:
      case StepKind::meet:
      case StepKind::fault:
        break;
    }
  }
}

void Flow::possible_step(StepKind kind, const Nodes& nodes) {
  for (const std::uint32_t one : nodes) {
    std::uint8_t& can = state_.nodes[one].can;
    switch (kind) {
      case StepKind::kill:
      case StepKind::stop:
        can |= kDown;
        std::erase_if(state_.armed, [&](const auto& armed) { return armed.first == one; });
        break;
      case StepKind::restart:
        can |= kUp;
        std::erase_if(state_.armed, [&](const auto& armed) { return armed.first == one; });
        break;
      case StepKind::start:
      case StepKind::resume:
        can |= kUp;
        break;
      case StepKind::pause:
      case StepKind::let:
      case StepKind::exec:
      case StepKind::operation:
      case StepKind::sleep:
      case StepKind::log:
      case StepKind::play:
      case StepKind::meet:
      case StepKind::fault:
        break;
    }
  }
}

void Flow::pause(const plan::BodyNode& node, const plan::Expr& set, Nodes& paused) {
  const std::optional<Nodes> nodes = exactly(plan_, set, slots_);
  if (!nodes || nodes->empty()) {
    paused = at_most(plan_, set, slots_);
    for (const std::uint32_t one : paused) {
      held_.push_back({one, kUp | kPaused});
      state_.nodes[one].can |= kPaused;
    }
    return;
  }
  const auto who = [&] { return names(*nodes); };
  const char* are = nodes->size() == 1 ? "is" : "are";
  if (all(*nodes, kDown))
    say(Code::strikes_nothing, node, {who(), are, "pause"}, nodes->front());
  else if (all(*nodes, kPaused))
    say(Code::paused_already, node, {who(), are}, nodes->front());
  paused = *nodes;
  for (const std::uint32_t one : paused) {
    const std::uint8_t can = state_.nodes[one].can;
    held_.push_back({one, can});
    this->set(one, static_cast<std::uint8_t>((can & kDown) | (can & (kUp | kPaused) ? kPaused : 0)), node.at);
  }
}

void Flow::resume(std::uint32_t node, std::uint8_t before) {
  if (foreign_.contains(node)) return;
  std::uint8_t& can = state_.nodes[node].can;
  // What was paused already stays its first pause's.
  if ((can & kPaused) && (before & kUp)) can = static_cast<std::uint8_t>((can & kDown) | kUp | (before & kPaused));
}

void Flow::paused_scope(const plan::BodyNode& node, const plan::Scope& scope) {
  pass();
  std::vector<Held> outside = std::exchange(held_, {});
  Nodes paused;
  pause(node, *scope.value, paused);
  const std::vector<Held> own = std::exchange(held_, std::move(outside));
  const std::size_t before = around_.size();
  around_.insert(around_.end(), paused.begin(), paused.end());
  judge_watched();
  body(scope.body);
  around_.resize(before);
  for (const Held& held : own) resume(held.node, held.before);
  pass();
}

}  // namespace failc::prove
