#include "interpreter/systems/mongodb/connection_string/hosts.hpp"

#include <algorithm>
#include <array>

#include "interpreter/systems/mongodb/connection_string/text.hpp"

namespace failc::mongodb {
namespace {

constexpr std::array<std::string_view, 4> kHostKinds = {"hostname", "ipv4", "ip_literal", "unix"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ipv4(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return all_digits(part) && part.size() <= 3 && std::stoi(std::string(part)) <= 255;
         });
}

/// Eight groups of up to four digits, of which one `::` may leave out some, and the last two may be an IPv4 address; then perhaps a zone.
bool is_ipv6(std::string_view text) {
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) {
    if (zone + 1 == text.size()) return false;
    text = text.substr(0, zone);
  }
  const std::size_t gap = text.find("::");
  if (gap != std::string_view::npos && text.find("::", gap + 1) != std::string_view::npos) return false;
  // How many groups; nothing where one is none.
  const auto groups = [](std::string_view part, bool last) -> std::optional<std::size_t> {
    if (part.empty()) return 0;
    const std::vector<std::string_view> each = split(part, ':');
    std::size_t count = 0;
    for (std::size_t i = 0; i < each.size(); ++i) {
      const bool hex = !each[i].empty() && each[i].size() <= 4 && each[i].find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
      const bool ipv4 = last && i + 1 == each.size() && is_ipv4(each[i]);
      if (!hex && !ipv4) return std::nullopt;
      count += ipv4 ? 2 : 1;
    }
    return count;
  };
  if (gap == std::string_view::npos) return groups(text, true) == 8u;
  const std::optional<std::size_t> before = groups(text.substr(0, gap), false), after = groups(text.substr(gap + 2), true);
  return before && after && *before + *after <= 7;
}

std::optional<int> port_of(std::string_view text) {
  if (!all_digits(text) || text.size() > 5) return std::nullopt;
  const int port = std::stoi(std::string(text));
  return port >= 1 && port <= 65535 ? std::optional<int>(port) : std::nullopt;
}

bool names_a_host(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || std::string_view("?#[]\\\"<>^`{|}@").find(c) != std::string_view::npos;
  });
}

Result<Host> read_host(std::string_view raw, const std::string& which) {
  const auto wrong = [&](const std::string& why) { return Error{which + " " + why}; };
  if (raw.empty()) return wrong("is empty");
  const std::optional<std::string> text = without_escapes(raw);
  if (!text) return wrong("has a `%` that is no escape of UTF-8");
  Host out;
  std::string_view port;
  bool has_port = false;
  if (text->front() == '[') {
    const std::size_t end = text->find(']');
    if (end == std::string::npos) return wrong("has a `[` without `]`");
    out.kind = HostKind::ip_literal;
    out.name = text->substr(1, end - 1);
    if (!is_ipv6(out.name)) return wrong("has no IPv6 address between `[` and `]`");
    const std::string_view rest = std::string_view(*text).substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return wrong("has more than a port behind `]`");
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else if (text->find('/') != std::string::npos) {
    if (!text->ends_with(".sock") || text->size() == 5) return wrong("has a `/`, and no path of a Unix domain socket, which ends with `.sock`");
    out.kind = HostKind::unix_socket;
    out.name = *text;
    return out;
  } else {
    const std::size_t colon = text->find(':');
    if (colon != text->rfind(':')) return wrong("has more than one `:`; an IPv6 address needs `[` and `]`");
    has_port = colon != std::string::npos;
    out.name = text->substr(0, colon);
    if (has_port) port = std::string_view(*text).substr(colon + 1);
    if (!names_a_host(out.name)) return wrong("has no name, or one with characters that no name has");
    out.kind = is_ipv4(out.name) ? HostKind::ipv4 : HostKind::hostname;
  }
  if (!has_port) return out;
  out.port = port_of(port);
  if (!out.port) return wrong("has no port from 1 to 65535 behind `:`");
  return out;
}

}  // namespace

std::string_view name_of(HostKind kind) { return kHostKinds[static_cast<std::size_t>(kind)]; }

Result<std::vector<Host>> read_hosts(std::string_view text) {
  if (text.empty()) return Error{"there is no host; the path of a Unix domain socket has `%2F` for `/`"};
  std::vector<Host> out;
  for (const std::string_view raw : split(text, ',')) {
    Result<Host> host = read_host(raw, "host " + std::to_string(out.size() + 1));
    if (!host) return host.error();
    out.push_back(std::move(*host));
  }
  return out;
}

}  // namespace failc::mongodb
