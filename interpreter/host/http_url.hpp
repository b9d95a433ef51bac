#pragma once
// `http://host:port/path?query`, and nothing else.
#include <string>
#include <string_view>

#include "grammar/base/result.hpp"

namespace failc::host {

struct HttpUrl {
  std::string host;    // without the brackets of an IPv6 address
  std::string port;    // digits
  std::string target;  // begins with `/`; bytes that may not stand in a request line are percent-encoded
  std::string host_header;
};
Result<HttpUrl> parse_http_url(std::string_view text);

struct HostPort {
  std::string host, port;
};
/// `host:port` or `[v6]:port`.
Result<HostPort> parse_host_port(std::string_view text);

}  // namespace failc::host
