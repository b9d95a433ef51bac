#include "interpreter/systems/mongodb/query/sort.hpp"

#include <algorithm>
#include <utility>

#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/bson/json.hpp"
#include "interpreter/systems/mongodb/bson/path.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {

using bson::Value;
using bson::ValueView;

Outcome<SortOrder> SortOrder::parse(bson::View spec) {
  return guarded([&] {
    SortOrder out;
    for (const bson::Element& element : spec) {
      if (element.value.is(bson::Type::document)) fail(17312, "$meta is the only expression supported by $sort right now, and it is not supported here");
      if (!element.value.is_number()) fail(15974, "Illegal key in $sort specification: " + bson::show(element));
      const double direction = *element.value.number();
      if (direction != 1 && direction != -1) fail(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)");
      if (element.key == "$natural") {
        if (spec.count() != 1) fail(code::kBadValue, "$natural sort cannot be set to a value other than -1 or 1, or with other keys.");
        out.reversed_ = direction < 0;
        return out;
      }
      if (element.key.empty()) fail(15998, "FieldPath field names may not be empty strings.");
      if (element.key.starts_with('$')) fail(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
      out.fields_.push_back({bson::split_path(element.key), direction < 0});
    }
    if (out.fields_.size() > 32) fail(13103, "too many compound keys");
    return out;
  });
}

std::vector<Value> SortOrder::key(bson::View document) const {
  std::vector<Value> out;
  for (const Field& field : fields_) {
    ValueView best;
    bool any = false;
    std::string_view spread;  // the array whose elements are visited; one of them may be an array itself
    bson::visit_path(document, field.path, bson::Leaf::spread, [&](ValueView value, bson::Position) {
      const bool inside = value.bytes().data() > spread.data() && value.bytes().data() < spread.data() + spread.size();
      if (value.is(bson::Type::array) && !value.as_document().empty() && !inside) {
        spread = value.bytes();
        return false;
      }
      static const Value kUndefined = bson::Undefined{}, kNull = bson::Null{};
      if (value.is(bson::Type::array) && !inside) value = kUndefined;
      if (!value.exists()) value = kNull;
      const bool better = !any || (field.descending ? bson::compare(value, best) > 0 : bson::compare(value, best) < 0);
      if (better) best = value;
      any = true;
      return false;
    });
    if (any)
      out.emplace_back(best);
    else
      out.emplace_back(bson::Null{});
  }
  return out;
}

bool SortOrder::less(const std::vector<Value>& a, const std::vector<Value>& b) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::weak_ordering order = bson::compare(a[i].view(), b[i].view());
    if (order != 0) return fields_[i].descending ? order > 0 : order < 0;
  }
  return false;
}

template <class T>
void SortOrder::sort_all(std::vector<T>& documents) const {
  if (fields_.empty()) return;
  std::vector<std::pair<std::vector<Value>, T>> keyed;
  keyed.reserve(documents.size());
  for (T& document : documents) {
    std::vector<Value> its = key(document);
    keyed.emplace_back(std::move(its), std::move(document));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [this](const auto& a, const auto& b) { return less(a.first, b.first); });
  for (std::size_t i = 0; i < keyed.size(); ++i) documents[i] = std::move(keyed[i].second);
}

void SortOrder::sort(std::vector<bson::Document>& documents) const { sort_all(documents); }
void SortOrder::sort(std::vector<bson::View>& documents) const { sort_all(documents); }

}  // namespace failc::query
