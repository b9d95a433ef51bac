#pragma once
// The formats of the public specifications' test files, known by their shapes.
#include <vector>

#include "interpreter/backend/player.hpp"
#include "interpreter/check/spec_format.hpp"

namespace failc::mongodb {

/// The first whose shape a file has is its format.
std::vector<check::SpecFormat> spec_formats();
/// The models that they are played to, and that scenarios play.
std::vector<backend::PlayerModel> spec_players();

}  // namespace failc::mongodb
