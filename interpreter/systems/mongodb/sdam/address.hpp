#pragma once
// Addresses as the discovery specification keys them: `host:port` with the host in lower case, `[v6]:port`, or the path of a Unix domain
// socket as it is.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::sdam {

inline constexpr int kDefaultPort = 27017;

/// `text` in the one spelling by which servers are compared; a missing port is 27017. Errors: an empty host, a port that is none
/// of 1..65535, an IPv6 address without brackets or that is none, characters that no host name has.
Result<std::string> normalize_address(std::string_view text);

}  // namespace failc::sdam
