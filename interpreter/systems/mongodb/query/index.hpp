#pragma once
// An index of one collection: which records hold which key.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interpreter/systems/mongodb/query/blocks.hpp"
#include "interpreter/systems/mongodb/query/matcher.hpp"

namespace failc::query {

/// A document's place in its collection: natural order is ascending. Counts from 1.
using RecordId = std::int64_t;

class Index {
 public:
  /// `spec` as listIndexes gives it and createIndexes takes it: {v, key, name, unique, sparse, partialFilterExpression, …}. Errors are
  /// those of createIndexes. The name is made of the key where there is none.
  static Outcome<Index> of(bson::View spec);
  const bson::Document& spec() const { return spec_; }
  std::string_view name() const { return spec_["name"].as_string(); }
  bson::View pattern() const { return spec_["key"].as_document(); }
  bool unique() const { return unique_; }
  /// Whether `lookup` may answer an equality on the first field: the index has every document that could match.
  bool answers() const { return kept_ && !partial_; }
  const std::string& first_field() const { return fields_.front().text; }

  using Keys = std::vector<std::string>;
  /// The document's keys, each once: several where a field is an array. Throws `Failure` for two arrays in one key.
  Keys keys(bson::View document) const;
  void add(const Keys& keys, RecordId record);
  void remove(const Keys& keys, RecordId record);
  /// Records whose first field equals `value`, which is no array, null or regex; ascending.
  std::vector<RecordId> lookup(bson::ValueView value) const;
  /// The one that has exactly this key, or nothing.
  std::optional<RecordId> holder(const std::string& key, RecordId except) const;
  std::vector<RecordId> holders(const std::string& key) const;
  std::size_t size() const { return entries_.size(); }
  /// The values behind one of `keys(document)`, for messages: {x: 1}.
  bson::Document key_value(bson::View document, const std::string& key) const;
  QueryError duplicate(std::string_view ns, bson::View document, const std::string& key) const;

 private:
  struct Field { std::string text; std::vector<std::string> path; };
  using Values = std::vector<bson::Value>;
  struct Order {
    using Entry = std::pair<std::string, RecordId>;
    using Key = std::pair<std::string_view, RecordId>;
    bool operator()(const Entry& a, const Entry& b) const { return a < b; }
    bool operator()(const Entry& a, const Key& b) const { return Key(a.first, a.second) < b; }
    bool operator()(const Key& a, const Entry& b) const { return a < Key(b.first, b.second); }
  };
  std::vector<Values> values(bson::View document) const;
  bson::Document spec_;
  std::vector<Field> fields_;
  bool unique_ = false, sparse_ = false;
  bool kept_ = true;  // false for kinds that are only listed: text, 2dsphere, wildcards
  std::unique_ptr<Matcher> partial_;
  Blocks<std::pair<std::string, RecordId>, Order> entries_;
};

}  // namespace failc::query
