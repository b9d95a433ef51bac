#pragma once
// A replica set's configuration: the fields of `replSetGetConfig`, their rules, and which of two is newer.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/replication/error.hpp"

namespace failc::replication {

/// `members[n]._id`, 0 to 255. -1: nobody.
using MemberId = int;
constexpr MemberId kNobody = -1;

struct Member {
  MemberId id = 0;
  std::string host;  // "name:port"
  bool arbiter_only = false;
  double priority = 1;
  bool hidden = false;
  int votes = 1;
  std::map<std::string, std::string> tags;
  bool build_indexes = true;
  std::chrono::seconds delay{0};  // kept and shown; entries are applied at once all the same
  bool voter() const { return votes > 0; }
  bool data_bearing() const { return !arbiter_only; }
  bool electable() const { return !arbiter_only && priority > 0; }
  friend bool operator==(const Member&, const Member&) = default;
};

struct Settings {
  std::chrono::milliseconds heartbeat_interval{100};
  std::chrono::milliseconds heartbeat_timeout{1000};
  std::chrono::milliseconds election_timeout{800};
  std::chrono::milliseconds catch_up_timeout{-1};  // -1: no limit
  bool chaining_allowed = true;                    // kept and shown; everyone follows the primary while there is one
  /// getLastErrorModes: mode → tag → how many different values of the tag must have a write.
  std::map<std::string, std::map<std::string, int>> write_concern_modes;
  std::string replica_set_id;  // 24 hexadecimal digits, made by `initiate`
  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Which of two configurations is newer: by (term, version); by version alone when either came from a forced reconfig (term -1).
struct ConfigVersion {
  std::int64_t version = -2;  // -2: none yet
  std::int64_t term = -1;
  friend bool operator==(const ConfigVersion&, const ConfigVersion&) = default;
  bool newer_than(const ConfigVersion& other) const;
};

struct Config {
  std::string set_name;
  std::int64_t version = 1;
  std::int64_t term = -1;
  std::vector<Member> members;
  Settings settings;
  friend bool operator==(const Config&, const Config&) = default;

  ConfigVersion identity() const { return {version, term}; }
  const Member* find(MemberId id) const;
  const Member* find_host(const std::string& host) const;
  int voters() const;
  int data_bearing_voters() const;
  /// Votes that elect, e.g. 2 of 3.
  int majority() const { return voters() / 2 + 1; }
  /// Members that must hold a majority write: the majority, or all data-bearing voters when arbiters leave fewer.
  int write_majority() const;
};

/// What makes a configuration unfit by itself.
std::optional<CommandError> validate(const Config& config);
/// ... as the first of a set named `set_name` on a node known as one of `self`.
std::optional<CommandError> validate_initiate(const Config& config, const std::string& set_name, const std::vector<std::string>& self);
/// ... as the successor of `old`. A forced one may change any number of voters and its version is chosen by the node.
std::optional<CommandError> validate_reconfig(const Config& old, const Config& config, const std::vector<std::string>& self, bool force);

}  // namespace failc::replication
