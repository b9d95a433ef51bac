#pragma once
// Dotted paths with the array semantics of queries: a path goes through an array into each of its documents, or by an index.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::bson {

/// `a.b.0` is {a, b, 0}. Empty parts are kept.
std::vector<std::string> split_path(std::string_view path);
/// A number as indexes are written: digits, no leading zero, below 2^31.
std::optional<std::size_t> array_index(std::string_view part);

/// Whether elements of an array at the end of a path are visited too, after the array itself.
enum class Leaf : std::uint8_t { whole, spread };

/// The index, in the outermost array the path went through, of the element it went into.
using Position = std::optional<std::size_t>;

/// Calls `visit(ValueView, Position)` for each value at the path until it returns true; returns whether it did. A missing value is
/// visited where a document lacks the key and where the path meets a scalar; an empty array and scalars in an array give none.
template <class Visit>
bool visit_path(View document, std::span<const std::string> path, Leaf leaf, Visit&& visit, Position position = {});

template <class Visit>
bool visit_value(ValueView value, std::span<const std::string> rest, Leaf leaf, Visit&& visit, Position position) {
  if (rest.empty()) {
    if (visit(value, position)) return true;
    if (leaf == Leaf::whole || !value.is(Type::array)) return false;
    std::size_t index = 0;
    for (const Element& element : value.as_document()) {
      if (visit(element.value, position ? position : Position(index))) return true;
      ++index;
    }
    return false;
  }
  if (value.is(Type::document)) return visit_path(value.as_document(), rest, leaf, visit, position);
  if (!value.is(Type::array)) return visit(ValueView{}, position);
  std::size_t index = 0;
  for (const Element& element : value.as_document()) {
    if (element.value.is(Type::document) &&
        visit_path(element.value.as_document(), rest, leaf, visit, position ? position : Position(index)))
      return true;
    ++index;
  }
  if (!array_index(rest.front())) return false;
  const ValueView indexed = value.as_document().find(rest.front());
  return indexed.exists() && visit_value(indexed, rest.subspan(1), leaf, visit, position);
}

template <class Visit>
bool visit_path(View document, std::span<const std::string> path, Leaf leaf, Visit&& visit, Position position) {
  return visit_value(document.find(path.front()), path.subspan(1), leaf, visit, position);
}

}  // namespace failc::bson
