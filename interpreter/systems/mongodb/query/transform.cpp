#include "interpreter/systems/mongodb/query/transform.hpp"

#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::ValueView;

bson::View object(std::string_view stage, ValueView spec, int code) {
  if (!spec.is(Type::document)) fail(code, std::string(stage) + " specification must be an object, got " + std::string(bson::type_name(spec.type())));
  return spec.as_document();
}

ReplaceRoot replace_root(ValueView spec, const Names& names) {
  const bson::View fields = object("$replaceRoot", spec, 40229);
  for (const bson::Element& element : fields)
    if (element.key != "newRoot") fail(40415, "BSON field '$replaceRoot." + std::string(element.key) + "' is an unknown field.");
  if (!fields.has("newRoot")) fail(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  return {parse_expression(fields["newRoot"], names)};
}

bson::Document shaped(const Projection& projection, bson::View document, const Constants& constants) { return projection.apply(document, constants); }

bson::Document shaped(const ReplaceRoot& replace, bson::View document, const Constants& constants) {
  const bson::Value root = replace.root.evaluate(Scope{document, &constants, nullptr});
  if (!root.is(Type::document))
    fail(40228, "'newRoot' expression must evaluate to an object, but resulting value was: " + (root.exists() ? bson::show(root) : "MISSING") +
                    ". Type of resulting value: '" + std::string(bson::type_name(root.type())) + "'. Input document: " + bson::show(document));
  return bson::Document(root.view().as_document());
}

}  // namespace

std::optional<Transform> parse_transform(std::string_view stage, ValueView spec, const Constants& constants) {
  if (stage == "$project") return Transform(Projection::of_stage(object(stage, spec, 15969), constants));
  if (stage == "$addFields" || stage == "$set") return Transform(Projection::of_add_fields(object(stage, spec, 40272), constants));
  if (stage == "$unset") return Transform(Projection::of_unset(spec));
  if (stage == "$replaceWith") return Transform(ReplaceRoot{parse_expression(spec, names_of(constants))});
  if (stage == "$replaceRoot") return Transform(replace_root(spec, names_of(constants)));
  return std::nullopt;
}

bson::Document apply(const Transform& transform, bson::View document, const Constants& constants) {
  return std::visit([&](const auto& what) { return shaped(what, document, constants); }, transform);
}

}  // namespace failc::query
