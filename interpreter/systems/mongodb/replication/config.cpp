#include "interpreter/systems/mongodb/replication/config.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace failc::replication {
namespace {

std::string quote(const std::string& text) { return "`" + text + "`"; }

bool is_local(const std::string& host) {
  return host.starts_with("localhost:") || host.starts_with("127.") || host.starts_with("[::1]:") || host.starts_with("::1:");
}

bool has_port(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == host.size() || host.size() - colon > 6) return false;
  int port = 0;
  for (std::size_t i = colon + 1; i < host.size(); ++i) {
    if (host[i] < '0' || host[i] > '9') return false;
    port = port * 10 + (host[i] - '0');
  }
  return port >= 1 && port <= 65535;
}

std::optional<std::string> fault_of(const Member& member) {
  const std::string who = "member " + std::to_string(member.id);
  if (member.id < 0 || member.id > 255) return who + " has an `_id` outside 0 to 255";
  if (!has_port(member.host)) return who + " has host " + quote(member.host) + ", which is not `name:port`";
  if (member.votes != 0 && member.votes != 1) return who + " has " + std::to_string(member.votes) + " votes; 0 and 1 are possible";
  if (!std::isfinite(member.priority) || member.priority < 0 || member.priority > 1000) return who + " has a priority outside 0 to 1000";
  if (member.arbiter_only && member.priority != 0) return who + " is an arbiter and cannot have a priority other than 0";
  if (member.arbiter_only && member.votes == 0) return who + " is an arbiter without a vote";
  if (member.arbiter_only && !member.tags.empty()) return who + " is an arbiter and cannot have tags";
  if (member.hidden && member.priority != 0 && !member.arbiter_only) return who + " is hidden, so its priority must be 0";
  if (!member.build_indexes && member.priority != 0) return who + " builds no indexes, so its priority must be 0";
  if (member.votes == 0 && member.priority != 0) return who + " has no vote, so its priority must be 0";
  if (member.delay.count() < 0) return who + " has a negative delay";
  if (member.delay.count() > 0 && member.priority != 0) return who + " is delayed, so its priority must be 0";
  return std::nullopt;
}

std::optional<std::string> fault_of(const Settings& settings) {
  if (settings.heartbeat_interval.count() <= 0) return "`heartbeatIntervalMillis` must be above 0";
  if (settings.heartbeat_timeout.count() <= 0) return "the heartbeat timeout must be above 0";
  if (settings.election_timeout.count() <= 0) return "`electionTimeoutMillis` must be above 0";
  if (settings.catch_up_timeout.count() < -1) return "`catchUpTimeoutMillis` must be -1 (no limit) or more";
  return std::nullopt;
}

std::optional<std::string> fault_of_modes(const Config& config) {
  for (const auto& [mode, tags] : config.settings.write_concern_modes) {
    if (mode.empty() || mode == "majority" || mode.front() == '$') return "a write concern mode cannot be named " + quote(mode);
    if (tags.empty()) return "write concern mode " + quote(mode) + " names no tag";
    for (const auto& [tag, count] : tags) {
      std::set<std::string> values;
      for (const Member& member : config.members)
        if (const auto found = member.tags.find(tag); found != member.tags.end()) values.insert(found->second);
      if (count <= 0) return "write concern mode " + quote(mode) + " wants " + std::to_string(count) + " of tag " + quote(tag);
      if (static_cast<int>(values.size()) < count)
        return "write concern mode " + quote(mode) + " wants " + std::to_string(count) + " values of tag " + quote(tag) +
               ", the members have " + std::to_string(values.size());
    }
  }
  return std::nullopt;
}

bool holds_self(const Config& config, const std::vector<std::string>& self) {
  return std::any_of(self.begin(), self.end(), [&](const std::string& host) { return config.find_host(host) != nullptr; });
}

CommandError self_absent(const Config& config, const std::vector<std::string>& self) {
  return errors::node_not_found("no member of configuration version " + std::to_string(config.version) + " of set " +
                                quote(config.set_name) + " is this node (" + (self.empty() ? std::string("no address") : self.front()) +
                                ")");
}

}  // namespace

bool ConfigVersion::newer_than(const ConfigVersion& other) const {
  if (term == -1 || other.term == -1 || term == other.term) return version > other.version;
  return term > other.term;
}

const Member* Config::find(MemberId id) const {
  for (const Member& member : members)
    if (member.id == id) return &member;
  return nullptr;
}

const Member* Config::find_host(const std::string& host) const {
  for (const Member& member : members)
    if (member.host == host) return &member;
  return nullptr;
}

int Config::voters() const {
  return static_cast<int>(std::count_if(members.begin(), members.end(), [](const Member& member) { return member.voter(); }));
}

int Config::data_bearing_voters() const {
  return static_cast<int>(
      std::count_if(members.begin(), members.end(), [](const Member& member) { return member.voter() && member.data_bearing(); }));
}

int Config::write_majority() const { return std::min(majority(), data_bearing_voters()); }

std::optional<CommandError> validate(const Config& config) {
  const auto unfit = [](std::string why) { return errors::invalid_config(std::move(why)); };
  if (config.set_name.empty()) return unfit("the replica set has no name (`_id`)");
  if (config.version < 1 || config.version > 2147483647)
    return unfit("`version` must be between 1 and 2147483647, not " + std::to_string(config.version));
  if (config.members.empty()) return unfit("`members` is empty");
  if (config.members.size() > 50) return unfit(std::to_string(config.members.size()) + " members; 50 at most");
  if (std::optional<std::string> fault = fault_of(config.settings)) return unfit(*fault);
  std::set<MemberId> ids;
  std::set<std::string> hosts;
  std::size_t local = 0;
  for (const Member& member : config.members) {
    if (std::optional<std::string> fault = fault_of(member)) return unfit(*fault);
    if (!ids.insert(member.id).second) return unfit("two members have `_id` " + std::to_string(member.id));
    if (!hosts.insert(member.host).second) return unfit("two members have host " + quote(member.host));
    local += is_local(member.host);
  }
  if (local != 0 && local != config.members.size())
    return unfit("some hosts are of this machine only and some are not: members could not all reach each other");
  if (config.voters() == 0) return unfit("no member has a vote");
  if (config.voters() > 7) return unfit(std::to_string(config.voters()) + " members have a vote; 7 at most");
  if (std::none_of(config.members.begin(), config.members.end(), [](const Member& member) { return member.electable(); }))
    return unfit("no member can be elected: one must be no arbiter and have a priority above 0");
  if (std::optional<std::string> fault = fault_of_modes(config)) return unfit(*fault);
  return std::nullopt;
}

std::optional<CommandError> validate_initiate(const Config& config, const std::string& set_name, const std::vector<std::string>& self) {
  if (std::optional<CommandError> error = validate(config)) return error;
  if (config.set_name != set_name)
    return errors::invalid_config("the configuration names the set " + quote(config.set_name) + ", this node was started for " +
                                  quote(set_name));
  if (config.version != 1) return errors::invalid_config("a first configuration has `version` 1, not " + std::to_string(config.version));
  if (!holds_self(config, self)) return self_absent(config, self);
  for (const std::string& host : self)
    if (const Member* member = config.find_host(host); member != nullptr && !member->electable())
      return errors::invalid_config("this node (" + host + ") could not be elected in the new set; initiate it on one that can");
  return std::nullopt;
}

std::optional<CommandError> validate_reconfig(const Config& old, const Config& config, const std::vector<std::string>& self, bool force) {
  if (std::optional<CommandError> error = validate(config)) return error;
  if (config.set_name != old.set_name)
    return errors::incompatible_config("the set's name cannot change from " + quote(old.set_name) + " to " + quote(config.set_name));
  if (!config.settings.replica_set_id.empty() && config.settings.replica_set_id != old.settings.replica_set_id)
    return errors::incompatible_config("`settings.replicaSetId` cannot change");
  if (!force && config.version <= old.version)
    return errors::incompatible_config("`version` must be above the current " + std::to_string(old.version) + ", not " +
                                       std::to_string(config.version));
  for (const Member& member : config.members) {
    const Member* before = old.find(member.id);
    if (before == nullptr || before->host != member.host) continue;
    if (before->arbiter_only != member.arbiter_only)
      return errors::incompatible_config("member " + std::to_string(member.id) +
                                         " cannot change `arbiterOnly`; remove it and add it again");
    if (before->build_indexes != member.build_indexes)
      return errors::incompatible_config("member " + std::to_string(member.id) +
                                         " cannot change `buildIndexes`; remove it and add it again");
  }
  if (!holds_self(config, self)) return self_absent(config, self);
  if (force) return std::nullopt;
  for (const std::string& host : self)
    if (const Member* member = config.find_host(host); member != nullptr && !member->electable())
      return errors::incompatible_config("this node (" + host + ") is primary and could not be elected in the new configuration");
  int changes = 0;
  for (const Member& member : config.members) {
    const Member* before = old.find(member.id);
    changes += member.voter() != (before != nullptr && before->voter());
  }
  for (const Member& member : old.members) changes += member.voter() && config.find(member.id) == nullptr;
  if (changes > 1)
    return errors::incompatible_config(std::to_string(changes) +
                                       " voting members change at once; without `force` one at most may join, leave or change its vote");
  return std::nullopt;
}

}  // namespace failc::replication
