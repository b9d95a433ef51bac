#include "interpreter/systems/mongodb/connection_string/connection_string.hpp"

#include <algorithm>

#include "interpreter/systems/mongodb/connection_string/hosts.hpp"
#include "interpreter/systems/mongodb/connection_string/options.hpp"
#include "interpreter/systems/mongodb/connection_string/text.hpp"

namespace failc::mongodb {
namespace {

constexpr std::string_view kEscapesNeeded = "the user name and the password need percent escapes, for all but letters, digits and `-._~!$&'()*+,;=`";

bool may_stand(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || static_cast<unsigned char>(c) >= 0x80 || std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
}

Status read_user(std::string_view text, ConnectionString& out) {
  const std::size_t colon = text.find(':');
  const std::string_view user = text.substr(0, colon);
  if (user.empty()) return Error{"there is no user name before `@`"};
  const auto read = [](std::string_view part) { return std::all_of(part.begin(), part.end(), may_stand) ? without_escapes(part) : std::nullopt; };
  out.user = read(user);
  if (colon != std::string_view::npos) out.password = read(text.substr(colon + 1));
  if (!out.user || (colon != std::string_view::npos && !out.password)) return Error{std::string(kEscapesNeeded)};
  return Done{};
}

Status read_database(std::string_view text, ConnectionString& out) {
  if (text.empty()) return Done{};
  // Of a password with a `/`, this would be the rest.
  if (text.find('@') != std::string_view::npos) return Error{std::string(kEscapesNeeded)};
  if (text.find('/') != std::string_view::npos) return Error{"a `/` of a host or of the database's name has to be %2F"};
  out.database = without_escapes(text);
  if (!out.database) return Error{"the database's name has a `%` that is no escape of UTF-8"};
  if (out.database->find_first_of("/\\ \"$") != std::string::npos) return Error{"the database's name has one of `/`, `\\`, ` `, `\"` and `$`"};
  return Done{};
}

Status check_seed_list(const ConnectionString& of) {
  if (!of.seed_list) return Done{};
  if (of.hosts.size() > 1) return Error{"mongodb+srv takes one host only"};
  if (of.hosts.front().port) return Error{"mongodb+srv takes no port"};
  if (of.hosts.front().kind != HostKind::hostname) return Error{"mongodb+srv takes a name, and no address"};
  return Done{};
}

}  // namespace

Result<ConnectionString> read_connection_string(std::string_view text) {
  ConnectionString out;
  const std::size_t scheme = text.find("://");
  const std::string_view name = text.substr(0, scheme);
  if (scheme == std::string_view::npos || (name != "mongodb" && name != "mongodb+srv")) return Error{"it begins neither with `mongodb://` nor with `mongodb+srv://`"};
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return Error{"it is no UTF-8, or has a zero byte"};
  out.seed_list = name == "mongodb+srv";
  text.remove_prefix(scheme + 3);
  // Whatever comes first ends the hosts: an `@` behind it is not the user's.
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view hosts = text.substr(0, end), rest = text.substr(end);
  if (const std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
    if (const Status read = read_user(hosts.substr(0, at), out); !read) return read.error();
    hosts.remove_prefix(at + 1);
  }
  Result<std::vector<Host>> list = read_hosts(hosts);
  if (!list) return list.error();
  out.hosts = std::move(*list);
  if (const Status allowed = check_seed_list(out); !allowed) return allowed.error();
  const std::size_t question = rest.find('?');
  std::string_view database = rest.substr(0, question);
  if (!database.empty()) database.remove_prefix(1);
  if (const Status read = read_database(database, out); !read) return read.error();
  if (const Status read = read_options(question == std::string_view::npos ? "" : rest.substr(question + 1), out); !read) return read.error();
  return out;
}

}  // namespace failc::mongodb
