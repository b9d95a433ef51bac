#pragma once
// One operator on one path of an update. For this folder: throws `Failure`.
#include <memory>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/query/matcher.hpp"
#include "interpreter/systems/mongodb/query/sort.hpp"
#include "interpreter/systems/mongodb/query/tree.hpp"

namespace failc::query {

/// Where a modifier works, for its messages.
struct ModifierPlace {
  bson::ValueView id;      // of the document; may be missing
  std::string_view field;  // the last part of the path
  std::string_view path;   // the whole of it
  const Constants& constants;
  bool insert;
};

/// $push and $addToSet, taken apart.
struct Additions {
  std::vector<bson::Value> each;
  std::optional<std::int64_t> position, slice;
  bson::Value sort;       // missing: none
  SortOrder order;       // of documents, where `sort` is one
};

struct Modifier {
  std::string name;  // with its dollar
  std::string path;
  std::vector<std::string> parts;
  bson::Value argument;
  /// The new value of what is there now, either may be missing. The same value: no change.
  bson::Value (*compute)(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place) = nullptr;
  Additions additions;              // $push, $addToSet
  std::unique_ptr<Matcher> matcher; // $pull
  bool matches_documents = false;   // $pull by the fields of the elements
};

/// Of `{name: {path: argument}}`; checks what can be known without a document. `name` may be unknown.
Modifier parse_modifier(std::string_view name, const bson::Element& element, const Constants& constants);
bool is_modifier(std::string_view name);

// By subject, for parse_modifier.
bson::Value compute_number(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);  // $inc $mul $bit
bson::Value compute_push(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);
bson::Value compute_add_to_set(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);
bson::Value compute_pull(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);
bson::Value compute_pull_all(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);
bson::Value compute_pop(const Modifier& modifier, bson::ValueView now, const ModifierPlace& place);
void check_number(const Modifier& modifier);
void check_list(Modifier& modifier, const Constants& constants);

}  // namespace failc::query
