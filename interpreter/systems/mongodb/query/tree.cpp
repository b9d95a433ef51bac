#include "interpreter/systems/mongodb/query/tree.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/bson/path.hpp"

namespace failc::query {

using bson::Type;
using bson::Value;

void Tree::open() {
  if (open_) return;
  open_ = true;
  for (const bson::Element& element : value_.view().as_document()) children_.emplace_back(std::string(element.key), Tree(element.value));
  value_ = Value(type(), "");
}

std::vector<std::pair<std::string, Tree>>& Tree::children() {
  if (container()) open();
  return children_;
}

Value Tree::value() const {
  if (!open_) return value_;
  if (type() == Type::array) {
    bson::ArrayBuilder out;
    for (const auto& [key, child] : children_) out.push(child.value());
    return out.finish();
  }
  bson::Builder out;
  for (const auto& [key, child] : children_) out.append(key, child.value());
  return out.finish();
}

Tree* Tree::child(std::string_view key) {
  if (!container()) return nullptr;
  open();
  if (type() == Type::array) {
    const std::optional<std::size_t> index = bson::array_index(key);
    return index && *index < children_.size() ? &children_[*index].second : nullptr;
  }
  const auto at = std::find_if(children_.begin(), children_.end(), [&](const auto& known) { return known.first == key; });
  return at == children_.end() ? nullptr : &at->second;
}

bool Tree::set(std::string_view key, Tree child) {
  if (!container()) return false;
  if (Tree* known = this->child(key)) {
    *known = std::move(child);
    return true;
  }
  open();
  if (type() == Type::array) {
    constexpr std::size_t kMostPadding = 1500000;
    const std::optional<std::size_t> index = bson::array_index(key);
    if (!index || *index > children_.size() + kMostPadding) return false;
    while (children_.size() < *index) children_.emplace_back("", Tree(bson::Null{}));
    children_.emplace_back("", std::move(child));
    return true;
  }
  children_.emplace_back(std::string(key), std::move(child));
  return true;
}

void Tree::remove(std::string_view key) {
  Tree* known = child(key);
  if (!known) return;
  if (type() == Type::array)
    *known = Tree(bson::Null{});
  else
    std::erase_if(children_, [&](const auto& child) { return &child.second == known; });
}

}  // namespace failc::query
