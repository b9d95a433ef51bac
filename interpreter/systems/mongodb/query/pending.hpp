#pragma once
// The unique keys of one update of many documents, as they will be when its changes so far are applied.
#include <set>
#include <string>
#include <utility>

#include "interpreter/systems/mongodb/query/index.hpp"

namespace failc::query {

class Pending {
 public:
  bool taken(std::size_t index_number, const Index& index, const std::string& key, RecordId record) const {
    if (added_.contains({index_number, key})) return true;
    for (const RecordId holder : index.holders(key))
      if (holder != record && !replaced_.contains(holder)) return true;
    return false;
  }
  void add(std::size_t index_number, const Index::Keys& keys) {
    for (const std::string& key : keys) added_.emplace(index_number, key);
  }
  void replaced(RecordId record) { replaced_.insert(record); }

 private:
  std::set<std::pair<std::size_t, std::string>> added_;
  std::set<RecordId> replaced_;
};

}  // namespace failc::query
