#include "interpreter/systems/mongodb/query/define.hpp"

#include <algorithm>
#include <map>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Element;
using bson::Type;
using bson::ValueView;
using bson::View;
using Kind = Change::Kind;

void check_namespace(const Namespace& ns) {
  if (std::optional<QueryError> error = invalid_namespace(ns)) fail(*error);
}

const Collection& existing(const Catalog& catalog, const Namespace& ns, const char* what) {
  check_namespace(ns);
  const Collection* collection = catalog.find(ns);
  if (!collection) fail(code::kNamespaceNotFound, std::string(what) + " " + ns.text());
  return *collection;
}

void check_options(View options) {
  if (const ValueView validator = options["validator"]; validator.exists()) {
    if (!validator.is(Type::document)) fail(code::kTypeMismatch, "BSON field 'create.validator' is the wrong type '" + std::string(bson::type_name(validator.type())) + "', expected type 'object'");
    (void)need(Matcher::compile(validator.as_document()));
  }
  const ValueView size = options["size"];
  if (size.exists() && !size.is_number()) fail(code::kTypeMismatch, "BSON field 'create.size' is the wrong type '" + std::string(bson::type_name(size.type())) + "', expected types '[long, int, decimal, double]'");
  if (options["capped"].truthy() && !size.exists()) fail(code::kInvalidOptions, "the 'size' field is required when 'capped' is true");
  if (size.exists() && !options["capped"].truthy()) fail(code::kInvalidOptions, "the 'capped' field needs to be true when either the 'size' or 'max' fields are present");
}

Change drop_of(const Namespace& ns, const Collection& collection) { return {Kind::drop, ns, 0, collection.image(), {}, {}}; }

bool same_pattern(View a, View b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Element& x, const Element& y) {
    return x.key == y.key && x.value.type() == y.value.type() ? x.value.bytes() == y.value.bytes() : x.key == y.key && x.value.number() && x.value.number() == y.value.number();
  });
}

/// The options that make two indexes of one pattern different ones.
bool same_options(View a, View b) {
  for (const char* key : {"unique", "sparse"})
    if (a[key].truthy() != b[key].truthy()) return false;
  for (const char* key : {"partialFilterExpression", "expireAfterSeconds", "collation"})
    if (a[key].type() != b[key].type() || a[key].bytes() != b[key].bytes()) return false;
  return true;
}

/// True where there is nothing to do.
bool exists_already(View known, View wanted) {
  const bool same_name = known["name"].as_string() == wanted["name"].as_string();
  const bool same_key = same_pattern(known["key"].as_document(), wanted["key"].as_document());
  if (same_name && same_key && same_options(known, wanted)) return true;
  if (same_name)
    fail(same_key ? code::kIndexOptionsConflict : code::kIndexKeySpecsConflict, "An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: " +
                                          bson::show(wanted) + ", existing index: " + bson::show(known));
  if (same_key && same_options(known, wanted)) fail(code::kIndexOptionsConflict, "Index already exists with a different name: " + std::string(known["name"].as_string()));
  return false;
}

/// Two documents with one key of a unique index.
void check_unique(const Namespace& ns, const Collection& collection, const Index& index) {
  std::map<std::string, RecordId> seen;
  for (const auto& [record, document] : collection.records())
    for (const std::string& key : index.keys(document))
      if (!seen.emplace(key, record).second && index.unique()) fail(index.duplicate(ns.text(), document, key));
}

/// The id's index under any name is the one that is there.
bool is_id_index(const Index& index) { return index.pattern().count() == 1 && index.first_field() == "_id" && index.pattern().front().value.integer() == 1; }

}  // namespace

Outcome<std::vector<Change>> plan_create(const Catalog& catalog, const Namespace& ns, View options, const Uuid& uuid) {
  return guarded([&] {
    check_namespace(ns);
    check_options(options);
    std::vector<Change> out;
    const Collection* known = catalog.find(ns);
    if (known && known->options() == Document(options)) return out;
    if (known) fail(code::kNamespaceExists, "Collection " + ns.text() + " already exists.");
    out.push_back({Kind::create, ns, 0, {}, empty_image(uuid, options), {}});
    return out;
  });
}

Outcome<std::vector<Change>> plan_drop(const Catalog& catalog, const Namespace& ns) {
  return guarded([&] {
    check_namespace(ns);
    const Collection* known = catalog.find(ns);
    if (!known) fail(code::kNamespaceNotFound, "ns not found");
    return std::vector<Change>{drop_of(ns, *known)};
  });
}

Outcome<std::vector<Change>> plan_drop_database(const Catalog& catalog, std::string_view database) {
  return guarded([&] {
    if (std::optional<QueryError> error = invalid_database(database)) fail(*error);
    std::vector<Change> out;
    for (const auto& [name, collection] : catalog.collections(database)) out.push_back(drop_of({std::string(database), name}, *collection));
    if (!out.empty()) out.push_back({Kind::drop_database, {std::string(database), ""}, 0, {}, {}, {}});
    return out;
  });
}

Outcome<std::vector<Change>> plan_rename(const Catalog& catalog, const Namespace& from, const Namespace& to, bool drop_target) {
  return guarded([&] {
    check_namespace(to);
    (void)existing(catalog, from, "Source collection does not exist:");
    if (from == to) fail(code::kIllegalOperation, "Can't rename a collection to itself");
    std::vector<Change> out;
    if (const Collection* target = catalog.find(to)) {
      if (!drop_target) fail(code::kNamespaceExists, "target namespace exists");
      out.push_back(drop_of(to, *target));
    }
    out.push_back({Kind::rename, from, 0, {}, {}, to});
    return out;
  });
}

Outcome<std::vector<Change>> plan_create_indexes(const Catalog& catalog, const Namespace& ns, View specs, const Uuid& uuid) {
  return guarded([&] {
    check_namespace(ns);
    std::vector<Change> out;
    const Collection* collection = catalog.find(ns);
    if (specs.empty()) fail(code::kBadValue, "Must specify at least one index to create");
    std::vector<Document> known;
    if (collection)
      for (const Index& index : collection->indexes()) known.push_back(index.spec());
    else
      out.push_back({Kind::create, ns, 0, {}, empty_image(uuid, View()), {}});
    for (const Element& element : specs) {
      if (!element.value.is(Type::document)) fail(code::kTypeMismatch, "The elements of the 'indexes' array must be objects, but got " + std::string(bson::type_name(element.value.type())));
      const Index index = need(Index::of(element.value.as_document()));
      if (is_id_index(index)) continue;
      if (std::any_of(known.begin(), known.end(), [&](const Document& other) { return exists_already(other, index.spec()); })) continue;
      if (collection) check_unique(ns, *collection, index);
      known.push_back(index.spec());
      out.push_back({Kind::create_index, ns, 0, {}, index.spec(), {}});
    }
    return out;
  });
}

Outcome<std::vector<Change>> plan_drop_indexes(const Catalog& catalog, const Namespace& ns, ValueView index) {
  return guarded([&] {
    const Collection& collection = existing(catalog, ns, "ns not found");
    std::vector<Change> out;
    const auto drop = [&](const Index& known) {
      if (known.name() == "_id_") fail(code::kInvalidOptions, "cannot drop _id index");
      out.push_back({Kind::drop_index, ns, 0, known.spec(), {}, {}});
    };
    const auto drop_named = [&](std::string_view name) {
      const Index* known = collection.index(name);
      if (!known) fail(code::kIndexNotFound, "index not found with name [" + std::string(name) + "]");
      drop(*known);
    };
    if (index.is(Type::string) && index.as_string() == "*") {
      for (const Index& known : collection.indexes())
        if (known.name() != "_id_") drop(known);
    } else if (index.is(Type::string)) {
      drop_named(index.as_string());
    } else if (index.is(Type::array)) {
      for (const Element& name : index.as_document()) {
        if (!name.value.is(Type::string)) fail(code::kTypeMismatch, "dropIndexes: the names of indexes must be strings");
        drop_named(name.value.as_string());
      }
    } else if (index.is(Type::document)) {
      for (const Index& known : collection.indexes())
        if (same_pattern(known.pattern(), index.as_document())) drop(known);
      if (out.empty()) fail(code::kIndexNotFound, "can't find index with key: " + bson::show(index));
    } else {
      fail(code::kTypeMismatch, "BSON field 'dropIndexes.index' is the wrong type '" + std::string(bson::type_name(index.type())) + "', expected types '[string, object, array]'");
    }
    return out;
  });
}

Outcome<std::vector<Change>> plan_modify(const Catalog& catalog, const Namespace& ns, View options) {
  return guarded([&] {
    const Collection& collection = existing(catalog, ns, "ns does not exist");
    Document after = collection.options();
    for (const Element& element : options) after = bson::with(after, element.key, element.value);
    check_options(after);
    std::vector<Change> out;
    if (after != collection.options()) out.push_back({Kind::modify, ns, 0, collection.options(), after, {}});
    return out;
  });
}

}  // namespace failc::query
