#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/arithmetic.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/modifier.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::Value;
using bson::ValueView;

std::string pair(const Modifier& modifier) { return "{" + modifier.path + ": " + bson::show(modifier.argument) + "}"; }
std::string with_id(const ModifierPlace& place) { return "{_id: " + (place.id.exists() ? bson::show(place.id) : "no id") + "}"; }
bool whole(ValueView value) { return value.is(Type::int32) || value.is(Type::int64); }

Value bits(const Modifier& modifier, ValueView now, const ModifierPlace& place) {
  if (now.exists() && !whole(now))
    fail(code::kBadValue, "Cannot apply $bit to a value of non-integral type." + with_id(place) + " has the field " + std::string(place.field) +
                              " of non-integer type " + std::string(bson::type_name(now.type())));
  const bool wide = now.is(Type::int64);
  bool wider = wide;
  std::int64_t out = now.exists() ? *now.integer() : 0;
  for (const bson::Element& step : modifier.argument.view().as_document()) {
    const std::int64_t mask = *step.value.integer();
    wider = wider || step.value.is(Type::int64);
    out = step.key == "and" ? out & mask : step.key == "or" ? out | mask : out ^ mask;
  }
  return wider ? Value(out) : Value(static_cast<std::int32_t>(out));
}

}  // namespace

void check_number(const Modifier& modifier) {
  const ValueView value = modifier.argument;
  if (modifier.name == "$bit") {
    if (!value.is(Type::document)) fail(code::kBadValue, "The $bit modifier is not compatible with a " + std::string(bson::type_name(value.type())) + ". You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}");
    if (value.as_document().empty()) fail(code::kBadValue, "You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}");
    for (const bson::Element& step : value.as_document()) {
      if (step.key != "and" && step.key != "or" && step.key != "xor")
        fail(code::kBadValue, "The $bit modifier only supports 'and', 'or', and 'xor', not '" + std::string(step.key) + "' which is an unknown operator: {" + bson::show(step) + "}");
      if (!whole(step.value)) fail(code::kBadValue, "The $bit modifier field must be an Integer(32/64 bit); a '" + std::string(bson::type_name(step.value.type())) + "' is not supported here: {" + bson::show(step) + "}");
    }
  } else if (!value.is_number()) {
    fail(code::kTypeMismatch, std::string("Cannot ") + (modifier.name == "$inc" ? "increment" : "multiply") + " with non-numeric argument: " + pair(modifier));
  }
}

Value compute_number(const Modifier& modifier, ValueView now, const ModifierPlace& place) {
  if (modifier.name == "$bit") return bits(modifier, now, place);
  const bool increment = modifier.name == "$inc";
  if (!now.exists()) return increment ? modifier.argument : multiply(Value(0), modifier.argument);
  if (!now.is_number())
    fail(code::kTypeMismatch, "Cannot apply " + modifier.name + " to a value of non-numeric type. " + with_id(place) + " has the field '" + std::string(place.field) +
                                  "' of non-numeric type " + std::string(bson::type_name(now.type())));
  Value out = increment ? add(now, modifier.argument) : multiply(now, modifier.argument);
  if (out.is(Type::double_) && whole(now) && whole(modifier.argument))
    fail(code::kBadValue, "Failed to apply " + modifier.name + " operations to current value (" + bson::show(now) + ") for document " + with_id(place));
  return out;
}

}  // namespace failc::query
