#include "interpreter/host/paths.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace failc::host {
namespace {

namespace fs = std::filesystem;

Error because(const std::string& what, const std::string& path, int reason) {
  return Error{"`" + path + "` cannot be " + what + ": " + std::strerror(reason)};
}

/// Whether `path` (of which the last part need not exist) lies in `folder` once links are followed.
bool inside(const std::string& folder, const std::string& path) {
  std::error_code failed;
  const fs::path root = fs::canonical(folder, failed);
  if (failed) return false;
  const fs::path real = fs::weakly_canonical(path, failed);
  if (failed) return false;
  const fs::path relative = real.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::string folder_name(std::string_view node) {
  std::string name;
  for (const char c : node) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    if (c == '[') {
      name += '-';
    } else if (c != ']') {
      name += plain ? c : '_';
    }
  }
  if (name.empty() || name[0] == '.') name.insert(name.begin(), '_');
  return name;
}

Status check_relative(std::string_view path) {
  const auto refuse = [&](const char* why) { return Error{"the path `" + std::string(path) + "` " + why}; };
  if (path.empty()) return Error{"a path is empty"};
  if (path.front() == '/') return refuse("is absolute; name it relative to the node's folder");
  if (path.find('\0') != std::string_view::npos) return Error{"a path holds a NUL byte"};
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == ".") return refuse("has an empty part");
    if (part == "..") return refuse("leaves the node's folder");
    begin = end + 1;
  }
  return Done{};
}

Status make_folder(const std::string& path) {
  std::error_code failed;
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, failed);
  if (failed) return because("made", parent.string(), failed.value());
  if (::mkdir(path.c_str(), 0700) == 0) return Done{};
  const int reason = errno;
  if (reason == EEXIST && fs::is_directory(path, failed)) return Done{};
  return because("made", path, reason);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Status write_file(const std::string& folder, const std::string& path, std::string_view content) {
  if (auto checked = check_relative(path); !checked) return checked;
  const std::string target = folder + "/" + path;
  if (!inside(folder, fs::path(target).parent_path().string())) {
    return Error{"the path `" + path + "` leads out of the node's folder"};
  }
  std::error_code failed;
  fs::create_directories(fs::path(target).parent_path(), failed);
  if (failed) return because("made", fs::path(target).parent_path().string(), failed.value());
  const std::string fresh = target + ".failc-new";
  const Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) return because("written", target, errno);
  if (!write_all(file.get(), content) || ::rename(fresh.c_str(), target.c_str()) != 0) {
    const int reason = errno;
    ::unlink(fresh.c_str());
    return because("written", target, reason);
  }
  return Done{};
}

Result<std::optional<std::string>> read_file(const std::string& path, std::size_t limit) {
  // Without O_NONBLOCK a pipe without a writer would be waited for.
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return because("read", path, errno);
  }
  struct stat info;
  if (::fstat(file.get(), &info) != 0) return because("read", path, errno);
  if (!S_ISREG(info.st_mode)) return Error{"`" + path + "` is no regular file"};
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return because("read", path, errno);
    if (got == 0) return std::optional<std::string>(std::move(text));
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > limit) return Error{"`" + path + "` is larger than " + std::to_string(limit >> 20) + " MiB"};
  }
}

Result<std::optional<std::string>> read_file_in(const std::string& folder, const std::string& path, std::size_t limit) {
  if (auto checked = check_relative(path); !checked) return checked.error();
  const std::string target = folder + "/" + path;
  std::error_code failed;
  if (!fs::exists(fs::status(target, failed))) return std::optional<std::string>();
  if (!inside(folder, target)) return Error{"the path `" + path + "` leads out of the node's folder"};
  return read_file(target, limit);
}

std::string read_tail(const std::string& path, std::uint64_t from, std::size_t limit) {
  std::string text;
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info;
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return text;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (from > size) from = 0;
  if (size - from > limit) from = size - limit;
  text.resize(static_cast<std::size_t>(size - from));
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(from));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

Status remove_folder(const std::string& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return because("removed", path, failed.value());
  return Done{};
}

Result<std::optional<Fd>> lock_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return because("opened", path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return std::optional<Fd>(std::move(file));
  if (errno == EWOULDBLOCK) return std::optional<Fd>();
  return because("locked", path, errno);
}

}  // namespace failc::host
