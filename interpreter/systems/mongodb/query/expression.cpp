#include "interpreter/systems/mongodb/query/expression.hpp"

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;

Value variable(const Expression::Path& path, const Scope& scope) {
  const std::string& name = path.variable;
  for (const Scope::Binding* at = scope.bindings; at; at = at->outer)
    if (at->name == name) return value_at(at->value, path.parts);
  if (name.empty() || name == "ROOT" || name == "CURRENT") return value_at(Value(scope.root), path.parts);
  if (name == "REMOVE") return {};
  if (name == "NOW") return scope.constants->now;
  if (name == "CLUSTER_TIME") return scope.constants->cluster_time;
  return value_at(scope.constants->let.find(name), path.parts);
}

/// One step without a copy of the document, which is what most paths are.
Value evaluate(const Expression::Path& path, const Scope& scope) {
  if (!path.variable.empty() || path.parts.empty()) return variable(path, scope);
  return value_at(scope.root.find(path.parts.front()), path.parts, 1);
}

Value evaluate(const Expression::Constant& constant, const Scope&) { return constant.value; }

Value evaluate(const Expression::Object& object, const Scope& scope) {
  bson::Builder out;
  for (const auto& [key, expression] : object.fields) {
    out.append(key, expression.evaluate(scope));
    check_size(out.size());
  }
  return out.finish();
}

Value evaluate(const Expression::Array& array, const Scope& scope) {
  bson::ArrayBuilder out;
  for (const Expression& element : array.elements) {
    out.push(element.evaluate(scope));
    check_size(out.size());
  }
  return out.finish();
}

Value evaluate(const Expression::Call& call, const Scope& scope) { return call.function->evaluate(call.arguments, scope); }

Value evaluate(const Expression::Let& let, const Scope& scope) {
  std::vector<Value> values;
  for (const auto& [name, expression] : let.variables) values.push_back(expression.evaluate(scope));
  std::vector<Scope::Binding> bindings(values.size());
  Scope inner = scope;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bindings[i] = {let.variables[i].first, values[i], inner.bindings};
    inner.bindings = &bindings[i];
  }
  return let.in.front().evaluate(inner);
}

Value reduce(const Expression::Loop& loop, bson::View input, const Scope& scope) {
  Value sum = loop.parts[1].evaluate(scope);
  for (const Element& element : input) {
    const Scope::Binding current{"this", element.value, scope.bindings};
    const Scope::Binding before{"value", sum, &current};
    Scope inner = scope;
    inner.bindings = &before;
    sum = loop.parts[2].evaluate(inner);
    check_size(sum.bytes().size());
    const bool nested = sum.is(Type::array) || sum.is(Type::document);
    if (nested && bson::deeper_than(sum.view().as_document(), bson::kMaxDepth)) fail(code::kOverflow, "$reduce made a value of too many levels of nesting");
  }
  return sum;
}

Value evaluate(const Expression::Loop& loop, const Scope& scope) {
  constexpr std::string_view kNames[] = {"$map", "$filter", "$reduce"};
  constexpr int kCodes[] = {16883, 28651, 40080};
  const Value input = loop.parts[0].evaluate(scope);
  if (input.is_nullish()) return bson::Null{};
  const std::size_t each = static_cast<std::size_t>(loop.each);
  if (!input.is(Type::array))
    fail(kCodes[each], "input to " + std::string(kNames[each]) + " must be an array not " + std::string(bson::type_name(input.type())));
  const bson::View elements = input.view().as_document();
  if (loop.each == Expression::Each::reduce) return reduce(loop, elements, scope);
  std::size_t limit = SIZE_MAX;
  if (loop.parts.size() > 2) {
    const Value given = loop.parts[2].evaluate(scope);
    if (const auto number = given.view().integer(); number && *number > 0)
      limit = static_cast<std::size_t>(*number);
    else if (!given.is_nullish())
      fail(327391, "$filter: limit must be represented as a 32-bit integral value greater than 0: " + bson::show(given));
  }
  bson::ArrayBuilder out;
  for (const Element& element : elements) {
    if (out.count() >= limit) break;
    const Scope::Binding current{loop.variable, element.value, scope.bindings};
    Scope inner = scope;
    inner.bindings = &current;
    const Value result = loop.parts[1].evaluate(inner);
    if (loop.each == Expression::Each::map)
      out.push(result);
    else if (result.view().truthy())
      out.push(element.value);
    check_size(out.size());
  }
  return out.finish();
}

Value evaluate(const Expression::Switch& choice, const Scope& scope) {
  for (const auto& [condition, result] : choice.branches)
    if (condition.evaluate(scope).view().truthy()) return result.evaluate(scope);
  if (choice.otherwise.empty()) fail(40066, "$switch could not find a matching branch for an input, and no default was specified.");
  return choice.otherwise.front().evaluate(scope);
}

}  // namespace

void check_size(std::size_t bytes) {
  constexpr std::size_t kMost = 64 * 1024 * 1024;
  if (bytes > kMost) fail(10334, "BSONObj size: " + std::to_string(bytes) + " is invalid. An expression made a value that is too large");
}

Value value_at(ValueView value, const std::vector<std::string>& parts, std::size_t from) {
  if (from == parts.size()) return value;
  if (value.is(Type::document)) return value_at(value.as_document().find(parts[from]), parts, from + 1);
  if (!value.is(Type::array)) return {};
  bson::ArrayBuilder out;
  for (const Element& element : value.as_document()) {
    if (!element.value.is(Type::document)) continue;
    const Value inner = value_at(element.value, parts, from);
    if (inner.exists()) out.push(inner);
  }
  return out.finish();
}

Value Expression::evaluate(const Scope& scope) const {
  return std::visit([&](const auto& node) { return query::evaluate(node, scope); }, *node_);
}

}  // namespace failc::query
