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
  /// Before a rollback's oplog is read again.
  void forget_all();
  /// Sessions nobody used for 30 minutes.
  void expire(Nanos now);

 private:
  struct Session {
    Nanos used{};
    std::int64_t number = -1;  // of the last retryable write that did something
    std::int64_t asked = -1;   // the highest number seen, done or not
    std::map<std::int32_t, bson::Document> results;
  };
  std::map<std::string, Session> sessions_;
};

}  // namespace failc::mongod
