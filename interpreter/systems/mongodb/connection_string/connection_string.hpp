#pragma once
// Connection strings, `mongodb://` and `mongodb+srv://`: their parts, their options by type, and what a client has to warn of. Nothing is
// resolved. No error and no warning holds a part of the text that may be a secret: hosts and options are told by number, and by name where
// the name is one that clients know.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "grammar/base/result.hpp"

namespace failc::mongodb {

enum class HostKind : std::uint8_t { hostname, ipv4, ip_literal, unix_socket };
/// As test files spell them: `ip_literal`, `unix`.
std::string_view name_of(HostKind kind);

struct Host {
  HostKind kind = HostKind::hostname;
  std::string name;         // as written, without escapes; without the brackets of an IPv6 address
  std::optional<int> port;  // 1 to 65535
};

/// `key:value,…`, in the order written.
using Properties = std::vector<std::pair<std::string, std::string>>;
using OptionValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>, Properties, std::vector<Properties>>;

struct ConnectionString {
  bool seed_list = false;   // mongodb+srv: the one host names records of a name server
  std::vector<Host> hosts;  // at least one
  std::optional<std::string> user, password, database;
  std::map<std::string, OptionValue> options;   // by name as the list of options spells it; only what is valid
  std::map<std::string, std::string> rejected;  // options that are left out because of their values, and why; of a list, an item
  std::vector<std::string> warnings;

  template <class T>
  const T* option(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? nullptr : std::get_if<T>(&found->second);
  }
};

/// Errors: what a client must not connect with. What it must only warn of is in `warnings`, and is left out of `options`.
Result<ConnectionString> read_connection_string(std::string_view text);

/// The name of an option as the list spells it, whatever its case; "" where there is no such option.
std::string_view option_name(std::string_view name);
/// Options whose values are never shown.
bool is_secret_option(std::string_view name);

}  // namespace failc::mongodb
