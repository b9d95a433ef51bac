#pragma once
// One pass over a scenario, with the states of its nodes. Not for other folders.
#include <set>
#include <string>
#include <vector>

#include "interpreter/prove/prove.hpp"
#include "interpreter/prove/state.hpp"
#include "interpreter/prove/truth.hpp"

namespace failc::prove {

class Flow {
 public:
  Flow(const plan::Plan& plan, const plan::Scenario& scenario, const Report& report);
  /// What is up around all scenarios is as some other one left it.
  void find_shared();
  void run() { body(scenario_.body); }

 private:
  // flow.cpp
  void body(const plan::Body& body);
  void node(const plan::BodyNode& node);
  void scope(const plan::BodyNode& node, const plan::Scope& scope);
  void branch(const plan::Scope& scope);
  void loop(const plan::Scope& scope);
  void parallel(const plan::Scope& scope);
  void struck_by_two(const plan::Scope& parallel);
  /// What can be after any number of rounds: everything, of the nodes that a round touches.
  void forget(const plan::Body& body);
  /// The nodes that something in the body may act on.
  std::set<std::uint32_t> touched(const plan::Body& body) const;
  /// Time may pass, in which nodes end by themselves.
  void pass() { ++state_.moment; }

  // node_steps.cpp
  void node_step(const plan::BodyNode& node, const plan::Step& step);
  void certain_step(const plan::BodyNode& node, plan::StepKind kind, const Nodes& nodes);
  void possible_step(plan::StepKind kind, const Nodes& nodes);
  void pause(const plan::BodyNode& node, const plan::Expr& set, Nodes& paused);
  /// `before`: what it could be before the pause that ends here.
  void resume(std::uint32_t node, std::uint8_t before = kUp);
  void paused_scope(const plan::BodyNode& node, const plan::Scope& scope);
  void set(std::uint32_t node, std::uint8_t can, const plan::Source& at);
  bool all(const Nodes& nodes, std::uint8_t only) const;

  // requests.cpp
  void operation(const plan::BodyNode& node, const plan::Step& step);
  void failpoint(const plan::BodyNode& node, const plan::Step& step, const plan::Operation& operation);
  void exec(const plan::Step& step);
  void condition(const plan::BodyNode& node, const plan::Condition& condition);
  /// An `always`, from where it stands.
  void watch(const plan::BodyNode& node, const plan::Condition& condition);
  /// What is watched, in the state that a statement has left. It may be what the scenario is to show, so it is no mistake.
  void judge_watched();

  void say(diag::Code code, const plan::BodyNode& node, std::array<std::string, 3> arguments,
           std::optional<std::uint32_t> culprit = std::nullopt);
  std::string names(const Nodes& nodes) const;
  /// "`kv.kvd[0]` is stopped here".
  std::string why(std::uint32_t node) const;

  const plan::Plan& plan_;
  const plan::Scenario& scenario_;
  const Report& report_;
  State state_;
  Slots slots_;
  struct Held {
    std::uint32_t node;
    std::uint8_t before;
  };
  std::vector<Held> held_;             // paused by a step of the block at hand, until its end
  std::vector<std::uint32_t> around_;  // paused by the blocks around
  std::set<std::uint32_t> foreign_;    // what other actors act on meanwhile: they can be anything, whatever is done to them here
  bool beside_ = false;                // other actors run beside this one
  struct Watched {
    const plan::BodyNode* node;
    const plan::Condition* condition;
    int branches;
    bool violated = false;
  };
  std::vector<Watched> watched_;  // by `always`, in the blocks around
  int branches_ = 0;              // that may not be taken
  int silent_ = 0;
};

}  // namespace failc::prove
