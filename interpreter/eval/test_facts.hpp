#pragma once
// Facts for tests: answers by key, all nodes running unless said otherwise.
#include <map>
#include <string>

#include "interpreter/eval/eval.hpp"
#include "interpreter/plan/sample_plan.hpp"

namespace failc::eval {

class TestFacts : public Facts {
 public:
  std::map<std::string, Observation> answers;
  std::map<NodeIndex, NodeState> states;
  std::map<NodeIndex, Observation> said;  // by its observer
  std::map<std::string, Value> statistics;
  mutable std::map<std::string, Nanos> windows;

  const Observation* observed(const std::string& key) const override {
    const auto found = answers.find(key);
    return found == answers.end() ? nullptr : &found->second;
  }
  std::optional<Observation> heard(NodeIndex node, std::uint32_t) const override {
    const auto found = said.find(node);
    return found == said.end() ? std::nullopt : std::optional(found->second);
  }
  NodeState state(NodeIndex node) const override {
    const auto found = states.find(node);
    return found == states.end() ? NodeState::running : found->second;
  }
  Value node_field(NodeIndex node, const std::string& name) const override {
    if (name == "address") return "10.0.0." + std::to_string(node);
    return Undefined{"`" + name + "` is not known"};
  }
  Value node_port(NodeIndex node, const std::string&) const override { return std::int64_t{7000 + node}; }
  Value statistic(std::uint32_t, const std::string& name, const Nanos* window) const override {
    if (window) windows[name] = *window;
    const auto found = statistics.find(name);
    return found == statistics.end() ? Value(Undefined{"nothing yet"}) : found->second;
  }
  List log_lines(NodeIndex, const Regex&) const override { return {std::string("became leader")}; }
  std::vector<std::uint32_t> draw(std::uint32_t size, std::uint32_t count, const plan::Source&) const override {
    std::vector<std::uint32_t> last;
    for (std::uint32_t i = size - count; i < size; ++i) last.push_back(i);
    return last;
  }

  /// `info` of a node: {role, term, healthy}, read in [sent, received].
  void info(NodeIndex node, const std::string& role, Value term, Instant sent = Instant(1), Instant received = Instant(2)) {
    const Document reply{{{"role", role}, {"term", std::move(term)}, {"healthy", role != "sick"}}};
    answers[info_key(node)] = {reply, sent, received};
  }
  void silent(NodeIndex node, const std::string& reason) { answers[info_key(node)] = {Undefined{reason}, Instant(1), Instant(2)}; }
  static std::string info_key(NodeIndex node) { return Ask{Ask::Kind::query, 0, node, {NodeRef{node}}}.key(); }
};

inline Evaluated run(const plan::Plan& plan, const plan::Expr& expr, const Facts& facts, std::vector<Value> frame = std::vector<Value>(8)) {
  return evaluate(plan, expr, frame, facts);
}
inline std::string shown(const plan::Plan& plan, const plan::Expr& expr, const Facts& facts, std::vector<Value> frame = std::vector<Value>(8)) {
  const Evaluated out = run(plan, expr, facts, std::move(frame));
  std::vector<std::string> names;
  for (const plan::Node& node : plan.nodes) names.push_back(node.name);
  return out.asks.empty() ? show(out.value, names) : "asks " + std::to_string(out.asks.size());
}

}  // namespace failc::eval
