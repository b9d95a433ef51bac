#include "tools/failc/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace failc::tools {
namespace {

Error failure(const std::string& path, int code) { return {"cannot write `" + path + "`: " + std::strerror(code)}; }

/// 0, or the errno that stopped it.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

struct Target {
  std::string path;  // behind symbolic links
  bool exists = false;
  bool regular = true;
  mode_t mode = 0644;
  uid_t user = 0;
  gid_t group = 0;
  int open = -1;  // standard output or error, where that is this very file
};

bool same(const struct stat& one, int descriptor) {
  struct stat other {};
  return ::fstat(descriptor, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Result<Target> look(const std::string& path) {
  Target target{.path = path};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return failure(path, EISDIR);
    target.exists = true;
    target.regular = S_ISREG(status.st_mode);
    target.mode = status.st_mode & 07777;
    target.user = status.st_uid;
    target.group = status.st_gid;
    for (const int standard : {STDERR_FILENO, STDOUT_FILENO})
      if (same(status, standard)) target.open = standard;
    if (target.open < 0 && ::euidaccess(path.c_str(), W_OK) != 0) return failure(path, errno);
    std::error_code error;
    const auto resolved = std::filesystem::canonical(path, error);
    if (!error) target.path = resolved.string();
    return target;
  }
  if (errno != ENOENT) return failure(path, errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  target.mode = 0666 & ~mask;
  return target;
}

/// A new file in the target's folder; `name` is set to its path.
int make_beside(const std::string& path, std::string& name) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  name = folder + ".failc-XXXXXX";
  return ::mkostemp(name.data(), O_CLOEXEC);
}

/// Gives a new file the owner and mode of the one that it is to take the place of; false where that is not allowed.
bool take_over(int descriptor, const Target& target) {
  struct stat fresh {};
  if (::fstat(descriptor, &fresh) != 0) return false;
  const bool same_owner = fresh.st_uid == target.user && fresh.st_gid == target.group;
  if (target.exists && !same_owner && ::fchown(descriptor, target.user, target.group) != 0) return false;
  return ::fchmod(descriptor, target.mode) == 0;
}

/// Over what is there, by way of `descriptor` or of one of its own.
Status write_in_place(const std::string& path, int descriptor, std::string_view text) {
  const bool own = descriptor < 0;
  if (own) descriptor = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0) return failure(path, errno);
  int wrong = write_all(descriptor, text);
  if (own && ::close(descriptor) != 0 && !wrong) wrong = errno;
  if (wrong) return failure(path, wrong);
  return Done{};
}

}  // namespace

Status write_whole(const std::string& path, std::string_view text) {
  auto target = look(path);
  if (!target) return target.error();
  // What standard output or error goes to would be cut off from them by a new file in its place.
  if (!target->regular || target->open >= 0) return write_in_place(path, target->open, text);
  std::string name;
  const int descriptor = make_beside(target->path, name);
  if (descriptor < 0) return target->exists ? write_in_place(path, -1, text) : failure(path, errno);
  if (!take_over(descriptor, *target)) {
    ::close(descriptor);
    ::unlink(name.c_str());
    return write_in_place(path, -1, text);
  }
  int wrong = write_all(descriptor, text);
  if (!wrong && ::fsync(descriptor) != 0) wrong = errno;
  if (::close(descriptor) != 0 && !wrong) wrong = errno;
  if (!wrong && ::rename(name.c_str(), target->path.c_str()) != 0) wrong = errno;
  if (!wrong) return Done{};
  ::unlink(name.c_str());
  return failure(path, wrong);
}

Status probe_writable(const std::string& path) {
  auto target = look(path);
  if (!target) return target.error();
  if (target->exists) return Done{};  // it was looked at for that
  std::string name;
  const int descriptor = make_beside(target->path, name);
  if (descriptor < 0) return failure(path, errno);
  ::close(descriptor);
  ::unlink(name.c_str());
  return Done{};
}

}  // namespace failc::tools
