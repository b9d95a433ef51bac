#pragma once
// Modifiers on their way through a document. For this folder: throws `Failure`.
#include "interpreter/systems/mongodb/query/modifier.hpp"
#include "interpreter/systems/mongodb/query/update.hpp"

namespace failc::query {

[[noreturn]] void refuse_stage(std::string_view name);
Update::Filters parse_array_filters(bson::ValueView filters, const Constants& constants);
/// In the order in which they apply: by path, so that new fields come out sorted. Conflicting paths are an error.
std::vector<Modifier> parse_modifiers(bson::View update, const Constants& constants);
void check_filters_used(const Update::Filters& filters, const std::vector<Modifier>& modifiers, bson::View update);

struct Walk {
  const Update::Filters& filters;
  const Constants& constants;
  bson::Position found;  // what `$` stands for
  bool insert;
};
bson::Document walk(const std::vector<Modifier>& modifiers, bson::View document, const Walk& walk);

}  // namespace failc::query
