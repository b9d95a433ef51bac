#pragma once
// A node's whole state in pieces of bytes: for a member that cannot catch up by the oplog, and for a journal that begins anew.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/mongod/sessions.hpp"
#include "interpreter/systems/mongodb/query/catalog.hpp"

namespace failc::mongod {

inline constexpr std::size_t kPieceBytes = 512 << 10;

/// Gives pieces of about `piece_bytes`, one at least. The database `local` is left out where it is for another node.
void write_snapshot(const query::Catalog& catalog, const std::vector<SessionMark>& sessions, bool with_local, std::size_t piece_bytes,
                    const std::function<void(std::string)>& give);

/// The pieces, in their order, make the state again.
class SnapshotReader {
 public:
  /// An error: this is no piece, or does not go on where the last one ended.
  Status add(std::string_view piece);
  query::Catalog catalog;
  std::vector<SessionMark> sessions;

 private:
  std::optional<query::Namespace> collection_;
};

}  // namespace failc::mongod
