// Any bytes as a connection string: its parts, or a reason. A marked password is in no message and in no warning, wherever it is put.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "interpreter/systems/mongodb/connection_string/concern.hpp"
#include "interpreter/systems/mongodb/connection_string/credential.hpp"
#include "interpreter/systems/mongodb/connection_string/text.hpp"

namespace {

using namespace failc;
using namespace failc::mongodb;

void check(bool right) {
  if (!right) std::abort();
}

void check_text(const std::string& text) { check(is_utf8(text) && text.find('\0') == std::string::npos); }

/// All that was said of it.
std::string read(std::string_view text) {
  const Result<ConnectionString> made = read_connection_string(text);
  if (!made) {
    check(!made.error().message.empty());
    return made.error().message;
  }
  check(!made->hosts.empty());
  for (const Host& host : made->hosts) {
    check_text(host.name);
    check(!host.name.empty() && (!host.port || (*host.port >= 1 && *host.port <= 65535)));
    check((host.kind == HostKind::unix_socket) == (host.name.find('/') != std::string::npos));
  }
  check(!made->seed_list || (made->hosts.size() == 1 && !made->hosts.front().port));
  for (const auto& part : {made->user, made->password, made->database})
    if (part) check_text(*part);
  std::string said;
  for (const auto& option : made->options) check(option_name(option.first) == option.first);
  for (const auto& option : made->rejected) {
    // Of lists, what is wrong is left out by itself.
    check(option.first == "readPreferenceTags" || !made->options.contains(option.first));
    said += option.second;
  }
  for (const std::string& warning : made->warnings) said += warning;
  check(made->rejected.empty() || !made->warnings.empty());
  const Result<std::optional<Credential>> credential = credential_of(*made);
  if (!credential) said += credential.error().message;
  else if (*credential) check(!(*credential)->source.empty());
  const Result<WriteConcern> concern = write_concern_of(*made);
  if (!concern) said += concern.error().message;
  else check(check_values(*concern) && check_consistency(*concern));
  check_text(said);
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kSecret = "qZ7Kx9w0JfVh";
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)read(text);
  (void)read("mongodb://" + text);
  // As a part of a password that nobody gave escapes.
  const std::size_t at = size == 0 ? 0 : data[0] % (size + 1);
  const std::string password = text.substr(0, at) + std::string(kSecret) + text.substr(at);
  if (text.find('@') == std::string::npos) check(read("mongodb://user:" + password + "@h").find(kSecret) == std::string::npos);
  check(read("mongodb://user:" + std::string(kSecret) + "@" + text).find(kSecret) == std::string::npos);
  check(read("mongodb://h/?proxyHost=p&proxyUsername=u&proxyPassword=" + std::string(kSecret) + "&" + text).find(kSecret) == std::string::npos);
  return 0;
}
