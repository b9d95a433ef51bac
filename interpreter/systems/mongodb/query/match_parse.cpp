#include <algorithm>
#include <cmath>

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/match_node.hpp"

namespace failc::query {
namespace {

using bson::Element;
using bson::Leaf;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;
using Path = std::vector<std::string>;

[[noreturn]] void bad(std::string message) { fail(code::kBadValue, std::move(message)); }

MatchNode on_path(const Path& path, Predicate predicate) {
  const bool whole = std::holds_alternative<Exists>(predicate) || std::holds_alternative<SizeIs>(predicate) || std::holds_alternative<ElementMatch>(predicate);
  return {MatchNode::OnPath{path, whole ? Leaf::whole : Leaf::spread, std::move(predicate)}};
}

MatchNode negated(MatchNode node) {
  MatchNode::None none;
  none.children.push_back(std::move(node));
  return {std::move(none)};
}

RegexTest pattern_of(ValueView value) { return compile_pattern(value.as_regex().pattern, value.as_regex().options); }

MatchNode equality(const Path& path, ValueView value) {
  if (value.is(Type::undefined)) bad("cannot compare to undefined");
  if (value.is(Type::regex)) return on_path(path, pattern_of(value));
  return on_path(path, Compare{Compare::Op::eq, value});
}

MatchNode comparison(const Path& path, const Element& element, Compare::Op op) {
  if (element.value.is(Type::undefined)) bad("cannot compare to undefined");
  if (element.value.is(Type::regex)) bad("Can't have RegEx as arg to predicate over field '" + (path.empty() ? "" : path.front()) + "'.");
  return on_path(path, Compare{op, element.value});
}

MatchNode in_list(const Path& path, ValueView value, std::string_view name) {
  if (!value.is(Type::array)) bad(std::string(name) + " needs an array");
  InList list;
  for (const Element& element : value.as_document()) {
    if (are_operators(element.value)) bad("cannot nest $ under " + std::string(name));
    if (element.value.is(Type::undefined)) bad("cannot compare to undefined");
    if (element.value.is(Type::regex))
      list.patterns.push_back(pattern_of(element.value));
    else
      list.values.emplace_back(element.value);
  }
  return on_path(path, std::move(list));
}

std::vector<bson::Type> types_of(ValueView value) {
  if (value.is(Type::string)) {
    if (value.as_string() == "number") return {Type::int32, Type::int64, Type::double_, Type::decimal128};
    const std::optional<Type> type = bson::type_named(value.as_string());
    if (!type) bad("Unknown type name alias: " + std::string(value.as_string()));
    return {*type};
  }
  if (!value.is_number()) fail(code::kTypeMismatch, "type must be represented as a number or a string");
  const std::optional<std::int64_t> number = value.integer();
  const std::optional<Type> type = number ? bson::type_numbered(*number) : std::nullopt;
  if (!type) bad("Invalid numerical type code: " + bson::show(value));
  return {*type};
}

MatchNode type_is(const Path& path, ValueView value) {
  TypeIs out;
  if (!value.is(Type::array)) {
    out.types = types_of(value);
  } else {
    for (const Element& element : value.as_document())
      for (const Type type : types_of(element.value)) out.types.push_back(type);
    if (out.types.empty()) fail(code::kFailedToParse, "$type must match at least one type");
  }
  return on_path(path, std::move(out));
}

MatchNode size_is(const Path& path, const Element& element) {
  if (!element.value.is_number()) bad("Failed to parse $size. Expected a number in: " + bson::show(element));
  const std::optional<std::int64_t> size = element.value.integer();
  if (!size) bad("Failed to parse $size. Expected an integer: " + bson::show(element));
  if (*size < 0) bad("Failed to parse $size. Expected a non-negative number in: " + bson::show(element));
  return on_path(path, SizeIs{*size});
}

MatchNode element_match(const Path& path, ValueView value, const Names& names) {
  if (!value.is(Type::document)) bad("$elemMatch needs an Object");
  const View condition = value.as_document();
  const std::string_view first = condition.front().key;
  const bool values = first.starts_with('$') && first != "$and" && first != "$or" && first != "$nor" && first != "$expr" && are_operators(value);
  ElementMatch out{!values, nullptr};
  out.condition = std::make_unique<MatchNode>(values ? parse_operators({}, condition, names) : parse_filter(condition, names));
  return on_path(path, std::move(out));
}

MatchNode all_values(const Path& path, ValueView value, const Names& names) {
  if (!value.is(Type::array)) bad("$all needs an array");
  MatchNode::All all;
  bool elements = false;
  for (const Element& element : value.as_document()) {
    const bool is_match = element.value.is(Type::document) && element.value.as_document().front().key == "$elemMatch";
    if (all.children.empty()) elements = is_match;
    if (elements != is_match && (elements || is_match)) bad("$all/$elemMatch has to be consistent");
    if (is_match)
      all.children.push_back(element_match(path, element.value.as_document().front().value, names));
    else if (are_operators(element.value))
      bad("no $ expressions in $all");
    else
      all.children.push_back(equality(path, element.value));
  }
  if (all.children.empty()) return {MatchNode::Never{}};
  return {std::move(all)};
}

MatchNode negation(const Path& path, ValueView value, const Names& names) {
  if (value.is(Type::regex)) return negated(on_path(path, pattern_of(value)));
  if (!value.is(Type::document)) bad("$not needs a regex or a document");
  if (value.as_document().empty()) bad("$not cannot be empty");
  return negated(parse_operators(path, value.as_document(), names));
}

std::int64_t truncated(ValueView value, const char* what) {
  const std::optional<double> number = value.number();
  if (!number) bad(std::string("malformed mod, ") + what + " not a number");
  const std::optional<std::int64_t> whole = value.is(Type::int64) ? value.integer() : Value(std::trunc(*number)).view().integer();
  if (!whole) bad(std::string("malformed mod, ") + what + " value is invalid :: caused by :: Unable to coerce NaN/Inf to integral type");
  return *whole;
}

MatchNode mod_is(const Path& path, ValueView value) {
  if (!value.is(Type::array)) bad("malformed mod, needs to be an array");
  const View list = value.as_document();
  if (list.count() < 2) bad("malformed mod, not enough elements");
  if (list.count() > 2) bad("malformed mod, too many elements");
  const std::int64_t divisor = truncated(list["0"], "divisor"), remainder = truncated(list["1"], "remainder");
  if (divisor == 0) bad("divisor cannot be 0");
  return on_path(path, ModIs{divisor, remainder});
}

MatchNode bits(const Path& path, const Element& element, Bits::Op op) {
  Bits out{op, {}};
  const ValueView value = element.value;
  const std::string name(element.key);
  if (value.is(Type::array)) {
    for (const Element& position : value.as_document()) {
      const std::optional<std::int64_t> number = position.value.integer();
      if (!number || *number < 0) bad("bit positions must be an integer >= 0 but got: " + bson::show(position));
      out.positions.push_back(static_cast<std::uint64_t>(*number));
    }
  } else if (value.is_number()) {
    const std::optional<std::int64_t> mask = value.integer();
    if (!mask || *mask < 0) fail(code::kFailedToParse, "Expected a non-negative integer in: " + bson::show(element));
    for (std::uint64_t i = 0; i < 63; ++i)
      if (static_cast<std::uint64_t>(*mask) >> i & 1) out.positions.push_back(i);
  } else if (value.is(Type::binary)) {
    const std::string_view bytes = value.as_binary().bytes;
    for (std::uint64_t i = 0; i < bytes.size() * 8; ++i)
      if (static_cast<std::uint8_t>(bytes[i / 8]) >> i % 8 & 1) out.positions.push_back(i);
  } else {
    bad(name + " takes an Array, a number, or a BinData but received: " + bson::show(element));
  }
  return on_path(path, std::move(out));
}

/// $regex and its sibling $options.
MatchNode regex(const Path& path, View operators) {
  const ValueView pattern = operators["$regex"], options = operators["$options"];
  if (!pattern.exists()) bad("$options needs a $regex");
  if (options.exists() && !options.is(Type::string)) bad("$options has to be a string");
  if (pattern.is(Type::regex)) {
    if (options.exists() && !pattern.as_regex().options.empty()) fail(51075, "options set in both $regex and $options");
    return on_path(path, compile_pattern(pattern.as_regex().pattern, options.exists() ? options.as_string() : pattern.as_regex().options));
  }
  if (!pattern.is(Type::string)) bad("$regex has to be a string");
  if (pattern.as_string().find('\0') != std::string_view::npos) fail(51109, "Regular expression cannot contain an embedded null byte");
  return on_path(path, compile_pattern(pattern.as_string(), options.exists() ? options.as_string() : ""));
}

std::optional<MatchNode> parse_operator(const Path& path, const Element& element, View siblings, const Names& names) {
  const std::string_view op = element.key;
  const ValueView value = element.value;
  if (op == "$eq") return value.is(Type::regex) ? on_path(path, Compare{Compare::Op::eq, value}) : equality(path, value);
  if (op == "$ne") {
    if (value.is(Type::regex)) bad("Can't have regex as arg to $ne.");
    return negated(equality(path, value));
  }
  if (op == "$gt") return comparison(path, element, Compare::Op::gt);
  if (op == "$gte") return comparison(path, element, Compare::Op::gte);
  if (op == "$lt") return comparison(path, element, Compare::Op::lt);
  if (op == "$lte") return comparison(path, element, Compare::Op::lte);
  if (op == "$in") return in_list(path, value, "$in");
  if (op == "$nin") return negated(in_list(path, value, "$nin"));
  if (op == "$exists") return value.truthy() ? on_path(path, Exists{}) : negated(on_path(path, Exists{}));
  if (op == "$type") return type_is(path, value);
  if (op == "$size") return size_is(path, element);
  if (op == "$all") return all_values(path, value, names);
  if (op == "$elemMatch") return element_match(path, value, names);
  if (op == "$not") return negation(path, value, names);
  if (op == "$mod") return mod_is(path, value);
  if (op == "$regex") return regex(path, siblings);
  if (op == "$options") return siblings.has("$regex") ? std::nullopt : std::optional(regex(path, siblings));
  if (op == "$bitsAllSet") return bits(path, element, Bits::Op::all_set);
  if (op == "$bitsAllClear") return bits(path, element, Bits::Op::all_clear);
  if (op == "$bitsAnySet") return bits(path, element, Bits::Op::any_set);
  if (op == "$bitsAnyClear") return bits(path, element, Bits::Op::any_clear);
  if (op == "$comment") return std::nullopt;
  bad("unknown operator: " + std::string(op));
}

std::vector<MatchNode> parse_list(const Element& element, const Names& names) {
  if (!element.value.is(Type::array)) bad(std::string(element.key) + " must be an array");
  std::vector<MatchNode> out;
  for (const Element& clause : element.value.as_document()) {
    if (!clause.value.is(Type::document)) bad("$or/$and/$nor entries need to be full objects");
    out.push_back(parse_filter(clause.value.as_document(), names));
  }
  if (out.empty()) bad("$and/$or/$nor must be a nonempty array");
  return out;
}

std::optional<MatchNode> parse_top(const Element& element, const Names& names) {
  const std::string_view op = element.key;
  if (op == "$and") return MatchNode{MatchNode::All{parse_list(element, names)}};
  if (op == "$or") return MatchNode{MatchNode::Any{parse_list(element, names)}};
  if (op == "$nor") return MatchNode{MatchNode::None{parse_list(element, names)}};
  if (op == "$expr") return MatchNode{MatchNode::ByExpression{parse_expression(element.value, names)}};
  if (op == "$comment") return std::nullopt;
  if (op == "$alwaysTrue") return MatchNode{MatchNode::All{}};
  if (op == "$alwaysFalse") return MatchNode{MatchNode::Never{}};
  if (op == "$where") bad("$where is not allowed in this context: there is no JavaScript engine here");
  if (op == "$jsonSchema" || op == "$text") bad(std::string(op) + " is not supported here");
  bad("unknown top level operator: " + std::string(op));
}

/// The flag `x` as RE2 lacks it: white space and comments outside of classes go.
std::string without_layout(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out.append(pattern.substr(i++, 2));
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (!in_class && c == '#') {
      while (i < pattern.size() && pattern[i] != '\n') ++i;
      continue;
    }
    if (in_class || !std::isspace(static_cast<unsigned char>(c))) out.push_back(c);
  }
  return out;
}

}  // namespace

bool are_operators(ValueView value) {
  if (!value.is(Type::document)) return false;
  const std::string_view first = value.as_document().front().key;
  return first.starts_with('$') && first != "$ref" && first != "$id" && first != "$db";
}

RegexTest compile_pattern(std::string_view pattern, std::string_view options) {
  re2::RE2::Options settings;
  settings.set_log_errors(false);
  std::string flags, text(pattern);
  for (const char option : options) {
    if (option == 'x')
      text = without_layout(pattern);
    else if (option == 'i' || option == 'm' || option == 's')
      flags.push_back(option);
    else if (option != 'u' && option != 'l')
      fail(51108, std::string("invalid flag in regex options: ") + option);
  }
  if (!flags.empty()) text = "(?" + flags + ")" + text;
  RegexTest out{std::make_unique<const re2::RE2>(text, settings), std::string(pattern), std::string(options)};
  if (!out.compiled->ok()) fail(51091, "Regular expression is invalid: " + out.compiled->error());
  return out;
}

MatchNode parse_operators(const Path& path, View operators, const Names& names) {
  MatchNode::All all;
  for (const Element& element : operators)
    if (std::optional<MatchNode> node = parse_operator(path, element, operators, names)) all.children.push_back(std::move(*node));
  return {std::move(all)};
}

MatchNode parse_filter(View filter, const Names& names) {
  MatchNode::All all;
  for (const Element& element : filter) {
    if (element.key.starts_with('$')) {
      if (std::optional<MatchNode> node = parse_top(element, names)) all.children.push_back(std::move(*node));
      continue;
    }
    const Path path = bson::split_path(element.key);
    all.children.push_back(are_operators(element.value) ? parse_operators(path, element.value.as_document(), names) : equality(path, element.value));
  }
  return {std::move(all)};
}

}  // namespace failc::query
