#include "interpreter/systems/mongodb/sdam/uri.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "interpreter/systems/mongodb/sdam/address.hpp"

namespace failc::sdam {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

Error wrong(const std::string& why) { return {"bad connection string: " + why}; }

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, code] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    if (code != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

Result<bool> read_bool(const std::string& name, std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return wrong("`" + name + "` is `" + std::string(value) + "`, expected true or false");
}

Result<Millis> read_millis(const std::string& name, std::string_view value) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  // An int32 is what the option is; more than that is 24 days.
  if (code != std::errc() || end != value.data() + value.size() || number < 0 || number > 2'147'483'647)
    return wrong("`" + name + "` is `" + std::string(value) + "`, expected milliseconds, a whole number from 0 to 2147483647");
  return Millis(number);
}

Status apply_option(ConnectionString& out, const std::string& name, const std::string& value) {
  const std::string key = lower(name);
  if (key == "replicaset") {
    if (value.empty()) return wrong("`replicaSet` is empty");
    out.replica_set = value;
  } else if (key == "appname") {
    if (value.size() > 128) return wrong("`appName` is longer than 128 bytes");
    out.app_name = value;
  } else if (key == "directconnection" || key == "loadbalanced") {
    const Result<bool> flag = read_bool(name, value);
    if (!flag) return flag.error();
    if (key == "directconnection")
      out.direct_connection = *flag;
    else
      out.load_balanced = *flag;
  } else if (key == "heartbeatfrequencyms" || key == "connecttimeoutms") {
    const Result<Millis> span = read_millis(name, value);
    if (!span) return span.error();
    if (key == "connecttimeoutms")
      out.connect_timeout = *span;
    else if (*span < kMinHeartbeatFrequency)
      return wrong("`heartbeatFrequencyMS` is " + value + ", the least allowed is 500");
    else
      out.heartbeat_frequency = *span;
  } else if (key == "servermonitoringmode") {
    if (value == "auto")
      out.server_monitoring_mode = ServerMonitoringMode::automatic;
    else if (value == "stream")
      out.server_monitoring_mode = ServerMonitoringMode::stream;
    else if (value == "poll")
      out.server_monitoring_mode = ServerMonitoringMode::poll;
    else
      return wrong("`serverMonitoringMode` is `" + value + "`, expected auto, stream or poll");
  }
  return Done{};
}

Status read_options(ConnectionString& out, std::string_view text) {
  static constexpr std::string_view once[] = {"replicaset",           "appname",          "directconnection",    "loadbalanced",
                                              "heartbeatfrequencyms", "connecttimeoutms", "servermonitoringmode"};
  std::set<std::string> seen;
  for (std::size_t at = 0; at <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find('&', at), text.size());
    const std::string_view pair = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) return wrong("option `" + std::string(pair) + "` is not of the form name=value");
    const std::optional<std::string> name = percent_decoded(pair.substr(0, equals)), value = percent_decoded(pair.substr(equals + 1));
    if (!name) return wrong("the name of option `" + std::string(pair.substr(0, equals)) + "` has a bad percent escape");
    const std::string key = lower(*name);
    const bool ours = std::find(std::begin(once), std::end(once), key) != std::end(once);
    if (!value) return wrong("the value of option `" + *name + "` has a bad percent escape");
    if (ours && !seen.insert(key).second) return wrong("`" + *name + "` is given twice");
    if (const Status read = apply_option(out, *name, *value); !read) return read;
  }
  return Done{};
}

Status read_hosts(ConnectionString& out, std::string_view text) {
  if (text.empty()) return wrong("no host; the path of a Unix domain socket has its `/` as %2F");
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view raw = text.substr(at, end - at);
    at = end + 1;
    if (raw.empty()) return wrong("an empty host in the list");
    const std::optional<std::string> host = percent_decoded(raw);
    if (!host) return wrong("host `" + std::string(raw) + "` has a bad percent escape");
    const Result<std::string> address = normalize_address(*host);
    if (!address) return wrong(address.error().message);
    if (std::find(out.hosts.begin(), out.hosts.end(), *address) == out.hosts.end()) out.hosts.push_back(*address);
  }
  return Done{};
}

Status check_user_information(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view user = text.substr(0, colon), password = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (user.empty()) return wrong("the user name before `@` is empty");
  for (const std::string_view part : {user, password})
    if (part.find_first_of(":/?#[]@") != std::string_view::npos || !percent_decoded(part))
      return wrong("the user name and the password need percent escapes for `:/?#[]@%`");
  return Done{};
}

}  // namespace

Status check_combination(const ConnectionString& options) {
  if (options.hosts.empty()) return wrong("no host");
  const bool direct = options.direct_connection.value_or(false), several = options.hosts.size() > 1;
  if (direct && several) return wrong("`directConnection=true` takes one host only");
  if (!options.load_balanced) return Done{};
  if (several) return wrong("`loadBalanced=true` takes one host only");
  if (direct) return wrong("`loadBalanced=true` excludes `directConnection=true`");
  if (options.replica_set) return wrong("`loadBalanced=true` excludes `replicaSet`");
  return Done{};
}

Result<ConnectionString> parse_connection_string(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos) return wrong("it does not begin with mongodb://");
  if (scheme == "mongodb+srv") return wrong("mongodb+srv is not resolved here; write the hosts with mongodb://");
  if (scheme != "mongodb") return wrong("the scheme is `" + std::string(scheme) + "`, expected mongodb");
  text.remove_prefix(scheme_end + 3);
  const std::size_t question = text.find('?');
  const std::string_view options = question == std::string_view::npos ? "" : text.substr(question + 1);
  std::string_view authority = text.substr(0, question);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (const Status user = check_user_information(authority.substr(0, at)); !user) return user.error();
    authority.remove_prefix(at + 1);
  }
  const std::size_t slash = authority.find('/');
  const std::string_view database = slash == std::string_view::npos ? "" : authority.substr(slash + 1);
  ConnectionString out;
  if (const Status hosts = read_hosts(out, authority.substr(0, slash)); !hosts) return hosts.error();
  if (!percent_decoded(database)) return wrong("the database name has a bad percent escape");
  if (database.find('/') != std::string_view::npos) return wrong("a `/` in a host or the database name has to be %2F");
  if (const Status read = read_options(out, options); !read) return read.error();
  if (const Status allowed = check_combination(out); !allowed) return allowed.error();
  return out;
}

}  // namespace failc::sdam
