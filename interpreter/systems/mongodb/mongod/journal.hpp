#pragma once
// The records of the journal file, and the payload of an oplog entry: what was changed, and by which statement of which session.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/mongod/sessions.hpp"
#include "interpreter/systems/mongodb/replication/effects.hpp"

namespace failc::mongod {

/// What one command did, in the order it was done. `changes` are query::Change as documents.
struct LogEntry {
  enum class Kind : std::uint8_t { write, nothing, initiate };
  Kind kind = Kind::write;
  std::vector<bson::Document> changes;
  std::optional<SessionMark> session;
  std::string note;  // of `nothing`: why it was written
};
std::string encode_entry(const LogEntry& entry);
Result<LogEntry> decode_entry(const std::string& payload);
/// Its session's part, which most have not.
std::optional<SessionMark> session_of(const std::string& payload);

/// Of a node without a set, and of the database `local` of any: no other node has it.
struct LocalWrite {
  std::string payload;  // a LogEntry
};
using JournalRecord = std::variant<replication::Record, LocalWrite>;
std::string encode_record(const replication::Record& record);
std::string encode_record(const LocalWrite& write);
Result<JournalRecord> decode_record(std::string_view bytes);

}  // namespace failc::mongod
