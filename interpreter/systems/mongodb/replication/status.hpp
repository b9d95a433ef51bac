#pragma once
// What replSetGetStatus and hello tell.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/replication/effects.hpp"

namespace failc::replication {

struct MemberStatus {
  MemberId id = 0;
  std::string host;
  bool self = false;
  bool healthy = false;               // `health` 1 or 0
  State state = State::unknown;       // `down` when not healthy
  Nanos uptime{};                     // since it was first reached after it was down; of this node: since its start
  OpTime last_applied, last_durable;  // null of an arbiter
  Nanos ping{};
  std::optional<std::chrono::milliseconds> last_heartbeat, last_heartbeat_received;  // wall; none of this node
  std::string last_heartbeat_message;
  std::string info_message;         // of this node
  std::string sync_source;          // host, "" for none
  std::uint64_t election_time = 0;  // a primary's
  std::int64_t config_version = -2;
  std::int64_t config_term = -1;
};

struct Status {
  std::string set_name;
  State state = State::startup;
  std::int64_t term = 0;
  std::string sync_source;
  Nanos heartbeat_interval{};
  int majority_vote_count = 0;
  int write_majority_count = 0;
  int voting_members_count = 0;
  int writable_voting_members_count = 0;
  OpTime commit_point, last_applied, last_durable;
  std::vector<MemberStatus> members;  // in the configuration's order
  /// The last election this node won, as long as it is primary.
  std::uint64_t election_time = 0;
  std::string election_reason;
};

/// ObjectId: 7fffffff, then the term in eight bytes, most significant first. Later elections compare greater.
using ElectionId = std::array<std::uint8_t, 12>;
ElectionId election_id(std::int64_t term);

struct Hello {
  bool has_config = false;  // no: `isreplicaset: true`
  bool removed = false;     // not in the configuration, so no set to speak of
  std::string set_name;
  std::int64_t set_version = 0;
  bool is_writable_primary = false;
  bool secondary = false;
  bool arbiter_only = false, passive = false, hidden = false;
  std::vector<std::string> hosts, passives, arbiters;
  std::string primary, me;  // "" when unknown
  std::map<std::string, std::string> tags;
  std::optional<ElectionId> election_id;  // a primary's
  OpTime last_write, majority_write;
};

}  // namespace failc::replication
