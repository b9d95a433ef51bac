#include "interpreter/prove/flow.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace failc::prove {

using plan::ScopeKind;
using plan::StepKind;

namespace {

/// Calls `touch(set, struck)` for each set of nodes that something in the body acts on; `struck`: it ends, begins or pauses them.
template <class Touch>
void each_touched(const plan::Plan& plan, const plan::Body& body, const Touch& touch) {
  for (const plan::BodyNode& node : body) {
    if (const auto* step = std::get_if<plan::Step>(&node.node)) {
      switch (step->kind) {
        case StepKind::start:
        case StepKind::stop:
        case StepKind::kill:
        case StepKind::restart:
        case StepKind::pause:
        case StepKind::resume:
          touch(step->args[0], true);
          break;
        case StepKind::exec:
          touch(step->args[0], false);
          break;
        case StepKind::operation: {
          const plan::Operation& operation = plan.operations[step->operation];
          if (operation.request.kind == plan::RequestKind::exec && operation.node_parameter < step->args.size())
            touch(step->args[operation.node_parameter], false);
          break;
        }
        case StepKind::let:
        case StepKind::sleep:
        case StepKind::log:
        case StepKind::play:
        case StepKind::meet:
        case StepKind::fault:
          break;
      }
    } else if (const auto* scope = std::get_if<plan::Scope>(&node.node)) {
      if (scope->kind == ScopeKind::paused) touch(*scope->value, true);
      each_touched(plan, scope->body, touch);
      each_touched(plan, scope->otherwise, touch);
    }
  }
}

/// Whether the actors wait for one another anywhere: then they take turns.
bool meets(const plan::Body& body) {
  return std::any_of(body.begin(), body.end(), [](const plan::BodyNode& node) {
    if (const auto* step = std::get_if<plan::Step>(&node.node)) return step->kind == StepKind::meet;
    const auto* scope = std::get_if<plan::Scope>(&node.node);
    return scope != nullptr && (meets(scope->body) || meets(scope->otherwise));
  });
}

}  // namespace

Flow::Flow(const plan::Plan& plan, const plan::Scenario& scenario, const Report& report)
    : plan_(plan), scenario_(scenario), report_(report), slots_(scenario.slots) {
  state_.nodes.resize(plan.nodes.size());
}

void Flow::find_shared() {
  for (const std::uint32_t cluster : scenario_.clusters) {
    if (!plan::shared(plan_, cluster)) continue;
    const plan::Cluster& which = plan_.clusters[cluster];
    for (std::uint32_t node = which.first_node; node < which.first_node + which.node_count; ++node) state_.nodes[node].can = kAnything;
  }
}

void Flow::body(const plan::Body& body) {
  std::vector<Held> outside = std::exchange(held_, {});
  const std::size_t watched = watched_.size();
  std::vector<const plan::Scope*> cleanups;
  for (const plan::BodyNode& each : body) {
    const auto* scope = std::get_if<plan::Scope>(&each.node);
    if (scope != nullptr && scope->kind == ScopeKind::cleanup)
      cleanups.push_back(scope);
    else
      node(each);
  }
  watched_.resize(watched);
  // A cleanup may begin in whatever state the block was left: nothing is certain there, only what it does to what follows.
  ++silent_;
  for (auto at = cleanups.rbegin(); at != cleanups.rend(); ++at) this->body((*at)->body);
  --silent_;
  for (const Held& held : std::exchange(held_, std::move(outside))) resume(held.node, held.before);
}

void Flow::node(const plan::BodyNode& node) {
  if (const auto* step = std::get_if<plan::Step>(&node.node)) {
    switch (step->kind) {
      case StepKind::let:
        if (step->settle > Nanos{}) pass();
        slots_.exact[step->slot] = exactly(plan_, step->args[0], slots_);
        slots_.within[step->slot] = within(plan_, step->args[0], slots_);
        break;
      case StepKind::start:
      case StepKind::stop:
      case StepKind::kill:
      case StepKind::restart:
      case StepKind::pause:
      case StepKind::resume:
        node_step(node, *step);
        judge_watched();
        break;
      case StepKind::exec:
        exec(*step);
        break;
      case StepKind::operation:
        operation(node, *step);
        break;
      case StepKind::sleep:
      case StepKind::meet:
      case StepKind::fault:
        pass();
        break;
      case StepKind::log:
      case StepKind::play:
        break;
    }
  } else if (const auto* inner = std::get_if<plan::Scope>(&node.node)) {
    scope(node, *inner);
  } else {
    condition(node, std::get<plan::Condition>(node.node));
  }
}

void Flow::scope(const plan::BodyNode& node, const plan::Scope& scope) {
  switch (scope.kind) {
    case ScopeKind::group:
    case ScopeKind::actor:
      body(scope.body);
      break;
    case ScopeKind::parallel:
      parallel(scope);
      break;
    case ScopeKind::branch:
      branch(scope);
      break;
    case ScopeKind::loop:
      loop(scope);
      break;
    case ScopeKind::repeat:
      if (scope.times != 1) forget(scope.body);
      body(scope.body);
      break;
    case ScopeKind::during:
      pass();
      body(scope.body);
      pass();
      break;
    case ScopeKind::cleanup:
      break;  // at the end of its block
    case ScopeKind::paused:
      paused_scope(node, scope);
      break;
  }
}

void Flow::branch(const plan::Scope& scope) {
  pass();
  const auto* known = scope.value->op == plan::Op::literal ? scope.value->literal.as<bool>() : nullptr;
  if (known != nullptr) return body(*known ? scope.body : scope.otherwise);
  const State before = state_;
  ++branches_;
  body(scope.body);
  const State then = std::exchange(state_, before);
  body(scope.otherwise);
  --branches_;
  state_.join(then);
}

void Flow::loop(const plan::Scope& scope) {
  pass();
  const std::optional<Nodes> over = exactly(plan_, *scope.value, slots_);
  const bool once = over && over->size() == 1;
  slots_.within[scope.slot] = within(plan_, *scope.value, slots_);
  slots_.exact[scope.slot] = once ? over : std::nullopt;
  if (!once) forget(scope.body);
  body(scope.body);
}

void Flow::struck_by_two(const plan::Scope& scope) {
  if (meets(scope.body)) return;
  std::set<std::uint32_t> before;
  for (const plan::BodyNode& each : scope.body) {
    const auto* actor = std::get_if<plan::Scope>(&each.node);
    if (actor == nullptr) continue;
    std::set<std::uint32_t> own;
    each_touched(plan_, actor->body, [&](const plan::Expr& set, bool struck) {
      if (!struck) return;
      if (const std::optional<Nodes> exact = exactly(plan_, set, slots_)) own.insert(exact->begin(), exact->end());
    });
    Nodes both;
    std::set_intersection(own.begin(), own.end(), before.begin(), before.end(), std::back_inserter(both));
    if (!both.empty()) say(diag::Code::struck_by_two, each, {names(both), both.size() == 1 ? "is" : "are"});
    before.merge(own);
  }
}

void Flow::parallel(const plan::Scope& scope) {
  struck_by_two(scope);
  std::vector<std::set<std::uint32_t>> acts;
  std::map<std::uint32_t, int> actors;  // how many act on it
  for (const plan::BodyNode& each : scope.body) {
    const auto* actor = std::get_if<plan::Scope>(&each.node);
    acts.push_back(actor != nullptr ? touched(actor->body) : std::set<std::uint32_t>{});
    for (const std::uint32_t one : acts.back()) ++actors[one];
  }
  const std::set<std::uint32_t> around = foreign_;
  const bool beside = std::exchange(beside_, true);
  const State before = state_;
  State after = before;
  for (std::size_t i = 0; i < scope.body.size(); ++i) {
    state_.nodes = before.nodes;
    state_.armed = before.armed;
    foreign_ = around;
    for (const auto& [one, count] : actors)
      if (count > (acts[i].contains(one) ? 1 : 0)) foreign_.insert(one);
    for (const std::uint32_t one : foreign_) state_.nodes[one].can = kAnything;
    pass();
    node(scope.body[i]);
    for (const std::uint32_t one : acts[i]) after.nodes[one] = state_.nodes[one];
    std::erase_if(after.armed, [&](const auto& armed) { return !state_.armed.contains(armed); });
  }
  foreign_ = around;
  beside_ = beside;
  after.moment = state_.moment;
  state_ = std::move(after);
  pass();
}

std::set<std::uint32_t> Flow::touched(const plan::Body& body) const {
  std::set<std::uint32_t> out;
  const Slots unknown(0);
  each_touched(plan_, body, [&](const plan::Expr& set, bool) {
    // What a slot holds in a later round may be set in the round before.
    const std::optional<Nodes> exact = set.op == plan::Op::literal ? exactly(plan_, set, slots_) : std::nullopt;
    const Nodes nodes = exact ? *exact : at_most(plan_, set, unknown);
    out.insert(nodes.begin(), nodes.end());
  });
  return out;
}

void Flow::forget(const plan::Body& body) {
  pass();
  for (const std::uint32_t node : touched(body)) {
    state_.nodes[node].can = kAnything;
    std::erase_if(state_.armed, [&](const auto& armed) { return armed.first == node; });
  }
}

void Flow::say(diag::Code code, const plan::BodyNode& node, std::array<std::string, 3> arguments, std::optional<std::uint32_t> culprit) {
  if (silent_ > 0) return;
  Finding finding{code, node.at, std::move(arguments), std::nullopt};
  if (culprit && state_.nodes[*culprit].since.line > 0) finding.since = state_.nodes[*culprit].since;
  report_(finding);
}

std::string Flow::names(const Nodes& nodes) const {
  constexpr std::size_t kMost = 3;
  std::string out;
  for (std::size_t i = 0; i < nodes.size() && i < kMost; ++i) out += (i > 0 ? ", `" : "`") + plan_.nodes[nodes[i]].name + "`";
  return nodes.size() > kMost ? out + " …" : out;
}

std::string Flow::why(std::uint32_t node) const {
  const std::uint8_t can = state_.nodes[node].can;
  const char* what = can == kDown ? "stopped" : can == kPaused ? "paused" : can & kPaused ? "stopped or paused" : "not paused";
  return "`" + plan_.nodes[node].name + "` is " + what + " here";
}

void prove(const plan::Plan& plan, const Report& report) {
  for (const plan::Scenario& setup : plan.setup) Flow(plan, setup, report).run();
  for (const auto* scenarios : {&plan.scenarios, &plan.cleanup}) {
    for (const plan::Scenario& scenario : *scenarios) {
      Flow flow(plan, scenario, report);
      flow.find_shared();
      flow.run();
    }
  }
}

}  // namespace failc::prove
