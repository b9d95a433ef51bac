#include "interpreter/systems/mongodb/query/group.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/arithmetic.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;

constexpr std::pair<std::string_view, Accumulate> kAccumulators[] = {
    {"$sum", Accumulate::sum}, {"$avg", Accumulate::average}, {"$min", Accumulate::minimum}, {"$max", Accumulate::maximum}, {"$first", Accumulate::first},
    {"$last", Accumulate::last}, {"$push", Accumulate::push}, {"$addToSet", Accumulate::add_to_set}, {"$count", Accumulate::count},
    {"$mergeObjects", Accumulate::merge_objects},
};

/// One field of one group.
struct Running {
  Value value;  // missing before the first
  std::int64_t count = 0;
  bson::ArrayBuilder list;
  std::set<std::string> seen;

  void add(Accumulate how, const Value& next) {
    switch (how) {
      case Accumulate::sum: case Accumulate::average:
        if (!next.view().is_number()) return;
        value = query::add(value.exists() ? value : Value(0), next);
        ++count;
        return;
      case Accumulate::minimum:
        if (!next.is_nullish() && (!value.exists() || bson::compare(next.view(), value.view()) < 0)) value = next;
        return;
      case Accumulate::maximum:
        if (!next.is_nullish() && (!value.exists() || bson::compare(next.view(), value.view()) > 0)) value = next;
        return;
      case Accumulate::first:
        if (count++ == 0) value = next;
        return;
      case Accumulate::last: value = next; return;
      case Accumulate::push:
        if (next.exists()) list.push(next);
        check_size(list.size());
        return;
      case Accumulate::add_to_set: {
        if (!next.exists()) return;
        std::string key;
        bson::append_equality_key(key, next);
        if (seen.insert(std::move(key)).second) list.push(next);
        check_size(list.size());
        return;
      }
      case Accumulate::count: ++count; return;
      case Accumulate::merge_objects: merge(next); return;
    }
  }

  void merge(const Value& next) {
    if (next.is_nullish()) return;
    if (!next.is(Type::document))
      fail(40400, "$mergeObjects requires object inputs, but input " + bson::show(next) + " is of type " + std::string(bson::type_name(next.type())));
    Document all = value.exists() ? Document(value.view().as_document()) : Document();
    for (const Element& element : next.view().as_document()) all = bson::with(all, element.key, element.value);
    value = all;
  }

  Value result(Accumulate how) {
    switch (how) {
      case Accumulate::sum: return value.exists() ? value : Value(0);
      case Accumulate::average: return count == 0 ? Value(bson::Null{}) : divide(value, Value(count));
      case Accumulate::minimum: case Accumulate::maximum: case Accumulate::first: case Accumulate::last:
        return value.exists() ? value : Value(bson::Null{});
      case Accumulate::push: case Accumulate::add_to_set: return list.finish();
      case Accumulate::count: return count <= INT32_MAX ? Value(static_cast<std::int32_t>(count)) : Value(count);
      case Accumulate::merge_objects: return value.exists() ? value : Value(Document());
    }
    return {};
  }
};

struct Group {
  Value id;
  std::vector<Running> fields;
};

}  // namespace

GroupStage parse_group(ValueView spec, const Names& names) {
  if (!spec.is(Type::document)) fail(15947, "a group's fields must be specified in an object");
  std::optional<Expression> id;
  std::vector<GroupStage::Field> fields;
  for (const Element& element : spec.as_document()) {
    const std::string name(element.key);
    if (name == "_id") {
      id = parse_expression(element.value, names);
      continue;
    }
    if (name.find('.') != std::string::npos) fail(40235, "The field name '" + name + "' cannot contain '.'");
    if (name.starts_with('$')) fail(40236, "The field name '" + name + "' cannot be an operator name");
    const bool object = element.value.is(Type::document);
    if (!object || element.value.as_document().empty()) fail(40234, "The field '" + name + "' must be an accumulator object");
    if (element.value.as_document().count() != 1) fail(40238, "The field '" + name + "' must specify one accumulator");
    const Element accumulator = element.value.as_document().front();
    std::optional<Accumulate> how;
    for (const auto& [known, kind] : kAccumulators)
      if (known == accumulator.key) how = kind;
    if (!how) fail(15952, "unknown group operator '" + std::string(accumulator.key) + "'");
    if (*how == Accumulate::count && !(accumulator.value.is(Type::document) && accumulator.value.as_document().empty()))
      fail(code::kTypeMismatch, "$count takes no arguments, i.e. $count:{}");
    if (accumulator.value.is(Type::array) && accumulator.value.as_document().count() != 1) fail(40237, "The " + std::string(accumulator.key) + " accumulator is a unary operator");
    const ValueView argument = accumulator.value.is(Type::array) ? accumulator.value.as_document().front().value : accumulator.value;
    fields.push_back({name, *how, parse_expression(argument, names)});
  }
  if (!id) fail(15955, "a group specification must include an _id");
  return {std::move(*id), std::move(fields)};
}

std::vector<Document> group(const GroupStage& stage, const std::vector<Document>& input, const Constants& constants) {
  std::map<std::string, std::size_t> places;
  std::vector<Group> groups;
  for (const Document& document : input) {
    const Scope scope{document, &constants, nullptr};
    Value id = stage.id.evaluate(scope);
    if (!id.exists()) id = bson::Null{};
    std::string key;
    bson::append_equality_key(key, id);
    const auto [place, fresh] = places.emplace(std::move(key), groups.size());
    if (fresh) groups.push_back({std::move(id), std::vector<Running>(stage.fields.size())});
    for (std::size_t i = 0; i < stage.fields.size(); ++i) groups[place->second].fields[i].add(stage.fields[i].how, stage.fields[i].expression.evaluate(scope));
  }
  std::vector<Document> out;
  for (Group& one : groups) {
    bson::Builder builder;
    builder.append("_id", one.id);
    for (std::size_t i = 0; i < stage.fields.size(); ++i) builder.append(stage.fields[i].name, one.fields[i].result(stage.fields[i].how));
    out.push_back(builder.finish());
  }
  return out;
}

}  // namespace failc::query
