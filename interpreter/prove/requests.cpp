// Requests and conditions: which cannot be answered, and so cannot succeed.
#include "interpreter/prove/flow.hpp"

namespace failc::prove {

using diag::Code;
using plan::ConditionKind;

void Flow::exec(const plan::Step& step) {
  pass();
  // What it runs may be a node's own program.
  for (const std::uint32_t node : at_most(plan_, step.args[0], slots_)) state_.nodes[node].can |= kUp;
}

void Flow::operation(const plan::BodyNode& node, const plan::Step& step) {
  const plan::Operation& operation = plan_.operations[step.operation];
  if (!step.fault.empty()) failpoint(node, step, operation);
  pass();
  if (operation.node_parameter >= step.args.size()) return;
  const plan::Expr& target = step.args[operation.node_parameter];
  const std::optional<Nodes> nodes = exactly(plan_, target, slots_);
  Truths truths(plan_, state_, slots_);
  if (!step.expect && truths.lacks_quorum(operation, target)) {
    say(Code::operation_in_vain, node, {operation.name, truths.reason()}, truths.culprit());
  } else if (!step.expect && nodes && nodes->size() == 1) {
    if (!truths.can_answer(operation, nodes->front()))
      say(Code::operation_in_vain, node, {operation.name, why(nodes->front())}, nodes->front());
  }
  if (operation.request.kind == plan::RequestKind::exec)
    for (const std::uint32_t one : at_most(plan_, target, slots_)) state_.nodes[one].can |= kUp;
}

void Flow::failpoint(const plan::BodyNode& node, const plan::Step& step, const plan::Operation& operation) {
  // Its name is a literal where it is the same in every run.
  const std::string* name = nullptr;
  for (std::size_t i = 0; i < step.args.size() && i < operation.parameters.size(); ++i)
    if (operation.parameters[i].name == "name" && step.args[i].op == plan::Op::literal) name = step.args[i].literal.as<std::string>();
  if (name == nullptr || operation.node_parameter >= step.args.size()) return;
  const plan::Expr& target = step.args[operation.node_parameter];
  if (step.takes_back) {
    for (const std::uint32_t one : at_most(plan_, target, slots_)) state_.armed.erase({one, *name});
    return;
  }
  const std::optional<Nodes> nodes = exactly(plan_, target, slots_);
  if (!nodes || beside_) return;  // another actor may take it back
  for (const std::uint32_t one : *nodes)
    if (!state_.armed.insert({one, *name}).second) say(Code::armed_already, node, {*name, names({one})});
}

void Flow::condition(const plan::BodyNode& node, const plan::Condition& condition) {
  if (condition.kind == ConditionKind::always) return watch(node, condition);
  if (condition.kind == ConditionKind::shows) return;  // it asks no node
  // Other places may make it true.
  if (condition.kind == ConditionKind::sometimes) return pass();
  // A literal was judged where it was written.
  if (condition.condition.op != plan::Op::literal) {
    Truths truths(plan_, state_, slots_);
    const std::uint8_t can = truths.of(condition.condition);
    const bool never = condition.kind == ConditionKind::never;
    const bool fails = never ? can == kUndefined : !(can & kTrue);
    const std::string reason = !truths.reason().empty() || !truths.culprit() ? truths.reason() : why(*truths.culprit());
    if (fails && scenario_.expect_fails) {
      // It is what the scenario is there for.
    } else if (fails && !reason.empty())
      say(Code::never_holds_here, node, {reason}, truths.culprit());
    else if (!never && !(can & kFalse) && !truths.culprit() && !truths.reason().empty())
      say(Code::never_false, node, {truths.reason()});
    else if (never && !(can & kTrue) && !truths.culprit() && !truths.reason().empty())
      say(Code::never_false, node, {truths.reason()});
  }
  pass();
}

void Flow::watch(const plan::BodyNode& node, const plan::Condition& condition) {
  if (condition.condition.op == plan::Op::literal || scenario_.expect_fails) return;
  Truths truths(plan_, state_, slots_);
  const std::uint8_t can = truths.of(condition.condition);
  if (!truths.culprit() && !truths.reason().empty()) {
    // Whatever the nodes do meanwhile.
    if (!(can & kTrue)) return say(Code::never_holds_here, node, {truths.reason()});
    if (!(can & kFalse)) return say(Code::never_false, node, {truths.reason()});
  }
  if (can == kFalse && truths.culprit()) return say(Code::never_holds_here, node, {why(*truths.culprit())}, truths.culprit());
  watched_.push_back({&node, &condition, branches_, false});
}

void Flow::judge_watched() {
  // Undefined samples violate nothing, and a branch may not be taken.
  for (Watched& one : watched_) {
    if (one.violated || one.branches != branches_) continue;
    Truths truths(plan_, state_, slots_);
    if (truths.of(one.condition->condition) != kFalse || !truths.culprit()) continue;
    one.violated = true;
    say(Code::violated_later, *one.node, {why(*truths.culprit())}, truths.culprit());
  }
}

}  // namespace failc::prove
