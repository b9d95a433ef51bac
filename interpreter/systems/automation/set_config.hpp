#pragma once
// From the replica set that there is to the one that is wanted.
#include <optional>

#include <nlohmann/json.hpp>

#include "interpreter/systems/automation/config.hpp"

namespace failc::automation {

/// Numbers in canonical Extended JSON ({"$numberInt": "5"}) as plain ones; everything else as it is.
nlohmann::ordered_json plain(const nlohmann::ordered_json& canonical);

/// The next config for replSetReconfig, or none where `current` (the `config` of replSetGetConfig, plain) is what is wanted. A server
/// takes at most one change of a voting member at a time: so one member goes or comes a step, and its `version` is one higher.
std::optional<nlohmann::ordered_json> next_config(const nlohmann::ordered_json& current, const ReplicaSet& wanted);

}  // namespace failc::automation
