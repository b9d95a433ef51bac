#include "interpreter/systems/mongodb/query/scan.hpp"

#include <algorithm>
#include <optional>

#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Type;
using bson::ValueView;

/// Values that an index finds by their key alone.
bool indexable(ValueView value) { return !value.is_nullish() && !value.is(Type::array) && !value.is(Type::regex); }

std::optional<std::vector<RecordId>> candidates(const Collection& collection, const Matcher& matcher) {
  for (const Index& index : collection.indexes()) {
    if (!index.answers()) continue;
    for (const Matcher::Equality& equality : matcher.equalities())
      if (equality.path == index.first_field() && indexable(equality.value)) return index.lookup(equality.value);
  }
  return std::nullopt;
}

}  // namespace

void scan(const Collection& collection, const Matcher& matcher, bool reversed, const std::function<bool(RecordId, const bson::Document&)>& visit) {
  const auto& records = collection.records();
  if (std::optional<std::vector<RecordId>> found = candidates(collection, matcher)) {
    if (reversed) std::reverse(found->begin(), found->end());
    for (const RecordId record : *found) {
      const bson::Document& document = records.find(record)->second;
      if (matcher.test(document) && !visit(record, document)) return;
    }
  } else if (reversed) {
    for (auto at = records.rbegin(); at != records.rend(); ++at)
      if (matcher.test(at->second) && !visit(at->first, at->second)) return;
  } else {
    for (const auto& [record, document] : records)
      if (matcher.test(document) && !visit(record, document)) return;
  }
}

void check_hint(const Collection* collection, ValueView hint) {
  if (!hint.exists() || !collection) return;
  const bool named = hint.is(Type::string);
  if (!named && !hint.is(Type::document)) fail(code::kFailedToParse, "Hint must be a string or an object");
  if (!named && (hint.as_document().empty() || hint.as_document().has("$natural"))) return;
  for (const Index& index : collection->indexes())
    if (named ? index.name() == hint.as_string() : bson::Document(index.pattern()) == bson::Document(hint.as_document())) return;
  if (!named)
    for (const Index& index : collection->indexes()) {  // 1 and 1.0 are the same direction
      const bson::View pattern = index.pattern(), wanted = hint.as_document();
      const bool same = std::equal(pattern.begin(), pattern.end(), wanted.begin(), wanted.end(),
                                   [](const bson::Element& a, const bson::Element& b) { return a.key == b.key && a.value.number() == b.value.number() && a.value.is(Type::string) == b.value.is(Type::string); });
      if (same) return;
    }
  fail(code::kBadValue, "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index");
}

}  // namespace failc::query
