#include "interpreter/systems/mongodb/query/update.hpp"

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/modifier.hpp"
#include "interpreter/systems/mongodb/query/update_walk.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

/// The new fields behind the _id that stays.
Document with_id_first(ValueView id, View fields) {
  bson::Builder out;
  out.append("_id", id.exists() ? id : fields["_id"]);
  for (const bson::Element& element : fields)
    if (element.key != "_id") out.append(element.key, element.value);
  return out.finish();
}

[[noreturn]] void altered(View now) {
  fail(code::kImmutableField, "After applying the update, the (immutable) field '_id' was found to have been altered to _id: " + bson::show(now["_id"]));
}

/// By value: 1 and 1.0 are one id.
bool same_id(ValueView a, ValueView b) { return bson::equal(a, b); }

Document by_pipeline(const std::vector<Transform>& stages, View document, const Constants& constants) {
  Document out(document);
  for (const Transform& stage : stages) out = apply(stage, out, constants);
  const ValueView id = document["_id"];
  if (!id.exists()) return out;
  if (out.has("_id") && !same_id(out["_id"], id)) altered(out);
  return with_id_first(id, out);
}

}  // namespace

Update::Update(Update&&) noexcept = default;
Update& Update::operator=(Update&&) noexcept = default;
Update::~Update() = default;

Outcome<Update> Update::compile(ValueView update, ValueView array_filters, Constants constants) {
  return guarded([&] {
    Update out;
    out.constants_ = std::make_unique<const Constants>(std::move(constants));
    if (update.is(Type::array)) {
      if (array_filters.exists()) fail(code::kFailedToParse, "Cannot specify arrayFilters with a pipeline-style update");
      Pipeline pipeline;
      for (const bson::Element& stage : update.as_document()) {
        if (!stage.value.is(Type::document)) fail(code::kTypeMismatch, "Each element of the 'pipeline' array must be an object");
        const View spec = stage.value.as_document();
        if (spec.count() != 1) fail(40323, "A pipeline stage specification object must contain exactly one field.");
        std::optional<Transform> transform = parse_transform(spec.front().key, spec.front().value, *out.constants_);
        if (!transform) refuse_stage(spec.front().key);
        pipeline.stages.push_back(std::move(*transform));
      }
      out.what_ = std::move(pipeline);
      return out;
    }
    if (!update.is(Type::document)) fail(code::kFailedToParse, "Update argument must be either an object or an array");
    const View document = update.as_document();
    out.filters_ = parse_array_filters(array_filters, *out.constants_);
    if (!document.front().key.starts_with('$')) {
      for (const bson::Element& element : document)
        if (element.key.starts_with('$'))
          fail(code::kDollarPrefixedFieldName, "The dollar ($) prefixed field '" + std::string(element.key) + "' in '" + std::string(element.key) +
                                                   "' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.");
      if (!out.filters_.empty()) fail(code::kFailedToParse, "Cannot specify arrayFilters and a replacement-style update");
      out.what_ = Replacement{Document(document)};
      return out;
    }
    Operators operators{parse_modifiers(document, *out.constants_)};
    check_filters_used(out.filters_, operators.modifiers, document);
    out.what_ = std::move(operators);
    return out;
  });
}

bool Update::replaces() const { return std::holds_alternative<Replacement>(what_); }

Document Update::changed(View document, const Matcher* matcher, bool insert) const {
  const ValueView id = document["_id"];
  if (const Replacement* replacement = std::get_if<Replacement>(&what_)) {
    const ValueView its = replacement->document["_id"];
    if (id.exists() && its.exists() && !same_id(id, its)) altered(replacement->document);
    return with_id_first(id, replacement->document);
  }
  if (const Pipeline* pipeline = std::get_if<Pipeline>(&what_)) return by_pipeline(pipeline->stages, document, *constants_);
  bson::Position found;
  if (matcher) matcher->test(document, &found);
  Document out = walk(std::get<Operators>(what_).modifiers, document, {filters_, *constants_, found, insert});
  if (id.exists() && !(out["_id"].exists() && same_id(out["_id"], id)))
    fail(code::kImmutableField, "Performing an update on the path '_id' would modify the immutable field '_id'");
  return out;
}

Outcome<Updated> Update::apply(View document, const Matcher* matcher, bool insert) const {
  return guarded([&] {
    Updated out{changed(document, matcher, insert), false};
    constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
    if (out.document.size() > kMostBytes) fail(17419, "Resulting document after update is larger than 16777216");
    out.changed = out.document.bytes() != document.bytes();
    return out;
  });
}

Outcome<Document> upsert_seed(const Matcher& matcher, bool replaces) {
  return guarded([&] {
    Tree seed{Value(Document())};
    for (const Matcher::Equality& equality : matcher.equalities()) {
      if (replaces && equality.path != "_id") continue;
      const std::vector<std::string> parts = bson::split_path(equality.path);
      if (parts.size() > 200) fail(code::kOverflow, "FieldPath is too long");
      Tree* at = &seed;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        Tree* next = at->child(parts[i]);
        const bool last = i + 1 == parts.size();
        if (next && (last || next->type() != Type::document || next->children().empty()))
          fail(54, "cannot infer query fields to set, path '" + equality.path + "' is matched twice");
        if (!next) at->set(parts[i], last ? Tree(equality.value) : Tree(Value(Document())));
        at = at->child(parts[i]);
      }
    }
    return Document(seed.value().view().as_document());
  });
}

}  // namespace failc::query
