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
};

Result<Target> look(const std::string& path) {
  Target target{.path = path};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return failure(path, EISDIR);
    target.exists = true;
    target.regular = S_ISREG(status.st_mode);
    target.mode = status.st_mode & 07777;
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

}  // namespace

Status write_whole(const std::string& path, std::string_view text) {
  auto target = look(path);
  if (!target) return target.error();
  if (!target->regular) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return failure(path, errno);
    const int wrong = write_all(descriptor, text);
    ::close(descriptor);
    if (wrong) return failure(path, wrong);
    return Done{};
  }
  std::string name;
  const int descriptor = make_beside(target->path, name);
  if (descriptor < 0) return failure(path, errno);
  int wrong = write_all(descriptor, text);
  if (!wrong && ::fchmod(descriptor, target->mode) != 0) wrong = errno;
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
  if (!target->regular) {
    if (::access(path.c_str(), W_OK) != 0) return failure(path, errno);
    return Done{};
  }
  std::string name;
  const int descriptor = make_beside(target->path, name);
  if (descriptor < 0) return failure(path, errno);
  ::close(descriptor);
  ::unlink(name.c_str());
  return Done{};
}

}  // namespace failc::tools
