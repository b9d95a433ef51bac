#include <algorithm>
#include <functional>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/bson/path.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

constexpr std::string_view kSystem[] = {"ROOT", "CURRENT", "REMOVE", "NOW", "CLUSTER_TIME"};

bool known(std::string_view name, const Names& names) {
  return std::find(std::begin(kSystem), std::end(kSystem), name) != std::end(kSystem) || std::find(names.begin(), names.end(), name) != names.end();
}

Expression parse_path(std::string_view text, const Names& names) {
  Expression::Path path;
  const bool variable = text.starts_with("$$");
  text.remove_prefix(variable ? 2 : 1);
  if (text.empty()) fail(16872, variable ? "empty variable names are not allowed" : "'$' by itself is not a valid FieldPath");
  path.parts = bson::split_path(text);
  if (variable) {
    path.variable = std::move(path.parts.front());
    path.parts.erase(path.parts.begin());
    if (!known(path.variable, names)) fail(17276, "Use of undefined variable: " + path.variable);
  }
  for (const std::string& part : path.parts) {
    if (part.empty()) fail(text.ends_with('.') ? 40353 : 15998, "FieldPath field names may not be empty strings.");
    if (part.starts_with('$')) fail(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
  }
  return Expression(std::move(path));
}

/// The arguments of an operator with named ones; unknown and missing ones are errors.
class Named {
 public:
  Named(std::string_view op, ValueView value, std::initializer_list<std::string_view> known, int not_object, int unknown)
      : op_(op), value_(value), unknown_(unknown) {
    if (!value.is(Type::document)) fail(not_object, std::string(op) + " only supports an object as its argument");
    for (const Element& element : value.as_document())
      if (std::find(known.begin(), known.end(), element.key) == known.end())
        fail(unknown, "Unrecognized parameter to " + std::string(op) + ": " + std::string(element.key));
  }
  ValueView get(std::string_view key) const { return value_.as_document().find(key); }
  ValueView need(std::string_view key, int missing) const {
    if (!get(key).exists()) fail(missing, "Missing '" + std::string(key) + "' parameter to " + std::string(op_));
    return get(key);
  }

 private:
  std::string_view op_;
  ValueView value_;
  int unknown_;
};

Names with_names(Names names, std::initializer_list<std::string> more) {
  names.insert(names.end(), more);
  return names;
}

std::string variable_name(ValueView value) {
  if (!value.exists()) return "this";
  if (!value.is(Type::string) || value.as_string().empty()) fail(16866, "empty variable names are not allowed");
  return std::string(value.as_string());
}

Expression parse_map(ValueView value, const Names& names) {
  const Named arguments("$map", value, {"input", "as", "in"}, 16878, 16879);
  Expression::Loop loop{Expression::Each::map, variable_name(arguments.get("as")), {}};
  loop.parts.push_back(parse_expression(arguments.need("input", 16880), names));
  loop.parts.push_back(parse_expression(arguments.need("in", 16882), with_names(names, {loop.variable})));
  return Expression(std::move(loop));
}

Expression parse_filter(ValueView value, const Names& names) {
  const Named arguments("$filter", value, {"input", "as", "cond", "limit"}, 28646, 28647);
  Expression::Loop loop{Expression::Each::filter, variable_name(arguments.get("as")), {}};
  loop.parts.push_back(parse_expression(arguments.need("input", 28648), names));
  loop.parts.push_back(parse_expression(arguments.need("cond", 28650), with_names(names, {loop.variable})));
  if (arguments.get("limit").exists()) loop.parts.push_back(parse_expression(arguments.get("limit"), names));
  return Expression(std::move(loop));
}

Expression parse_reduce(ValueView value, const Names& names) {
  const Named arguments("$reduce", value, {"input", "initialValue", "in"}, 40075, 40076);
  Expression::Loop loop{Expression::Each::reduce, "this", {}};
  loop.parts.push_back(parse_expression(arguments.need("input", 40077), names));
  loop.parts.push_back(parse_expression(arguments.need("initialValue", 40078), names));
  loop.parts.push_back(parse_expression(arguments.need("in", 40079), with_names(names, {"this", "value"})));
  return Expression(std::move(loop));
}

Expression parse_let(ValueView value, const Names& names) {
  const Named arguments("$let", value, {"vars", "in"}, 16874, 16875);
  const ValueView variables = arguments.need("vars", 16876);
  if (!variables.is(Type::document)) fail(10065, "invalid parameter: expected an object (vars)");
  Expression::Let let;
  Names inner = names;
  for (const Element& element : variables.as_document()) {
    let.variables.emplace_back(std::string(element.key), parse_expression(element.value, names));
    inner.emplace_back(element.key);
  }
  let.in.push_back(parse_expression(arguments.need("in", 16877), inner));
  return Expression(std::move(let));
}

Expression parse_switch(ValueView value, const Names& names) {
  const Named arguments("$switch", value, {"branches", "default"}, 40060, 40067);
  Expression::Switch out;
  const ValueView branches = arguments.get("branches");
  if (branches.exists() && !branches.is(Type::array)) fail(40061, "$switch expected an array for 'branches', found: " + std::string(bson::type_name(branches.type())));
  if (!branches.exists() || branches.as_document().empty()) fail(40068, "$switch requires at least one branch.");
  for (const Element& branch : branches.as_document()) {
    const Named parts("$switch", branch.value, {"case", "then"}, 40062, 40063);
    Expression condition = parse_expression(parts.need("case", 40064), names);
    out.branches.emplace_back(std::move(condition), parse_expression(parts.need("then", 40065), names));
  }
  if (arguments.get("default").exists()) out.otherwise.push_back(parse_expression(arguments.get("default"), names));
  return Expression(std::move(out));
}

Expression call(std::string_view name, Expressions arguments) { return Expression(Expression::Call{find_operator(name), std::move(arguments)}); }

/// {if, then, else} or a list of the three.
Expression parse_condition(ValueView value, const Names& names) {
  if (!value.is(Type::document)) {
    if (!value.is(Type::array) || value.as_document().count() != 3) fail(16020, "Expression $cond takes exactly 3 arguments. " + std::to_string(value.is(Type::array) ? value.as_document().count() : 1) + " were passed in.");
    Expressions arguments;
    for (const Element& element : value.as_document()) arguments.push_back(parse_expression(element.value, names));
    return call("$cond", std::move(arguments));
  }
  const Named parts("$cond", value, {"if", "then", "else"}, 17080, 17083);
  Expressions arguments;
  arguments.push_back(parse_expression(parts.need("if", 17080), names));
  arguments.push_back(parse_expression(parts.need("then", 17080), names));
  arguments.push_back(parse_expression(parts.need("else", 17080), names));
  return call("$cond", std::move(arguments));
}

Expression parse_set_field(ValueView value, const Names& names) {
  const Named parts("$setField", value, {"field", "input", "value"}, 4161100, 4161101);
  Expressions arguments;
  for (const char* key : {"field", "input", "value"}) arguments.push_back(parse_expression(parts.need(key, 4161102), names));
  return call("$setField", std::move(arguments));
}

Expression parse_unset_field(ValueView value, const Names& names) {
  const Named parts("$unsetField", value, {"field", "input"}, 4161100, 4161101);
  Expressions arguments;
  for (const char* key : {"field", "input"}) arguments.push_back(parse_expression(parts.need(key, 4161102), names));
  return call("$unsetField", std::move(arguments));
}

/// A name, or {field, input}.
Expression parse_get_field(ValueView value, const Names& names) {
  Expressions arguments;
  if (value.is(Type::document) && !value.as_document().front().key.starts_with('$')) {
    const Named parts("$getField", value, {"field", "input"}, 3041700, 3041701);
    arguments.push_back(parse_expression(parts.need("field", 3041702), names));
    arguments.push_back(parse_expression(parts.need("input", 3041703), names));
  } else {
    arguments.push_back(parse_expression(value, names));
    arguments.push_back(Expression(Expression::Path{"ROOT", {}}));
  }
  return call("$getField", std::move(arguments));
}

Expression parse_literal(ValueView value, const Names&) { return Expression(Expression::Constant{value}); }

struct Special { std::string_view name; Expression (*parse)(ValueView, const Names&); };
constexpr Special kSpecials[] = {
    {"$literal", parse_literal}, {"$const", parse_literal}, {"$map", parse_map}, {"$filter", parse_filter}, {"$reduce", parse_reduce}, {"$let", parse_let},
    {"$switch", parse_switch}, {"$cond", parse_condition}, {"$setField", parse_set_field}, {"$unsetField", parse_unset_field}, {"$getField", parse_get_field},
};

Expression parse_call(const Element& element, const Names& names) {
  for (const Special& special : kSpecials)
    if (special.name == element.key) return special.parse(element.value, names);
  const Operator* function = find_operator(element.key);
  if (!function) fail(code::kInvalidPipelineOperator, "Unrecognized expression '" + std::string(element.key) + "'");
  Expressions arguments;
  if (element.value.is(Type::array)) {
    for (const Element& argument : element.value.as_document()) arguments.push_back(parse_expression(argument.value, names));
  } else {
    arguments.push_back(parse_expression(element.value, names));
  }
  const std::size_t count = arguments.size();
  if (count < function->least || count > function->most) {
    const std::string name = "Expression " + std::string(element.key) + " takes ";
    if (function->least == function->most)
      fail(16020, name + "exactly " + std::to_string(function->least) + " arguments. " + std::to_string(count) + " were passed in.");
    if (function->most == SIZE_MAX) fail(28667, name + "at least " + std::to_string(function->least) + " arguments, but " + std::to_string(count) + " were passed in.");
    fail(28667, name + "at least " + std::to_string(function->least) + " arguments, and at most " + std::to_string(function->most) + ", but " + std::to_string(count) + " were passed in.");
  }
  return Expression(Expression::Call{function, std::move(arguments)});
}

}  // namespace

Names names_of(const Constants& constants) {
  Names out;
  for (const Element& element : constants.let) out.emplace_back(element.key);
  return out;
}

Expression parse_object(View object, const Names& names) {
  const Element first = object.front();
  if (first.key.starts_with('$')) {
    if (object.count() != 1) fail(15983, "an expression specification must contain exactly one field, the name of the expression. Found " + std::to_string(object.count()) + " fields in " + bson::show(object));
    return parse_call(first, names);
  }
  Expression::Object out;
  for (const Element& element : object) {
    if (element.key.starts_with('$')) fail(15990, "this object is already an object expression: " + std::string(element.key));
    if (element.key.empty()) fail(40352, "FieldPath cannot be constructed with empty string");
    if (element.key.find('.') != std::string_view::npos) fail(16405, "dotted field names are only allowed at the top level");
    out.fields.emplace_back(std::string(element.key), parse_expression(element.value, names));
  }
  return Expression(std::move(out));
}

Expression parse_expression(ValueView value, const Names& names) {
  if (value.is(Type::string) && value.as_string().starts_with('$')) return parse_path(value.as_string(), names);
  if (value.is(Type::document)) return parse_object(value.as_document(), names);
  if (!value.is(Type::array)) return Expression(Expression::Constant{value});
  Expression::Array out;
  for (const Element& element : value.as_document()) out.elements.push_back(parse_expression(element.value, names));
  return Expression(std::move(out));
}

}  // namespace failc::query
