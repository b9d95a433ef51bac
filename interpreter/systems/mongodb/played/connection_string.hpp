#pragma once
// The models of connection strings, made of a `uri`:
//   connection_string  shows `valid`, `warning`, `hosts`, `auth` and `options`;
//   credential         shows `valid` and `credential`, and takes what a client could not authenticate with for invalid;
//   concern            shows `valid`, `warning`, `readConcern` and `writeConcern` of a `uri`; or, made of a `readConcern` or a `writeConcern`,
//                      `valid`, `isServerDefault`, `isAcknowledged`, `readConcernDocument` and `writeConcernDocument`.
// Passwords and the like are never shown.
#include "interpreter/backend/player.hpp"

namespace failc::played {

backend::PlayerModel connection_string_model();
backend::PlayerModel credential_model();
backend::PlayerModel concern_model();

}  // namespace failc::played
