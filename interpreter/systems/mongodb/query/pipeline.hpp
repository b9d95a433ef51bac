#pragma once
// Aggregation pipelines over a catalog.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/query/catalog.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

/// $out: the collection becomes what the pipeline gave.
struct OutStage { Namespace target; };
struct MergeStage {
  enum class Matched : std::uint8_t { merge, replace, keep_existing, fail, pipeline };
  enum class NotMatched : std::uint8_t { insert, discard, fail };
  Namespace target;
  std::vector<std::string> on = {"_id"};
  Matched matched = Matched::merge;
  NotMatched not_matched = NotMatched::insert;
  bson::Value pipeline;  // of Matched::pipeline; `$$new` is the document that comes in
};
using FinalStage = std::variant<OutStage, MergeStage>;

struct Aggregated {
  std::vector<bson::Document> documents;
  /// What the caller has to do with the documents instead of answering them; see output.hpp.
  std::optional<FinalStage> final_stage;
};

/// `pipeline` is an array of stages. It reads `ns`, or starts with $documents. Errors at the first thing that is wrong with a stage, before
/// anything is read. Groups come in the order of their first documents.
Outcome<Aggregated> aggregate(const Catalog& catalog, const Namespace& ns, bson::View pipeline, const Constants& constants);
/// The same over documents of the caller's, for sources that are no collection.
Outcome<Aggregated> aggregate(const Catalog& catalog, const Namespace& ns, std::vector<bson::Document> input, bson::View pipeline, const Constants& constants);

}  // namespace failc::query
