#pragma once
// What a replica wants done, in order, and what it must find again after a crash.
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/replication/messages.hpp"

namespace failc::replication {

using Nanos = std::chrono::nanoseconds;
/// `now` is monotonic, `wall` since the Unix epoch.
struct Moment {
  Nanos now{};
  std::chrono::milliseconds wall{};
};

using CallId = std::uint64_t;      // a request this replica made
using IncomingId = std::uint64_t;  // a request made to it; the owner's number
using CommandId = std::uint64_t;   // an operator's command that takes time; the owner's number
using Token = std::uint64_t;       // counts from 1, in the order of the records

// ---- for the journal
struct VoteRecord {
  std::int64_t term = 0;
  MemberId voted_for = kNobody;
};
struct ConfigRecord {
  Config config;
};
struct EntriesRecord {
  std::vector<Entry> entries;
};
/// All entries after `to` are gone.
struct TruncateRecord {
  OpTime to;
};
struct CommitPointRecord {
  OpTime commit_point;
};
/// A piece of the owner's state. Nothing changes before the whole is there and installed.
struct PieceRecord {
  bool first = false;  // what pieces came before are of another state that was never whole
  std::string bytes;
};
/// The pieces are the state now, which holds all up to `at`; the oplog is empty.
struct InstallRecord {
  OpTime at;
};
/// Entries that are in the oplog, and in the installed state already.
struct KeptRecord {
  std::vector<Entry> entries;
};
using Record =
    std::variant<VoteRecord, ConfigRecord, EntriesRecord, TruncateRecord, CommitPointRecord, PieceRecord, InstallRecord, KeptRecord>;

/// What a journal leaves: the entries are all applied before the replica is started with it.
struct Recovered {
  std::optional<Config> config;
  std::int64_t term = 0;
  MemberId voted_for = kNobody;  // in `term`
  OpTime floor;                  // the entries come after it
  std::deque<Entry> entries;
  OpTime commit_point;
};
/// Folds the records of a journal, in their order. Entries that are committed go as soon as there are more than an oplog may have.
class Recovery {
 public:
  explicit Recovery(std::int64_t oplog_bytes) : oplog_bytes_(oplog_bytes) {}
  struct Step {
    std::vector<Entry> undone;   // newest first
    std::vector<Entry> dropped;  // oldest first
  };
  Step add(Record record);
  /// At the end. An error: the records cannot be what a replica wrote.
  Result<Recovered> finish() &&;

 private:
  std::int64_t oplog_bytes_, bytes_ = 0;
  Recovered out_;
};
Result<Recovered> recover(const std::vector<Record>& records);

// ---- the effects
struct Call {  // ends in `answered` or, at the latest after `timeout`, in `failed`
  CallId id = 0;
  std::string host;
  Request request;
  Nanos timeout{};
};
struct CancelCall {  // nothing is expected of it any more
  CallId id = 0;
};
struct Answer {
  IncomingId id = 0;
  Response response;
};
struct Persist {
  Token token = 0;
  Record record;
  bool sync = true;     // `durable(token)` is wanted soon
  bool urgent = false;  // ... and nothing else matters as much here until then
};
struct Apply {  // on a secondary: these came from its sync source
  std::vector<Entry> entries;
};
struct Undo {  // rollback: newest first; `to` is the last entry that stays
  std::vector<Entry> entries;
  OpTime to;
};
/// Old entries left the oplog; the state keeps what they did.
struct Dropped {
  std::vector<Entry> entries;
};
/// A piece of another member's state. It is collected, and changes nothing yet.
struct CollectPiece {
  bool first = false;  // pieces that came before are to be forgotten
  std::string bytes;
};
/// No more come: what was collected is of no use.
struct ForgetPieces {};
/// The pieces collected are the state now, in place of all that was; the oplog begins after `at`.
struct InstallSnapshot {
  OpTime at;
};
struct CommitPointAdvanced {
  OpTime to;
};
/// A member has more than before: look again at waiting write concerns.
struct PositionsChanged {};
/// Something that `hello` shows has changed: bump topologyVersion, look again at everything that waits.
struct StateChanged {
  State state = State::startup;
  bool writable = false;
};
struct CommandFinished {
  CommandId id = 0;
  std::optional<CommandError> error;
};
struct Log {
  std::string text;
};
using Effect = std::variant<Call, CancelCall, Answer, Persist, Apply, Undo, Dropped, CollectPiece, ForgetPieces, InstallSnapshot,
                            CommitPointAdvanced, PositionsChanged, StateChanged, CommandFinished, Log>;
using Effects = std::vector<Effect>;

}  // namespace failc::replication
