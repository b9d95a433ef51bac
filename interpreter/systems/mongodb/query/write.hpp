#pragma once
// What writes would change. Nothing is applied here: the caller applies the changes in their order, all of them, before it plans the next
// write. A write to a collection that is not there begins with the change that creates it.
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/query/catalog.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

/// What a write needs from outside: an id for a document without one, a uuid for a new collection, the time and the `let`.
struct WriteContext {
  bson::ObjectId new_id;
  Uuid new_uuid{};
  Constants constants;
  bool bypass_validation = false;
};

/// One document. Without _id it gets `new_id`; _id comes first. The last change is the insert.
Outcome<std::vector<Change>> plan_insert(const Catalog& catalog, const Namespace& ns, bson::View document, const WriteContext& context);

struct UpdateStatement {
  bson::View filter;
  bson::ValueView update;         // document or array
  bson::ValueView array_filters;  // array, or missing
  bool multi = false, upsert = false;
  bson::ValueView hint;           // only checked
  bson::View sort;                // which of the matches is updated; not with multi
};
struct UpdatePlan {
  std::vector<Change> changes;
  std::int64_t matched = 0, modified = 0;
  bson::Value upserted_id;  // missing: none
  /// Of a multi-update that failed on the way: the changes before it stand.
  std::optional<QueryError> error;
};
Outcome<UpdatePlan> plan_update(const Catalog& catalog, const Namespace& ns, const UpdateStatement& statement, const WriteContext& context);

/// `only_first`: limit 1. As many changes as documents.
Outcome<std::vector<Change>> plan_delete(const Catalog& catalog, const Namespace& ns, bson::View filter, bool only_first, const WriteContext& context,
                                         bson::ValueView hint = {});

struct FindAndModify {
  bson::View filter, sort, fields;
  bson::ValueView update, array_filters, hint;
  bool remove = false, upsert = false, return_new = false;
};
struct FoundPlan {
  std::vector<Change> changes;
  /// The document before or after, projected; missing: null in the reply.
  bson::Value value;
  bool found = false;
  bson::Value upserted_id;
};
Outcome<FoundPlan> plan_find_and_modify(const Catalog& catalog, const Namespace& ns, const FindAndModify& request, const WriteContext& context);

/// For this folder: InvalidIdField and the like, sizes, validator, unique indexes. Throws `Failure`.
class Pending;
void check_document(const Namespace& ns, const Collection* collection, bson::View document, RecordId record, const WriteContext& context, Pending* pending);

}  // namespace failc::query
