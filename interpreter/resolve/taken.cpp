#include "interpreter/resolve/taken.hpp"

#include <algorithm>

namespace failc::resolve {
namespace {

const Value* find_literal(const plan::Expr& expr, const plan::Source& at) {
  if (expr.op == plan::Op::literal && expr.at == at) return &expr.literal;
  for (const plan::Expr& part : expr.args)
    if (const Value* found = find_literal(part, at)) return found;
  return nullptr;
}

bool same(const Value& a, const Value& b) { return (a.undefined() && b.undefined()) || equal(a, b) == Truth::yes; }

}  // namespace

Taken::Taken(const run::ScenarioResult& result, const std::vector<const run::ScenarioResult*>& around) {
  for (const run::ScenarioResult* one : around) add(*one);
  add(result);
}

void Taken::add(const run::ScenarioResult& result) {
  cut_ = cut_ || result.choices.size() >= run::kMostChoices || result.reached.size() >= run::kMostReached;
  for (const run::Reached& one : result.reached) reached_.insert({one.statement, one.path});
  for (const run::Choice& one : result.choices) {
    const auto [entry, fresh] = came_.try_emplace({one.statement, one.path, one.at, one.asked});
    Came& came = entry->second;
    if (fresh) came.value = one.value;
    else if (!came.several && !same(came.value, one.value)) came = {Undefined{"it came to several things"}, true, std::move(came.drawn)};
    if (!one.drawn) continue;
    const auto known = std::find_if(came.drawn.begin(), came.drawn.end(), [&](const eval::Drawn& drawn) { return drawn.of == one.drawn->of; });
    if (known == came.drawn.end()) came.drawn.push_back(*one.drawn);
    else known->node = known->node || one.drawn->node;
  }
}

bool Taken::reached(const Nodes& nodes, std::uint64_t path) const {
  return std::any_of(nodes.begin(), nodes.end(), [&](const plan::BodyNode* node) { return reached_.contains({node, path}); });
}

std::size_t Taken::rounds(const plan::Scope& loop, std::uint64_t path) const {
  const auto begun = [&](std::size_t i) {
    return std::any_of(loop.body.begin(), loop.body.end(), [&](const plan::BodyNode& node) { return reached_.contains({&node, run::iteration(path, i)}); });
  };
  std::size_t count = 0;
  while (begun(count)) ++count;
  return count;
}

const Taken::Came* Taken::came(const Nodes& nodes, std::uint64_t path, const plan::Source& at, bool asked) const {
  for (const plan::BodyNode* node : nodes)
    if (const auto found = came_.find({node, path, at, asked}); found != came_.end()) return &found->second;
  return nullptr;
}

const Value* constant(const Nodes& nodes, const plan::Source& at) {
  const Value* found = nullptr;
  const auto look = [&](const plan::Expr& expr) {
    if (!found) found = find_literal(expr, at);
  };
  for (const plan::BodyNode* node : nodes) {
    if (const auto* step = std::get_if<plan::Step>(&node->node)) {
      for (const plan::Expr& expr : step->args) look(expr);
      if (step->expect) look(*step->expect);
    } else if (const auto* scope = std::get_if<plan::Scope>(&node->node)) {
      if (scope->value) look(*scope->value);
    } else {
      look(std::get<plan::Condition>(node->node).condition);
    }
  }
  return found && (found->is<List>() || found->is<NodeRef>()) ? found : nullptr;  // the amount may stand there too
}

}  // namespace failc::resolve
