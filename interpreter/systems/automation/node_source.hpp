#pragma once
// The processes of an automation config as nodes of a scenario's cluster.
#include <string_view>
#include <vector>

#include "interpreter/systems/automation/config.hpp"
#include "interpreter/value/value.hpp"

namespace failc::automation {

/// One document a process that is not disabled, in order: {name, port, set, member, arguments}. `set` is "" where it is in none, `member` is
/// what stands in the set's config but its host, `arguments` those of the server but for what a node has of its own: port, address, folders, set.
List read_nodes(std::string_view text, std::vector<Problem>& problems);

}  // namespace failc::automation
