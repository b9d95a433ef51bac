#include <algorithm>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/match_node.hpp"
#include "interpreter/systems/mongodb/query/modifier.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;

std::string type_of(ValueView value) { return std::string(bson::type_name(value.type())); }
std::string with_id(const ModifierPlace& place) { return "{_id: " + (place.id.exists() ? bson::show(place.id) : "no id") + "}"; }

std::vector<Value> elements_of(ValueView array) {
  std::vector<Value> out;
  if (array.is(Type::array))
    for (const Element& element : array.as_document()) out.emplace_back(element.value);
  return out;
}

Value array_of(const std::vector<Value>& values) {
  bson::ArrayBuilder out;
  for (const Value& value : values) out.push(value);
  return out.finish();
}

/// By value across number types; orders and types of fields count otherwise.
bool contains(const std::vector<Value>& values, ValueView wanted) {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) { return bson::equal(value, wanted); });
}

void parse_push_option(Additions& out, const Element& option) {
  if (option.key == "$each") return;
  if (option.key == "$sort") {
    const ValueView value = option.value;
    const std::optional<std::int64_t> direction = value.integer();
    if (value.is(Type::document)) {
      if (value.as_document().empty()) fail(code::kBadValue, "The $sort pattern is empty when it should be a set of fields.");
      Outcome<SortOrder> order = SortOrder::parse(value.as_document());
      if (!order) fail(code::kBadValue, "The $sort is invalid: " + order.error().message);
      out.order = std::move(*order);
    } else if (direction != 1 && direction != -1) {
      fail(code::kBadValue, "The $sort element value must be either 1 or -1");
    }
    out.sort = value;
    return;
  }
  if (option.key != "$position" && option.key != "$slice") fail(code::kBadValue, "Unrecognized clause in $push: " + std::string(option.key));
  const std::optional<std::int64_t> number = option.value.integer();
  if (!number) fail(code::kBadValue, "The value for " + std::string(option.key) + " must be an integer value, not of type: " + type_of(option.value));
  (option.key == "$slice" ? out.slice : out.position) = *number;
}

void parse_additions(Modifier& modifier) {
  const ValueView argument = modifier.argument;
  const bool listed = argument.is(Type::document) && (modifier.name == "$push" ? argument.as_document().has("$each") : argument.as_document().front().key == "$each");
  if (!listed) return modifier.additions.each.push_back(modifier.argument);
  const ValueView each = argument.as_document()["$each"];
  if (!each.is(Type::array))
    fail(modifier.name == "$push" ? code::kBadValue : code::kTypeMismatch, "The argument to $each in " + modifier.name + " must be an array but it was of type: " + type_of(each));
  modifier.additions.each = elements_of(each);
  for (const Element& option : argument.as_document()) {
    if (modifier.name == "$push") parse_push_option(modifier.additions, option);
    else if (option.key != "$each") fail(code::kBadValue, "Found unexpected fields after $each in $addToSet: " + bson::show(argument));
  }
}

void parse_pull(Modifier& modifier, const Constants& constants) {
  const ValueView argument = modifier.argument;
  if (argument.is(Type::regex)) {
    modifier.matcher = std::make_unique<Matcher>(Matcher::of_value(bson::Builder().append("$regex", argument).finish(), constants));
  } else if (argument.is(Type::document)) {
    modifier.matches_documents = !are_operators(argument);
    if (modifier.matches_documents)
      modifier.matcher = std::make_unique<Matcher>(need(Matcher::compile(argument.as_document(), constants)));
    else
      modifier.matcher = std::make_unique<Matcher>(Matcher::of_value(argument.as_document(), constants));
  }
}

bool pulled(const Modifier& modifier, ValueView element) {
  if (!modifier.matcher) return bson::equal(element, modifier.argument);
  if (!modifier.matches_documents) return modifier.matcher->test_value(element);
  return element.is(Type::document) && modifier.matcher->test(element.as_document());
}

/// Sorts whole values by `direction`, or documents by a pattern; what is no document sorts there as an empty one.
void sort_values(std::vector<Value>& values, const Additions& additions) {
  if (!additions.sort.is(Type::document)) {
    const bool descending = additions.sort.view().integer() == -1;
    std::stable_sort(values.begin(), values.end(), [descending](const Value& a, const Value& b) {
      return descending ? bson::compare(a.view(), b.view()) > 0 : bson::compare(a.view(), b.view()) < 0;
    });
    return;
  }
  // Each wrapped so that the whole value travels with its keys.
  std::vector<bson::View> keys;
  for (const Value& value : values) keys.push_back(value.is(Type::document) ? value.view().as_document() : bson::View());
  std::vector<bson::Document> wrapped;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bson::Builder out;
    out.append_all(keys[i]).append("$place", static_cast<std::int64_t>(i));
    wrapped.push_back(out.finish());
  }
  additions.order.sort(wrapped);
  std::vector<Value> sorted;
  for (const bson::Document& document : wrapped) {
    ValueView place;
    for (const Element& element : document) place = element.value;
    sorted.push_back(values[static_cast<std::size_t>(place.as_int64())]);
  }
  values = std::move(sorted);
}

}  // namespace

void check_list(Modifier& modifier, const Constants& constants) {
  const ValueView argument = modifier.argument;
  if (modifier.name == "$push" || modifier.name == "$addToSet") parse_additions(modifier);
  if (modifier.name == "$pull") parse_pull(modifier, constants);
  if (modifier.name == "$pullAll" && !argument.is(Type::array)) fail(code::kBadValue, "$pullAll requires an array argument but was given a " + type_of(argument));
  if (modifier.name == "$pop") {
    const std::optional<std::int64_t> end = argument.integer();
    if (!end) fail(code::kFailedToParse, "Expected a number in: " + modifier.path + ": " + bson::show(argument));
    if (*end != 1 && *end != -1) fail(code::kFailedToParse, "$pop expects 1 or -1, found: " + std::to_string(*end));
  }
}

Value compute_push(const Modifier& modifier, ValueView now, const ModifierPlace& place) {
  if (now.exists() && !now.is(Type::array))
    fail(code::kBadValue, "The field '" + std::string(place.path) + "' must be an array but is of type " + type_of(now) + " in document " + with_id(place));
  const Additions& additions = modifier.additions;
  std::vector<Value> values = elements_of(now);
  const std::int64_t count = static_cast<std::int64_t>(values.size());
  std::int64_t at = additions.position.value_or(count);
  at = at < 0 ? std::max<std::int64_t>(0, count + std::max(at, -count)) : std::min(at, count);
  values.insert(values.begin() + at, additions.each.begin(), additions.each.end());
  if (additions.sort.exists()) sort_values(values, additions);
  if (additions.slice) {
    const std::int64_t size = static_cast<std::int64_t>(values.size());
    if (*additions.slice >= 0)
      values.resize(static_cast<std::size_t>(std::min(*additions.slice, size)));
    else
      values.erase(values.begin(), values.begin() + std::max<std::int64_t>(0, size + std::max(*additions.slice, -size)));
  }
  return array_of(values);
}

Value compute_add_to_set(const Modifier& modifier, ValueView now, const ModifierPlace& place) {
  if (now.exists() && !now.is(Type::array))
    fail(code::kBadValue, "Cannot apply $addToSet to non-array field. Field named '" + std::string(place.field) + "' has non-array type " + type_of(now));
  std::vector<Value> values = elements_of(now);
  for (const Value& value : modifier.additions.each)
    if (!contains(values, value)) values.push_back(value);
  return array_of(values);
}

Value compute_pull(const Modifier& modifier, ValueView now, const ModifierPlace&) {
  if (!now.exists()) return {};
  if (!now.is(Type::array)) fail(code::kBadValue, "Cannot apply $pull to a non-array value");
  std::vector<Value> values = elements_of(now);
  return std::erase_if(values, [&](const Value& value) { return pulled(modifier, value); }) == 0 ? Value(now) : array_of(values);
}

Value compute_pull_all(const Modifier& modifier, ValueView now, const ModifierPlace&) {
  if (!now.exists()) return {};
  if (!now.is(Type::array)) fail(code::kBadValue, "Cannot apply $pull to a non-array value");
  const std::vector<Value> unwanted = elements_of(modifier.argument);
  std::vector<Value> values = elements_of(now);
  return std::erase_if(values, [&](const Value& value) { return contains(unwanted, value); }) == 0 ? Value(now) : array_of(values);
}

Value compute_pop(const Modifier& modifier, ValueView now, const ModifierPlace& place) {
  if (!now.exists()) return {};
  if (!now.is(Type::array)) fail(code::kTypeMismatch, "Path '" + std::string(place.path) + "' contains an element of non-array type '" + type_of(now) + "'");
  std::vector<Value> values = elements_of(now);
  if (values.empty()) return now;
  values.erase(modifier.argument.view().integer() == -1 ? values.begin() : values.end() - 1);
  return array_of(values);
}

}  // namespace failc::query
