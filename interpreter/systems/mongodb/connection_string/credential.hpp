#pragma once
// Who a client says it is, as a connection string has it.
#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

namespace failc::mongodb {

struct Credential {
  std::optional<std::string> user, password;
  std::string source;
  std::optional<std::string> mechanism;  // nothing: the server's choice
  Properties properties;                 // with those that the mechanism has by default
};

/// Nothing: the client does not authenticate. Errors: what the mechanism cannot do without, or does not take; they hold no part of the text.
Result<std::optional<Credential>> credential_of(const ConnectionString& from);

}  // namespace failc::mongodb
