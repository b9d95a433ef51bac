#pragma once
// Reads: whole answers, which the command layer cuts into batches.
#include <cstdint>
#include <vector>

#include "interpreter/systems/mongodb/query/catalog.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

struct FindRequest {
  bson::View filter, sort, projection;
  std::int64_t skip = 0;
  std::int64_t limit = 0;  // 0: all; a negative one counts as its opposite
  bson::ValueView hint;    // only checked
  Constants constants;
};
/// A collection that is not there is empty.
Outcome<std::vector<bson::Document>> find(const Catalog& catalog, const Namespace& ns, const FindRequest& request);
/// Sort and projection do not count.
Outcome<std::int64_t> count(const Catalog& catalog, const Namespace& ns, const FindRequest& request);
/// An array of the values at `key`, elements of arrays one by one, each value once.
Outcome<bson::Value> distinct(const Catalog& catalog, const Namespace& ns, std::string_view key, const FindRequest& request);

}  // namespace failc::query
