#pragma once
// Orders of documents: `{a: 1, "b.c": -1}`.
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/query/error.hpp"

namespace failc::query {

class SortOrder {
 public:
  /// `$natural` alone is accepted; `reversed_natural` tells which way.
  static Outcome<SortOrder> parse(bson::View spec);
  bool empty() const { return fields_.empty(); }
  bool reversed_natural() const { return reversed_; }
  /// Stable. An array counts as its least element, or its greatest where the order descends; nothing there counts as null.
  void sort(std::vector<bson::Document>& documents) const;
  void sort(std::vector<bson::View>& documents) const;

 private:
  struct Field { std::vector<std::string> path; bool descending; };
  std::vector<bson::Value> key(bson::View document) const;
  bool less(const std::vector<bson::Value>& a, const std::vector<bson::Value>& b) const;
  template <class T>
  void sort_all(std::vector<T>& documents) const;
  std::vector<Field> fields_;
  bool reversed_ = false;
};

}  // namespace failc::query
