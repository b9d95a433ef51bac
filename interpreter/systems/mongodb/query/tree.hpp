#pragma once
// A document that can be changed in place. Parts that were never looked into stay bytes.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interpreter/systems/mongodb/bson/builder.hpp"

namespace failc::query {

class Tree {
 public:
  Tree() = default;
  explicit Tree(bson::Value value) : value_(std::move(value)) {}
  bson::Type type() const { return value_.type(); }
  /// As it is now; missing for one that was removed.
  bson::Value value() const;
  /// Null for a key, or an index, that is not there.
  Tree* child(std::string_view key);
  /// The elements, of an array or a document.
  std::vector<std::pair<std::string, Tree>>& children();
  /// False where that cannot be: the parent is a scalar, or an array and the key no index of a sensible size.
  bool set(std::string_view key, Tree child);
  /// From an array too, where it leaves null.
  void remove(std::string_view key);

 private:
  bool container() const { return type() == bson::Type::document || type() == bson::Type::array; }
  void open();
  bson::Value value_;  // where it is open only the type counts
  bool open_ = false;
  std::vector<std::pair<std::string, Tree>> children_;
};

}  // namespace failc::query
