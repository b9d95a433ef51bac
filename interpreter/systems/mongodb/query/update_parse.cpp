#include <algorithm>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/update_walk.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::ValueView;

/// Numbers among the parts by value, everything else by bytes.
bool part_less(const std::string& a, const std::string& b) {
  const auto x = bson::array_index(a), y = bson::array_index(b);
  return x && y ? *x < *y : a < b;
}

void check_conflict(const std::vector<std::string>& parts, const std::string& path, std::vector<std::vector<std::string>>& taken) {
  for (const std::vector<std::string>& other : taken) {
    const std::size_t common = std::min(parts.size(), other.size());
    if (!std::equal(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(common), other.begin())) continue;
    std::string at;
    for (std::size_t i = 0; i < common; ++i) at += (i ? "." : "") + parts[i];
    fail(code::kConflictingUpdateOperators, "Updating the path '" + path + "' would create a conflict at '" + at + "'");
  }
  taken.push_back(parts);
}

/// The one field, by its first part, that a filter speaks of.
void collect_names(bson::View filter, std::vector<std::string>& names) {
  for (const Element& element : filter) {
    if (element.key == "$and" || element.key == "$or" || element.key == "$nor") {
      if (element.value.is(Type::array))
        for (const Element& clause : element.value.as_document())
          if (clause.value.is(Type::document)) collect_names(clause.value.as_document(), names);
    } else if (!element.key.starts_with('$')) {
      const std::string name = bson::split_path(element.key).front();
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
}

bool identifier(const std::string& name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
}

}  // namespace

void refuse_stage(std::string_view name) {
  constexpr std::string_view kStages[] = {"$match", "$sort", "$limit", "$skip", "$group", "$count", "$unwind", "$lookup", "$out", "$merge", "$documents",
                                          "$facet", "$bucket", "$sample", "$sortByCount", "$unionWith", "$graphLookup", "$indexStats", "$collStats"};
  if (std::find(std::begin(kStages), std::end(kStages), name) != std::end(kStages))
    fail(code::kInvalidOptions, std::string(name) + " is not allowed to be used within an update");
  fail(code::kUnrecognizedStage, "Unrecognized pipeline stage name: '" + std::string(name) + "'");
}

Update::Filters parse_array_filters(ValueView filters, const Constants& constants) {
  Update::Filters out;
  if (!filters.exists()) return out;
  if (!filters.is(Type::array)) fail(code::kTypeMismatch, "BSON field 'arrayFilters' is the wrong type '" + std::string(bson::type_name(filters.type())) + "', expected type 'array'");
  for (const Element& element : filters.as_document()) {
    if (!element.value.is(Type::document)) fail(code::kTypeMismatch, "BSON field 'arrayFilters." + std::string(element.key) + "' is the wrong type '" + std::string(bson::type_name(element.value.type())) + "', expected type 'object'");
    const bson::View filter = element.value.as_document();
    std::vector<std::string> names;
    collect_names(filter, names);
    if (names.empty()) fail(code::kFailedToParse, "Cannot use an expression without a top-level field name in arrayFilters");
    if (names.size() > 1) fail(code::kFailedToParse, "Error parsing array filter :: caused by :: Expected a single top-level field name, found '" + names[0] + "' and '" + names[1] + "'");
    if (!identifier(names[0]))
      fail(code::kBadValue, "Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '" + names[0] + "'");
    for (const auto& [name, matcher] : out)
      if (name == names[0]) fail(code::kFailedToParse, "Found multiple array filters with the same top-level field name " + name);
    out.emplace_back(names[0], need(Matcher::compile(filter, constants)));
  }
  return out;
}

std::vector<Modifier> parse_modifiers(bson::View update, const Constants& constants) {
  std::vector<Modifier> out;
  std::vector<std::vector<std::string>> taken;
  for (const Element& group : update) {
    if (!is_modifier(group.key))
      fail(code::kFailedToParse, "Unknown modifier: " + std::string(group.key) + ". Expected a valid update modifier or pipeline-style update specified as an array");
    if (!group.value.is(Type::document))
      fail(code::kFailedToParse, "Modifiers operate on fields but we found type " + std::string(bson::type_name(group.value.type())) + " instead. For example: {$mod: {<field>: ...}} not {" + bson::show(group) + "}");
    for (const Element& element : group.value.as_document()) {
      Modifier modifier = parse_modifier(group.key, element, constants);
      check_conflict(modifier.parts, modifier.path, taken);
      if (modifier.name == "$rename") {
        const std::string to(modifier.argument.view().as_string());
        check_conflict(bson::split_path(to), to, taken);
      }
      out.push_back(std::move(modifier));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Modifier& a, const Modifier& b) {
    return std::lexicographical_compare(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), part_less);
  });
  return out;
}

void check_filters_used(const Update::Filters& filters, const std::vector<Modifier>& modifiers, bson::View update) {
  for (const auto& [name, matcher] : filters) {
    const std::string part = "$[" + name + "]";
    const bool used = std::any_of(modifiers.begin(), modifiers.end(), [&](const Modifier& modifier) {
      return std::find(modifier.parts.begin(), modifier.parts.end(), part) != modifier.parts.end();
    });
    if (!used) fail(code::kFailedToParse, "The array filter for identifier '" + name + "' was not used in the update " + bson::show(update));
  }
  for (const Modifier& modifier : modifiers)
    for (const std::string& part : modifier.parts) {
      if (!part.starts_with("$[") || part == "$[]") continue;
      const std::string name = part.substr(2, part.size() - 3);
      if (std::none_of(filters.begin(), filters.end(), [&](const auto& filter) { return filter.first == name; }))
        fail(code::kBadValue, "No array filter found for identifier '" + name + "' in path '" + modifier.path + "'");
    }
}

}  // namespace failc::query
