#include "tools/failc-mongod/addresses.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tools/failc-mongod/settings.hpp"

namespace failc::mongod_host {
namespace {

using Address = boost::asio::ip::address;

void add_new(std::vector<Address>& out, const Address& address) {
  if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
}

std::string lower(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; });
  return out;
}

std::vector<Address> addresses_of(const std::string& host, const Names& names) {
  std::vector<Address> out;
  boost::system::error_code wrong;
  const Address literal = boost::asio::ip::make_address(host, wrong);
  if (!wrong) return {literal};
  const std::string wanted = lower(host);
  if (wanted == "localhost" || wanted.ends_with(".localhost"))
    return {boost::asio::ip::address_v4::loopback(), boost::asio::ip::address_v6::loopback()};
  std::istringstream hosts(names.hosts);
  for (std::string line; std::getline(hosts, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address, name;
    words >> address;
    while (words >> name) {
      if (lower(name) != wanted) continue;
      const Address found = boost::asio::ip::make_address(address, wrong);
      if (!wrong) add_new(out, found);
    }
  }
  if (out.empty() && wanted == lower(names.own)) out.push_back(boost::asio::ip::address_v4::loopback());
  return out;
}

Error unknown(std::string_view host) {
  return Error{"the host `" + std::string(host) + "` is neither an address nor `localhost`, this host's name or one of its hosts file"};
}

}  // namespace

Names names_of_this_host() {
  Names out;
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0) out.own = name;
  std::ifstream in("/etc/hosts");
  out.hosts.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  return out;
}

Result<Endpoints> endpoints_of(std::string_view address, const Names& names) {
  const std::string quoted = "`" + std::string(address) + "`";
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return Error{quoted + " is no HOST:PORT"};
  std::string_view host = address.substr(0, colon);
  const Result<std::uint16_t> port = to_port(std::string(address.substr(colon + 1)), "the port of " + quoted);
  if (!port) return port.error();
  if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
  Endpoints out;
  for (const Address& each : addresses_of(std::string(host), names)) out.emplace_back(each, *port);
  if (out.empty()) return unknown(host);
  return out;
}

Result<Endpoints> endpoints_to_listen(const std::vector<std::string>& addresses, std::uint16_t port, const Names& names) {
  std::vector<Address> out;
  for (const std::string& word : addresses) {
    if (word == "*") {
      add_new(out, boost::asio::ip::address_v4::any());
      continue;
    }
    const std::vector<Address> found = addresses_of(word, names);
    if (found.empty()) return unknown(word);
    // `localhost` does not ask for IPv6; `::1` does.
    add_new(out, found.front());
  }
  // All of IPv4 holds each single address of it already.
  const Address any = boost::asio::ip::address_v4::any();
  if (std::find(out.begin(), out.end(), any) != out.end())
    std::erase_if(out, [&](const Address& each) { return each.is_v4() && each != any; });
  Endpoints endpoints;
  for (const Address& each : out) endpoints.emplace_back(each, port);
  return endpoints;
}

}  // namespace failc::mongod_host
