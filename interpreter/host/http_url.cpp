#include "interpreter/host/http_url.hpp"

namespace failc::host {
namespace {

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value > 0 && value <= 65535;
}

bool is_host(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '.' && c != '-' && c != '_' && c != ':') return false;
  }
  return true;
}

std::string encoded(std::string_view target) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}') {
      text += '%';
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  const auto refuse = [&] { return Error{"`" + std::string(text) + "` is no address; write `host:port`"}; };
  std::string_view host, port;
  if (!text.empty() && text[0] == '[') {
    const auto close = text.find("]:");
    if (close == std::string_view::npos) return refuse();
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
  } else {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return refuse();
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.find(':') != std::string_view::npos) return refuse();
  }
  if (!is_host(host) || !is_port(port)) return refuse();
  return HostPort{std::string(host), std::string(port)};
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  const std::string shown(text);
  if (text.starts_with("https://")) return Error{"`" + shown + "` asks for https, which is not supported; use `http://`"};
  if (!text.starts_with("http://")) return Error{"`" + shown + "` is no URL; write `http://host:port/path`"};
  text.remove_prefix(7);
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view authority = text.substr(0, end);
  std::string_view rest = text.substr(end);
  rest = rest.substr(0, rest.find('#'));
  if (authority.find('@') != std::string_view::npos) return Error{"`" + shown + "` holds a user name, which is not supported"};
  const bool has_port = authority.ends_with(']') ? false : authority.find(':') != std::string_view::npos;
  const auto address = parse_host_port(has_port ? std::string(authority) : std::string(authority) + ":80");
  if (!address) return Error{"`" + shown + "` is no URL; write `http://host:port/path`"};
  HttpUrl url;
  url.host = address->host;
  url.port = address->port;
  url.host_header = std::string(authority);
  url.target = encoded(rest);
  if (url.target.empty() || url.target[0] != '/') url.target.insert(url.target.begin(), '/');
  return url;
}

}  // namespace failc::host
