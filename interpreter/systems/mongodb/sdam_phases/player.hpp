#pragma once
// The discovery model as scenarios play it. Options: `uri`. A step is `response`, an address and what its server says to hello (`{}`: a
// network error), or `applicationError`, what an operation met. What is wanted is an outcome as phase files have it.
#include "interpreter/backend/player.hpp"

namespace failc::sdam {

backend::PlayerModel::Checked check_played(backend::PlayerPart part, const Document& document);
Result<std::unique_ptr<backend::Player>> make_player(const Document& options, std::uint64_t seed);

}  // namespace failc::sdam
