#pragma once
// The options of a connection string: which there are, what their values are, and which exclude each other.
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

namespace failc::mongodb {

/// Reads what stands behind the `?` into `out`, which has its hosts already.
Status read_options(std::string_view text, ConnectionString& out);

}  // namespace failc::mongodb
