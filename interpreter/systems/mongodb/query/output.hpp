#pragma once
// What $out and $merge change. As in write.hpp nothing is applied here.
#include <functional>
#include <vector>

#include "interpreter/systems/mongodb/query/pipeline.hpp"
#include "interpreter/systems/mongodb/query/write.hpp"

namespace failc::query {

/// The target with its indexes and options, holding `documents` and nothing else. `next_id` is asked for documents without _id.
Outcome<std::vector<Change>> plan_out(const Catalog& catalog, const OutStage& stage, const std::vector<bson::Document>& documents, const WriteContext& context,
                                      const std::function<bson::ObjectId()>& next_id);
/// One document; the changes are to be applied before the next one is planned.
Outcome<std::vector<Change>> plan_merge(const Catalog& catalog, const MergeStage& stage, bson::View document, const WriteContext& context);

}  // namespace failc::query
