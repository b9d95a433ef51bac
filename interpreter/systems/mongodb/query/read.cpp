#include "interpreter/systems/mongodb/query/read.hpp"

#include <algorithm>
#include <set>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/bson/compare.hpp"
#include "interpreter/systems/mongodb/query/fail.hpp"
#include "interpreter/systems/mongodb/query/projection.hpp"
#include "interpreter/systems/mongodb/query/scan.hpp"
#include "interpreter/systems/mongodb/query/sort.hpp"

namespace failc::query {
namespace {

using bson::Document;
using bson::View;

std::int64_t limit_of(const FindRequest& request) {
  if (request.skip < 0) fail(code::kBadValue, "Skip value must be non-negative, but received: " + std::to_string(request.skip));
  if (request.limit == 0 || request.limit == INT64_MIN) return INT64_MAX;
  return std::abs(request.limit);
}

}  // namespace

Outcome<std::vector<Document>> find(const Catalog& catalog, const Namespace& ns, const FindRequest& request) {
  return guarded([&] {
    const Matcher matcher = need(Matcher::compile(request.filter, request.constants));
    const SortOrder order = need(SortOrder::parse(request.sort));
    const Projection projection = need(Projection::of_find(request.projection, request.constants));
    const std::int64_t limit = limit_of(request);
    std::vector<Document> out;
    const Collection* collection = catalog.find(ns);
    check_hint(collection, request.hint);
    if (!collection) return out;
    std::vector<View> found;
    std::int64_t skipped = 0;
    scan(*collection, matcher, order.reversed_natural(), [&](RecordId, const Document& document) {
      if (order.empty() && skipped++ < request.skip) return true;
      found.push_back(document);
      return !order.empty() || static_cast<std::int64_t>(found.size()) < limit;
    });
    std::size_t from = 0;
    if (!order.empty()) {
      order.sort(found);
      from = static_cast<std::size_t>(std::min<std::int64_t>(request.skip, static_cast<std::int64_t>(found.size())));
    }
    for (std::size_t i = from; i < found.size() && static_cast<std::int64_t>(out.size()) < limit; ++i) {
      bson::Position where;
      if (projection.positional()) matcher.test(found[i], &where);
      out.push_back(projection.apply(found[i], request.constants, where));
    }
    return out;
  });
}

Outcome<std::int64_t> count(const Catalog& catalog, const Namespace& ns, const FindRequest& request) {
  return guarded([&]() -> std::int64_t {
    const Matcher matcher = need(Matcher::compile(request.filter, request.constants));
    const std::int64_t limit = limit_of(request);
    const Collection* collection = catalog.find(ns);
    check_hint(collection, request.hint);
    if (!collection) return 0;
    std::int64_t total = 0;
    if (request.filter.empty())
      total = static_cast<std::int64_t>(collection->count());
    else
      scan(*collection, matcher, false, [&](RecordId, const Document&) { return ++total, true; });
    return std::min(std::max<std::int64_t>(0, total - request.skip), limit);
  });
}

Outcome<bson::Value> distinct(const Catalog& catalog, const Namespace& ns, std::string_view key, const FindRequest& request) {
  return guarded([&] {
    const Matcher matcher = need(Matcher::compile(request.filter, request.constants));
    const std::vector<std::string> path = bson::split_path(key);
    bson::ArrayBuilder out;
    std::set<std::string> seen;
    const Collection* collection = catalog.find(ns);
    check_hint(collection, request.hint);
    if (collection)
      scan(*collection, matcher, false, [&](RecordId, const Document& document) {
        std::string_view open;  // the array whose elements follow
        bson::visit_path(document, path, bson::Leaf::spread, [&](bson::ValueView value, bson::Position) {
          const bool inside = value.bytes().data() > open.data() && value.bytes().data() < open.data() + open.size();
          if (value.is(bson::Type::array) && !inside) {
            open = value.bytes();
          } else if (value.exists()) {
            std::string its;
            bson::append_equality_key(its, value);
            if (seen.insert(std::move(its)).second) out.push(value);
          }
          return false;
        });
        return true;
      });
    return out.finish();
  });
}

}  // namespace failc::query
