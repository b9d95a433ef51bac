#pragma once
// What writes come down to: physical changes of a catalog. They can be kept in a log, applied elsewhere and undone.
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/query/error.hpp"
#include "interpreter/systems/mongodb/query/index.hpp"

namespace failc::query {

struct Namespace {
  std::string database, collection;
  std::string text() const { return database + "." + collection; }
  auto operator<=>(const Namespace&) const = default;
};
/// "db.coll"; InvalidNamespace for a name that no collection may have.
Outcome<Namespace> parse_namespace(std::string_view text);
/// InvalidNamespace, or nothing.
std::optional<QueryError> invalid_namespace(const Namespace& ns);
std::optional<QueryError> invalid_database(std::string_view name);

using Uuid = std::array<std::uint8_t, 16>;

struct Change {
  enum class Kind : std::uint8_t { insert, replace, remove, create, drop, create_index, drop_index, drop_database, rename, modify };
  Kind kind = Kind::insert;
  Namespace ns;
  /// Of insert, replace, remove.
  RecordId record = 0;
  /// What was there: the document (replace, remove), the image of the collection (drop), the index's spec (drop_index), the
  /// options (modify).
  bson::Document before;
  /// What is there then: the document (insert, replace), the image (create), the spec (create_index), the options (modify).
  bson::Document after;
  /// Of rename.
  Namespace target;
  bool operator==(const Change&) const = default;
};

/// What undoes it. drop_database is undone by the inverses of the drops that went before it; its own does nothing.
Change inverse(const Change& change);

bson::Document to_bson(const Change& change);
/// The document is one that to_bson made, or a stranger's: errors name what is missing.
Result<Change> from_bson(bson::View document);
/// How much deeper than a stored document the bson of a change may be.
inline constexpr int kChangeDepth = 8;

}  // namespace failc::query
