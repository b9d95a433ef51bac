// When a write is safe enough for who asked for it.
#include <algorithm>

#include "interpreter/systems/mongodb/replication/replica.hpp"

namespace failc::replication {

std::optional<CommandError> Replica::check(const WriteConcern& concern) const {
  if (!config_) return errors::not_yet_initialized("this node has no configuration yet");
  if (const int* number = std::get_if<int>(&concern.w)) {
    const auto bearing =
        std::count_if(config_->members.begin(), config_->members.end(), [](const Member& member) { return member.data_bearing(); });
    if (*number < 0) return errors::bad_value("`w` cannot be negative");
    if (*number > bearing)
      return errors::unsatisfiable_write_concern("`w` is " + std::to_string(*number) + ", but the set has " + std::to_string(bearing) +
                                                 " data-bearing members");
    return std::nullopt;
  }
  const std::string& mode = std::get<std::string>(concern.w);
  if (mode == "majority" || config_->settings.write_concern_modes.contains(mode)) return std::nullopt;
  return errors::unknown_write_concern("no write concern mode is named `" + mode + "` in this set's configuration");
}

WriteState Replica::write_state(const OpTime& at, const WriteConcern& concern) const {
  if (at.is_null()) return WriteState::satisfied;
  if (!holds(at) || !config_) return WriteState::stepped_down;  // rolled back
  const int* number = std::get_if<int>(&concern.w);
  const std::string* mode = std::get_if<std::string>(&concern.w);
  const bool majority = mode != nullptr && *mode == "majority";
  if (majority && (at <= commit_ || options_.acknowledge_early)) return WriteState::satisfied;
  if (number != nullptr && *number <= 0) return WriteState::satisfied;
  if (role_ != Role::leader) return WriteState::stepped_down;
  if (majority) return WriteState::waiting;

  int holders = 0;
  std::map<std::string, std::set<std::string>> tags;  // tag → values that have it
  const auto count = [&](const Member& member, const OpTime& position) {
    if (!member.data_bearing() || position < at) return;
    ++holders;
    for (const auto& [tag, value] : member.tags) tags[tag].insert(value);
  };
  count(*self(), concern.journal ? durable_ : oplog_.last());
  for (const Peer& peer : peers_) count(*config_->find(peer.id), known_position(peer, concern.journal));
  if (number != nullptr) return holders >= *number ? WriteState::satisfied : WriteState::waiting;
  const auto found = config_->settings.write_concern_modes.find(*mode);
  if (found == config_->settings.write_concern_modes.end()) return WriteState::waiting;
  for (const auto& [tag, wanted] : found->second)
    if (static_cast<int>(tags[tag].size()) < wanted) return WriteState::waiting;
  return WriteState::satisfied;
}

}  // namespace failc::replication
