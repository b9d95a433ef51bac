#include "interpreter/systems/mongodb/sdam/address.hpp"

#include <algorithm>

namespace failc::sdam {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

Error wrong(std::string_view text, const std::string& why) { return {"bad address `" + std::string(text) + "`: " + why}; }

/// The port's digits without leading zeros.
Result<std::string> read_port(std::string_view text, std::string_view whole) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty()) return wrong(whole, "the port is missing after `:`");
  if (!digits) return wrong(whole, "the port is not a number");
  int port = 0;
  for (const char c : text) {
    port = port * 10 + (c - '0');
    if (port > 65535) break;
  }
  if (port < 1 || port > 65535) return wrong(whole, "the port is not between 1 and 65535");
  return std::to_string(port);
}

bool in_host_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && std::string_view("/?#@[]\\,\"<>").find(c) == std::string_view::npos;
}

}  // namespace

Result<std::string> normalize_address(std::string_view text) {
  if (text.empty()) return Error{"bad address: it is empty"};
  if (text.ends_with(".sock")) {
    if (text.find('\0') != std::string_view::npos) return wrong(text, "a path has no zero byte");
    return std::string(text);
  }
  std::string_view host = text, port;
  bool has_port = false;
  if (text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return wrong(text, "`[` has no `]`");
    host = text.substr(0, end + 1);
    const std::string_view inside = text.substr(1, end - 1), rest = text.substr(end + 1);
    const std::size_t zone = std::min(inside.find('%'), inside.size());
    const bool plausible = std::all_of(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(zone), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    });
    if (inside.find(':') == std::string_view::npos || !plausible) return wrong(text, "not an IPv6 address between `[` and `]`");
    if (!rest.empty() && rest.front() != ':') return wrong(text, "only a port may follow `]`");
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    if (colon != text.rfind(':')) return wrong(text, "an IPv6 address needs `[` and `]`");
    has_port = colon != std::string_view::npos;
    if (has_port) host = text.substr(0, colon), port = text.substr(colon + 1);
    if (host.empty()) return wrong(text, "the host is missing");
    if (!std::all_of(host.begin(), host.end(), in_host_name)) return wrong(text, "a host name has no such characters");
  }
  if (!has_port) return lower(host) + ":" + std::to_string(kDefaultPort);
  const Result<std::string> number = read_port(port, text);
  if (!number) return number.error();
  return lower(host) + ":" + *number;
}

}  // namespace failc::sdam
