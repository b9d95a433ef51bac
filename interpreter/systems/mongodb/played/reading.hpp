#pragma once
// Documents that are played, read part by part. What is wrong is kept with the path that leads to it.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/backend/player.hpp"

namespace failc::played {

using Problems = std::vector<backend::PlayerModel::Problem>;

/// A document at `path` of the whole. What is absent or null is nothing; what is of the wrong kind is a problem, and nothing.
/// Numbers are plain or Extended JSON's ({"$numberLong": "1"}).
class Reading {
 public:
  Reading(const Document& document, Problems& problems, backend::DocumentPath path = {}) : document_(document), problems_(problems), path_(std::move(path)) {}

  /// A problem for each key that is none of `known`. `what` is the document: "a server".
  void only(std::string_view what, std::initializer_list<std::string_view> known);
  /// A problem where it is absent.
  void needs(std::string_view what, std::string_view key);
  bool has(std::string_view key) const { return document_.find(key) != nullptr; }

  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<double> number(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  const Document* document(std::string_view key);
  const List* list(std::string_view key);

  void wrong(std::string_view key, std::string message, std::string help = "");
  /// The path of a part of it.
  backend::DocumentPath at(std::string_view key) const;
  Problems& problems() { return problems_; }

 private:
  const Value* find(std::string_view key) const;

  const Document& document_;
  Problems& problems_;
  backend::DocumentPath path_;
};

/// What is not as `wanted` has it. Documents have the same keys, lists the same length and order; numbers are compared as such.
void compare_values(const Value& wanted, const Value* seen, backend::DocumentPath path, std::vector<backend::Difference>& out);

}  // namespace failc::played
