#pragma once
// The one place where failc-mongod reads clocks.
#include "interpreter/systems/mongodb/mongod/model.hpp"

namespace failc::mongod_host {

mongod::Moment now();
/// "2024-05-01T12:00:00.123+00:00"
std::string iso_time(std::chrono::milliseconds since_epoch);

}  // namespace failc::mongod_host
