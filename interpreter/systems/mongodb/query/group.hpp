#pragma once
// $group. For this folder: throws `Failure`.
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

enum class Accumulate : std::uint8_t { sum, average, minimum, maximum, first, last, push, add_to_set, count, merge_objects };

struct GroupStage {
  struct Field { std::string name; Accumulate how; Expression expression; };
  Expression id;
  std::vector<Field> fields;
};

GroupStage parse_group(bson::ValueView spec, const Names& names);
std::vector<bson::Document> group(const GroupStage& stage, const std::vector<bson::Document>& input, const Constants& constants);

}  // namespace failc::query
