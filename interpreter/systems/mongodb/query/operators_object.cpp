#include <algorithm>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/operators.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Null;
using bson::Type;
using bson::Value;
using bson::ValueView;

std::string type_of(ValueView value) { return std::string(bson::type_name(value.type())); }

Value concat(const Expressions& arguments, const Scope& scope) {
  std::string out;
  for (const Expression& argument : arguments) {
    const Value value = argument.evaluate(scope);
    if (value.is_nullish()) return Null{};
    if (!value.is(Type::string)) fail(16702, "$concat only supports strings, not " + type_of(value));
    out += value.view().as_string();
    check_size(out.size());
  }
  return out;
}

/// ASCII letters; null is the empty string.
template <char kFrom, int kShift>
Value change_case(const Expressions& arguments, const Scope& scope) {
  const Value value = arguments[0].evaluate(scope);
  if (value.is_nullish()) return "";
  if (!value.is(Type::string)) fail(16007, "can't convert from BSON type " + type_of(value) + " to String");
  std::string out(value.view().as_string());
  for (char& c : out)
    if (c >= kFrom && c < kFrom + 26) c = static_cast<char>(c + kShift);
  return out;
}

template <bool kPoints>
Value text_length(const Expressions& arguments, const Scope& scope) {
  const Value value = arguments[0].evaluate(scope);
  if (!value.is(Type::string)) fail(kPoints ? 34471 : 34473, std::string(kPoints ? "$strLenCP" : "$strLenBytes") + " requires a string argument, found: " + type_of(value));
  const std::string_view text = value.view().as_string();
  const auto starts = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return static_cast<std::int32_t>(kPoints ? starts : static_cast<std::ptrdiff_t>(text.size()));
}

Value split(const Expressions& arguments, const Scope& scope) {
  const Value text = arguments[0].evaluate(scope), separator = arguments[1].evaluate(scope);
  if (text.is_nullish() || separator.is_nullish()) return Null{};
  if (!text.is(Type::string)) fail(40085, "$split requires an expression that evaluates to a string as a first argument, found: " + type_of(text));
  if (!separator.is(Type::string)) fail(40086, "$split requires an expression that evaluates to a string as a second argument, found: " + type_of(separator));
  std::string_view rest = text.view().as_string();
  const std::string_view at = separator.view().as_string();
  if (at.empty()) fail(40087, "$split requires a non-empty separator");
  bson::ArrayBuilder out;
  for (;;) {
    const std::size_t found = rest.find(at);
    out.push(rest.substr(0, found));
    if (found == std::string_view::npos) return out.finish();
    rest.remove_prefix(found + at.size());
  }
}

void merge_into(bson::Document& all, ValueView value) {
  if (value.is_nullish()) return;
  if (!value.is(Type::document)) fail(40400, "$mergeObjects requires object inputs, but input " + bson::show(value) + " is of type " + type_of(value));
  for (const Element& element : value.as_document()) all = bson::with(all, element.key, element.value);
}

Value merge_objects(const Expressions& arguments, const Scope& scope) {
  bson::Document all;
  for (const Expression& argument : arguments) {
    const Value value = argument.evaluate(scope);
    if (arguments.size() == 1 && value.is(Type::array)) {
      for (const Element& element : value.view().as_document()) merge_into(all, element.value);
    } else {
      merge_into(all, value);
    }
    check_size(all.size());
  }
  return all;
}

std::string field_name(const Expression& expression, const Scope& scope, std::string_view op, int code) {
  const Value field = expression.evaluate(scope);
  if (!field.is(Type::string)) fail(code, std::string(op) + " requires 'field' to evaluate to type String, but got " + type_of(field));
  return std::string(field.view().as_string());
}

Value get_field(const Expressions& arguments, const Scope& scope) {
  const std::string field = field_name(arguments[0], scope, "$getField", 3041704);
  const Value input = arguments[1].evaluate(scope);
  if (input.is(Type::document)) return input.view().as_document().find(field);
  return input.exists() ? Value(Null{}) : Value();
}

/// A missing value takes the field away.
Value set_field(const Expressions& arguments, const Scope& scope) {
  const std::string field = field_name(arguments[0], scope, "$setField", 4161107);
  const Value input = arguments[1].evaluate(scope);
  if (input.is_nullish()) return Null{};
  if (!input.is(Type::document)) fail(4161105, "$setField requires 'input' to evaluate to type Object");
  const Value value = arguments.size() > 2 ? arguments[2].evaluate(scope) : Value();
  const bson::View object = input.view().as_document();
  return value.exists() ? bson::with(object, field, value) : bson::without(object, field);
}

Value object_to_array(const Expressions& arguments, const Scope& scope) {
  const Value object = arguments[0].evaluate(scope);
  if (object.is_nullish()) return Null{};
  if (!object.is(Type::document)) fail(40390, "$objectToArray requires a document input, found: " + type_of(object));
  bson::ArrayBuilder out;
  for (const Element& element : object.view().as_document()) out.push(bson::Builder().append("k", element.key).append("v", element.value).finish());
  return out.finish();
}

Value array_to_object(const Expressions& arguments, const Scope& scope) {
  const Value array = arguments[0].evaluate(scope);
  if (array.is_nullish()) return Null{};
  if (!array.is(Type::array)) fail(40386, "$arrayToObject requires an array input, found: " + type_of(array));
  bson::Document out;
  for (const Element& element : array.view().as_document()) {
    if (!element.value.is(Type::document) && !element.value.is(Type::array)) fail(40398, "Unrecognised input type format for $arrayToObject: " + type_of(element.value));
    const bson::View pair = element.value.as_document();
    const bool listed = element.value.is(Type::array);
    const ValueView key = pair.find(listed ? "0" : "k"), value = pair.find(listed ? "1" : "v");
    if (pair.count() != 2 || !key.is(Type::string) || !value.exists())
      fail(40392, "$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found: " + bson::show(element.value));
    out = bson::with(out, key.as_string(), value);
  }
  return out;
}

constexpr Operator kOperators[] = {
    {"$concat", 0, SIZE_MAX, concat}, {"$toUpper", 1, 1, change_case<'a', -32>}, {"$toLower", 1, 1, change_case<'A', 32>},
    {"$strLenBytes", 1, 1, text_length<false>}, {"$strLenCP", 1, 1, text_length<true>}, {"$split", 2, 2, split},
    {"$mergeObjects", 0, SIZE_MAX, merge_objects}, {"$getField", 2, 2, get_field}, {"$setField", 3, 3, set_field}, {"$unsetField", 2, 2, set_field},
    {"$objectToArray", 1, 1, object_to_array}, {"$arrayToObject", 1, 1, array_to_object},
};

}  // namespace

std::span<const Operator> object_operators() { return kOperators; }

}  // namespace failc::query
