#pragma once
// Logical sessions, and what each remembers of its last retryable write.
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::mongod {

/// What was done in one statement of a retryable write, and what was answered.
struct StatementResult {
  std::int32_t statement = 0;
  bson::Document result;
};

/// Carried by the oplog entry of the writes themselves, so that whoever has the write knows that it was done.
struct SessionMark {
  std::string session;  // lsid.id
  std::int64_t transaction_number = -1;
  std::vector<StatementResult> results;
};

class Sessions {
 public:
  using Nanos = std::chrono::nanoseconds;

  /// Seen in a command.
  void touch(const std::string& session, Nanos now);
  void end(const std::string& session);
  std::size_t count() const { return sessions_.size(); }
  std::vector<std::string> ids() const;

  /// Refused with 225 when the session has gone on to a later number.
  void begin(const std::string& session, std::int64_t number, Nanos now);
  const bson::Document* result_of(const std::string& session, std::int64_t number, std::int32_t statement) const;
  /// From an oplog entry, or of one just written.
  void record(const SessionMark& mark, Nanos now);
  /// Of an entry that leaves the oplog: it will never be undone.
  void settle(const SessionMark& mark, Nanos now);
  /// Only what is settled stays, before a rollback's oplog is read again.
  void rewind();
  /// These are all there is, and settled.
  void replace(const std::vector<SessionMark>& marks, Nanos now);
  /// What sessions did last, or what of that is settled.
  std::vector<SessionMark> marks(bool settled) const;
  /// Sessions nobody used for 30 minutes.
  void expire(Nanos now);

 private:
  /// The last retryable write that did something.
  struct Write {
    std::int64_t number = -1;
    std::map<std::int32_t, bson::Document> results;
    void add(const SessionMark& mark);
  };
  struct Session {
    Nanos used{};
    std::int64_t asked = -1;  // the highest number seen, done or not
    Write last, settled;
  };
  std::map<std::string, Session> sessions_;
};

}  // namespace failc::mongod
