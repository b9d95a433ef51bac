// create, drop, dropDatabase, renameCollection, collMod, and what there is.
#include "interpreter/systems/mongodb/mongod/reading.hpp"
#include "interpreter/systems/mongodb/mongod/registry.hpp"
#include "interpreter/systems/mongodb/query/define.hpp"
#include "interpreter/systems/mongodb/query/matcher.hpp"

namespace failc::mongod {
namespace {

/// The command's own fields.
bson::Document options_of(const Command& command) {
  bson::Builder out;
  for (const bson::Element& element : command.body)
    if (element.key != command.name && !is_generic_argument(element.key)) out.append(element.key, element.value);
  return out.finish();
}

Answer create(Server& server, Operation& operation) {
  const bson::Document options = options_of(operation.command);
  only_simple_collation(options.view());
  make_and_log(server, operation, need(query::plan_create(server.catalog, target(operation), options.view(), new_uuid(server))));
  return bson::Document();
}

Answer drop(Server& server, Operation& operation) {
  const query::Namespace ns = target(operation);
  const query::Collection* collection = server.catalog.find(ns);
  if (collection == nullptr) {
    if (server.parameters.version().major >= 7) return bson::Document();
    refuse(code::kNamespaceNotFound, "ns not found");
  }
  const std::int32_t indexes = static_cast<std::int32_t>(collection->indexes().size());
  make_and_log(server, operation, need(query::plan_drop(server.catalog, ns)));
  return bson::Builder().append("nIndexesWas", indexes).append("ns", ns.text()).finish();
}

Answer drop_database(Server& server, Operation& operation) {
  const std::string_view database = operation.command.database;
  if (database == "local" && server.replica) refuse(code::kIllegalOperation, "Cannot drop 'local' database while replication is active");
  std::vector<query::Change> changes = need(query::plan_drop_database(server.catalog, database));
  bson::Builder out;
  if (!changes.empty()) out.append("dropped", database);
  make_and_log(server, operation, std::move(changes));
  return out.finish();
}

Answer rename(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  const auto name = [&](std::string_view which) { return need(query::parse_namespace(field(from, "renameCollection", which).text())); };
  if (!from.has("to")) refuse(code::kMissingField, "BSON field 'renameCollection.to' is missing but a required field");
  make_and_log(server, operation,
               need(query::plan_rename(server.catalog, name("renameCollection"), name("to"),
                                       flag_or(from, "renameCollection", "dropTarget", false))));
  return bson::Document();
}

Answer modify(Server& server, Operation& operation) {
  make_and_log(server, operation, need(query::plan_modify(server.catalog, target(operation), options_of(operation.command).view())));
  return bson::Document();
}

bson::Document describe(const std::string& name, const query::Collection& collection, bool name_only) {
  bson::Builder out;
  out.append("name", name).append("type", "collection");
  if (name_only) return out.finish();
  out.append("options", collection.options()).open("info").append("readOnly", false);
  const std::string uuid(collection.uuid().begin(), collection.uuid().end());
  out.append("uuid", bson::BinaryView{4, uuid}).close();
  if (!collection.indexes().empty()) out.append("idIndex", collection.indexes().front().spec());
  return out.finish();
}

Answer list_collections(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  const std::string database(operation.command.database);
  const query::Matcher filter =
      need(query::Matcher::compile(document_or_empty(from, "listCollections", "filter"), constants_of(server, operation)));
  const bool name_only = flag_or(from, "listCollections", "nameOnly", false);
  std::vector<bson::Document> found;
  for (const auto& [name, collection] : server.catalog.collections(database)) {
    const bson::Document whole = describe(name, *collection, false);
    if (need(filter.matches(whole.view()))) found.push_back(name_only ? describe(name, *collection, true) : whole);
  }
  return first_batch(server, operation, database + ".$cmd.listCollections", std::move(found), cursor_option(from, "listCollections"));
}

Answer list_databases(Server& server, Operation& operation) {
  const bson::View from = operation.command.body;
  const query::Matcher filter =
      need(query::Matcher::compile(document_or_empty(from, "listDatabases", "filter"), constants_of(server, operation)));
  const bool name_only = flag_or(from, "listDatabases", "nameOnly", false);
  bson::ArrayBuilder list;
  std::int64_t total = 0;
  for (const std::string& database : server.catalog.databases()) {
    std::int64_t size = 0;
    for (const auto& [name, collection] : server.catalog.collections(database)) size += collection->bytes();
    const bson::Document whole = bson::Builder().append("name", database).append("sizeOnDisk", size).append("empty", size == 0).finish();
    if (!need(filter.matches(whole.view()))) continue;
    total += size;
    list.push(name_only ? bson::Builder().append("name", database).finish() : whole);
  }
  bson::Builder out;
  out.append("databases", list.finish().view());
  if (!name_only) out.append("totalSize", total).append("totalSizeMb", total / (1024 * 1024));
  return out.finish();
}

Answer collection_stats(Server& server, Operation& operation) {
  const query::Namespace ns = target(operation);
  const query::Collection* collection = server.catalog.find(ns);
  bson::Builder out;
  out.append("ns", ns.text());
  const std::int64_t size = collection != nullptr ? collection->bytes() : 0,
                     count = collection != nullptr ? static_cast<std::int64_t>(collection->count()) : 0;
  out.append("size", size).append("count", count);
  if (count != 0) out.append("avgObjSize", size / count);
  out.append("storageSize", size).append("capped", collection != nullptr && collection->options()["capped"].truthy());
  out.append("nindexes", static_cast<std::int32_t>(collection != nullptr ? collection->indexes().size() : 0));
  return out.finish();
}

Answer database_stats(Server& server, Operation& operation) {
  std::int64_t collections = 0, objects = 0, size = 0, indexes = 0;
  for (const auto& [name, collection] : server.catalog.collections(operation.command.database)) {
    ++collections;
    objects += static_cast<std::int64_t>(collection->count());
    size += collection->bytes();
    indexes += static_cast<std::int64_t>(collection->indexes().size());
  }
  return bson::Builder()
      .append("db", operation.command.database)
      .append("collections", collections)
      .append("views", std::int64_t{0})
      .append("objects", objects)
      .append("dataSize", static_cast<double>(size))
      .append("storageSize", static_cast<double>(size))
      .append("indexes", indexes)
      .finish();
}

}  // namespace

std::vector<Spec> collection_commands() {
  constexpr unsigned kChange = trait::kWrite | trait::kConcern;
  return {
      {"create", {}, create, kChange | trait::kAnyField, {}},  // plan_create knows its options
      {"drop", {}, drop, kChange, {}},
      {"dropDatabase", {}, drop_database, kChange, {}},
      {"renameCollection", {}, rename, kChange | trait::kAdmin, {"to", "dropTarget", "stayTemp"}},
      {"collMod", {}, modify, kChange | trait::kAnyField, {}},  // plan_modify knows its options
      {"listCollections", {}, list_collections, trait::kRead, {"filter", "nameOnly", "cursor", "authorizedCollections"}},
      {"listDatabases", {}, list_databases, trait::kRead | trait::kAdmin, {"filter", "nameOnly", "authorizedDatabases"}},
      {"collStats", {"collstats"}, collection_stats, trait::kRead, {"scale"}},
      {"dbStats", {"dbstats"}, database_stats, trait::kRead, {"scale", "freeStorage"}},
  };
}

}  // namespace failc::mongod
