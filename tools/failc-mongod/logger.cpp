#include "tools/failc-mongod/logger.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tools/failc-mongod/clock.hpp"

namespace failc::mongod_host {

Result<Logger> Logger::open(const std::string& path, bool append) {
  if (path.empty()) return Logger(host::Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)));
  struct stat old {};
  if (!append && ::stat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode) && old.st_size > 0) {
    const std::string aside = path + "." + iso_time(now().wall);
    if (::rename(path.c_str(), aside.c_str()) != 0) return Error{"the old log `" + path + "` cannot be put aside: " + std::strerror(errno)};
  }
  host::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return Error{"the log `" + path + "` cannot be written: " + std::strerror(errno)};
  return Logger(std::move(file));
}

void Logger::line(Severity severity, std::string_view component, int id, std::string_view context, std::string_view message,
                  const Attributes& attributes) const {
  const auto quoted = [](std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  std::string out = R"({"t":{"$date":")" + iso_time(now().wall) + R"("},"s":")";
  out += static_cast<char>(severity);
  out +=
      R"(","c":)" + quoted(component) + R"(,"id":)" + std::to_string(id) + R"(,"ctx":)" + quoted(context) + R"(,"msg":)" + quoted(message);
  if (!attributes.empty()) out += R"(,"attr":)" + attributes.dump(-1, ' ', false, Attributes::error_handler_t::replace);
  out += "}\n";
  for (std::string_view left = out; !left.empty();) {
    const ssize_t count = ::write(file_.get(), left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace failc::mongod_host
