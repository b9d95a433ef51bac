#pragma once
// Plans for collections and indexes: create, drop, rename. As in write.hpp nothing is applied here.
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/query/catalog.hpp"

namespace failc::query {

/// `options` as the create command takes them, without its generic fields. None where the same collection is there already.
Outcome<std::vector<Change>> plan_create(const Catalog& catalog, const Namespace& ns, bson::View options, const Uuid& uuid);
/// NamespaceNotFound where there is nothing.
Outcome<std::vector<Change>> plan_drop(const Catalog& catalog, const Namespace& ns);
/// None where there is nothing.
Outcome<std::vector<Change>> plan_drop_database(const Catalog& catalog, std::string_view database);
Outcome<std::vector<Change>> plan_rename(const Catalog& catalog, const Namespace& from, const Namespace& to, bool drop_target);
/// `specs`: the array of createIndexes. Creates the collection where need be; indexes that are there already are left out.
Outcome<std::vector<Change>> plan_create_indexes(const Catalog& catalog, const Namespace& ns, bson::View specs, const Uuid& uuid);
/// `index`: a name, "*" for all but _id, a key pattern, or an array of names.
Outcome<std::vector<Change>> plan_drop_indexes(const Catalog& catalog, const Namespace& ns, bson::ValueView index);
/// collMod's validator, validationLevel, validationAction and others that are only kept.
Outcome<std::vector<Change>> plan_modify(const Catalog& catalog, const Namespace& ns, bson::View options);

}  // namespace failc::query
