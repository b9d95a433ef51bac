#pragma once
// The parsed stages of a pipeline. For this folder: throws `Failure`.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/query/group.hpp"
#include "interpreter/systems/mongodb/query/pipeline.hpp"
#include "interpreter/systems/mongodb/query/sort.hpp"
#include "interpreter/systems/mongodb/query/transform.hpp"

namespace failc::query {

struct MatchStage { Matcher matcher; };
struct SortStage { SortOrder order; };
struct LimitStage { std::int64_t count; };
struct SkipStage { std::int64_t count; };
struct CountStage { std::string field; };
struct UnwindStage {
  std::vector<std::string> path;
  std::string index_field;  // empty: none
  bool preserve = false;
};
struct LookupStage {
  Namespace from;
  std::string local, foreign;  // both empty: only the pipeline
  std::string as;
  std::vector<std::pair<std::string, Expression>> let;
  bson::Value pipeline;  // missing: none
};
struct DocumentsStage { Expression documents; };
using Stage = std::variant<MatchStage, SortStage, Transform, LimitStage, SkipStage, CountStage, UnwindStage, GroupStage, LookupStage, DocumentsStage, OutStage, MergeStage>;

/// `first`, `last`: its place in the pipeline, which some stages care for. Some stages are several.
std::vector<Stage> parse_stage(const bson::Element& stage, const Namespace& ns, const Constants& constants, bool first, bool last);
FinalStage parse_out(bson::ValueView spec, const Namespace& ns);
FinalStage parse_merge(bson::ValueView spec, const Namespace& ns);

}  // namespace failc::query
