#pragma once
// What a document is turned into: find's projection, $project, $addFields, $unset.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/query/matcher.hpp"

namespace failc::query {

/// What happens to the fields that are not named: dropped, or kept. `add` keeps them, and named ones are computed in their place.
enum class Shaping : std::uint8_t { include, exclude, add };

struct ShapeNode;
struct Keep {};
struct Drop {};
struct Computed { Expression expression; };
struct Nested { std::unique_ptr<ShapeNode> node; };
struct Slice { std::int64_t skip, limit; };  // a negative skip counts from the end
struct FirstMatch { Matcher matcher; };      // the first element that matches, alone
struct Positional {};                        // the element that the query found, alone
using Shape = std::variant<Keep, Drop, Computed, Nested, Slice, FirstMatch, Positional>;
struct ShapeNode { std::vector<std::pair<std::string, Shape>> fields; };

class Projection {
 public:
  /// Of a find; the empty one keeps everything.
  static Outcome<Projection> of_find(bson::View spec, const Constants& constants = {});
  /// For this folder, from here on: `Failure` is thrown.
  static Projection of_stage(bson::View spec, const Constants& constants);
  static Projection of_add_fields(bson::View spec, const Constants& constants);
  /// A name or a list of names, as $unset takes them.
  static Projection of_unset(bson::ValueView spec);
  /// `found`: where the query met its array, for `a.$`.
  bson::Document apply(bson::View document, const Constants& constants, bson::Position found = {}) const;
  bool empty() const { return root_.fields.empty(); }
  bool positional() const { return positional_; }

 private:
  Shaping shaping_ = Shaping::exclude;
  bool positional_ = false;
  ShapeNode root_;
};

}  // namespace failc::query
