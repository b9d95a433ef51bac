#pragma once
// The hosts of a connection string.
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

namespace failc::mongodb {

/// `text` stands between the user's part and the `/`. Errors tell hosts by number.
Result<std::vector<Host>> read_hosts(std::string_view text);

}  // namespace failc::mongodb
