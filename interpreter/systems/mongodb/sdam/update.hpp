#pragma once
// What a newly accepted server description does to the rest of the topology: the specification's table and its subroutines.
#include <vector>

#include "interpreter/systems/mongodb/sdam/event.hpp"

namespace failc::sdam {

struct UpdateRules {
  std::size_t seeds = 1;         // how many the client was given
  bool single_threaded = false;  // then a member's word of its primary makes that a PossiblePrimary
};

/// Puts `server`, which must be in `topology`, in its place there and applies the table. Appends to `changes` what happened, in order;
/// TopologyDescriptionChanged is the caller's.
void update(TopologyDescription& topology, const ServerDescription& server, const UpdateRules& rules, Changes& changes);

struct WireVersions {
  std::int32_t min = 7, max = 28;
  std::string driver = "failc", min_server = "4.0";  // for the words of the error
};
/// `compatible`, its error (of the first incompatible server by address), and logicalSessionTimeoutMinutes.
void derive(TopologyDescription& topology, const WireVersions& supported);

}  // namespace failc::sdam
