#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/query/define.hpp"

namespace failc::mongod {
namespace {

std::int32_t indexes_of(const Server& server, const query::Namespace& ns) {
  const query::Collection* collection = server.catalog.find(ns);
  return collection == nullptr ? 0 : static_cast<std::int32_t>(collection->indexes().size());
}

Answer create_indexes(Server& server, Operation& operation) {
  const query::Namespace ns = target(operation);
  // The sequence of a message counts as the array.
  bson::ArrayBuilder specs;
  for (const bson::View spec : operation.command.documents("indexes")) {
    only_simple_collation(spec);
    specs.push(spec);
  }
  const bson::Value list = specs.finish();
  const bool existed = server.catalog.find(ns) != nullptr;
  const std::int32_t before = existed ? indexes_of(server, ns) : 1;
  std::vector<query::Change> changes = need(query::plan_create_indexes(server.catalog, ns, list.view().as_document(), new_uuid(server)));
  const bool nothing = changes.empty();
  make_and_log(server, operation, std::move(changes));
  bson::Builder out;
  out.append("numIndexesBefore", before)
      .append("numIndexesAfter", indexes_of(server, ns))
      .append("createdCollectionAutomatically", !existed);
  if (nothing) out.append("note", "all indexes already exist");
  return out.finish();
}

Answer list_indexes(Server& server, Operation& operation) {
  const query::Namespace ns = target(operation);
  const query::Collection* collection = server.catalog.find(ns);
  if (collection == nullptr) refuse(code::kNamespaceNotFound, "ns does not exist: " + ns.text());
  std::vector<bson::Document> found;
  for (const query::Index& index : collection->indexes()) found.push_back(index.spec());
  return first_batch(server, operation, ns.text(), std::move(found), cursor_option(operation.command.body, "listIndexes"));
}

Answer drop_indexes(Server& server, Operation& operation) {
  const query::Namespace ns = target(operation);
  const bson::ValueView index = operation.command.body["index"];
  if (!index.exists()) refuse(code::kMissingField, "BSON field 'dropIndexes.index' is missing but a required field");
  const std::int32_t before = indexes_of(server, ns);
  make_and_log(server, operation, need(query::plan_drop_indexes(server.catalog, ns, index)));
  return bson::Builder().append("nIndexesWas", before).finish();
}

}  // namespace

std::vector<Spec> index_commands() {
  constexpr unsigned kChange = trait::kWrite | trait::kConcern;
  return {
      {"createIndexes", {}, create_indexes, kChange, {"indexes", "commitQuorum", "ignoreUnknownIndexOptions"}},
      {"listIndexes", {}, list_indexes, trait::kRead, {"cursor", "includeBuildUUIDs"}},
      {"dropIndexes", {"deleteIndexes"}, drop_indexes, kChange, {"index"}},
  };
}

}  // namespace failc::mongod
