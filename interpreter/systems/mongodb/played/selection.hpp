#pragma once
// The model `selection`: a topology, and which of its servers an operation may go to. It is made of `topology_description`, and perhaps
// `heartbeatFrequencyMS`, `localThresholdMS` and, of each server, `mocked_topology_state`. What is played is a selection (`operation`,
// `read_preference`, `deprioritized_servers`), or a number of choices (`iterations`). It shows `suitable_servers`, `in_latency_window` and
// `error` of the last selection, and of the last choices `expected_frequencies`, within `tolerance`.
#include "interpreter/backend/player.hpp"

namespace failc::played {

backend::PlayerModel selection_model();

}  // namespace failc::played
