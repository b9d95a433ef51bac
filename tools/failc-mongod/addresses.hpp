#pragma once
// Names of hosts to addresses, without asking the network: the loop that does it must not wait for a name server.
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongod_host {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// What this host knows by itself.
struct Names {
  std::string own;    // this host's name
  std::string hosts;  // the text of /etc/hosts
};
Names names_of_this_host();

/// "HOST:PORT" or "[IPV6]:PORT": the addresses to try, in that order. HOST is an address, `localhost`, this host's name, or one of its
/// hosts file.
Result<Endpoints> endpoints_of(std::string_view address, const Names& names);

/// Where to listen: addresses, names as above, `*` for all of IPv4.
Result<Endpoints> endpoints_to_listen(const std::vector<std::string>& addresses, std::uint16_t port, const Names& names);

}  // namespace failc::mongod_host
