#include "interpreter/host/ports.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <sstream>

#include "interpreter/host/fd.hpp"
#include "interpreter/host/process.hpp"

namespace failc::host {
namespace {

constexpr std::uint16_t kLowest = 10000, kHighest = 65000;
constexpr std::uint32_t kEnough = 1000;  // fewer than this outside the kernel's range are soon taken

/// The inode of the socket that listens on `port`, 0 if none is seen.
std::uint64_t listening_inode(std::uint16_t port) {
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream lines(table);
    std::string line;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmits, user, timeout;
      std::uint64_t inode = 0;
      if (!(words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode)) continue;
      const auto colon = local.rfind(':');
      if (state != "0A" || colon == std::string::npos) continue;
      if (std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port) return inode;
    }
  }
  return 0;
}

bool holds_socket(pid_t pid, const std::string& link) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  DIR* entries = ::opendir(folder.c_str());
  if (!entries) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(entries)) {
    char target[64];
    const ssize_t length = ::readlinkat(::dirfd(entries), entry->d_name, target, sizeof target);
    if (length > 0 && std::string_view(target, static_cast<std::size_t>(length)) == link) {
      found = true;
      break;
    }
  }
  ::closedir(entries);
  return found;
}

/// An abstract Unix socket with the port's number for a name: one process at a time has it, and it goes with that process.
Fd claim_port(std::uint16_t port) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "failc-port-" + std::to_string(port);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) return {};
  return socket;
}

}  // namespace

bool port_is_free(std::uint16_t port) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  // As servers do: connections of an earlier server that linger are no hindrance.
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string holder_of_port(std::uint16_t port) {
  const std::uint64_t inode = listening_inode(port);
  if (inode == 0) return {};
  const std::string link = "socket:[" + std::to_string(inode) + "]";
  for (const ProcessStat& process : all_processes()) {
    if (holds_socket(process.pid, link)) return "held by process " + std::to_string(process.pid) + " (" + process.program + ")";
  }
  return {};
}

PortRange ephemeral_ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned low = 0, high = 0;
  if (!(range >> low >> high) || low > high || high > 65535) return {};
  return {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
}

PortChooser::PortChooser(std::uint64_t start, PortRange ephemeral) : next_(start), ephemeral_(ephemeral) {}

Result<std::uint16_t> PortChooser::choose() {
  // Counted over what may be chosen, so that the start is spread over all of it.
  const std::uint32_t low = std::max(kLowest, ephemeral_.low), high = std::min(kHighest, ephemeral_.high);
  std::uint32_t barred = low <= high ? high - low + 1 : 0;
  std::uint32_t span = kHighest - kLowest + 1 - barred;
  if (span < kEnough) {
    span += barred;
    barred = 0;
  }
  for (std::uint32_t tried = 0; tried < span; ++tried) {
    std::uint32_t candidate = kLowest + static_cast<std::uint32_t>(next_++ % span);
    if (barred > 0 && candidate >= low) candidate += barred;
    const auto port = static_cast<std::uint16_t>(candidate);
    if (used_.contains(port)) continue;
    Fd claim = claim_port(port);
    if (!claim || !port_is_free(port)) continue;
    used_.emplace(port, std::move(claim));
    return port;
  }
  return Error{"no free port is left from " + std::to_string(kLowest) + " to " + std::to_string(kHighest) + ", outside the kernel's own range " +
               std::to_string(ephemeral_.low) + " to " + std::to_string(ephemeral_.high)};
}

}  // namespace failc::host
