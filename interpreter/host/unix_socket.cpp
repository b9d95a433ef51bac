#include "interpreter/host/unix_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace failc::host {
namespace {

Error because(const char* what, const std::string& folder, const std::string& name) {
  return Error{"`" + folder + "/" + name + "` " + what + ": " + std::strerror(errno)};
}

struct Opened {
  Fd folder, socket;
  sockaddr_un address{};
};

Result<Opened> open_in(const std::string& folder, const std::string& name) {
  Opened opened;
  opened.folder.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened.folder) return because("cannot be reached", folder, name);
  opened.socket.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!opened.socket) return because("cannot be reached", folder, name);
  opened.address.sun_family = AF_UNIX;
  const int length = std::snprintf(opened.address.sun_path, sizeof opened.address.sun_path, "/proc/self/fd/%d/%s", opened.folder.get(), name.c_str());
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof opened.address.sun_path) return Error{"the socket's name `" + name + "` is too long"};
  return opened;
}

}  // namespace

bool same_user(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == ::geteuid();
}

Result<Fd> listen_in(const std::string& folder, const std::string& name) {
  auto opened = open_in(folder, name);
  if (!opened) return opened.error();
  ::unlinkat(opened->folder.get(), name.c_str(), 0);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(opened->socket.get(), reinterpret_cast<const sockaddr*>(&opened->address), sizeof opened->address);
  ::umask(before);
  if (bound != 0 || ::listen(opened->socket.get(), 16) != 0) return because("cannot be listened on", folder, name);
  return std::move(opened->socket);
}

Result<Fd> connect_in(const std::string& folder, const std::string& name) {
  auto opened = open_in(folder, name);
  if (!opened) return opened.error();
  if (::connect(opened->socket.get(), reinterpret_cast<const sockaddr*>(&opened->address), sizeof opened->address) != 0) {
    return because("cannot be connected to", folder, name);
  }
  if (!same_user(opened->socket.get())) return Error{"`" + folder + "/" + name + "` is served by another user"};
  return std::move(opened->socket);
}

}  // namespace failc::host
