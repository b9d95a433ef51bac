#pragma once
// Databases and collections in memory. Only `apply` changes them.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/query/change.hpp"

namespace failc::query {

/// The order of a collection's records.
struct RecordOrder {
  using Record = std::pair<RecordId, bson::Document>;
  bool operator()(const Record& a, const Record& b) const { return a.first < b.first; }
  bool operator()(const Record& a, RecordId b) const { return a.first < b; }
  bool operator()(RecordId a, const Record& b) const { return a < b.first; }
};
using Records = Blocks<RecordOrder::Record, RecordOrder>;

class Collection {
 public:
  const Uuid& uuid() const { return uuid_; }
  const bson::Document& options() const { return options_; }
  const Records& records() const { return records_; }
  /// The first is `_id_`.
  const std::vector<Index>& indexes() const { return indexes_; }
  const Index* index(std::string_view name) const;
  std::size_t count() const { return records_.size(); }
  /// Of all documents together.
  std::int64_t bytes() const { return bytes_; }
  RecordId next_record() const { return next_; }
  std::optional<RecordId> find_id(bson::ValueView id) const;
  /// Null where options hold no validator.
  const Matcher* validator() const { return validator_.get(); }
  /// Everything: {uuid, options, indexes, records, next}.
  bson::Document image() const;
  /// The same without records.
  bson::Document outline() const;

 private:
  friend class Catalog;
  bson::Document image_with(const bson::Value& records) const;
  Uuid uuid_{};
  bson::Document options_;
  Records records_;
  std::vector<Index> indexes_;
  std::int64_t bytes_ = 0;
  RecordId next_ = 1;
  std::unique_ptr<Matcher> validator_;
};

/// The image of an empty collection with its _id index, for a change of kind create.
bson::Document empty_image(const Uuid& uuid, bson::View options);

class Catalog {
 public:
  /// Names in order; a database lives as long as it has a collection.
  std::vector<std::string> databases() const;
  /// In order of their names.
  std::vector<std::pair<std::string, const Collection*>> collections(std::string_view database) const;
  const Collection* find(const Namespace& ns) const;
  /// All or nothing. An error where the change does not fit the state: it was not planned on it.
  Outcome<Done> apply(const Change& change);

 private:
  Collection& need(const Namespace& ns);
  void put(Collection& collection, RecordId record, bson::Document document);
  bson::Document take(Collection& collection, RecordId record, bson::View expected);
  void create(const Change& change);
  void rename(const Change& change);
  void create_index(const Change& change);
  void drop_index(const Change& change);
  void set_options(Collection& collection, bson::Document options);
  void erase(const Namespace& ns);
  std::map<std::string, std::map<std::string, Collection, std::less<>>, std::less<>> databases_;
};

}  // namespace failc::query
