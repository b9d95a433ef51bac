#pragma once
// The model `round_trip`: the average of a server's round trips. It is made of `avg_rtt_ms`, the average until now, or "NULL" where there is
// none; `new_rtt_ms` is played, and `new_avg_rtt` shown. All are milliseconds.
#include "interpreter/backend/player.hpp"

namespace failc::played {

backend::PlayerModel round_trip_model();

}  // namespace failc::played
