// The walk over an expression: operands, logic, quantifiers. What needs a node is in nodes.cpp, roles.cpp and asks.cpp.
#include "interpreter/eval/evaluator.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "grammar/base/bug.hpp"

namespace failc::eval {

using plan::Expr;
using plan::Op;

namespace {

// Below it a search is as good as a hash.
constexpr std::size_t kFewMembers = 16;

// Far above what brackets (64) allow; a plan from a file may hold anything.
constexpr int kDeepest = 500;

// What a condition compares is worth showing; a literal is in its text already, and the leaves record themselves.
bool worth_showing(const Expr& expr) {
  switch (expr.op) {
    case Op::literal:
    case Op::role:
    case Op::role_all:
    case Op::query:
    case Op::statistic:
    case Op::log_lines:
    case Op::node_file:
    case Op::is_state: return false;
    case Op::list:
    case Op::doc: return std::any_of(expr.args.begin(), expr.args.end(), worth_showing);
    default: return true;
  }
}

Value condition(Value value) {
  if (value.is<bool>() || value.undefined()) return value;
  return Undefined{fmt::format("{} is no condition", kind_of(value))};
}

/// The elements of a list, or a node as a set of one.
Result<List> elements(Value value) {
  if (auto* list = std::get_if<List>(&value.data)) return std::move(*list);
  if (value.is<NodeRef>()) return List{std::move(value)};
  return Error{fmt::format("{} has no elements", kind_of(value))};
}

Value out_of_frame() { return Undefined{"the plan names a slot outside its frame"}; }

}  // namespace

Maybe Evaluator::evaluate(const Expr& expr, Frame frame) {
  if (depth_ >= kDeepest) return Undefined{"the expression is nested too deep, or asks for itself"};
  ++depth_;
  Maybe value = dispatch(expr, frame);
  --depth_;
  return value;
}

Evaluated Evaluator::finish(Maybe value) {
  Evaluated out;
  if (value) out.value = std::move(*value);
  if (!value) out.asks = std::move(asks_);
  out.operands = std::move(operands_);
  out.choices = std::move(choices_);
  out.sent = interval_.sent;
  out.received = interval_.received;
  return out;
}

Maybe Evaluator::dispatch(const Expr& expr, Frame frame) {
  switch (expr.op) {
    case Op::literal: return expr.literal;
    case Op::local: return expr.index < frame.size() ? frame[expr.index] : out_of_frame();
    case Op::list: return strict(expr, frame, [](Arguments& in) {
      List items;
      items.reserve(in.values.size());
      for (std::size_t i = 0; i < in.values.size(); ++i) items.push_back(in.take(i));
      return Value(std::move(items));
    });
    case Op::list_for: return list_for(expr, frame);
    case Op::doc: return document(expr, frame);
    case Op::member: return strict(expr, frame, [&](Arguments& in) { return member(*in.values[0], expr.name); });
    case Op::negate: return strict(expr, frame, [](Arguments& in) { return negate(*in.values[0]); });
    case Op::logical_not:
      return strict(expr, frame, [&](Arguments& in) {
        Value value = condition(in.take(0));
        if (value.undefined()) return value;
        value = !*value.as<bool>();
        // `x is not s` is one text: what it says was seen, not what it denies.
        const Expr& denied = expr.args[0];
        const bool one_text = denied.op == Op::is_state && denied.at.line == expr.at.line && denied.at.column == expr.at.column;
        if (one_text && silent_ == 0 && !operands_.empty()) operands_.back().value = brief(value);
        return value;
      });
    case Op::logical_and:
    case Op::logical_or: return logic(expr, frame);
    case Op::eq:
    case Op::ne:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
    case Op::in:
    case Op::not_in:
    case Op::matches: return comparison(expr, frame);
    case Op::index:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::range:
    case Op::tolerance:
    case Op::then:
    case Op::minus: return strict(expr, frame, [&](Arguments& in) { return binary(expr.op, *in.values[0], *in.values[1]); });
    case Op::setting: return of_node(expr, frame, [&](NodeIndex node) { return setting(node, expr.name); });
    case Op::node_field: return of_node(expr, frame, [&](NodeIndex node) { return node_field(node, expr.name); });
    case Op::node_port: return of_node(expr, frame, [&](NodeIndex node) -> Maybe { return facts_.node_port(node, expr.name); });
    case Op::node_let:
      return of_node(expr, frame, [&](NodeIndex node) -> Maybe {
        const auto& lets = component(node).lets;
        if (expr.index >= lets.size()) return Undefined{"the plan names a `let` that its component has not"};
        return in_component(lets[expr.index].value, node);
      });
    case Op::observed: return of_node(expr, frame, [&](NodeIndex node) -> Maybe { return heard(node, expr.index); });
    case Op::group_nodes: return of_node(expr, frame, [&](NodeIndex node) { return group_nodes(node); });
    case Op::role:
    case Op::role_all: return role(expr, frame);
    case Op::pick:
    case Op::pick_random: return strict(expr, frame, [&](Arguments& in) { return pick(expr, *in.values[0], *in.values[1]); });
    case Op::is_state: return is_state(expr, frame);
    case Op::every:
    case Op::any: return quantifier(expr, frame);
    case Op::query: return query(expr, frame);
    case Op::call:
      if (expr.name == "choose" && expr.args.size() == 3) return choose(expr, frame);
      return strict(expr, frame, [&](Arguments& in) { return call(plan_, expr.name, in.values); });
    case Op::statistic: return statistic(expr, frame);
    case Op::log_lines: return log_lines(expr, frame);
    case Op::node_file: return node_file(expr, frame);
  }
  FAILC_BUG("an operator that does not exist");
}

Evaluator::Arguments Evaluator::arguments(const Expr& expr, Frame frame) {
  Arguments out;
  out.own.resize(expr.args.size());
  out.values.reserve(expr.args.size());
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    const Expr& argument = expr.args[i];
    out.values.push_back(&out.own[i]);
    bool pending = false;
    if (argument.op == Op::literal) {
      out.values[i] = &argument.literal;
    } else if (const Kept* found = kept(argument, frame, pending)) {
      out.values[i] = found->at;
    } else if (!pending) {
      Maybe value = evaluate(argument, frame);
      pending = !value;
      if (value) out.own[i] = std::move(*value);
    }
    out.pending = out.pending || pending;
  }
  const auto undefined = std::find_if(out.values.begin(), out.values.end(), [](const Value* value) { return value->undefined(); });
  if (undefined != out.values.end()) out.undefined = *undefined;
  return out;
}

Maybe Evaluator::strict(const Expr& expr, Frame frame, const std::function<Value(Arguments&)>& function) {
  Arguments in = arguments(expr, frame);
  if (in.pending) return std::nullopt;
  if (in.undefined) return *in.undefined;
  return function(in);
}

Maybe Evaluator::comparison(const Expr& expr, Frame frame) {
  Value own[2];
  const Value* values[2] = {&own[0], &own[1]};
  Kept* searched = nullptr;
  bool pending = false;
  for (std::size_t i = 0; i < 2; ++i) {
    const Expr& argument = expr.args[i];
    const std::size_t mark = operands_.size();
    bool asks = false;
    if (Kept* found = kept(argument, frame, asks)) {
      values[i] = found->at;
      searched = found;
    } else if (!asks) {
      searched = nullptr;
      Maybe value = evaluate(argument, frame);
      asks = !value;
      if (value) own[i] = std::move(*value);
    }
    pending = pending || asks;
    if (!asks && silent_ == 0 && worth_showing(argument))
      operands_.insert(operands_.begin() + static_cast<std::ptrdiff_t>(mark), Operand{argument.at, brief(*values[i])});
  }
  if (pending) return std::nullopt;
  for (const Value* value : values)
    if (value->undefined()) return *value;
  const auto* list = values[1]->as<List>();
  if (searched && list && list->size() > kFewMembers && (expr.op == Op::in || expr.op == Op::not_in)) {
    if (!searched->members) searched->members.emplace(*list);
    if (const std::optional<bool> there = searched->members->contains(*values[0])) return Value(*there == (expr.op == Op::in));
  }
  return binary(expr.op, *values[0], *values[1]);
}

Maybe Evaluator::logic(const Expr& expr, Frame frame) {
  const bool decides = expr.op == Op::logical_or;
  Maybe left = evaluate(expr.args[0], frame);
  if (left) {
    left = condition(std::move(*left));
    if (const bool* truth = left->as<bool>(); truth && *truth == decides) return left;
  }
  // Behind what has to be asked nothing is asked yet; it may decide by itself.
  quiet_ += !left;
  Maybe right = evaluate(expr.args[1], frame);
  quiet_ -= !left;
  if (!right) return std::nullopt;
  right = condition(std::move(*right));
  if (const bool* truth = right->as<bool>(); truth && *truth == decides) return right;
  if (!left) return std::nullopt;
  return left->undefined() ? left : right;
}

Maybe Evaluator::quantifier(const Expr& expr, Frame frame) {
  if (expr.index >= frame.size()) return out_of_frame();
  const bool decides = expr.op == Op::any;
  Maybe in = evaluate(expr.args[0], frame);
  if (!in || in->undefined()) return in;
  auto items = elements(std::move(*in));
  if (!items) return Undefined{items.error().message};
  Maybe undefined;
  bool pending = false;
  // Operands of the element that decided are kept, not those of thousands that did not.
  const std::size_t mark = operands_.size();
  const Loop loop(*this, expr.index);
  for (Value& item : *items) {
    loop.step();
    frame[expr.index] = std::move(item);
    const bool keep = undefined.has_value();
    std::vector<Operand> kept;
    if (keep) kept.assign(operands_.begin() + static_cast<std::ptrdiff_t>(mark), operands_.end());
    operands_.resize(mark);
    quiet_ += pending;  // as in `logic`
    Maybe value = evaluate(expr.args[1], frame);
    quiet_ -= pending;
    pending = pending || !value;
    if (!value) continue;
    value = condition(std::move(*value));
    if (value->undefined()) {
      if (!undefined) undefined = std::move(value);
    } else if (*value->as<bool>() == decides) {
      return value;
    }
    if (keep) {
      operands_.resize(mark);
      operands_.insert(operands_.end(), kept.begin(), kept.end());
    }
  }
  if (pending) return std::nullopt;
  if (undefined) return undefined;
  return Value(!decides && !items->empty());
}

Maybe Evaluator::list_for(const Expr& expr, Frame frame) {
  if (expr.index >= frame.size()) return out_of_frame();
  Maybe in = evaluate(expr.args[0], frame);
  if (!in || in->undefined()) return in;
  auto items = elements(std::move(*in));
  if (!items) return Undefined{items.error().message};
  List out;
  bool pending = false;
  Maybe undefined;
  const std::size_t mark = operands_.size();
  const Loop loop(*this, expr.index);
  for (Value& item : *items) {
    loop.step();
    frame[expr.index] = std::move(item);
    operands_.resize(mark);
    if (expr.args.size() > 2) {
      Maybe chosen = evaluate(expr.args[2], frame);
      pending = pending || !chosen;
      if (!chosen) continue;
      chosen = condition(std::move(*chosen));
      if (chosen->undefined()) {
        if (!undefined) undefined = std::move(chosen);
        continue;
      }
      if (!*chosen->as<bool>()) continue;
    }
    Maybe value = evaluate(expr.args[1], frame);
    pending = pending || !value;
    if (!value) continue;
    if (value->undefined() && !undefined) undefined = *value;
    out.push_back(std::move(*value));
  }
  if (pending) return std::nullopt;
  if (undefined) return undefined;
  return Value(std::move(out));
}

Maybe Evaluator::document(const Expr& expr, Frame frame) {
  return strict(expr, frame, [&](Arguments& in) -> Value {
    Document out;
    for (std::size_t i = 0; i < in.values.size() && i < expr.names.size(); ++i) out.entries.emplace_back(expr.names[i], in.take(i));
    return out;
  });
}

/// What is not chosen is not looked at: it may be undefined, and is not asked for.
Maybe Evaluator::choose(const Expr& expr, Frame frame) {
  Maybe first = evaluate(expr.args[0], frame);
  if (!first) return first;
  const Value chosen = condition(std::move(*first));
  if (chosen.undefined()) return chosen;
  return evaluate(expr.args[*chosen.as<bool>() ? 1 : 2], frame);
}

Evaluated evaluate(const plan::Plan& plan, const Expr& expr, Frame frame, const Facts& facts) {
  Evaluator evaluator(plan, facts);
  return evaluator.finish(evaluator.evaluate(expr, frame));
}

Truth truth(const Value& value) {
  const bool* decided = value.as<bool>();
  return !decided ? Truth::undefined : *decided ? Truth::yes : Truth::no;
}

}  // namespace failc::eval
