#include "interpreter/systems/mongodb/query/matcher.hpp"

#include <algorithm>
#include <cmath>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/match_node.hpp"

namespace failc::query {
namespace {

using bson::Position;
using bson::Type;
using bson::ValueView;

/// What a predicate may need beside the value.
struct Context { const Constants& constants; };

bool is_nan(ValueView value) {
  const std::optional<double> number = value.number();
  return number && std::isnan(*number);
}

bool test(const Compare& compare, ValueView value, const Context&) {
  using Op = Compare::Op;
  const ValueView operand = compare.operand;
  const Op op = compare.op;
  if (operand.is(Type::null)) return value.is_nullish() && op != Op::lt && op != Op::gt;
  if (!value.exists()) return false;
  if (bson::bracket(value.type()) != bson::bracket(operand.type())) {
    if (operand.is(Type::max_key)) return op == Op::lt || op == Op::lte;
    return operand.is(Type::min_key) && (op == Op::gt || op == Op::gte);
  }
  if (is_nan(value) || is_nan(operand)) return is_nan(value) && is_nan(operand) && op != Op::lt && op != Op::gt;
  const std::weak_ordering order = bson::compare(value, operand);
  switch (op) {
    case Op::eq: return order == 0;
    case Op::lt: return order < 0;
    case Op::lte: return order <= 0;
    case Op::gt: return order > 0;
    case Op::gte: return order >= 0;
  }
  return false;
}

bool test(const RegexTest& regex, ValueView value, const Context&) {
  if (value.is(Type::regex)) return value.as_regex().pattern == regex.pattern && value.as_regex().options == regex.options;
  if (!value.is(Type::string) && !value.is(Type::symbol)) return false;
  const std::string_view text = value.as_string();
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex.compiled);
}

bool test(const InList& list, ValueView value, const Context& context) {
  for (const bson::Value& wanted : list.values)
    if (wanted.is_nullish() ? value.is_nullish() : value.exists() && bson::equal(value, wanted)) return true;
  return std::any_of(list.patterns.begin(), list.patterns.end(), [&](const RegexTest& regex) { return test(regex, value, context); });
}

bool test(const Exists&, ValueView value, const Context&) { return value.exists(); }
bool test(const TypeIs& type, ValueView value, const Context&) {
  return std::find(type.types.begin(), type.types.end(), value.type()) != type.types.end();
}
bool test(const SizeIs& size, ValueView value, const Context&) {
  return value.is(Type::array) && static_cast<std::int64_t>(value.as_document().count()) == size.size;
}

bool test(const ModIs& mod, ValueView value, const Context&) {
  const std::optional<double> number = value.number();
  if (!number || !std::isfinite(*number)) return false;
  const std::optional<std::int64_t> whole = value.is(Type::int64) ? value.integer() : bson::Value(std::trunc(*number)).view().integer();
  return whole && (mod.divisor == -1 ? 0 : *whole % mod.divisor) == mod.remainder;
}

bool test(const Bits& bits, ValueView value, const Context&) {
  const std::optional<std::int64_t> whole = value.integer();
  if (!whole && !value.is(Type::binary)) return false;
  const auto set = [&](std::uint64_t position) {
    if (whole) return position < 64 ? (static_cast<std::uint64_t>(*whole) >> position & 1) != 0 : *whole < 0;
    const std::string_view bytes = value.as_binary().bytes;
    return position / 8 < bytes.size() && (static_cast<std::uint8_t>(bytes[position / 8]) >> position % 8 & 1) != 0;
  };
  const auto begin = bits.positions.begin(), end = bits.positions.end();
  switch (bits.op) {
    case Bits::Op::all_set: return std::all_of(begin, end, set);
    case Bits::Op::all_clear: return std::none_of(begin, end, set);
    case Bits::Op::any_set: return std::any_of(begin, end, set);
    case Bits::Op::any_clear: return !std::all_of(begin, end, set);
  }
  return false;
}

bool test(const ElementMatch& match, ValueView value, const Context& context) {
  if (!value.is(Type::array)) return false;
  for (const bson::Element& element : value.as_document()) {
    const bool whole = element.value.is(Type::document) || element.value.is(Type::array);
    if (match.documents && !whole) continue;
    const ValueView subject = match.documents ? ValueView(Type::document, element.value.bytes()) : element.value;
    if (matches(*match.condition, subject, context.constants, nullptr)) return true;
  }
  return false;
}

/// For `$`: $elemMatch names the element it found.
Position element_found(const Predicate& predicate, ValueView value, const Context& context) {
  const ElementMatch* match = std::get_if<ElementMatch>(&predicate);
  if (!match) return {};
  std::size_t index = 0;
  for (const bson::Element& element : value.as_document()) {
    const ValueView subject = match->documents ? ValueView(Type::document, element.value.bytes()) : element.value;
    const bool whole = element.value.is(Type::document) || element.value.is(Type::array);
    if ((!match->documents || whole) && matches(*match->condition, subject, context.constants, nullptr)) return index;
    ++index;
  }
  return {};
}

bool holds(const MatchNode::OnPath& node, ValueView subject, const Context& context, Position* where) {
  const auto visit = [&](ValueView value, Position position) {
    if (!std::visit([&](const auto& predicate) { return test(predicate, value, context); }, node.predicate)) return false;
    if (where && !position) position = element_found(node.predicate, value, context);
    if (where && position) *where = position;
    return true;
  };
  if (node.path.empty()) return visit(subject, {});
  return bson::visit_path(subject.as_document(), node.path, node.leaf, visit);
}

bool holds(const MatchNode::All& node, ValueView subject, const Context& context, Position* where) {
  return std::all_of(node.children.begin(), node.children.end(), [&](const MatchNode& child) { return matches(child, subject, context.constants, where); });
}
bool holds(const MatchNode::Any& node, ValueView subject, const Context& context, Position* where) {
  return std::any_of(node.children.begin(), node.children.end(), [&](const MatchNode& child) { return matches(child, subject, context.constants, where); });
}
bool holds(const MatchNode::None& node, ValueView subject, const Context& context, Position*) {
  return std::none_of(node.children.begin(), node.children.end(), [&](const MatchNode& child) { return matches(child, subject, context.constants, nullptr); });
}
bool holds(const MatchNode::Never&, ValueView, const Context&, Position*) { return false; }
bool holds(const MatchNode::ByExpression& node, ValueView subject, const Context& context, Position*) {
  const Scope scope{subject.as_document(), &context.constants, nullptr};
  return node.expression.evaluate(scope).view().truthy();
}

void collect(const MatchNode& node, std::vector<Matcher::Equality>& out) {
  if (const auto* all = std::get_if<MatchNode::All>(&node.data))
    for (const MatchNode& child : all->children) collect(child, out);
  if (const auto* any = std::get_if<MatchNode::Any>(&node.data); any && any->children.size() == 1) collect(any->children.front(), out);
  const auto* leaf = std::get_if<MatchNode::OnPath>(&node.data);
  if (!leaf) return;
  const Compare* compare = std::get_if<Compare>(&leaf->predicate);
  if (!compare || compare->op != Compare::Op::eq) return;
  std::string path;
  for (const std::string& part : leaf->path) path += (path.empty() ? "" : ".") + part;
  out.push_back({std::move(path), compare->operand});
}

}  // namespace

bool matches(const MatchNode& node, ValueView subject, const Constants& constants, Position* where) {
  return std::visit([&](const auto& data) { return holds(data, subject, Context{constants}, where); }, node.data);
}

Matcher::Matcher(std::unique_ptr<MatchNode> root, Constants constants)
    : root_(std::move(root)), constants_(std::make_unique<const Constants>(std::move(constants))) {
  collect(*root_, equalities_);
}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

Outcome<Matcher> Matcher::compile(bson::View filter, Constants constants) {
  return guarded([&] {
    const Names names = names_of(constants);
    return Matcher(std::make_unique<MatchNode>(parse_filter(filter, names)), std::move(constants));
  });
}

Matcher Matcher::of_value(bson::View condition, const Constants& constants) {
  return Matcher(std::make_unique<MatchNode>(parse_operators({}, condition, names_of(constants))), constants);
}

bool Matcher::test(bson::View document, Position* where) const {
  return query::matches(*root_, ValueView(Type::document, document.bytes()), *constants_, where);
}

bool Matcher::test_value(ValueView value) const { return query::matches(*root_, value, *constants_, nullptr); }

Outcome<bool> Matcher::matches(bson::View document) const {
  return guarded([&] { return test(document); });
}

Outcome<bool> match(bson::View filter, bson::View document) {
  return guarded([&] { return need(Matcher::compile(filter)).test(document); });
}

}  // namespace failc::query
