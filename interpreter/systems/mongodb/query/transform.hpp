#pragma once
// The stages that turn one document into one document: in pipelines and in updates. For this folder: throws `Failure`.
#include <optional>
#include <string_view>
#include <variant>

#include "interpreter/systems/mongodb/query/projection.hpp"

namespace failc::query {

struct ReplaceRoot { Expression root; };
using Transform = std::variant<Projection, ReplaceRoot>;

/// Nothing where `stage` is none of $project, $addFields, $set, $unset, $replaceRoot, $replaceWith.
std::optional<Transform> parse_transform(std::string_view stage, bson::ValueView spec, const Constants& constants);
bson::Document apply(const Transform& transform, bson::View document, const Constants& constants);

}  // namespace failc::query
