#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "grammar/source/source.hpp"

namespace failc {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string reason(int error) {
  switch (error) {
    case ENOENT:
      return "there is no such file";
    case EACCES:
    case EPERM:
      return "no permission";
    case EISDIR:
      return "it is a directory";
    case ENOTDIR:
      return "a part of the path is not a directory";
    case ELOOP:
      return "its symbolic links lead in a circle";
    case ENAMETOOLONG:
      return "the path is too long";
    default:
      return std::generic_category().message(error);
  }
}

std::string kind(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a directory";
  if (S_ISFIFO(mode)) return "it is a named pipe, not a file";
  if (S_ISSOCK(mode)) return "it is a socket, not a file";
  return "it is a device, not a file";
}

Error failure(const std::string& path, const std::string& why) { return {fmt::format("cannot read `{}`: {}", path, why)}; }

std::string too_large() { return fmt::format("it is larger than {} MiB", kMaxFileBytes >> 20); }

}  // namespace

Result<std::string> read_file(const std::string& path) {
  if (path.find('\0') != std::string::npos) return Error{"a path may not hold a NUL byte"};
  // Opening some devices has effects, so what it is comes first; O_NONBLOCK covers what is swapped in between.
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return failure(path, reason(errno));
  if (!S_ISREG(found.st_mode)) return failure(path, kind(found.st_mode));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.number() < 0) return failure(path, reason(errno));
  if (::fstat(file.number(), &found) != 0) return failure(path, reason(errno));
  if (!S_ISREG(found.st_mode)) return failure(path, kind(found.st_mode));
  if (static_cast<std::uint64_t>(found.st_size) > kMaxFileBytes) return failure(path, too_large());

  // The size is a hint: a file may grow while it is read, and files of /proc say 0.
  std::string text(static_cast<std::size_t>(found.st_size) + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    if (used == text.size()) text.resize(std::max<std::size_t>(text.size() * 2, 4096));
    const ssize_t got = ::read(file.number(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path, reason(errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > kMaxFileBytes) return failure(path, too_large());
  }
  text.resize(used);
  return text;
}

}  // namespace failc
