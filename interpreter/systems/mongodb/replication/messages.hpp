#pragma once
// What replicas say to each other. Flat on purpose: each field is one field of a command or of its reply.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "interpreter/systems/mongodb/replication/config.hpp"
#include "interpreter/systems/mongodb/replication/optime.hpp"

namespace failc::replication {

/// Member states, with MongoDB's numbers.
enum class State : std::uint8_t {
  startup = 0,
  primary = 1,
  secondary = 2,
  recovering = 3,
  startup2 = 5,
  unknown = 6,
  arbiter = 7,
  down = 8,
  rollback = 9,
  removed = 10,
};
/// "PRIMARY", "SECONDARY", ... as `stateStr`.
const char* show(State state);

/// replSetHeartbeat. Both sides tell where they are, so that one round trip informs two.
struct HeartbeatRequest {
  std::string set_name;
  MemberId sender_id = kNobody;  // kNobody: the sender has no configuration yet
  std::string sender_host;
  std::int64_t term = 0;
  std::int64_t config_version = -2;
  std::int64_t config_term = -1;
  bool config_durable = false;
  State state = State::startup;
  OpTime last_applied, last_durable, commit_point;
  MemberId primary_id = kNobody;  // whom the sender takes for primary
};
struct HeartbeatResponse {
  std::string set_name;
  State state = State::startup;
  std::int64_t term = 0;
  std::int64_t config_version = -2;
  std::int64_t config_term = -1;
  bool config_durable = false;
  OpTime last_applied, last_durable, commit_point;
  MemberId primary_id = kNobody;
  std::string sync_source;          // host, "" for none
  std::uint64_t election_time = 0;  // a primary's, as Timestamp
  std::optional<Config> config;     // when newer than the sender's
};

/// replSetRequestVotes
struct VoteRequest {
  std::string set_name;
  bool dry_run = false;
  std::int64_t term = 0;  // dry run: the candidate's own; real: the one it wants to lead
  MemberId candidate_id = kNobody;
  std::int64_t config_version = -2;
  std::int64_t config_term = -1;
  OpTime last_applied;
};
struct VoteResponse {
  std::int64_t term = 0;
  bool granted = false;
  std::string reason;   // why not
  OpTime last_applied;  // the voter's: what a new primary has to catch up with
};

/// replSetFetch: the entries after `after`. Waits up to `wait` while there are none and the commit point is no news.
struct FetchRequest {
  std::string set_name;
  MemberId sender_id = kNobody;
  std::int64_t term = 0;
  OpTime after;                       // an entry of the sender's; null for an empty oplog
  OpTime last_applied, last_durable;  // the sender's
  OpTime commit_point;
  std::chrono::milliseconds wait{0};
  std::int64_t limit_bytes = 0;  // of payloads; one entry comes at least
};
struct FetchResponse {
  std::int64_t term = 0;
  bool primary = false;   // of `term`
  OpTime after;           // as asked
  bool behind = false;    // `after` is later than all that is here
  bool too_old = false;   // `after` is before all that is here: only a snapshot helps; `entries` is empty
  bool diverged = false;  // `after` is not in this oplog, which goes on beyond it; `entries` is empty
  OpTime hint;            // diverged: the last entry here that is not later than `after`
  OpTime last_applied;    // the end of the sender's oplog
  OpTime commit_point;
  std::vector<Entry> entries;
};

/// replSetFetchSnapshot: the sender's whole state, for a member that lacks more than the oplog still has. It comes in pieces of one moment.
struct SnapshotRequest {
  std::string set_name;
  MemberId sender_id = kNobody;
  std::int64_t term = 0;
  OpTime last_applied;        // the sender's: an earlier state is of no use
  std::int64_t snapshot = 0;  // 0: any, from its first piece
  std::int64_t piece = 0;
};
struct SnapshotResponse {
  std::int64_t term = 0;
  bool primary = false;       // of `term`
  std::int64_t snapshot = 0;  // to be named in what is asked next
  OpTime at;                  // the state holds all up to here
  OpTime last_applied, commit_point;
  std::int64_t piece = 0, pieces = 0;
  std::string bytes;  // the owner's
};

/// replSetUpdatePosition
struct PositionRequest {
  std::string set_name;
  MemberId sender_id = kNobody;
  std::int64_t term = 0;
  OpTime last_applied, last_durable;
};
struct PositionResponse {
  std::int64_t term = 0;
};

/// replSetStepUp, from a primary that steps down: stand for election at once.
struct StepUpRequest {
  std::string set_name;
  MemberId sender_id = kNobody;
  std::int64_t term = 0;
};
struct StepUpResponse {
  std::int64_t term = 0;
};

/// The reply with `ok: 0`.
struct Refusal {
  CommandError error;
};

using Request = std::variant<HeartbeatRequest, VoteRequest, FetchRequest, PositionRequest, StepUpRequest, SnapshotRequest>;
using Response = std::variant<HeartbeatResponse, VoteResponse, FetchResponse, PositionResponse, StepUpResponse, SnapshotResponse, Refusal>;

}  // namespace failc::replication
