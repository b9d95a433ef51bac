#include "interpreter/systems/mongodb/query/projection.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/query/fail.hpp"

namespace failc::query {
namespace {

using bson::Builder;
using bson::Element;
using bson::Type;
using bson::Value;
using bson::ValueView;
using bson::View;

struct Shaper {
  Shaping shaping;
  const Scope& scope;
  bson::Position found;

  Value document(const ShapeNode& node, View in) const {
    Builder out;
    std::vector<bool> seen(node.fields.size());
    for (const Element& element : in) {
      const auto at = std::find_if(node.fields.begin(), node.fields.end(), [&](const auto& field) { return field.first == element.key; });
      if (at == node.fields.end()) {
        if (shaping != Shaping::include) out.append(element.key, element.value);
        continue;
      }
      // Computed fields of an inclusion come last, in their own order.
      if (std::holds_alternative<Computed>(at->second) && shaping == Shaping::include) continue;
      seen[static_cast<std::size_t>(at - node.fields.begin())] = true;
      out.append(element.key, field(at->second, element.value));
    }
    for (std::size_t i = 0; i < node.fields.size(); ++i)
      if (!seen[i]) out.append(node.fields[i].first, absent(node.fields[i].second));
    return out.finish();
  }

  /// Of a field that is not there.
  Value absent(const Shape& shape) const {
    if (const Computed* computed = std::get_if<Computed>(&shape)) return computed->expression.evaluate(scope);
    const Nested* nested = std::get_if<Nested>(&shape);
    if (!nested || !computes(*nested->node)) return {};
    return document(*nested->node, View());
  }

  static bool computes(const ShapeNode& node) {
    return std::any_of(node.fields.begin(), node.fields.end(), [](const auto& field) {
      const Nested* nested = std::get_if<Nested>(&field.second);
      return std::holds_alternative<Computed>(field.second) || (nested && computes(*nested->node));
    });
  }

  Value field(const Shape& shape, ValueView value) const {
    return std::visit([&](const auto& what) { return shaped(what, value); }, shape);
  }

  Value shaped(const Keep&, ValueView value) const { return value; }
  Value shaped(const Drop&, ValueView) const { return {}; }
  Value shaped(const Computed& computed, ValueView) const { return computed.expression.evaluate(scope); }

  Value shaped(const Nested& nested, ValueView value) const {
    if (value.is(Type::document)) return document(*nested.node, value.as_document());
    if (value.is(Type::array)) {
      bson::ArrayBuilder out;
      for (const Element& element : value.as_document())
        if (const Value inner = shaped(nested, element.value); inner.exists()) out.push(inner);
      return out.finish();
    }
    if (shaping == Shaping::exclude) return value;
    if (shaping == Shaping::include && !computes(*nested.node)) return {};
    return document(*nested.node, View());
  }

  Value shaped(const Slice& slice, ValueView value) const {
    if (!value.is(Type::array)) return value;
    const std::int64_t count = static_cast<std::int64_t>(value.as_document().count());
    const std::int64_t from = slice.skip < 0 ? std::max<std::int64_t>(0, count + std::max(slice.skip, -count)) : slice.skip;
    bson::ArrayBuilder out;
    std::int64_t index = 0;
    for (const Element& element : value.as_document()) {
      if (index >= from && index - from < slice.limit) out.push(element.value);
      ++index;
    }
    return out.finish();
  }

  Value shaped(const FirstMatch& first, ValueView value) const {
    if (!value.is(Type::array)) return {};
    for (const Element& element : value.as_document())
      if (Value alone = bson::ArrayBuilder().push(element.value).finish(); first.matcher.test_value(alone)) return alone;
    return {};
  }

  Value shaped(const Positional&, ValueView value) const {
    if (!value.is(Type::array)) return value;
    const ValueView element = found ? value.as_document().find(std::to_string(*found)) : ValueView();
    if (!element.exists())
      fail(51246, "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array");
    return bson::ArrayBuilder().push(element).finish();
  }
};

}  // namespace

bson::Document Projection::apply(View document, const Constants& constants, bson::Position found) const {
  if (root_.fields.empty()) return bson::Document(document);
  const Scope scope{document, &constants, nullptr};
  return bson::Document(Shaper{shaping_, scope, found}.document(root_, document).view().as_document());
}

}  // namespace failc::query
