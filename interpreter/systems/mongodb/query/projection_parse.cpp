#include <algorithm>
#include <cmath>
#include <optional>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/projection.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Type;
using bson::ValueView;
using bson::View;

class Parser {
 public:
  Parser(bool find, const Constants& constants) : find_(find), constants_(constants), names_(names_of(constants)) {}
  ShapeNode root;
  std::optional<Shaping> shaping;
  bool positional = false;
  /// Whether _id was kept or dropped by name.
  std::optional<bool> id;

  void field(const std::string& path, ValueView value) {
    if (path.empty()) fail(40352, "FieldPath cannot be constructed with empty string");
    if (find_ && path.ends_with(".$")) {
      positional = true;
      return settle(Shaping::include, path), place(path.substr(0, path.size() - 2), Positional{});
    }
    if (value.is(Type::document) && !value.as_document().empty()) {
      const View object = value.as_document();
      if (!object.front().key.starts_with('$')) {
        for (const Element& element : object) field(path + "." + std::string(element.key), element.value);
        return;
      }
      if (find_ && object.front().key == "$slice" && place_slice(path, object.front().value)) return;
      if (find_ && object.front().key == "$elemMatch") return place_match(path, object);
      return place_expression(path, value);
    }
    if (value.is(Type::boolean) || value.is_number()) return flag(path, value.truthy());
    if (value.is(Type::document)) fail(51270, "An empty sub-projection is not a valid value. Found empty object at path");
    place_expression(path, value);
  }

  void place(const std::string& path, Shape shape) {
    const std::vector<std::string> parts = bson::split_path(path);
    if (parts.size() > 200) fail(code::kOverflow, "FieldPath is too long");
    ShapeNode* at = &root;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].empty()) fail(15998, "FieldPath field names may not be empty strings.");
      if (parts[i].starts_with('$')) fail(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
      const auto known = std::find_if(at->fields.begin(), at->fields.end(), [&](const auto& field) { return field.first == parts[i]; });
      if (i + 1 == parts.size()) {
        if (known != at->fields.end()) fail(31250, "Path collision at " + path);
        at->fields.emplace_back(parts[i], std::move(shape));
        return;
      }
      if (known == at->fields.end()) {
        at->fields.emplace_back(parts[i], Nested{std::make_unique<ShapeNode>()});
        at = std::get<Nested>(at->fields.back().second).node.get();
      } else {
        Nested* nested = std::get_if<Nested>(&known->second);
        if (!nested) fail(31249, "Path collision at " + path + " remaining portion " + parts[i + 1]);
        at = nested->node.get();
      }
    }
  }

 private:
  void settle(Shaping wanted, const std::string& path) {
    if (!shaping) shaping = wanted;
    if (*shaping == wanted) return;
    if (wanted == Shaping::include) fail(31253, "Cannot do inclusion on field " + path + " in exclusion projection");
    fail(31254, "Cannot do exclusion on field " + path + " in inclusion projection");
  }

  void flag(const std::string& path, bool keep) {
    if (path == "_id") {
      id = keep;
    } else {
      settle(keep ? Shaping::include : Shaping::exclude, path);
    }
    if (keep)
      place(path, Keep{});
    else
      place(path, Drop{});
  }

  void place_expression(const std::string& path, ValueView value) {
    if (shaping == Shaping::exclude) fail(31252, "Cannot use expression other than $meta in exclusion projection");
    shaping = Shaping::include;
    if (path == "_id") id = true;
    place(path, Computed{parse_expression(value, names_)});
  }

  /// False where it is the expression of that name: a list that does not begin with numbers.
  bool place_slice(const std::string& path, ValueView value) {
    Slice slice{0, 0};
    if (value.is_number()) {
      const double given = *value.number();
      const std::int64_t count = std::isnan(given) ? 0 : static_cast<std::int64_t>(std::clamp(given, -2147483648.0, 2147483647.0));
      slice = count < 0 ? Slice{count, -count} : Slice{0, count};
    } else {
      if (!value.is(Type::array)) fail(28667, "Invalid $slice syntax. The given syntax " + bson::show(value) + " did not match the find() syntax");
      const View list = value.as_document();
      if (!list["0"].is_number()) return false;
      const std::optional<std::int64_t> skip = list["0"].integer(), limit = list["1"].integer();
      if (list.count() != 2 || !skip || !limit || *limit <= 0) fail(28724, "First argument to $slice must be an array, but is of type: " + std::string(bson::type_name(list["0"].type())));
      slice = {*skip, *limit};
    }
    place(path, slice);
    return true;
  }

  void place_match(const std::string& path, View object) {
    if (!object.front().value.is(Type::document)) fail(31274, "elemMatch: Invalid argument, object required, but got " + std::string(bson::type_name(object.front().value.type())));
    if (path.find('.') != std::string::npos) fail(31275, "Cannot use $elemMatch projection on a nested field");
    if (object.count() != 1) fail(31271, "projection is invalid: more than one operator on a field");
    settle(Shaping::include, path);
    place(path, FirstMatch{Matcher::of_value(object, constants_)});
  }

  bool find_;
  const Constants& constants_;
  Names names_;
};

/// _id stays in an inclusion that does not speak of it, and in an exclusion it is a field like others.
Shaping settled(Parser& parser) {
  const Shaping shaping = parser.shaping.value_or(parser.id == true ? Shaping::include : Shaping::exclude);
  const bool named = std::any_of(parser.root.fields.begin(), parser.root.fields.end(), [](const auto& field) { return field.first == "_id"; });
  if (shaping == Shaping::include && !named) parser.root.fields.emplace_back("_id", Keep{});
  return shaping;
}

Parser parsed(View spec, bool find, const Constants& constants) {
  Parser parser(find, constants);
  for (const Element& element : spec) parser.field(std::string(element.key), element.value);
  return parser;
}

}  // namespace

Outcome<Projection> Projection::of_find(View spec, const Constants& constants) {
  return guarded([&] {
    Projection out;
    if (spec.empty()) return out;
    Parser parser = parsed(spec, true, constants);
    out.shaping_ = settled(parser);
    out.positional_ = parser.positional;
    out.root_ = std::move(parser.root);
    return out;
  });
}

Projection Projection::of_stage(View spec, const Constants& constants) {
  if (spec.empty()) fail(51272, "Invalid $project :: caused by :: projection specification must have at least one field");
  Parser parser = parsed(spec, false, constants);
  Projection out;
  out.shaping_ = settled(parser);
  out.root_ = std::move(parser.root);
  return out;
}

Projection Projection::of_unset(ValueView spec) {
  const Constants constants;
  Parser parser(false, constants);
  const auto drop = [&](ValueView name) {
    if (!name.is(Type::string)) fail(31120, "$unset specification must be a string or an array containing only string values");
    parser.place(std::string(name.as_string()), Drop{});
  };
  if (!spec.is(Type::array) && !spec.is(Type::string)) fail(31002, "$unset specification must be a string or an array");
  if (spec.is(Type::string)) {
    drop(spec);
  } else {
    if (spec.as_document().empty()) fail(31119, "$unset specification must be a string or an array with at least one field");
    for (const Element& element : spec.as_document()) drop(element.value);
  }
  Projection out;
  out.root_ = std::move(parser.root);
  return out;
}

Projection Projection::of_add_fields(View spec, const Constants& constants) {
  if (spec.empty()) fail(40177, "Invalid $addFields :: caused by :: specification must have at least one field");
  Parser parser(false, constants);
  const Names names = names_of(constants);
  // Objects without operators are paths written out; everything else is an expression.
  const auto add = [&](const auto& self, const std::string& path, ValueView value) -> void {
    if (!value.is(Type::document) || value.as_document().empty() || value.as_document().front().key.starts_with('$'))
      return parser.place(path, Computed{parse_expression(value, names)});
    for (const Element& element : value.as_document()) self(self, path + "." + std::string(element.key), element.value);
  };
  for (const Element& element : spec) add(add, std::string(element.key), element.value);
  Projection out;
  out.shaping_ = Shaping::add;
  out.root_ = std::move(parser.root);
  return out;
}

}  // namespace failc::query
