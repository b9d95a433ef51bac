// What loops need not do for each of their elements, and messages not show in full.
#include <algorithm>

#include "interpreter/eval/evaluator.hpp"
#include "interpreter/value/utf8.hpp"

namespace failc::eval {

using plan::Expr;
using plan::Op;

namespace {

// Twice what `show` prints of a value.
constexpr std::size_t kShown = 800;

Value brief(const Value& value, std::size_t& room) {
  const auto spend = [&room](std::size_t bytes) { room -= std::min(room, bytes); };
  if (const auto* text = value.as<std::string>()) {
    std::string cut(utf8_prefix(*text, room));
    spend(cut.size() + 2);
    return cut;
  }
  if (const auto* list = value.as<List>()) {
    List some;
    spend(2);
    for (std::size_t i = 0; i < list->size() && room > 0; ++i) some.push_back(brief((*list)[i], room));
    return some;
  }
  if (const auto* document = value.as<Document>()) {
    Document some;
    spend(2);
    for (std::size_t i = 0; i < document->entries.size() && room > 0; ++i) {
      const auto& [key, item] = document->entries[i];
      spend(key.size());
      some.entries.emplace_back(key, brief(item, room));
    }
    return some;
  }
  spend(1);
  return value;
}

/// The last of the loops whose variable `expr` uses, counted from 1; 0 where it uses none.
std::size_t level_of(const Expr& expr, const std::vector<std::uint32_t>& loops) {
  std::size_t level = 0;
  if (expr.op == Op::local) level = static_cast<std::size_t>(loops.rend() - std::find(loops.rbegin(), loops.rend(), expr.index));
  for (const Expr& argument : expr.args) level = std::max(level, level_of(argument, loops));
  return level;
}

/// Kinds whose keys are equal exactly where their values are.
bool hashes(const Value& value) {
  return value.is<bool>() || value.is<std::int64_t>() || value.is<std::string>() || value.is<Nanos>() || value.is<Bytes>() || value.is<NodeRef>();
}

}  // namespace

Value brief(const Value& value) {
  std::size_t room = kShown;
  return brief(value, room);
}

Members::Members(const List& list) {
  const bool one_kind = !list.empty() && hashes(list.front()) &&
                        std::all_of(list.begin(), list.end(), [&](const Value& item) { return item.data.index() == list.front().data.index(); });
  if (!one_kind) return;
  kind_ = list.front().data.index();
  keys_.reserve(list.size());
  for (const Value& item : list) keys_.insert(hash_key(item));
}

std::optional<bool> Members::contains(const Value& value) const {
  if (kind_ != value.data.index()) return std::nullopt;
  return keys_.count(hash_key(value)) > 0;
}

void Evaluator::Loop::step() const {
  for (auto& [expr, one] : evaluator.kept_) {
    if (one.level < evaluator.loops_.size()) continue;
    one.at = nullptr;
    one.members.reset();
  }
}

Evaluator::Kept* Evaluator::kept(const Expr& expr, Frame frame, bool& pending) {
  if (loops_.empty()) return nullptr;
  const auto [entry, fresh] = kept_.try_emplace(&expr);
  Kept& one = entry->second;
  if (fresh) one.level = level_of(expr, loops_);
  if (one.level == loops_.size()) return nullptr;
  if (!one.at) {
    const std::size_t mark = operands_.size();
    const Interval outside = std::exchange(interval_, Interval{});
    if (expr.op != Op::literal) one.own = evaluate(expr, frame);
    one.interval = std::exchange(interval_, outside);
    one.operands.assign(operands_.begin() + static_cast<std::ptrdiff_t>(mark), operands_.end());
    operands_.resize(mark);
    if (expr.op == Op::literal) one.at = &expr.literal;
    else if (one.own) one.at = &*one.own;
  }
  interval_.add(one.interval);
  operands_.insert(operands_.end(), one.operands.begin(), one.operands.end());
  pending = !one.at;
  return one.at ? &one : nullptr;
}

}  // namespace failc::eval
