#include "interpreter/systems/mongodb/query/modifier.hpp"

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/arithmetic.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::Value;
using bson::ValueView;

Value compute_set(const Modifier& modifier, ValueView, const ModifierPlace&) { return modifier.argument; }
Value compute_set_on_insert(const Modifier& modifier, ValueView now, const ModifierPlace& place) { return place.insert ? modifier.argument : Value(now); }
Value compute_unset(const Modifier&, ValueView, const ModifierPlace&) { return {}; }
Value compute_min(const Modifier& modifier, ValueView now, const ModifierPlace&) {
  return !now.exists() || bson::compare(modifier.argument.view(), now) < 0 ? modifier.argument : Value(now);
}
Value compute_max(const Modifier& modifier, ValueView now, const ModifierPlace&) {
  return !now.exists() || bson::compare(modifier.argument.view(), now) > 0 ? modifier.argument : Value(now);
}
Value compute_current_date(const Modifier& modifier, ValueView, const ModifierPlace& place) {
  if (modifier.argument.is(Type::document) && modifier.argument.view().as_document()["$type"].string() == "timestamp") return place.constants.cluster_time;
  return place.constants.now;
}
/// The tree moves it; see update.cpp.
Value compute_rename(const Modifier&, ValueView now, const ModifierPlace&) { return now; }

void check_current_date(const Modifier& modifier) {
  const ValueView value = modifier.argument;
  if (value.is(Type::boolean)) return;
  if (!value.is(Type::document))
    fail(code::kBadValue, std::string(bson::type_name(value.type())) + " is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).");
  for (const bson::Element& element : value.as_document()) {
    if (element.key != "$type") fail(code::kBadValue, "Unrecognized $currentDate option: " + std::string(element.key));
    if (element.value.string() != "date" && element.value.string() != "timestamp")
      fail(code::kBadValue, "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}");
  }
}

void check_rename(const Modifier& modifier) {
  const bson::Element pair{modifier.path, modifier.argument};
  if (!modifier.argument.is(Type::string)) fail(code::kBadValue, "The 'to' field for $rename must be a string: " + bson::show(pair));
  const std::string_view to = modifier.argument.view().as_string();
  if (to.find('\0') != std::string_view::npos) fail(code::kBadValue, "The 'to' field for $rename cannot contain an embedded null byte");
  if (to == modifier.path) fail(code::kBadValue, "The source and target field for $rename must differ: " + bson::show(pair));
  for (const std::string_view path : {std::string_view(modifier.path), to})
    if (path.find("$") != std::string_view::npos) fail(code::kBadValue, "The source and target fields for $rename may not be dynamic: " + std::string(path));
  const std::string_view from = modifier.path;
  if (to.starts_with(std::string(from) + ".") || from.starts_with(std::string(to) + "."))
    fail(code::kBadValue, "The source and target field for $rename must not be on the same path: " + bson::show(pair));
}

struct Kind {
  std::string_view name;
  Value (*compute)(const Modifier&, ValueView, const ModifierPlace&);
};

constexpr Kind kKinds[] = {
    {"$set", compute_set}, {"$setOnInsert", compute_set_on_insert}, {"$unset", compute_unset}, {"$inc", compute_number}, {"$mul", compute_number},
    {"$bit", compute_number}, {"$min", compute_min}, {"$max", compute_max}, {"$rename", compute_rename}, {"$currentDate", compute_current_date},
    {"$push", compute_push}, {"$addToSet", compute_add_to_set}, {"$pull", compute_pull}, {"$pullAll", compute_pull_all}, {"$pop", compute_pop},
};

void check_path(const Modifier& modifier) {
  if (modifier.parts.size() > 200) fail(code::kOverflow, "FieldPath is too long");
  if (modifier.path.empty()) fail(56, "An empty update path is not valid.");
  for (const std::string& part : modifier.parts)
    if (part.empty()) fail(56, "The update path '" + modifier.path + "' contains an empty field name, which is not allowed.");
  const std::string& first = modifier.parts.front();
  if (first == "$" || first.starts_with("$["))
    fail(code::kBadValue, "Cannot have positional (i.e. '$') element in the first position in path '" + modifier.path + "'");
  bool positional = false;
  for (const std::string& part : modifier.parts) {
    if (!part.starts_with('$')) continue;
    if (part == "$") {
      if (positional) fail(code::kBadValue, "Too many positional (i.e. '$') elements found in path '" + modifier.path + "'");
      positional = true;
    } else if (!(part.starts_with("$[") && part.ends_with("]")) && part != "$ref" && part != "$id" && part != "$db") {
      fail(code::kDollarPrefixedFieldName, "The dollar ($) prefixed field '" + part + "' in '" + modifier.path + "' is not valid for storage.");
    }
  }
}

}  // namespace

bool is_modifier(std::string_view name) {
  for (const Kind& kind : kKinds)
    if (kind.name == name) return true;
  return false;
}

Modifier parse_modifier(std::string_view name, const bson::Element& element, const Constants& constants) {
  Modifier out;
  out.name = name;
  out.path = element.key;
  out.parts = bson::split_path(element.key);
  out.argument = element.value;
  check_path(out);
  for (const Kind& kind : kKinds)
    if (kind.name == name) out.compute = kind.compute;
  if (name == "$inc" || name == "$mul" || name == "$bit") check_number(out);
  if (name == "$currentDate") check_current_date(out);
  if (name == "$rename") check_rename(out);
  check_list(out, constants);
  return out;
}

}  // namespace failc::query
