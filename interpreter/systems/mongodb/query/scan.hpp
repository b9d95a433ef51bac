#pragma once
// Finding documents, through an index where one fits. For this folder: throws `Failure`.
#include <functional>

#include "interpreter/systems/mongodb/query/catalog.hpp"

namespace failc::query {

/// Calls `visit` for each match in natural order until it returns false.
void scan(const Collection& collection, const Matcher& matcher, bool reversed, const std::function<bool(RecordId, const bson::Document&)>& visit);
/// A hint that names no index of the collection is an error: by name, by key pattern, or {$natural: 1}. Missing is fine.
void check_hint(const Collection* collection, bson::ValueView hint);

}  // namespace failc::query
