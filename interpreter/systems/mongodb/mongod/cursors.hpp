#pragma once
// Open cursors: what is left of results that were made whole when they were asked for.
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"
#include "interpreter/systems/mongodb/replication/random.hpp"

namespace failc::mongod {

using CursorId = std::int64_t;  // never 0

struct Cursor {
  std::string name_space;
  std::string session;  // only this session may read on; empty: any
  std::deque<bson::Document> left;
  std::chrono::nanoseconds used{};
  bool no_timeout = false;
};

class Cursors {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kTimeout = std::chrono::minutes(10);

  explicit Cursors(std::uint64_t seed) : dice_(seed) {}
  CursorId open(Cursor cursor);
  Cursor* find(CursorId id);
  bool kill(CursorId id) { return cursors_.erase(id) != 0; }
  void kill_session(const std::string& session);
  /// Of a collection that is no more, or of all in a database: "db.".
  void kill_in(const std::string& name_space);
  void kill_all() { cursors_.clear(); }
  void expire(Nanos now);
  std::optional<Nanos> next_expiry() const;
  std::size_t count() const { return cursors_.size(); }

 private:
  replication::Random dice_;
  std::map<CursorId, Cursor> cursors_;
};

/// Takes the next documents of `from`: up to `batch_size` (nothing: no limit) and 16 MB, one at least where there is one and the size is
/// not 0.
std::vector<bson::Document> next_batch(std::deque<bson::Document>& from, std::optional<std::int64_t> batch_size);
/// {cursor: {firstBatch | nextBatch, id, ns}}
bson::Document cursor_reply(const std::string& batch_name, const std::vector<bson::Document>& batch, CursorId id,
                            const std::string& name_space);

}  // namespace failc::mongod
