#include "interpreter/systems/mongodb/query/catalog.hpp"

#include <algorithm>
#include <cstring>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::Type;
using bson::ValueView;
using bson::View;

[[noreturn]] void unfit(const std::string& why) { fail(code::kInternalError, "the change does not fit the catalog: " + why); }

View object(View of, std::string_view key, Type type) {
  if (!of[key].is(type)) unfit("its image lacks `" + std::string(key) + "`");
  return of[key].as_document();
}

}  // namespace

const Index* Collection::index(std::string_view name) const {
  const auto at = std::find_if(indexes_.begin(), indexes_.end(), [&](const Index& known) { return known.name() == name; });
  return at == indexes_.end() ? nullptr : &*at;
}

std::optional<RecordId> Collection::find_id(ValueView id) const {
  std::string key;
  bson::append_equality_key(key, id);
  return indexes_.front().holder(key, 0);
}

Document Collection::image() const {
  bson::ArrayBuilder records;
  for (const auto& [record, document] : records_) records.push(bson::Builder().append("r", record).append("d", document).finish());
  return image_with(records.finish());
}

Document Collection::outline() const { return image_with(bson::ArrayBuilder().finish()); }

Document Collection::image_with(const bson::Value& records) const {
  bson::Builder out;
  out.append("uuid", bson::BinaryView{4, {reinterpret_cast<const char*>(uuid_.data()), uuid_.size()}}).append("options", options_);
  bson::ArrayBuilder indexes;
  for (const Index& index : indexes_) indexes.push(index.spec());
  return out.append("indexes", indexes.finish()).append("records", records).append("next", next_).finish();
}

Document empty_image(const Uuid& uuid, View options) {
  bson::Builder out;
  out.append("uuid", bson::BinaryView{4, {reinterpret_cast<const char*>(uuid.data()), uuid.size()}}).append("options", options);
  out.open_array("indexes").open("0").append("v", 2).open("key").append("_id", 1).close().append("name", "_id_").close().close();
  return out.open_array("records").close().append("next", std::int64_t{1}).finish();
}

std::vector<std::string> Catalog::databases() const {
  std::vector<std::string> out;
  for (const auto& [name, collections] : databases_) out.push_back(name);
  return out;
}

std::vector<std::pair<std::string, const Collection*>> Catalog::collections(std::string_view database) const {
  std::vector<std::pair<std::string, const Collection*>> out;
  const auto at = databases_.find(database);
  if (at != databases_.end())
    for (const auto& [name, collection] : at->second) out.emplace_back(name, &collection);
  return out;
}

const Collection* Catalog::find(const Namespace& ns) const {
  const auto database = databases_.find(ns.database);
  if (database == databases_.end()) return nullptr;
  const auto collection = database->second.find(ns.collection);
  return collection == database->second.end() ? nullptr : &collection->second;
}

Collection& Catalog::need(const Namespace& ns) {
  const Collection* found = find(ns);
  if (!found) unfit("there is no collection " + ns.text());
  return const_cast<Collection&>(*found);
}

void Catalog::put(Collection& collection, RecordId record, Document document) {
  if (collection.records_.find(record) != collection.records_.end()) unfit("record " + std::to_string(record) + " is taken");
  std::vector<Index::Keys> keys;  // all first: one may refuse
  for (const Index& index : collection.indexes_) keys.push_back(index.keys(document));
  if (collection.indexes_.front().holder(keys.front().front(), record)) unfit("its _id is there already");
  for (std::size_t i = 0; i < keys.size(); ++i) collection.indexes_[i].add(keys[i], record);
  collection.bytes_ += static_cast<std::int64_t>(document.size());
  collection.next_ = std::max(collection.next_, record + 1);
  collection.records_.insert({record, std::move(document)});
}

Document Catalog::take(Collection& collection, RecordId record, View expected) {
  const auto at = collection.records_.find(record);
  if (at == collection.records_.end()) unfit("there is no record " + std::to_string(record));
  if (at->second.bytes() != expected.bytes()) unfit("record " + std::to_string(record) + " is another document");
  for (Index& index : collection.indexes_) index.remove(index.keys(at->second), record);
  collection.bytes_ -= static_cast<std::int64_t>(at->second.size());
  return collection.records_.take(at).second;
}

void Catalog::set_options(Collection& collection, Document options) {
  const ValueView validator = options["validator"];
  std::unique_ptr<Matcher> compiled;
  if (validator.is(Type::document) && !validator.as_document().empty()) {
    Outcome<Matcher> matcher = Matcher::compile(validator.as_document());
    if (!matcher) fail(matcher.error());
    compiled = std::make_unique<Matcher>(std::move(*matcher));
  }
  collection.validator_ = std::move(compiled);
  collection.options_ = std::move(options);
}

void Catalog::create(const Change& change) {
  if (find(change.ns)) unfit("there is a collection " + change.ns.text());
  Collection out;
  const ValueView uuid = change.after["uuid"];
  if (!uuid.is(Type::binary) || uuid.as_binary().bytes.size() != out.uuid_.size()) unfit("its image lacks `uuid`");
  std::memcpy(out.uuid_.data(), uuid.as_binary().bytes.data(), out.uuid_.size());
  set_options(out, Document(object(change.after, "options", Type::document)));
  for (const bson::Element& spec : object(change.after, "indexes", Type::array)) {
    if (!spec.value.is(Type::document)) unfit("an index is no document");
    out.indexes_.push_back(query::need(Index::of(spec.value.as_document())));
  }
  if (out.indexes_.empty() || out.indexes_.front().name() != "_id_") unfit("its first index is not _id_");
  for (const bson::Element& record : object(change.after, "records", Type::array)) {
    if (!record.value.is(Type::document)) unfit("a record is no document");
    const std::optional<std::int64_t> number = record.value.as_document()["r"].integer();
    if (!number || *number < 1) unfit("a record has no number");
    put(out, *number, Document(object(record.value.as_document(), "d", Type::document)));
  }
  out.next_ = std::max(out.next_, change.after["next"].integer().value_or(1));
  databases_[change.ns.database].emplace(change.ns.collection, std::move(out));
}

void Catalog::erase(const Namespace& ns) {
  const auto database = databases_.find(ns.database);
  database->second.erase(ns.collection);
  if (database->second.empty()) databases_.erase(database);
}

void Catalog::rename(const Change& change) {
  if (find(change.target)) unfit("there is a collection " + change.target.text());
  Collection moved = std::move(need(change.ns));
  erase(change.ns);
  databases_[change.target.database].emplace(change.target.collection, std::move(moved));
}

void Catalog::create_index(const Change& change) {
  Collection& collection = need(change.ns);
  Index index = query::need(Index::of(change.after));
  if (collection.index(index.name())) unfit("there is an index " + std::string(index.name()));
  for (const auto& [record, document] : collection.records_) index.add(index.keys(document), record);
  collection.indexes_.push_back(std::move(index));
}

void Catalog::drop_index(const Change& change) {
  Collection& collection = need(change.ns);
  const std::string_view name = change.before["name"].string().value_or("");
  if (!collection.index(name) || name == "_id_") unfit("there is no index " + std::string(name));
  std::erase_if(collection.indexes_, [&](const Index& index) { return index.name() == name; });
}

Outcome<Done> Catalog::apply(const Change& change) {
  using Kind = Change::Kind;
  return guarded([&] {
    switch (change.kind) {
      case Kind::insert: put(need(change.ns), change.record, change.after); break;
      case Kind::remove: take(need(change.ns), change.record, change.before); break;
      case Kind::replace: {
        Collection& collection = need(change.ns);
        Document before = take(collection, change.record, change.before);
        try {
          put(collection, change.record, change.after);
        } catch (const Failure&) {
          put(collection, change.record, std::move(before));
          throw;
        }
        break;
      }
      case Kind::create: create(change); break;
      case Kind::drop: need(change.ns), erase(change.ns); break;
      case Kind::create_index: create_index(change); break;
      case Kind::drop_index: drop_index(change); break;
      case Kind::drop_database: databases_.erase(change.ns.database); break;
      case Kind::rename: rename(change); break;
      case Kind::modify: set_options(need(change.ns), change.after); break;
    }
    return Done{};
  });
}

}  // namespace failc::query
