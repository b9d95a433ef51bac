// libmongoc lets a program open the sockets of a client of one thread, but not those of a pool's monitors. So what it finds addresses with
// is replaced: the linker takes this program's getaddrinfo() for the library's calls too.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>

#include <algorithm>
#include <cctype>

#include "drivers/libmongoc/driver.hpp"

namespace failc::driver {
namespace {

struct Mapped {
  std::string to;
  int users = 0;
};
std::mutex mutex;
std::map<std::string, Mapped> mapped;  // by "host:port"

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string mapped_to(const std::string& address) {
  const std::lock_guard lock(mutex);
  const auto found = mapped.find(lower(address));
  return found == mapped.end() ? "" : found->second.to;
}

}  // namespace

std::string map_addresses(const std::map<std::string, std::string>& addresses) {
  const std::lock_guard lock(mutex);
  for (const auto& [name, to] : addresses)
    if (const auto found = mapped.find(lower(name)); found != mapped.end() && found->second.to != to) return name;
  for (const auto& [name, to] : addresses) {
    Mapped& one = mapped[lower(name)];
    one.to = to;
    ++one.users;
  }
  return "";
}

void unmap_addresses(const std::map<std::string, std::string>& addresses) {
  const std::lock_guard lock(mutex);
  for (const auto& [name, to] : addresses)
    if (const auto found = mapped.find(lower(name)); found != mapped.end() && --found->second.users == 0) mapped.erase(found);
}

}  // namespace failc::driver

extern "C" int getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** result) {
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  std::string name = host ? host : "";
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  const std::string to = host && port ? failc::driver::mapped_to(name + ":" + port) : "";
  if (to.empty()) return real(host, port, hints, result);
  const std::size_t colon = to.rfind(':');
  addrinfo any = hints ? *hints : addrinfo{};
  any.ai_family = AF_UNSPEC;  // it was the name's
  return real(to.substr(0, colon).c_str(), to.substr(colon + 1).c_str(), &any, result);
}
