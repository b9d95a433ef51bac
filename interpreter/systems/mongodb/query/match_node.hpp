#pragma once
// The parsed form of a filter.
#include <re2/re2.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/bson/path.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

struct MatchNode;

struct Compare {
  enum class Op : std::uint8_t { eq, lt, lte, gt, gte };
  Op op;
  bson::Value operand;
};
struct RegexTest {
  std::unique_ptr<const re2::RE2> compiled;
  std::string pattern, options;  // a regex value of the same text matches too
};
struct InList { std::vector<bson::Value> values; std::vector<RegexTest> patterns; };
struct Exists {};
struct TypeIs { std::vector<bson::Type> types; };
struct SizeIs { std::int64_t size; };
struct ModIs { std::int64_t divisor, remainder; };
struct Bits {
  enum class Op : std::uint8_t { all_set, all_clear, any_set, any_clear };
  Op op;
  std::vector<std::uint64_t> positions;
};
/// An element of an array for which `condition` holds; `documents`: of those that are documents or arrays, by their fields.
struct ElementMatch { bool documents; std::unique_ptr<MatchNode> condition; };

using Predicate = std::variant<Compare, RegexTest, InList, Exists, TypeIs, SizeIs, ModIs, Bits, ElementMatch>;

struct MatchNode {
  struct All { std::vector<MatchNode> children; };
  struct Any { std::vector<MatchNode> children; };
  struct None { std::vector<MatchNode> children; };
  struct Never {};
  struct ByExpression { Expression expression; };
  /// No path: the subject itself.
  struct OnPath { std::vector<std::string> path; bson::Leaf leaf; Predicate predicate; };
  std::variant<All, Any, None, Never, ByExpression, OnPath> data;
};

/// Throws `Failure`.
MatchNode parse_filter(bson::View filter, const Names& names);
/// `{$gt: 1, $lt: 5}` and the like on a path.
MatchNode parse_operators(const std::vector<std::string>& path, bson::View operators, const Names& names);
bool are_operators(bson::ValueView value);
RegexTest compile_pattern(std::string_view pattern, std::string_view options);

bool matches(const MatchNode& node, bson::ValueView subject, const Constants& constants, bson::Position* where);

}  // namespace failc::query
