// What only the world can answer: queries, files, log lines, statistics.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "interpreter/eval/evaluator.hpp"

namespace failc::eval {

using plan::Expr;

std::string Ask::key() const {
  nlohmann::json values = nlohmann::json::array();
  for (const Value& argument : arguments) values.push_back(to_json(argument));
  return fmt::format("{} {} {} {}", kind == Kind::query ? 'q' : 'f', kind == Kind::query ? operation : 0, node, values.dump());
}

Maybe Evaluator::ask(Ask question, const plan::Source& at) {
  const std::string key = question.key();
  if (const Observation* seen = facts_.observed(key)) {
    interval_.add({seen->sent, seen->received});
    record(at, seen->value);
    return seen->value;
  }
  if (quiet_ == 0 && asked_.insert(key).second) asks_.push_back(std::move(question));
  return std::nullopt;
}

Maybe Evaluator::query(const Expr& expr, Frame frame) {
  Arguments in = arguments(expr, frame);
  if (in.pending) return std::nullopt;
  if (in.undefined) {
    record(expr.at, *in.undefined);
    return *in.undefined;
  }
  if (expr.index >= plan_.operations.size()) return Undefined{"the plan has no such query"};
  const plan::Operation& operation = plan_.operations[expr.index];
  const auto with_node = [&](std::uint32_t node_at, NodeIndex node) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < in.values.size(); ++i) values.push_back(i == node_at ? Value(NodeRef{node}) : in.take(i));
    return values;
  };
  if (operation.node_parameter == plan::kNoNode) return ask({Ask::Kind::query, expr.index, plan::kNoNode, with_node(plan::kNoNode, 0)}, expr.at);
  if (operation.node_parameter >= in.values.size()) return Undefined{fmt::format("`{}` was given too few arguments", operation.name)};
  const auto node = one_node(*in.values[operation.node_parameter]);
  if (!node) return Undefined{fmt::format("`{}`: {}", operation.name, node.error().message)};
  if (facts_.state(*node) == NodeState::stopped) {
    const Value stopped = Undefined{fmt::format("{} is not running", node_name(plan_, *node))};
    record(expr.at, stopped);
    return stopped;
  }
  return ask({Ask::Kind::query, expr.index, *node, with_node(operation.node_parameter, *node)}, expr.at);
}

Maybe Evaluator::node_file(const Expr& expr, Frame frame) {
  Arguments in = arguments(expr, frame);
  if (in.pending) return std::nullopt;
  if (in.undefined) return *in.undefined;
  const auto node = one_node(*in.values[0]);
  if (!node) return Undefined{fmt::format("`node_file`: {}", node.error().message)};
  if (!in.values[1]->is<std::string>()) return Undefined{fmt::format("`node_file` takes a path, not {}", kind_of(*in.values[1]))};
  return ask({Ask::Kind::node_file, 0, *node, {in.take(1)}}, expr.at);
}

Maybe Evaluator::log_lines(const Expr& expr, Frame frame) {
  Arguments in = arguments(expr, frame);
  if (in.pending) return std::nullopt;
  if (in.undefined) return *in.undefined;
  const auto node = one_node(*in.values[0]);
  if (!node) return Undefined{fmt::format("`log_lines`: {}", node.error().message)};
  const auto* pattern = in.values[1]->as<Regex>();
  if (!pattern) return Undefined{fmt::format("`log_lines` takes a regular expression, not {}", kind_of(*in.values[1]))};
  Value lines = facts_.log_lines(*node, *pattern);
  record(expr.at, lines);
  return lines;
}

Maybe Evaluator::statistic(const Expr& expr, Frame frame) {
  Arguments in = arguments(expr, frame);
  if (in.pending) return std::nullopt;
  if (in.undefined) return *in.undefined;
  const Nanos* window = nullptr;
  if (!in.values.empty()) {
    window = in.values[0]->as<Nanos>();
    if (!window) return Undefined{fmt::format("`since` takes a duration, not {}", kind_of(*in.values[0]))};
  }
  Value value = facts_.statistic(expr.index, expr.name, window);
  record(expr.at, value);
  return value;
}

}  // namespace failc::eval
