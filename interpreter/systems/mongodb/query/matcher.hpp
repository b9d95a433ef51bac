#pragma once
// Filters: compiled once, tested against documents.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/path.hpp"
#include "interpreter/systems/mongodb/query/error.hpp"
#include "interpreter/systems/mongodb/query/expression.hpp"

namespace failc::query {

struct MatchNode;

class Matcher {
 public:
  /// Errors are those of a server's parser: BadValue for unknown and malformed operators. `constants` are for `$expr`.
  static Outcome<Matcher> compile(bson::View filter, Constants constants = {});
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  /// An error only out of `$expr`.
  Outcome<bool> matches(bson::View document) const;

  struct Equality { std::string path; bson::ValueView value; };
  /// What a matching document has to be equal to, of the clauses that all hold: for an index, and the seed of an upsert.
  const std::vector<Equality>& equalities() const { return equalities_; }

  /// For this folder: throws `Failure`. `where`, if given, gets the element of an array that the positional operator `$` means.
  bool test(bson::View document, bson::Position* where = nullptr) const;
  /// For this folder: one value instead of a document: `{$gt: 5}` or a condition on the value's own fields.
  static Matcher of_value(bson::View condition, const Constants& constants);
  bool test_value(bson::ValueView value) const;

 private:
  Matcher(std::unique_ptr<MatchNode> root, Constants constants);
  std::unique_ptr<MatchNode> root_;
  std::unique_ptr<const Constants> constants_;
  std::vector<Equality> equalities_;
};

/// Compiles and tests at once.
Outcome<bool> match(bson::View filter, bson::View document);

}  // namespace failc::query
